import type { SimulatedClient } from './client-table.ts';
import { isControllerAtLeast } from './version.ts';

export type StampUnit = 's' | 'ms' | 'us';

export interface PortalRedirect {
  readonly portalUrl: string;
  readonly client: SimulatedClient;
  /** As the redirect names the site. */
  readonly site: string;
  /** What the guest asked for. */
  readonly redirectUrl: string;
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
  readonly stampUnit: StampUnit;
  readonly version: string;
}

const stamps: Readonly<Record<StampUnit, (ms: number) => string>> = {
  s: (ms) => String(Math.floor(ms / 1000)),
  ms: (ms) => String(ms),
  us: (ms) => `${ms}000`,
};

/**
 * Where a controller sends a guest: the portal with the parameters of TP-Link FAQ 3231, appended with `&` where the URL
 * has a query. `clientIp` was seen from 5.9 on.
 */
export function portalRedirect(redirect: PortalRedirect): string {
  const { portalUrl, client, site, redirectUrl, now, stampUnit, version } = redirect;
  const address: readonly [string, string][] = isControllerAtLeast(version, '5.9') ? [['clientIp', client.ip]] : [];
  const parameters = new URLSearchParams([
    ['clientMac', client.mac],
    ...address,
    ...placeParameters(client),
    ['t', stamps[stampUnit](now)],
    ['site', site],
    ['redirectUrl', redirectUrl],
  ]);
  return `${portalUrl}${portalUrl.includes('?') ? '&' : '?'}${parameters}`;
}

function placeParameters({ place }: SimulatedClient): [string, string][] {
  if (place.kind === 'gateway') {
    return [
      ['gatewayMac', place.gatewayMac],
      ['vid', place.vid],
    ];
  }
  return [
    ['apMac', place.apMac],
    ['ssidName', place.ssid],
    ['radioId', place.radioId],
  ];
}

import { parseMac } from '../base/mac.ts';
import type { OmadaBridge, PortalSite } from '../model/kinds/portal-site.ts';
import { contextMs, type OmadaDoor, skewMs } from './context.ts';
import type { Fields } from './fields.ts';
import { guestMac } from './guest-mac.ts';
import { longestOnward } from './guest-url.ts';
import type { OmadaClientContext } from './ports.ts';

/** A guest as the redirect of a controller tells of one. */
export interface OmadaGuest {
  readonly bridge: OmadaBridge;
  readonly door: OmadaDoor;
  readonly mac: string;
  readonly ip?: string;
  readonly originalUrl?: string;
}

export type OmadaFlaw = 'wrong-site' | 'no-device' | 'reconnect' | 'old-controller' | 'bad-request';

/** Octets: an SSID has 32, and each may have become a replacement character. */
const longestSsid = 128;

/** Did a controller send this? */
export function isFromOmada(fields: Fields): boolean {
  return fields.has('clientMac') || fields.has('cid');
}

/**
 * Reads the redirect of a controller to an external portal, for access points or for gateways. Nothing of
 * it is signed, so its age is checked; that it lets in once is checked where it does.
 *
 * @param now milliseconds since 1970
 */
export function readOmada(fields: Fields, site: Pick<PortalSite, 'bridges'>, now: number): OmadaGuest | OmadaFlaw {
  // Controllers up to 3.2.
  if (fields.has('cid')) return 'old-controller';
  const { clientMac, clientIp, t, site: siteName, redirectUrl } = Object.fromEntries(fields);
  const bridges = site.bridges.filter((each) => each.type === 'omada' && isSiteOf(each, siteName, fields));
  const [bridge] = bridges;
  if (bridges.length !== 1 || bridge?.type !== 'omada' || siteName === undefined) return 'wrong-site';
  const mac = guestMac(clientMac ?? '');
  if (mac === undefined || clientMac === undefined) return 'no-device';
  const at = readTime(t);
  if (at === undefined) return 'bad-request';
  if (at > now + skewMs || at < now - contextMs) return 'reconnect';
  const unit = readUnit(fields);
  if (unit === undefined) return 'bad-request';
  const ip = clientIp !== undefined && /^[0-9A-Fa-f.:]{2,45}$/.test(clientIp) ? { clientIp } : {};
  const fits = redirectUrl !== undefined && redirectUrl !== '' && Buffer.byteLength(redirectUrl) <= longestOnward;
  const client: OmadaClientContext = { clientMac, site: siteName, ...ip, ...(fits ? { redirectUrl } : {}), ...unit };
  return {
    bridge,
    door: { type: 'omada', controller: bridge.controller, client, at },
    mac,
    ...(ip.clientIp === undefined ? {} : { ip: ip.clientIp }),
    ...(redirectUrl === undefined ? {} : { originalUrl: redirectUrl }),
  };
}

/** Controllers that have sites of one name are told apart by `?controller=` in the portal URL they are given. */
function isSiteOf({ site, controller }: OmadaBridge, given: string | undefined, fields: Fields): boolean {
  if (given === undefined || (given !== site.name && given !== site.id)) return false;
  return (fields.get('controller') ?? controller) === controller;
}

/** Never a mixture: what there is of a gateway decides. */
function readUnit(fields: Fields): Unit | undefined {
  const { apMac, ssidName, radioId, gatewayMac, vid } = Object.fromEntries(fields);
  if (gatewayMac !== undefined && vid !== undefined && apMac === undefined) {
    if (parseMac(gatewayMac) === undefined || !/^\d{1,5}$/.test(vid)) return undefined;
    return { kind: 'gateway', gatewayMac, vid };
  }
  if (apMac === undefined || ssidName === undefined || radioId === undefined || gatewayMac !== undefined)
    return undefined;
  if (parseMac(apMac) === undefined || !/^\d{1,5}$/.test(radioId) || ssidName === '') return undefined;
  if (Buffer.byteLength(ssidName) > longestSsid) return undefined;
  return { kind: 'eap', apMac, ssidName, radioId };
}

type Unit =
  | { readonly kind: 'eap'; readonly apMac: string; readonly ssidName: string; readonly radioId: string }
  | { readonly kind: 'gateway'; readonly gatewayMac: string; readonly vid: string };

/**
 * Milliseconds since 1970 of the redirect's `t`. Documents call it microseconds, controllers were seen to send seconds: the
 * number of its digits tells, until the year 2286.
 */
export function readTime(t: string | undefined): number | undefined {
  if (t === undefined || !/^[1-9](?:\d{9}|\d{12}|\d{15})$/.test(t)) return undefined;
  const value = Number(t);
  if (t.length === 10) return value * 1000;
  return t.length === 13 ? value : Math.floor(value / 1000);
}

/** What grants are known by: nothing that a browser may spell in another way. */
export function grantKey({ controller, site }: OmadaBridge, mac: string): string {
  return [controller, site.name, mac].join('\0');
}

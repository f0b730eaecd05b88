import type { OmadaController } from '../model/kinds/omada-controller.ts';

/** A client of the controller, in its own spelling, as the redirect had it. */
export type OmadaClientContext = {
  readonly clientMac: string;
  readonly clientIp?: string;
  /** Name or id, whichever the redirect had. */
  readonly site: string;
  readonly redirectUrl?: string;
} & (
  | { readonly kind: 'eap'; readonly apMac: string; readonly ssidName: string; readonly radioId: string }
  | { readonly kind: 'gateway'; readonly gatewayMac: string; readonly vid: string }
);

export type TimeUnit = OmadaController['timeUnit'];

/** 4 is External Portal Server. */
const externalPortal = 4;

const unitsPerSecond: Readonly<Record<Exclude<TimeUnit, 'min'>, number>> = { s: 1, ms: 1_000, us: 1_000_000 };

/**
 * Body of `extPortal/auth` (TP-Link FAQ 3231; from 6.2.10 on with `clientIp` and `originUrl`): of an access point or of a
 * gateway, never mixed, without empty texts, values as the redirect had them.
 */
export function authBody(
  client: OmadaClientContext,
  seconds: number,
  unit: TimeUnit,
): Readonly<Record<string, unknown>> {
  const { clientMac, clientIp, site, redirectUrl } = client;
  return withoutEmpty({
    clientMac,
    ...placeOf(client),
    site,
    time: timeIn(unit, seconds),
    authType: externalPortal,
    clientIp,
    originUrl: redirectUrl,
  });
}

function placeOf(client: OmadaClientContext): Readonly<Record<string, string>> {
  if (client.kind === 'gateway') return { gatewayMac: client.gatewayMac, vid: client.vid };
  return { apMac: client.apMac, ssidName: client.ssidName, radioId: client.radioId };
}

/** A duration, never an instant. Minutes are rounded up: who bought 90 s gets them. */
export function timeIn(unit: TimeUnit, seconds: number): number {
  const whole = Math.max(1, Math.floor(seconds));
  return unit === 'min' ? Math.ceil(whole / 60) : whole * unitsPerSecond[unit];
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
}

import type { Endpoint } from '../model/kinds/radius.ts';
import type { Model } from '../model/model.ts';

/** Addresses given on the command line: they override the declaration. */
export interface ListenOverrides {
  readonly auth?: Endpoint | readonly Endpoint[];
  readonly accounting?: Endpoint | readonly Endpoint[];
  readonly radsec?: Endpoint | readonly Endpoint[];
  readonly portal?: Endpoint;
  readonly admin?: Endpoint;
}

export interface ListenPlan {
  readonly auth: readonly Endpoint[];
  readonly accounting: readonly Endpoint[];
  /** Absent: no RADIUS over TLS is declared. */
  readonly radsec?: readonly Endpoint[];
  /** Absent: there is no portal site, and nobody asked for a listener. */
  readonly portal?: PortalEndpoint;
  readonly admin: Endpoint;
}

export interface PortalEndpoint extends Endpoint {
  /** `https` rather than `http`. */
  readonly tls: boolean;
}

/** Where the admin API listens as long as nothing is declared. */
export const defaultAdmin: Endpoint = { host: '127.0.0.1', port: 9812 };

/** Where RADIUS, the portal and the admin API are to listen. Pure. */
export function listenPlan({ operator, portalSites }: ListenModel, overrides: ListenOverrides): ListenPlan {
  const { listenRadsec } = operator.radius;
  const wanted = overrides.portal !== undefined || operator.portal.declared || portalSites.length > 0;
  return {
    auth: overrides.auth === undefined ? operator.radius.listenAuth : [overrides.auth].flat(),
    accounting: overrides.accounting === undefined ? operator.radius.listenAccounting : [overrides.accounting].flat(),
    ...(listenRadsec === undefined
      ? {}
      : { radsec: overrides.radsec === undefined ? listenRadsec : [overrides.radsec].flat() }),
    ...(wanted
      ? { portal: { ...(overrides.portal ?? operator.portal.listen), tls: operator.portal.tls !== undefined } }
      : {}),
    admin: overrides.admin ?? operator.admin.listen,
  };
}

type ListenModel = Pick<Model, 'operator' | 'portalSites'>;

/** Are the addresses that are bound those of a plan, and is the portal spoken to as it says? One that is bound and no longer wanted does no harm. */
export function sameListeners(bound: ListenPlan, wanted: ListenPlan): boolean {
  const listeners = [
    'auth',
    'accounting',
    'admin',
    'radsec',
    ...(wanted.portal === undefined ? [] : (['portal'] as const)),
  ] as const;
  const sameScheme = wanted.portal === undefined || bound.portal?.tls === wanted.portal.tls;
  return sameScheme && listeners.every((each) => textOf(bound[each]) === textOf(wanted[each]));
}

/** `host:port`, IPv6 in brackets. */
export function endpointText({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function textOf(endpoints: Endpoint | readonly Endpoint[] | undefined): string {
  return [endpoints ?? []].flat().map(endpointText).join(' ');
}

/** `host:port`, `[v6]:port`, or `fd:N` for a socket that is handed over; `undefined` when the text is none of them. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const inherited = /^fd:(\d{1,4})$/.exec(text)?.[1];
  if (inherited !== undefined) return { host: 'fd', port: Number(inherited), fd: Number(inherited) };
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

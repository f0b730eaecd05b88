import type { Endpoint, Operator } from '../model/model.ts';

/** Addresses given on the command line: they override the declaration. */
export interface ListenOverrides {
  readonly auth?: Endpoint;
  readonly accounting?: Endpoint;
  readonly admin?: Endpoint;
}

export interface ListenPlan {
  readonly auth: readonly Endpoint[];
  readonly accounting: readonly Endpoint[];
  readonly admin: Endpoint;
}

/** Where the admin API listens as long as nothing is declared. */
export const defaultAdmin: Endpoint = { host: '127.0.0.1', port: 9812 };

/** Where RADIUS and the admin API are to listen. Pure. */
export function listenPlan(operator: Operator, overrides: ListenOverrides): ListenPlan {
  return {
    auth: overrides.auth === undefined ? operator.radius.listenAuth : [overrides.auth],
    accounting: overrides.accounting === undefined ? operator.radius.listenAccounting : [overrides.accounting],
    admin: overrides.admin ?? operator.admin.listen,
  };
}

/** Do two plans bind the same addresses? */
export function sameListeners(a: ListenPlan, b: ListenPlan): boolean {
  return (['auth', 'accounting', 'admin'] as const).every(
    (each) => textOf([a[each]].flat()) === textOf([b[each]].flat()),
  );
}

/** `host:port`, IPv6 in brackets. */
export function endpointText({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function textOf(endpoints: readonly Endpoint[]): string {
  return endpoints.map(endpointText).join(' ');
}

/** `host:port`, `[v6]:port`; `undefined` when the text is neither. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

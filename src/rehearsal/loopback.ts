import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';

/** Where the devices of one rehearsal are on this machine, and where they are declared. */
export interface Loopback {
  /** Of the RADIUS server that is declared first; it stands for all of them. */
  readonly server: string;
  /** By name of the router. */
  readonly routers: ReadonlyMap<string, string>;
  /** Text in which addresses of this machine are those that are declared. */
  shown(text: string): string;
}

/**
 * Gives each device of a rehearsal an address of loopback that nobody else has.
 *
 * @param block the first three numbers: `127.9.4`
 * @throws RangeError when there are more routers than addresses
 */
export function loopbackFor(model: Model, block: string): Loopback {
  if (model.routers.length > mostRouters)
    throw new RangeError(`a rehearsal has room for ${mostRouters} routers, and ${model.routers.length} are declared`);
  const server = `${block}.1`;
  const routers = new Map(model.routers.map(({ name }, at) => [name, `${block}.${at + 2}`]));
  const declared = new Map<string, string>();
  const [first] = model.operator.radius.servers;
  if (first !== undefined) declared.set(server, first.address);
  for (const router of model.routers) {
    const here = routers.get(router.name);
    if (here !== undefined) declared.set(here, router.radius?.clientAddress ?? router.address);
  }
  const ours = new RegExp(`\\b${block.replaceAll('.', '\\.')}\\.\\d{1,3}\\b`, 'g');
  return { server, routers, shown: (text) => text.replaceAll(ours, (found) => declared.get(found) ?? found) };
}

const mostRouters = 200;

/** The model with devices where they are on this machine, and nothing that would go on by itself while nothing happens. Pure. */
export function rehearsed(model: Model, { server, routers }: Loopback): Model {
  const { operator } = model;
  const { portal } = operator;
  const http = portal.tls === undefined ? portal.publicUrl?.replace(/^https:/i, 'http:') : portal.publicUrl;
  return {
    ...model,
    operator: {
      ...operator,
      radius: {
        ...operator.radius,
        servers: operator.radius.servers.map((each) => ({ ...each, address: server })),
      },
      // Who takes TLS off in front of the portal is not there.
      portal: { ...portal, ...(http === undefined ? {} : { publicUrl: http }) },
      reconcile: { ...operator.reconcile, intervalMs: neverMs },
    },
    routers: model.routers.map((router) => routerHere(router, routers.get(router.name) ?? router.address)),
    omadaControllers: [],
  };
}

/** Longer than any rehearsal. */
const neverMs = 400 * 365 * 86_400_000;
/** As API connections come from it. */
const ourPrefix = '127.0.0.1/32';

function routerHere(router: Router, address: string): Router {
  const { api, radius, apiAccess } = router;
  const { tls: _, ...plain } = api ?? {};
  return {
    ...router,
    address,
    ...(api === undefined ? {} : { api: { ...api, ...plain, port: apiPort } as NonNullable<Router['api']> }),
    ...(radius === undefined ? {} : { radius: { ...radius, clientAddress: address } }),
    ...(apiAccess === undefined ? {} : { apiAccess: withUs(apiAccess) }),
  };
}

export const apiPort = 8728;

function withUs(access: NonNullable<Router['apiAccess']>): NonNullable<Router['apiAccess']> {
  const { plain: _, ...rest } = access;
  return { ...rest, addresses: rest.addresses.length === 0 ? [] : [...rest.addresses, ourPrefix] };
}

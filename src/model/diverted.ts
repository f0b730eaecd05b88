import { contains, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type { Model, Router } from './model.ts';

/** Whom routers bring to the portal in place of the page he asked for, and why. */
export interface Diverted {
  /** Name of the PortalSite. */
  readonly site: string;
  readonly why: 'suspended' | 'unknown-device';
}

/**
 * Which page somebody is to meet whose browser a router brought here from elsewhere: by the pool that his address lies in, else
 * the only one there is. Pure; `undefined` when there is none, or no telling.
 *
 * @param address as the connection has it; behind a router that hides it, its own
 */
export function divertedTo(model: Model, address: string): Diverted | undefined {
  const value = parseIpv4(address.replace(/^::ffff:/i, ''));
  const pages = allPages(model);
  const here = value === undefined ? undefined : pages.find(({ holds }) => holds(value));
  if (here !== undefined) return { site: here.site, why: here.why };
  const [first] = pages;
  const one = first !== undefined && pages.every(({ site, why }) => site === first.site && why === first.why);
  return one ? { site: first.site, why: first.why } : undefined;
}

interface Page extends Diverted {
  readonly holds: (address: number) => boolean;
}

function allPages({ routers, services }: Model): readonly Page[] {
  const unknown = routers.flatMap((router) =>
    router.dhcp.flatMap(({ unknownClients }): readonly Page[] => {
      const site = unknownClients?.redirect?.site;
      return site === undefined
        ? []
        : [{ site, why: 'unknown-device', holds: inPools([router], unknownClients?.pool, false) }];
    }),
  );
  const suspended = services.flatMap(({ onSuspend, pool, routers: offered }): readonly Page[] => {
    const there = routers.filter(({ name }) => offered?.includes(name) !== false);
    const site = onSuspend?.site;
    return site === undefined ? [] : [{ site, why: 'suspended', holds: inPools(there, pool, true) }];
  });
  return [...unknown, ...suspended];
}

/** Does an address lie in a pool of this name, or, where fixed ones count, in what is kept for them beside it? */
function inPools(routers: readonly Router[], name: string | undefined, fixed: boolean): Page['holds'] {
  return (address) =>
    routers.some(({ pools }) =>
      pools.some(
        (pool) =>
          pool.name === name &&
          contains(
            [...pool.ranges, ...(fixed ? pool.static : [])].flatMap((text) => parseIpv4Range(text) ?? []),
            address,
          ),
      ),
    );
}

import { contains, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type { Router } from './kinds/router.ts';
import type { Model } from './model.ts';
import { stepPlans } from './quota.ts';

/** Whom routers bring to the portal in place of the page he asked for, and why. */
export interface Diverted {
  /** Name of the PortalSite. */
  readonly site: string;
  readonly why: 'suspended' | 'unknown-device';
}

/** Which page a client is to meet, by its IPv4 address; `undefined` when there is none, or no telling. */
export type DivertedClients = (address: string) => Diverted | undefined;

/**
 * Which pages those are to meet whose browsers routers bring to the portal: somebody suspended by the address that is kept for
 * him, everybody by the pool that his address lies in, whoever is left by there being only one page. Pure.
 *
 * The address is as the connection has it: behind a router that hides it, its own.
 */
export function divertedClients(model: Model): DivertedClients {
  const fixed = fixedPages(model);
  const pages = allPages(model);
  const [first] = pages;
  const only = first !== undefined && pages.every((page) => isSame(page, first)) ? diverted(first) : undefined;
  return (text) => {
    const address = parseIpv4(text.replace(/^::ffff:/i, ''));
    if (address === undefined) return only;
    const inPool = pages.find(({ holds }) => holds(address));
    return fixed.get(address) ?? (inPool === undefined ? only : diverted(inPool));
  };
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
  const plans = services.flatMap((service) => [service, ...stepPlans(service).map(({ plan }) => plan)]);
  const suspended = plans.flatMap(({ onSuspend, pool, routers: offered }): readonly Page[] => {
    const there = routers.filter(({ name }) => offered?.includes(name) !== false);
    const site = onSuspend?.site;
    return site === undefined ? [] : [{ site, why: 'suspended', holds: inPools(there, pool, true) }];
  });
  return [...unknown, ...suspended];
}

function fixedPages({ subscriptions }: Model): ReadonlyMap<number, Diverted> {
  return new Map(
    subscriptions.flatMap(({ address, service }) => {
      const value = address === undefined ? undefined : parseIpv4(address);
      const site = service.onSuspend?.site;
      return value === undefined || site === undefined ? [] : [[value, { site, why: 'suspended' } as const]];
    }),
  );
}

function isSame(one: Diverted, other: Diverted): boolean {
  return one.site === other.site && one.why === other.why;
}

function diverted({ site, why }: Diverted): Diverted {
  return { site, why };
}

/** Does an address lie in a pool of this name, or, where fixed ones count, in what is kept for them beside it? */
function inPools(routers: readonly Router[], name: string | undefined, fixed: boolean): Page['holds'] {
  const ranges = routers
    .flatMap(({ pools }) => pools.filter((pool) => pool.name === name))
    .flatMap((pool) => [...pool.ranges, ...(fixed ? pool.static : [])])
    .flatMap((text) => parseIpv4Range(text) ?? []);
  return (address) => contains(ranges, address);
}

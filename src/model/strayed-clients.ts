import { contains, type Ipv4Range, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type { Model } from './model.ts';

/** Which site's page a client meets whom a router sends to the portal, whatever he asked for: by his IPv4 address. */
export type StrayedClients = (address: string) => string | undefined;

/**
 * Whose browsers routers send to the portal: clients of DHCP servers whom nobody declared, by the ranges of their pool, and
 * those whom a tariff has suspended, by their fixed address; where all suspended meet one site, by any other. Pure.
 */
export function strayedClients({ routers, services, subscriptions }: Model): StrayedClients {
  const pools = routers.flatMap(({ dhcp, pools: own }) =>
    dhcp.flatMap(({ unknownClients }) => {
      const site = unknownClients?.redirect?.site;
      const ranges = own.filter(({ name }) => name === unknownClients?.pool).flatMap((pool) => pool.ranges);
      return site === undefined ? [] : [{ site, ranges: ranges.flatMap(rangeOf) }];
    }),
  );
  const fixed = new Map(
    subscriptions.flatMap(({ address, service }) =>
      address === undefined || service.onSuspend?.site === undefined ? [] : [[address, service.onSuspend.site]],
    ),
  );
  const sites = new Set(services.flatMap(({ onSuspend }) => onSuspend?.site ?? []));
  const [only] = sites.size === 1 ? sites : [];
  return (text) => {
    const address = parseIpv4(text.replace(/^::ffff:/, ''));
    if (address === undefined) return only;
    return pools.find(({ ranges }) => contains(ranges, address))?.site ?? fixed.get(text) ?? only;
  };
}

function rangeOf(text: string): readonly Ipv4Range[] {
  const range = parseIpv4Range(text);
  return range === undefined ? [] : [range];
}

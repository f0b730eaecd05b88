import ipaddr from 'ipaddr.js';
import type { Model, Operator, Origin, PortalSite, Router } from '../../model/model.ts';
import { servicesAt } from './rows.ts';

/** Clients of a router, by the address list they are on, who meet the page of a site and reach nothing else but its garden. */
export interface WalledClients {
  /** Address list that holds them. */
  readonly list: string;
  readonly site: PortalSite;
  /** Ranges and prefixes of which the list is made; absent: profiles, leases or RADIUS put clients on it. */
  readonly ranges?: readonly string[];
  readonly source: Origin;
}

/** Where browsers are sent that ask for a page by plain HTTP. */
export interface PortalDoor {
  /** IPv4: RouterOS translates addresses to addresses. */
  readonly address: string;
  readonly port: string;
}

/** Those whom a tariff has suspended, and clients of DHCP servers that nobody declared. One entry for each list. */
export function walledClients(model: Model, router: Router): readonly WalledClients[] {
  const sites = new Map(model.portalSites.map((site) => [site.name, site]));
  const found = new Map<string, WalledClients>();
  for (const { onSuspend, origin } of servicesAt(model, router)) {
    const site = sites.get(onSuspend?.site ?? '');
    if (onSuspend === undefined || site === undefined || found.has(onSuspend.addressList)) continue;
    found.set(onSuspend.addressList, { list: onSuspend.addressList, site, source: origin });
  }
  for (const { name, unknownClients, origin } of router.dhcp) {
    const site = sites.get(unknownClients?.redirect?.site ?? '');
    const ranges = router.pools.find((pool) => pool.name === unknownClients?.pool)?.ranges;
    if (site === undefined || ranges === undefined) continue;
    const list = `lastmile-unknown-${name}`;
    found.set(list, { list, site, ranges, source: origin });
  }
  return [...found.values()];
}

/** The sites whose gardens walled clients of this router reach, each once. */
export function gardenSites(model: Model, router: Router): readonly PortalSite[] {
  return [...new Set(walledClients(model, router).map(({ site }) => site))];
}

/** The address list of what clients reach from behind the page of a site. */
export function gardenList({ name }: Pick<PortalSite, 'name'>): string {
  return `lastmile-garden-${name}`;
}

/**
 * Where the portal takes plain HTTP under an address: where guests reach it, if that is by plain HTTP; else where it
 * listens, or, when that is every address, at the one that routers know as their first RADIUS server. Absent: nowhere.
 */
export function portalDoor({ portal, radius }: Pick<Operator, 'portal' | 'radius'>): PortalDoor | undefined {
  const url = portal.publicUrl === undefined ? undefined : new URL(portal.publicUrl);
  if (url?.protocol === 'http:' && isAddress(url.hostname)) return { address: url.hostname, port: url.port || '80' };
  const { host, port } = portal.listen;
  const address = ['0.0.0.0', '::'].includes(host) ? radius.servers[0]?.address : host;
  if (portal.tls !== undefined || address === undefined || !isAddress(address)) return undefined;
  return { address, port: String(port) };
}

function isAddress(host: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(host);
}

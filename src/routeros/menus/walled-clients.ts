import type { PortalSite } from '../../model/kinds/portal-site.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { ServicePlan } from '../../model/kinds/service.ts';
import type { Model } from '../../model/model.ts';
import type { Origin } from '../../model/origin.ts';
import { stepPlans } from '../../model/quota.ts';
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

/** Those whom a tariff has suspended, or whose quota is used up, and clients of DHCP servers that nobody declared. One entry for each list. */
export function walledClients(model: Model, router: Router): readonly WalledClients[] {
  const sites = new Map(model.portalSites.map((site) => [site.name, site]));
  const found = new Map<string, WalledClients>();
  for (const { onSuspend, origin } of servicesAt(model, router).flatMap(withSteps)) {
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

/** A tariff, and what becomes of it at steps of its quotas. */
function withSteps(service: ServicePlan): readonly ServicePlan[] {
  return [service, ...stepPlans(service).map(({ plan }) => plan)];
}

/** The sites whose gardens walled clients of this router reach, each once. */
export function gardenSites(model: Model, router: Router): readonly PortalSite[] {
  return [...new Set(walledClients(model, router).map(({ site }) => site))];
}

/** The address list of what clients reach from behind the page of a site. */
export function gardenList({ name }: Pick<PortalSite, 'name'>): string {
  return `lastmile-garden-${name}`;
}

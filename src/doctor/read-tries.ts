import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import { siteOf } from '../routeros/menus/hotspot-site.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { type Garden, type SiteTries, triedHosts } from './tried-hosts.ts';

/** The first so many rows of a menu that pass the queries. */
export type SomeRows = (
  menu: string,
  fields: string,
  queries: readonly string[],
  most: number,
) => Promise<readonly RouterOsRow[]>;

/** A router may hold a hundred thousand connections: of those that were turned to it, and of guests, these are plenty. */
const mostGuests = 2000;
const mostConnections = 4000;
const mostNames = 20_000;
/** So many are asked about by their address. */
const mostAsked = 50;

/** Neither let in nor let through; flags that a version leaves out are not set. */
const waiting = ['?authorized=true', '?bypassed=true', '?#|!'];
const ends = 'src-address,src-port,dst-address,dst-port,reply-src-address,reply-src-port';

/**
 * What guests who are not let in tried in vain, at hotspots of this router that show a site. Where there is no such hotspot,
 * or nobody waits at one, nothing more is asked.
 */
export async function readTries(model: Model, router: Router, some: SomeRows): Promise<readonly SiteTries[]> {
  const gardens = gardensOf(model, router);
  if (gardens.length === 0) return [];
  const guests = await some('/ip/hotspot/host', 'address,to-address,server', waiting, mostGuests);
  if (guests.length === 0) return [];
  const turned = await some('/ip/firewall/connection', ends, ['?protocol=tcp', '?dstnat=true'], mostConnections);
  if (turned.length === 0) return [];
  const passed = await some('/ip/firewall/connection', ends, from(turned), mostConnections);
  // Version 6 has types and aliases here alone; every version has them here.
  const names = await some('/ip/dns/cache/all', 'name,type,data', ['?type=A', '?type=CNAME', '?#|'], mostNames);
  return triedHosts(gardens, { guests, turned, passed, names });
}

function gardensOf(model: Model, router: Router): readonly Garden[] {
  const { publicUrl } = model.operator.portal;
  const portal = publicUrl === undefined ? {} : { portal: new URL(publicUrl).hostname };
  return router.hotspots.flatMap((hotspot) => {
    const site = siteOf(model, router, hotspot);
    if (site === undefined) return [];
    return [{ site: site.name, hotspot: hotspot.name, address: hotspot.address, hosts: site.walledGarden, ...portal }];
  });
}

/** Connections that were not turned, from the first addresses that others came from. Version 6, which writes ports behind
 * addresses, has none that are from an address alone. */
function from(turned: readonly RouterOsRow[]): readonly string[] {
  const addresses = new Set(turned.flatMap((row) => row['src-address'] ?? []));
  const asked = [...addresses].slice(0, mostAsked).map((address) => `?src-address=${address}`);
  return [...asked, ...asked.slice(1).map(() => '?#|'), '?protocol=tcp', '?dstnat=true', '?#!'];
}

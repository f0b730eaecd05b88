import ipaddr from 'ipaddr.js';
import type { PortalSite } from '../../model/kinds/portal-site.ts';
import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import { siteOf } from './hotspot-site.ts';

/** One host that guests of a hotspot reach before they are let in. */
export interface WalledHost {
  readonly hotspot: Hotspot;
  readonly site: PortalSite;
  readonly host: string;
  readonly kind: 'name' | 'pattern' | 'address' | 'prefix';
  /** Of TCP. Absent: any port of any protocol. */
  readonly port?: string;
}

/** The hosts of every hotspot that shows a portal site: the portal itself, then those of the site, in its order. */
export function walledHosts(model: Model, router: Router): readonly WalledHost[] {
  return router.hotspots.flatMap((hotspot) => {
    const site = siteOf(model, router, hotspot);
    if (site === undefined) return [];
    const others = site.walledGarden.map((host) => ({ hotspot, site, host, kind: kindOf(host) }));
    return [...portalHost(model, hotspot, site), ...others.filter(first)];
  });
}

/** The owner of the row for a host: unique in each of the two menus. */
export function ownerOfHost({ hotspot, site, host, port }: WalledHost): string {
  const part = [hotspot.name, host, ...(port === undefined ? [] : [port])].map(encodeURIComponent).join(':');
  return `PortalSite/${site.name}#${part}`;
}

function portalHost(model: Model, hotspot: Hotspot, site: PortalSite): readonly WalledHost[] {
  const { publicUrl } = model.operator.portal;
  if (publicUrl === undefined) return [];
  const { hostname: host, port, protocol } = new URL(publicUrl);
  return [{ hotspot, site, host, kind: kindOf(host), port: port || (protocol === 'https:' ? '443' : '80') }];
}

function first({ host }: WalledHost, at: number, all: readonly WalledHost[]): boolean {
  return all.findIndex((each) => each.host === host) === at;
}

function kindOf(host: string): WalledHost['kind'] {
  if (ipaddr.IPv4.isValidCIDR(host)) return 'prefix';
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return 'address';
  return host.includes('*') ? 'pattern' : 'name';
}

import type { PortalSite } from '../../model/kinds/portal-site.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { Origin } from '../../model/origin.ts';
import { portalDoor } from '../../model/portal-door.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, ranges, yesNo } from '../canonical.ts';
import { dnsGuardEntries } from './dns-guard.ts';
import type { Menu } from './menu.ts';
import { ownerOf, rowIdentity } from './rows.ts';
import { gardenList, gardenSites, walledClients } from './walled-clients.ts';

/**
 * Addresses by the name of a list, for rules of the firewall. RouterOS: IP > Firewall > Address Lists. Ours hold what
 * walled clients reach (a name is resolved by the router, into dynamic entries), and the fake pools of unknown clients.
 */
export const firewallAddressList = {
  path: '/ip/firewall/address-list',
  identity: ['list', 'address'],
  comment: true,
  sparing: true,
  fields: {
    list: {},
    address: { canonical: listAddress },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => {
    const gardens = gardenSites(model, router).flatMap((site) => gardenRows(model, router, site));
    const pools = walledClients(model, router).flatMap(({ list, ranges: own = [], source }) =>
      own.map((range) => entry(router, list, range, source)),
    );
    return [...gardens, ...pools, ...dnsGuardEntries(router)];
  },
} satisfies Menu;

/** What has a `*` has no address; a hotspot's own walled garden knows it by name. */
function gardenRows(model: Model, router: Router, site: PortalSite): readonly Row[] {
  const { publicUrl } = model.operator.portal;
  const portal = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const door = portalDoor(model.operator);
  const hosts = [...portal, ...(door === undefined ? [] : [door.address]), ...site.walledGarden];
  const known = [...new Set(hosts.map(listAddress))].filter((host) => !host.includes('*') && !host.startsWith('['));
  return known.map((host) => entry(router, gardenList(site), host, site.origin));
}

function entry(router: Router, list: string, text: string, source: Origin): Row {
  const fields = { list, address: listAddress(text), disabled: 'no' };
  return {
    menu: '/ip/firewall/address-list',
    identity: rowIdentity(fields.list, fields.address),
    owner: ownerOf(router, 'list', list, fields.address),
    source,
    fields,
  };
}

/** An address, a range, or a name. A prefix is kept as it is: whether the router turns it into a range is not known. */
function listAddress(text: string): string {
  if (!/^[\d./\s-]+$/.test(text)) return text.toLowerCase();
  return text.includes('/') ? address(text) : ranges(text);
}

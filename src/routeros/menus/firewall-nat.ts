import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import { portalDoor } from '../../model/portal-door.ts';
import type { Row } from '../../reconcile/row.ts';
import { yesNo } from '../canonical.ts';
import { firewallMatchers, noMatchers } from './firewall-filter.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';
import { sharedAddressRows } from './shared-addresses.ts';
import { gardenList, walledClients } from './walled-clients.ts';

/**
 * Where packets are sent instead. RouterOS: IP > Firewall > NAT. Clients who are to meet a page and ask for another by plain
 * HTTP get the portal: nothing can do so for HTTPS. In front of every other rule for addresses of destination. And addresses
 * that many share.
 */
export const firewallNat = {
  path: '/ip/firewall/nat',
  identity: 'marker',
  comment: true,
  ordered: true,
  sparing: true,
  refuses: ({ chain, disabled }) => chain === 'dstnat' && disabled === 'no',
  fields: {
    chain: {},
    ...firewallMatchers,
    action: { default: 'accept' },
    'to-addresses': { clear: 'unset' },
    'to-ports': { clear: 'unset' },
    'jump-target': { clear: 'unset' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => [...sharedAddressRows(router, noMatchers), ...portalRows(model, router)],
} satisfies Menu;

function portalRows(model: Model, router: Router): readonly Row[] {
  const door = portalDoor(model.operator);
  if (door === undefined) return [];
  return walledClients(model, router).map(({ list, site, source }): Row => {
    const owner = ownerOf(router, 'nat', list);
    return {
      menu: '/ip/firewall/nat',
      identity: owner,
      owner,
      source,
      fields: {
        chain: 'dstnat',
        ...noMatchers,
        'src-address-list': list,
        'dst-address-list': `!${gardenList(site)}`,
        protocol: 'tcp',
        'dst-port': '80',
        action: 'dst-nat',
        'to-addresses': door.address,
        'to-ports': door.port,
        disabled: 'no',
      },
    };
  });
}

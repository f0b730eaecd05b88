import type { DhcpServer, Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { formatTime, time, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/**
 * DHCP servers. RouterOS: IP > DHCP Server. `use-radius` is an enum of words, `accounting` among them. Who is unknown to a
 * server without RADIUS gets from its pool whatever is in there: where unknown clients have a pool of their own, that is
 * the server's, and those we know have leases.
 */
export const dhcpServer = {
  path: '/ip/dhcp-server',
  identity: ['name'],
  comment: true,
  // Of one interface and relay there is one server that is not disabled.
  aside: ['disabled', 'yes'],
  fields: {
    name: {},
    interface: { unique: () => true },
    'address-pool': { default: 'static-only', references: '/ip/pool' },
    'lease-time': { default: '10m', canonical: time },
    'use-radius': { default: 'no', canonical: yesNo },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (_model, router) => router.dhcp.map((server) => serverRow(router, server)),
} satisfies Menu;

function serverRow(router: Router, server: DhcpServer): Row {
  const { name, leaseSeconds, radius } = server;
  const pool = radius ? server.pool : (server.unknownClients?.pool ?? server.pool);
  return {
    menu: '/ip/dhcp-server',
    identity: name,
    owner: ownerOf(router, 'dhcp', name),
    source: server.origin,
    fields: {
      name,
      interface: server.interface,
      'address-pool': pool ?? 'static-only',
      ...(leaseSeconds === undefined ? {} : { 'lease-time': formatTime(leaseSeconds * 1000) }),
      'use-radius': radius ? 'yes' : 'no',
      disabled: 'no',
    },
  };
}

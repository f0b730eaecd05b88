import { contains, parseIpv4, parseIpv4Range } from '../../model/ipv4.ts';
import type { DhcpServer, Router, Subscription } from '../../model/model.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/target.ts';
import { address, macAddress, rateLimit, wordSet, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { addressListsOf, addressOfDevice, localSubscriptions, ownerOfDevice, rowIdentity } from './rows.ts';

/**
 * Static leases: devices that the router knows by itself. RouterOS: IP > DHCP Server > Leases, where those in force are
 * dynamic rows among them. A lease names an address or a pool, and carries its speed itself. Who may not come in keeps the
 * lease, blocked: without it the device would be one that nobody knows.
 */
export const dhcpLease = {
  path: '/ip/dhcp-server/lease',
  identity: ['mac-address', 'server'],
  comment: true,
  fields: {
    'mac-address': { canonical: macAddress, unique: () => true },
    server: { default: 'all', references: '/ip/dhcp-server' },
    // Many may take theirs from one pool.
    address: { canonical: address, references: '/ip/pool', unique: (value) => parseIpv4(value) !== undefined },
    'rate-limit': { canonical: rateLimit },
    'address-lists': { canonical: wordSet },
    'block-access': { default: 'no', canonical: yesNo },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => localSubscriptions(model, router).flatMap((each) => leaseRows(router, each)),
} satisfies Menu;

function leaseRows(router: Router, subscription: Subscription): readonly Row[] {
  const { service, macs, state } = subscription;
  if (!service.access.includes('dhcp')) return [];
  return macs.map((mac) => {
    const fixed = addressOfDevice(subscription, mac);
    const server = serverFor(router, service.pool, fixed);
    const serverName = server?.name ?? 'all';
    return {
      menu: '/ip/dhcp-server/lease',
      identity: rowIdentity(mac, serverName),
      owner: ownerOfDevice(subscription, mac),
      source: subscription.origin,
      fields: {
        'mac-address': mac,
        server: serverName,
        address: fixed ?? service.pool ?? server?.pool ?? '',
        'rate-limit': service.rate === undefined ? '' : rateLimit(rateLimitText(service.rate)),
        'address-lists': addressListsOf(service),
        'block-access': state === 'active' ? 'no' : 'yes',
        disabled: 'no',
      },
    };
  });
}

/** The server whose clients have this address, else those of this pool, else the only one; absent: any. */
function serverFor({ dhcp }: Router, pool: string | undefined, fixed: string | undefined): DhcpServer | undefined {
  const byAddress = dhcp.find(({ network }) => network !== undefined && isInside(network.address, fixed));
  const byPool = dhcp.find((server) => pool !== undefined && server.pool === pool);
  return byAddress ?? byPool ?? (dhcp.length === 1 ? dhcp[0] : undefined);
}

function isInside(prefix: string, fixed: string | undefined): boolean {
  const range = parseIpv4Range(prefix);
  const address = fixed === undefined ? undefined : parseIpv4(fixed);
  return range !== undefined && address !== undefined && contains([range], address);
}

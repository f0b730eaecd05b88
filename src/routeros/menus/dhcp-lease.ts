import { contains, type Ipv4Range, parseIpv4, parseIpv4Range } from '../../model/ipv4.ts';
import type { DhcpServer, Router } from '../../model/kinds/router.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import { rateLimitText } from '../../model/rate-limit.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, formatTime, macAddress, noneAs, rateLimit, time, wordSet, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import {
  addressListsOf,
  addressOfDevice,
  localSubscriptions,
  mayComeIn,
  meetsPage,
  ownerOfDevice,
  suspendedPlan,
} from './rows.ts';

/**
 * Static leases: devices that the router knows by itself. RouterOS: IP > DHCP Server > Leases, where those in force are
 * dynamic rows among them. A device is one customer's, so its MAC alone makes the row, and the server is what may change.
 * A lease names an address or a pool, and carries its speed and its time itself. Who may not come in keeps the lease, blocked: without
 * it the device would be one that nobody knows. Only a lease that waits for a router without us is disabled: RADIUS is
 * asked about the device meanwhile.
 */
export const dhcpLease = {
  path: '/ip/dhcp-server/lease',
  identity: ['mac-address'],
  askedBy: 'mac-address',
  comment: true,
  // Disabled doubles are allowed.
  aside: ['disabled', 'yes'],
  fields: {
    'mac-address': { canonical: macAddress },
    server: { default: 'all', references: '/ip/dhcp-server' },
    // Many may take theirs from one pool.
    address: { canonical: address, references: '/ip/pool', unique: (value) => parseIpv4(value) !== undefined },
    'rate-limit': { canonical: rateLimit },
    // As on the server.
    'lease-time': { canonical: noneAs('0s', time), clear: { word: '0s' } },
    'address-lists': { canonical: wordSet },
    'block-access': { default: 'no', canonical: yesNo },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => localSubscriptions(model, router).flatMap((each) => leaseRows(router, each)),
} satisfies Menu;

function leaseRows(router: Router, subscription: Subscription): readonly Row[] {
  const { service, macs, fallback } = subscription;
  if (!service.access.includes('dhcp')) return [];
  const plan = (meetsPage(subscription) ? suspendedPlan(service) : undefined) ?? service;
  const { timeoutSeconds } = plan.sessions;
  return macs.map((mac) => {
    const fixed = addressOfDevice(subscription, mac);
    const server = serverFor(router, service.pool, fixed);
    return {
      menu: '/ip/dhcp-server/lease',
      identity: mac,
      owner: ownerOfDevice(subscription, mac),
      source: subscription.origin,
      fields: {
        'mac-address': mac,
        server: server?.name ?? 'all',
        address: fixed ?? service.pool ?? server?.pool ?? '',
        'rate-limit': plan.rate === undefined ? '' : rateLimit(rateLimitText(plan.rate)),
        'lease-time': timeoutSeconds === undefined ? '' : formatTime(timeoutSeconds * 1000),
        'address-lists': addressListsOf(plan),
        'block-access': mayComeIn(subscription) ? 'no' : 'yes',
        disabled: fallback === true ? 'yes' : 'no',
      },
    };
  });
}

/**
 * The server whose clients have this address, by its network or by the addresses of its pool, else the one with the pool
 * of the service, else the only one; absent: any.
 */
function serverFor(router: Router, pool: string | undefined, fixed: string | undefined): DhcpServer | undefined {
  const { dhcp } = router;
  const address = fixed === undefined ? undefined : parseIpv4(fixed);
  const byAddress = address === undefined ? undefined : serverOfAddress(router, address);
  const byPool = dhcp.find((server) => pool !== undefined && server.pool === pool);
  return byAddress ?? byPool ?? (dhcp.length === 1 ? dhcp[0] : undefined);
}

function serverOfAddress({ dhcp, pools }: Router, address: number): DhcpServer | undefined {
  return (
    narrowest(dhcp, address, ({ network }) => (network === undefined ? [] : [network.address])) ??
    narrowest(dhcp, address, (server) =>
      pools.filter(({ name }) => name === server.pool).flatMap((pool) => [...pool.static, ...pool.ranges]),
    )
  );
}

/** The first server with the smallest of the ranges that hold the address. */
function narrowest(
  servers: readonly DhcpServer[],
  address: number,
  rangesOf: (server: DhcpServer) => readonly string[],
): DhcpServer | undefined {
  const holding = servers.flatMap((server) => {
    const ranges = rangesOf(server).flatMap((text) => parseIpv4Range(text) ?? []);
    const sizes = ranges.filter((range) => contains([range], address)).map(sizeOf);
    return sizes.length === 0 ? [] : [{ server, size: Math.min(...sizes) }];
  });
  return holding.sort((one, other) => one.size - other.size)[0]?.server;
}

function sizeOf({ from, to }: Ipv4Range): number {
  return to - from;
}

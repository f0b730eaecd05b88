import { Secret } from '../../base/secret.ts';
import { contains, parseIpv4, parseIpv4Range } from '../../model/ipv4.ts';
import type { Hotspot, Router, Subscription } from '../../model/model.ts';
import type { Row } from '../../reconcile/target.ts';
import { address, macAddress, noneAs, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { localSubscriptions, ownerOfDevice, ownerOfSubscription, profileName, rowIdentity } from './rows.ts';

/**
 * Guests the router lets in by itself: by name on every hotspot, and devices by their MAC on each hotspot that takes
 * them. RouterOS: IP > Hotspot > Users. One that may not log in keeps a disabled row, so that the name stays taken. Of the
 * rows of one customer, who may be online by all of them at once, one has his fixed address.
 */
export const hotspotUser = {
  path: '/ip/hotspot/user',
  identity: ['name', 'server'],
  comment: true,
  fields: {
    name: {},
    server: { default: 'all', references: '/ip/hotspot' },
    // Devices may have none.
    password: { secret: true, absent: (row) => row['mac-address'] !== undefined },
    profile: { default: 'default', references: '/ip/hotspot/user/profile' },
    'mac-address': { canonical: noneAs('00:00:00:00:00:00', macAddress), clear: { word: '00:00:00:00:00:00' } },
    address: { canonical: noneAs('0.0.0.0', address), clear: { word: '0.0.0.0' } },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) =>
    localSubscriptions(model, router)
      .filter(({ service }) => service.access.includes('hotspot'))
      .flatMap((subscription) => rowsOf(router, subscription)),
} satisfies Menu;

function rowsOf(router: Router, subscription: Subscription): readonly Row[] {
  const fixed = fixedRow(router, subscription);
  return [...namedRow(subscription, fixed), ...deviceRows(router, subscription, fixed)];
}

function namedRow(subscription: Subscription, fixed: string | undefined): readonly Row[] {
  const { username, password } = subscription;
  if (username === undefined || password === undefined) return [];
  const identity = rowIdentity(username, 'all');
  return [
    {
      menu: '/ip/hotspot/user',
      identity,
      owner: ownerOfSubscription(subscription),
      source: subscription.origin,
      fields: { name: username, server: 'all', password, ...common(subscription, identity === fixed) },
    },
  ];
}

function deviceRows(router: Router, subscription: Subscription, fixed: string | undefined): readonly Row[] {
  return router.hotspots
    .filter(({ macAuth }) => macAuth !== undefined)
    .flatMap((hotspot) => subscription.macs.map((mac) => deviceRow(hotspot, subscription, mac, fixed)));
}

function deviceRow(
  { name: server, macAuth }: Hotspot,
  subscription: Subscription,
  mac: string,
  fixed: string | undefined,
): Row {
  const identity = rowIdentity(mac, server);
  return {
    menu: '/ip/hotspot/user',
    identity,
    owner: ownerOfDevice(subscription, mac, server),
    source: subscription.origin,
    fields: {
      name: mac,
      server,
      password: passwordOf(macAuth, mac),
      'mac-address': mac,
      ...common(subscription, identity === fixed),
    },
  };
}

/**
 * Identity of the row with the fixed address: of the first device, on the first hotspot that takes devices and has the
 * address; else of the name, where it is an address of every hotspot. Absent: of none.
 */
function fixedRow(router: Router, { address, macs, username }: Subscription): string | undefined {
  const value = address === undefined ? undefined : parseIpv4(address);
  if (value === undefined) return undefined;
  const serving = router.hotspots.filter((hotspot) => hasAddress(router, hotspot, value));
  const [mac] = macs;
  const hotspot = serving.find(({ macAuth }) => macAuth !== undefined);
  if (mac !== undefined && hotspot !== undefined) return rowIdentity(mac, hotspot.name);
  return username === undefined || serving.length < router.hotspots.length ? undefined : rowIdentity(username, 'all');
}

/** Whether guests of a hotspot may have an address, by the network of the DHCP server there and the hotspot's own pool. */
function hasAddress({ dhcp, pools }: Router, hotspot: Hotspot, address: number): boolean {
  const networks = dhcp.flatMap((server) =>
    server.interface === hotspot.interface && server.network !== undefined ? [server.network.address] : [],
  );
  const own = pools.filter(({ name }) => name === hotspot.pool).flatMap((pool) => [...pool.ranges, ...pool.static]);
  const ranges = [...networks, ...own].flatMap((text) => parseIpv4Range(text) ?? []);
  // Nobody declared where its guests are.
  return ranges.length === 0 || contains(ranges, address);
}

function passwordOf(macAuth: Hotspot['macAuth'], mac: string): Secret {
  const password = macAuth?.password ?? 'none';
  if (password === 'mac') return new Secret(mac);
  return password === 'none' ? new Secret('') : password;
}

function common({ service, state, address: fixed }: Subscription, isFixed: boolean) {
  return {
    profile: profileName(service),
    address: isFixed ? (fixed ?? '') : '',
    disabled: state === 'active' ? 'no' : 'yes',
  };
}

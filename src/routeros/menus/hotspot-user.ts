import { Secret } from '../../base/secret.ts';
import { placeOfFixedAddress } from '../../model/fixed-address.ts';
import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, macAddress, noneAs, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import {
  disabledOf,
  localSubscriptions,
  ownerOfDevice,
  ownerOfSubscription,
  profileNameFor,
  rowIdentity,
} from './rows.ts';

/**
 * Guests the router lets in by itself: by name on every hotspot, and devices by their MAC on each hotspot that takes
 * them. RouterOS: IP > Hotspot > Users. One that may not log in keeps a disabled row, so that the name stays taken. Of the
 * rows of one customer, who may be online by all of them at once, one has his fixed address.
 */
export const hotspotUser = {
  path: '/ip/hotspot/user',
  identity: ['name', 'server'],
  askedBy: 'name',
  comment: true,
  builtIn: true,
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

/** Identity of the row with the fixed address. */
function fixedRow(router: Router, subscription: Subscription): string | undefined {
  const place = placeOfFixedAddress(router, subscription);
  if (place === 'name') return rowIdentity(subscription.username ?? '', 'all');
  return place && rowIdentity(place.mac, place.hotspot);
}

function passwordOf(macAuth: Hotspot['macAuth'], mac: string): Secret {
  const password = macAuth?.password ?? 'none';
  if (password === 'mac') return new Secret(mac);
  return password === 'none' ? new Secret('') : password;
}

function common(subscription: Subscription, isFixed: boolean) {
  return {
    profile: profileNameFor(subscription),
    address: isFixed ? (subscription.address ?? '') : '',
    disabled: disabledOf(subscription),
  };
}

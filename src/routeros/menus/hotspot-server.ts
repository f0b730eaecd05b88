import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { formatTime, time, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { hotspotProfileName, ownerOf } from './rows.ts';

/** Hotspots, one for each interface. RouterOS: IP > Hotspot > Servers, which has no comment. */
export const hotspotServer = {
  path: '/ip/hotspot',
  identity: ['name'],
  comment: false,
  fields: {
    name: {},
    interface: { unique: () => true },
    profile: { default: 'default', references: '/ip/hotspot/profile' },
    'address-pool': { default: 'none', references: '/ip/pool' },
    'addresses-per-mac': { default: '2' },
    'keepalive-timeout': { default: 'none', canonical: time },
    'idle-timeout': { default: '5m', canonical: time },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (_model, router) => router.hotspots.map((hotspot) => serverRow(router, hotspot)),
} satisfies Menu;

function serverRow(router: Router, hotspot: Hotspot): Row {
  const { name, pool, addressesPerMac, keepaliveSeconds, idleSeconds } = hotspot;
  return {
    menu: '/ip/hotspot',
    identity: name,
    owner: ownerOf(router, 'hotspot', name),
    source: hotspot.origin,
    fields: {
      name,
      interface: hotspot.interface,
      profile: hotspotProfileName(hotspot),
      'address-pool': pool ?? 'none',
      // Only what is declared: an operator's own values for the rest stay.
      ...(addressesPerMac === undefined ? {} : { 'addresses-per-mac': String(addressesPerMac) }),
      ...(keepaliveSeconds === undefined ? {} : { 'keepalive-timeout': formatTime(keepaliveSeconds * 1000) }),
      ...(idleSeconds === undefined ? {} : { 'idle-timeout': formatTime(idleSeconds * 1000) }),
      // The console and the wizard of RouterOS differ in what they make of it when it is not told.
      disabled: 'no',
    },
  };
}

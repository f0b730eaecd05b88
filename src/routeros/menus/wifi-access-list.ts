import { Secret } from '../../base/secret.ts';
import { macAddress, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { usesRadius } from './rows.ts';
import { wirelessDevices } from './wireless-rows.ts';

/**
 * Which devices may come into a wireless network of the newer drivers. RouterOS: WiFi > Access List, since 7.13; missing
 * without such a driver. The first row that matches counts, and a device that none matches is let in. Where the router asks
 * RADIUS about wireless, the row that says so stands behind those of devices.
 */
export const wifiAccessList = {
  path: '/interface/wifi/access-list',
  identity: 'marker',
  comment: true,
  ordered: true,
  optional: true,
  sparing: true,
  refuses: ({ disabled }) => disabled === 'no',
  fields: {
    'mac-address': { canonical: macAddress },
    action: { default: 'accept' },
    passphrase: { secret: true, absent: () => true, clear: 'unset' },
    interface: { clear: 'unset' },
    'ssid-regexp': { clear: 'unset' },
    'mac-address-mask': { clear: 'unset' },
    'signal-range': { clear: 'unset' },
    time: { clear: 'unset' },
    'vlan-id': { clear: 'unset' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => {
    const devices = wirelessDevices(model, router).map(({ subscription, mac, owner, admitted, disabled }) => {
      const action = admitted ? 'accept' : 'reject';
      return {
        menu: '/interface/wifi/access-list',
        identity: owner,
        owner,
        source: subscription.origin,
        fields: {
          'mac-address': mac,
          action,
          passphrase: subscription.passphrase ?? new Secret(''),
          ...unnarrowed,
          disabled,
        },
      };
    });
    if (!usesRadius(model, router, 'wireless')) return devices;
    const owner = `Router/${router.name}#wifi-radius`;
    const ask = {
      menu: '/interface/wifi/access-list',
      identity: owner,
      owner,
      source: router.origin,
      fields: { 'mac-address': '', action: 'query-radius', ...unnarrowed, disabled: 'no' },
    };
    return [...devices, ask];
  },
} satisfies Menu;

const unnarrowed = {
  interface: '',
  'ssid-regexp': '',
  'mac-address-mask': '',
  'signal-range': '',
  time: '',
  'vlan-id': '',
};

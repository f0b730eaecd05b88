import { Secret } from '../../base/secret.ts';
import { macAddress, noneAs, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { rowIdentity } from './rows.ts';
import { wirelessDevices } from './wireless-rows.ts';

/**
 * Which devices may come into a wireless network of the older drivers. RouterOS: Wireless > Access List; missing without
 * the package `wireless`. RADIUS is asked by a setting of the security profile, about devices that no row matches.
 */
export const wirelessAccessList = {
  path: '/interface/wireless/access-list',
  identity: ['mac-address'],
  comment: true,
  ordered: true,
  optional: true,
  sparing: true,
  refuses: ({ disabled, ...fields }) => disabled === 'no' && fields['mac-address'] === '',
  narrowing: ['interface', 'signal-range', 'time'],
  fields: {
    'mac-address': { canonical: noneAs('00:00:00:00:00:00', macAddress) },
    authentication: { default: 'yes', canonical: yesNo },
    'private-pre-shared-key': { secret: true, absent: () => true },
    interface: { canonical: noneAs('any', same), clear: { word: 'any' } },
    'signal-range': { canonical: noneAs('-120..120', same), clear: { word: '-120..120' } },
    time: { clear: 'unset' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) =>
    wirelessDevices(model, router).map(({ subscription, mac, owner, admitted, disabled }) => ({
      menu: '/interface/wireless/access-list',
      identity: rowIdentity(mac),
      owner,
      source: subscription.origin,
      fields: {
        'mac-address': mac,
        authentication: admitted ? 'yes' : 'no',
        'private-pre-shared-key': subscription.passphrase ?? new Secret(''),
        interface: '',
        'signal-range': '',
        time: '',
        disabled,
      },
    })),
} satisfies Menu;

function same(value: string): string {
  return value;
}

import type { Menu } from '../menu.ts';
import { boolean, text, time } from '../value-types.ts';

/** Settings of all DHCP servers. `radius-password` is `empty`, `same-as-user`, or the password itself. */
export const dhcpConfig: Menu = {
  path: '/ip/dhcp-server/config',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: {
    'store-leases-disk': { type: time('immediately', 'never'), default: '5m' },
    'interim-update': { type: time(), default: '0s' },
    accounting: { type: boolean, default: 'yes' },
    'radius-password': { type: text, default: 'empty' },
  },
};

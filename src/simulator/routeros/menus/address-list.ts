import { isIP } from 'node:net';
import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, listAddress, text, time } from '../value-types.ts';
import { comment, enabled, shown } from './common.ts';

/** Entries with a timeout count it down and go when it is over. A name stands for the addresses it has. */
export const addressLists: Menu = {
  path: '/ip/firewall/address-list',
  kind: 'table',
  editsDynamic: true,
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['list', 'address'], message: 'already have such entry', amongEnabled: true }],
  properties: {
    list: { type: text, mandatory: true },
    address: { type: listAddress, mandatory: true },
    timeout: { type: time(), leftOutAt: '' },
    'creation-time': shown,
    dynamic: { type: boolean, default: 'no' },
    disabled: enabled,
    comment,
  },
};

/** The twin for IPv6: a prefix or a name. */
export const addressLists6: Menu = {
  ...addressLists,
  path: '/ipv6/firewall/address-list',
  properties: {
    ...addressLists.properties,
    address: { type: { parse: (value) => (isIP(value) === 6 ? `${value}/128` : value) }, mandatory: true },
  },
};

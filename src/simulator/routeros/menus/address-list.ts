import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, listAddress, text, time } from '../value-types.ts';
import { comment, enabled, shown } from './common.ts';

export const addressLists: Menu = {
  path: '/ip/firewall/address-list',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['list', 'address'], message: 'already have such entry', amongEnabled: true }],
  properties: {
    list: { type: text, mandatory: true },
    address: { type: listAddress, mandatory: true },
    timeout: { type: time() },
    'creation-time': shown,
    dynamic: { type: boolean, default: 'no' },
    disabled: enabled,
    comment,
  },
};

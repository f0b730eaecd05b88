import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { oneOf, prefixes, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

export const users: Menu = {
  path: '/user',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  writePolicy: 'policy',
  unique: [{ properties: ['name'], message: 'user with the same name already exists' }],
  properties: {
    name,
    group: { type: reference('/user/group'), mandatory: true },
    password: { type: text, mandatory: true, writeOnly: true },
    address: { type: prefixes, default: '' },
    'last-logged-in': shown,
    'inactivity-timeout': { type: time(), default: '10m', since: '7.16' },
    'inactivity-policy': { type: oneOf('none', 'logout', 'lockscreen'), default: 'none', since: '7.16' },
    expired: flag,
    disabled: enabled,
    comment,
  },
};

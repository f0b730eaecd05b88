import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import { reference, references } from '../value-types.ts';
import { comment, enabled, flag, name } from './common.ts';

const builtIn = ['all', 'none', 'dynamic', 'static'];

/** Names for sets of interfaces: what firewall rules match. */
export const interfaceLists: Menu = {
  path: '/interface/list',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  // The router's own words for these are not known.
  unique: [{ properties: ['name'], message: 'already have list with such name' }],
  keep: (values) => (values.get('builtin') === 'true' ? failure('can not remove builtin list') : undefined),
  properties: {
    name,
    include: { type: references('/interface/list'), default: '' },
    exclude: { type: references('/interface/list'), default: '' },
    builtin: flag,
    dynamic: flag,
    comment,
  },
  initial: builtIn.map((list, index) => ({ id: 0x200_0000 + index, values: { name: list, builtin: 'true' } })),
};

export const interfaceListMembers: Menu = {
  path: '/interface/list/member',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['list', 'interface'], message: 'already have such member' }],
  properties: {
    list: { type: reference('/interface/list'), mandatory: true },
    interface: { type: reference('/interface'), mandatory: true },
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};

import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { clockTime, date } from '../time-values.ts';
import { noMatch } from '../trap.ts';
import { boolean, listOf, text, time, type ValueType } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';
import { policies } from './user-group.ts';

/** Rights of a script, in the order they were given: `read,write,test`. */
const policyNames: ValueType = {
  parse: (value, { argument }) => {
    const names = listOf(value);
    if (names.some((item) => !policies.includes(item))) throw noMatch(argument);
    return names.join(',');
  },
};

const policy: Property = {
  type: policyNames,
  default: 'ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon',
};

/** Scripts by name. */
export const systemScripts: Menu = {
  path: '/system/script',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'script',
  verbs: [...tableVerbs, 'comment', 'run'],
  // The router's own words for it are not known.
  unique: [{ properties: ['name'], message: 'item with this name already exists' }],
  properties: {
    name: { type: text },
    owner: { type: text },
    policy,
    'dont-require-permissions': { type: boolean, default: 'no' },
    'last-started': shown,
    'run-count': { ...shown, default: '0' },
    source: { type: text, default: '' },
    invalid: flag,
    comment,
  },
};

/** What runs at a time: the name of a script, or the script itself. `interval=0s` is once. */
export const systemScheduler: Menu = {
  path: '/system/scheduler',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'item with this name already exists' }],
  properties: {
    name,
    'start-date': { type: date },
    'start-time': { type: clockTime },
    interval: { type: time(), default: '0s' },
    'on-event': { type: text, default: '' },
    owner: shown,
    policy,
    'run-count': { ...shown, default: '0' },
    'next-run': shown,
    disabled: enabled,
    comment,
  },
};

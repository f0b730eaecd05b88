import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { noMatch } from '../trap.ts';
import { listOf, oneOf, prefixes, reference, text, time, type ValueType } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

/** Rights in the order the router lists them. */
export const policies: readonly string[] = [
  'local',
  'telnet',
  'ssh',
  'ftp',
  'reboot',
  'read',
  'write',
  'policy',
  'test',
  'winbox',
  'password',
  'web',
  'sniff',
  'sensitive',
  'api',
  'romon',
  'rest-api',
];

/** Stored as the names that were given; what they amount to is worked out by {@link policyAfter}. */
const policyList: ValueType = {
  parse: (value, { argument }) => {
    const names = listOf(value);
    if (names.some((item) => !policies.includes(item.replace(/^!/, '')))) throw noMatch(argument);
    return names.join(',');
  },
};

/** The text of a policy list after a cumulative write: granted rights first, then every denied one with `!`. */
export function policyAfter(before: string, written: string): string {
  const granted = new Set(listOf(before).filter((item) => !item.startsWith('!')));
  for (const item of listOf(written)) {
    if (item.startsWith('!')) granted.delete(item.slice(1));
    else granted.add(item);
  }
  const denied = policies.filter((policy) => !granted.has(policy)).map((policy) => `!${policy}`);
  return [...policies.filter((policy) => granted.has(policy)), ...denied].join(',');
}

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

const everything = policies.join(',');

export const userGroups: Menu = {
  path: '/user/group',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  writePolicy: 'policy',
  unique: [{ properties: ['name'], message: 'group with the same name already exists' }],
  properties: {
    name,
    policy: { type: policyList, default: '', combine: policyAfter },
    skin: { type: oneOf('default'), default: 'default' },
    comment,
  },
  initial: [
    { values: { name: 'read', policy: policyAfter(everything, '!ftp,!write,!policy') } },
    { values: { name: 'write', policy: policyAfter(everything, '!ftp,!policy') } },
    { values: { name: 'full', policy: policyAfter('', everything) } },
  ],
};

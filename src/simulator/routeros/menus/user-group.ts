import type { Menu } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { noMatch } from '../trap.ts';
import { listOf, oneOf, type ValueType } from '../value-types.ts';
import { comment, name } from './common.ts';

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

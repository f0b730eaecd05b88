import type { InitialRow, Menu } from '../menu.ts';
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

/** Those of version 6. */
const policies6: readonly string[] = [...policies.filter((policy) => policy !== 'rest-api'), 'dude', 'tikapp'];

/** Stored as the names that were given; what they amount to is worked out by {@link policyAfter}. */
const policyList = (known: readonly string[]): ValueType => ({
  parse: (value, { argument }) => {
    const names = listOf(value);
    if (names.some((item) => !known.includes(item.replace(/^!/, '')))) throw noMatch(argument);
    return names.join(',');
  },
});

/** The text of a policy list after a cumulative write: granted rights first, then every denied one with `!`. */
export function policyAfter(before: string, written: string, known: readonly string[] = policies): string {
  const granted = new Set(listOf(before).filter((item) => !item.startsWith('!')));
  for (const item of listOf(written)) {
    if (item.startsWith('!')) granted.delete(item.slice(1));
    else granted.add(item);
  }
  const denied = known.filter((policy) => !granted.has(policy)).map((policy) => `!${policy}`);
  return [...known.filter((policy) => granted.has(policy)), ...denied].join(',');
}

/** The groups a router comes with. */
function builtIn(known: readonly string[], versions: Pick<InitialRow, 'since' | 'goneSince'>): readonly InitialRow[] {
  const everything = known.join(',');
  return [
    { ...versions, values: { name: 'read', policy: policyAfter(everything, '!ftp,!write,!policy', known) } },
    { ...versions, values: { name: 'write', policy: policyAfter(everything, '!ftp,!policy', known) } },
    { ...versions, values: { name: 'full', policy: everything } },
  ];
}

export const userGroups: Menu = {
  path: '/user/group',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  writePolicy: 'policy',
  unique: [{ properties: ['name'], message: 'group with the same name already exists' }],
  properties: {
    name,
    policy: {
      type: policyList(policies),
      default: '',
      combine: (before, written) => policyAfter(before, written),
      before: [
        '7',
        { type: policyList(policies6), combine: (before, written) => policyAfter(before, written, policies6) },
      ],
    },
    skin: { type: oneOf('default'), default: 'default' },
    comment,
  },
  initial: [...builtIn(policies6, { goneSince: '7' }), ...builtIn(policies, { since: '7' })],
};

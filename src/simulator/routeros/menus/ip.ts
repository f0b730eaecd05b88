import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, integer, listAddress, oneOf, poolRanges, prefixes, reference, text, time } from '../value-types.ts';
import { comment, enabled, name, shown } from './common.ts';

/** Address ranges. `total`, `used` and `available` are counted when they are read. */
export const ipPool: Menu = {
  path: '/ip/pool',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'pool with such name exists' }],
  properties: {
    name,
    ranges: { type: poolRanges, mandatory: true },
    'next-pool': { type: reference('/ip/pool', 'none'), default: 'none', leftOutAt: 'none' },
    total: shown,
    used: shown,
    available: shown,
    comment,
  },
};

export const ipPoolUsed: Menu = {
  path: '/ip/pool/used',
  kind: 'table',
  verbs: ['print', 'get', 'listen'],
  properties: { pool: { ...shown, type: reference('/ip/pool') }, address: shown, owner: shown, info: shown },
};

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

const services: readonly (readonly [string, string, string])[] = [
  ['telnet', '23', 'yes'],
  ['ftp', '21', 'yes'],
  ['www', '80', 'no'],
  ['ssh', '22', 'no'],
  ['www-ssl', '443', 'yes'],
  ['api', '8728', 'no'],
  ['winbox', '8291', 'no'],
  ['api-ssl', '8729', 'no'],
];

/** Ways to manage the router: fixed rows. */
export const ipServices: Menu = {
  path: '/ip/service',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'set', ...switchVerbs],
  properties: {
    name: shown,
    port: { type: integer(1, 65_535) },
    address: { type: prefixes, default: '' },
    certificate: { type: oneOf('none'), default: 'none', leftOutAt: 'none' },
    'tls-version': { type: oneOf('any', 'only-1.2'), leftOutAt: 'any' },
    vrf: { type: oneOf('main'), default: 'main' },
    'max-sessions': { type: integer(1, 1000), default: '20', since: '7.16' },
    proto: { ...shown, default: 'tcp' },
    dynamic: { ...enabled, readonly: true },
    invalid: { ...enabled, readonly: true },
    disabled: enabled,
  },
  initial: services.map(([service, port, disabled], id) => ({ id, values: { name: service, port, disabled } })),
};

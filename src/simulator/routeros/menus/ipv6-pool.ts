import { prefix6 } from '../ipv6-values.ts';
import type { Menu } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { integer, reference } from '../value-types.ts';
import { comment, flag, name, shown } from './common.ts';

/** Prefixes to hand out pieces of; `prefix-length` is the size of a piece. */
export const ipv6Pool: Menu = {
  path: '/ipv6/pool',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'pool with such name exists' }],
  properties: {
    name,
    prefix: { type: prefix6 },
    'from-pool': { type: reference('/ipv6/pool'), since: '7.22' },
    'prefix-length': { type: integer(1, 128), mandatory: true },
    'actual-prefix': shown,
    'preferred-lifetime': shown,
    'valid-lifetime': shown,
    inactive: { ...flag, leftOutAt: 'false' },
    dynamic: flag,
    comment: { ...comment, since: '7' },
  },
};

/** Who holds which prefix. */
export const ipv6PoolUsed: Menu = {
  path: '/ipv6/pool/used',
  kind: 'table',
  verbs: ['print', 'get', 'listen'],
  properties: { pool: { ...shown, type: reference('/ipv6/pool') }, prefix: shown, owner: shown, info: shown },
};

import type { Menu } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { poolRanges, reference } from '../value-types.ts';
import { comment, name, shown } from './common.ts';

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

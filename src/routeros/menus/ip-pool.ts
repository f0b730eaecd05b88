import { ranges } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/** Address ranges handed to PPPoE and hotspot clients. RouterOS: IP > Pool. */
export const ipPool = {
  path: '/ip/pool',
  identity: ['name'],
  comment: true,
  fields: {
    name: {},
    ranges: { canonical: ranges },
    'next-pool': { default: 'none', references: '/ip/pool', clear: { word: 'none' } },
  },
  rows: (_model, router) =>
    router.pools
      .filter(({ ranges: own }) => own.length > 0)
      .map((pool) => ({
        menu: '/ip/pool',
        identity: pool.name,
        owner: ownerOf(router, 'pool', pool.name),
        source: pool.origin,
        fields: { name: pool.name, ranges: ranges(pool.ranges.join(',')), 'next-pool': pool.next ?? 'none' },
      })),
} satisfies Menu;

import { ipv6Prefix } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/** IPv6 prefixes that are divided among subscribers. RouterOS: IPv6 > Pool. Missing where RouterOS 6 has IPv6 switched off. */
export const ipv6Pool = {
  path: '/ipv6/pool',
  identity: ['name'],
  comment: true,
  optional: true,
  sparing: true,
  fields: { name: {}, prefix: { canonical: ipv6Prefix }, 'prefix-length': {} },
  rows: (_model, router) =>
    (router.ipv6Pools ?? []).map(({ name, prefix, prefixLength, origin }) => ({
      menu: '/ipv6/pool',
      identity: name,
      owner: ownerOf(router, 'ipv6-pool', name),
      source: origin,
      fields: { name, prefix: ipv6Prefix(prefix), 'prefix-length': String(prefixLength) },
    })),
} satisfies Menu;

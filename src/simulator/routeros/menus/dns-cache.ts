import type { Menu } from '../menu.ts';
import { flag, shown } from './common.ts';

/** Names that the router's resolver was asked for, with what came of it: an address, or the name that one stands for. */
export const dnsCache: Menu = {
  path: '/ip/dns/cache',
  kind: 'table',
  verbs: ['print', 'get'],
  properties: {
    name: shown,
    // Before version 7 it shows addresses alone, under a name that no later version has.
    address: { ...shown, goneSince: '7' },
    type: { ...shown, since: '7' },
    data: { ...shown, since: '7' },
    ttl: shown,
    static: flag,
  },
};

/** The same with records of every type. */
export const dnsCacheAll: Menu = {
  path: '/ip/dns/cache/all',
  kind: 'table',
  verbs: ['print', 'get'],
  properties: { name: shown, type: shown, data: shown, ttl: shown, static: flag, negative: flag },
};

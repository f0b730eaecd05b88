import type { Menu } from '../menu.ts';
import { boolean, integer, prefixes } from '../value-types.ts';
import { shown } from './common.ts';

/** Octets between pairs of addresses, until somebody takes them. Version 6 only. */
export const ipAccounting: Menu = {
  path: '/ip/accounting',
  kind: 'settings',
  goneSince: '7',
  verbs: ['print', 'get', 'set'],
  properties: {
    enabled: { type: boolean, default: 'no' },
    'account-local-traffic': { type: boolean, default: 'no' },
    threshold: { type: integer(1, 4_294_967_295), default: '256' },
  },
};

/** What `take` moved here; the pairs counted so far are gone from the router then. */
export const accountingSnapshot: Menu = {
  path: '/ip/accounting/snapshot',
  kind: 'table',
  goneSince: '7',
  verbs: ['print', 'get', 'take'],
  properties: {
    'src-address': shown,
    'dst-address': shown,
    packets: shown,
    bytes: shown,
    'src-user': { ...shown, leftOutAt: '' },
    'dst-user': { ...shown, leftOutAt: '' },
  },
};

/** What found the table full. */
export const accountingUncounted: Menu = {
  path: '/ip/accounting/uncounted',
  kind: 'settings',
  goneSince: '7',
  verbs: ['print', 'get'],
  properties: { packets: { ...shown, default: '0' }, bytes: { ...shown, default: '0' } },
};

export const accountingWebAccess: Menu = {
  path: '/ip/accounting/web-access',
  kind: 'settings',
  goneSince: '7',
  verbs: ['print', 'get', 'set'],
  properties: {
    'accessible-via-web': { type: boolean, default: 'no' },
    address: { type: prefixes, default: '0.0.0.0/0' },
  },
};

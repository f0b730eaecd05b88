import type { Menu } from '../menu.ts';
import { boolean, time } from '../value-types.ts';

export const pppAaa: Menu = {
  path: '/ppp/aaa',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: {
    'use-radius': { type: boolean, default: 'no' },
    accounting: { type: boolean, default: 'yes' },
    'interim-update': { type: time(), default: '0s' },
    'use-circuit-id-in-nas-port-id': { type: boolean, default: 'no' },
    'enable-ipv6-accounting': { type: boolean, default: 'no', since: '7.15' },
  },
};

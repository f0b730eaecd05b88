import type { Menu } from '../menu.ts';
import { flag, shown } from './common.ts';

/** Sessions. No counters here, in any version seen. Removing a row ends the session. */
export const pppActive: Menu = {
  path: '/ppp/active',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'remove'],
  properties: {
    name: shown,
    service: shown,
    'caller-id': shown,
    address: shown,
    uptime: shown,
    encoding: shown,
    'session-id': shown,
    'limit-bytes-in': shown,
    'limit-bytes-out': shown,
    radius: flag,
    comment: { ...shown, leftOutAt: '' },
  },
};

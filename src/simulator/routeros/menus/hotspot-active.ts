import type { Menu } from '../menu.ts';
import { comment, flag, shown } from './common.ts';

/** Guests online. Octets are from (`in`) and to (`out`) the guest. Removing a row logs out; a cookie stays. */
export const hotspotActive: Menu = {
  path: '/ip/hotspot/active',
  kind: 'table',
  nameProperty: 'user',
  verbs: ['print', 'get', 'listen', 'remove', 'login'],
  properties: {
    server: shown,
    user: shown,
    domain: shown,
    address: shown,
    'mac-address': shown,
    'login-by': shown,
    uptime: shown,
    'session-time-left': shown,
    'idle-time': shown,
    'idle-timeout': shown,
    'keepalive-timeout': shown,
    'bytes-in': shown,
    'bytes-out': shown,
    'packets-in': shown,
    'packets-out': shown,
    'limit-bytes-in': shown,
    'limit-bytes-out': shown,
    'limit-bytes-total': shown,
    advertisement: shown,
    radius: flag,
    blocked: flag,
    // That of the user's row, in versions before 7.21.
    comment: { ...comment, readonly: true, goneSince: '7.21' },
  },
};

import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { mac } from '../network-values.ts';
import { failure } from '../trap.ts';
import { address, octets, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

const octetLimit = { type: octets, leftOutAt: '0' };
const total = { ...shown, default: '0' };
const free = { type: text, leftOutAt: '' };

/**
 * Guests the router knows by itself. Counters are totals of sessions that ended, and limits are limits on those totals.
 * An address or MAC of zeros is none.
 */
export const hotspotUser: Menu = {
  path: '/ip/hotspot/user',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment', 'reset-counters'],
  unique: [{ properties: ['name', 'server'], message: 'already have user with this name for this server' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default user') : undefined),
  properties: {
    server: { type: reference('/ip/hotspot', 'all'), default: 'all', leftOutAt: 'all' },
    name,
    password: { type: text, default: '', leftOutAt: '', sensitive: true },
    'otp-secret': { type: text, leftOutAt: '', sensitive: true, since: '7.21.3' },
    address: { type: address(), leftOutAt: '0.0.0.0' },
    'mac-address': { type: mac, leftOutAt: '00:00:00:00:00:00' },
    profile: { type: reference('/ip/hotspot/user/profile'), default: 'default' },
    routes: free,
    email: free,
    'limit-uptime': { type: time(), leftOutAt: '0s' },
    'limit-bytes-in': octetLimit,
    'limit-bytes-out': octetLimit,
    'limit-bytes-total': octetLimit,
    uptime: { ...shown, default: '0s' },
    'bytes-in': total,
    'bytes-out': total,
    'packets-in': total,
    'packets-out': total,
    default: { ...flag, leftOutAt: 'false' },
    dynamic: flag,
    disabled: enabled,
    comment,
  },
  initial: [
    {
      id: 0,
      values: { name: 'default-trial', default: 'true', comment: 'counters and limits for trial users' },
    },
  ],
};

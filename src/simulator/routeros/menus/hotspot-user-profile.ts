import type { Menu } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import { boolean, integer, oneOf, oneOrPair, reference, text, time } from '../value-types.ts';
import { flag, name, optional } from './common.ts';

const free = { type: text, leftOutAt: '' };

/** Limits of a class of hotspot sessions. Changes reach sessions that start afterwards. */
export const hotspotUserProfile: Menu = {
  path: '/ip/hotspot/user/profile',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'unset'],
  unique: [{ properties: ['name'], message: 'profile with the same name already exists' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default profile') : undefined),
  properties: {
    name,
    'address-pool': { type: reference('/ip/pool', 'none'), default: 'none', leftOutAt: 'none' },
    'session-timeout': { type: time(), leftOutAt: '0s' },
    'idle-timeout': { ...optional(time('none')), default: 'none' },
    'keepalive-timeout': { ...optional(time('none')), default: '2m' },
    'status-autorefresh': { type: time('none'), default: '1m' },
    'shared-users': { type: integer(1, 4_294_967_294, 'unlimited'), default: '1' },
    'add-mac-cookie': { type: boolean, default: 'yes' },
    'mac-cookie-timeout': { ...optional(time()), default: '3d' },
    'rate-limit': free,
    'insert-queue-before': optional(reference('/queue/simple', 'first', 'bottom')),
    'parent-queue': optional(reference('/queue/simple', 'none')),
    'queue-type': optional(oneOrPair(reference('/queue/type'))),
    'address-list': { type: text, default: '' },
    'incoming-filter': free,
    'outgoing-filter': free,
    'incoming-packet-mark': free,
    'outgoing-packet-mark': free,
    'open-status-page': { type: oneOf('always', 'http-login'), default: 'always' },
    'transparent-proxy': { type: boolean, default: 'no' },
    advertise: { type: boolean, default: 'no' },
    'advertise-interval': free,
    'advertise-timeout': { type: time('immediately', 'never') },
    'advertise-url': free,
    'on-login': { type: text, default: '' },
    'on-logout': { type: text, default: '' },
    default: { ...flag, leftOutAt: 'false' },
  },
  initial: [{ id: 0, values: { name: 'default', default: 'true' } }],
};

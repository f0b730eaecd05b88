import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import { address, addressList, addressOrPool, boolean, integer, oneOf, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

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

/** Shown only once written, and taken away by `unset`. */
const optional = (type: Property['type'], since?: string): Property => ({
  type,
  clearable: true,
  unset: true,
  ...(since === undefined ? {} : { since }),
});
const choice = (...words: string[]): Property => ({
  type: oneOf('default', 'no', 'yes', ...words),
  default: 'default',
});

/** Settings of a class of PPP sessions. Changes reach sessions that start afterwards. */
export const pppProfile: Menu = {
  path: '/ppp/profile',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'unset', 'comment'],
  unique: [{ properties: ['name'], message: 'profile with the same name already exists' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default profile') : undefined),
  properties: {
    name,
    'local-address': optional(addressOrPool('/ip/pool')),
    'remote-address': optional(addressOrPool('/ip/pool')),
    'remote-ipv6-prefix-pool': { type: text },
    'remote-ipv6-prefix-reuse': optional(boolean, '7.20'),
    'dhcpv6-pd-pool': { type: text },
    'dhcpv6-lease-time': optional(time(), '7.20'),
    'dhcpv6-use-radius': optional(boolean, '7.20'),
    bridge: optional(text),
    'bridge-horizon': optional(integer(0, 429_496_729)),
    'bridge-learning': choice(),
    'bridge-path-cost': optional(integer(1, 200_000_000)),
    'bridge-port-priority': optional(integer(0, 240)),
    'bridge-port-trusted': optional(boolean, '7.17'),
    'bridge-port-vid': optional(integer(1, 4094), '7.17'),
    'incoming-filter': optional(text),
    'outgoing-filter': optional(text),
    'address-list': { type: text, default: '' },
    'interface-list': optional(text),
    'dns-server': optional(addressList),
    'wins-server': optional(addressList),
    'use-mpls': choice('required'),
    'use-compression': choice(),
    'use-encryption': choice('required'),
    'use-ipv6': { type: oneOf('default', 'no', 'yes', 'required'), default: 'yes' },
    'use-upnp': choice(),
    'only-one': choice(),
    'change-tcp-mss': { type: oneOf('default', 'no', 'yes'), default: 'yes' },
    'session-timeout': optional(time()),
    'idle-timeout': optional(time()),
    'rate-limit': optional(text),
    'insert-queue-before': optional(reference('/queue/simple', 'first', 'bottom')),
    'parent-queue': optional(reference('/queue/simple', 'none')),
    'queue-type': optional(text),
    'on-up': { type: text, default: '' },
    'on-down': { type: text, default: '' },
    default: flag,
    comment,
  },
  initial: [
    { id: 0, values: { name: 'default', default: 'true' } },
    { id: 0xfffffffe, values: { name: 'default-encryption', default: 'true', 'use-encryption': 'yes' } },
  ],
};

/** Subscribers the router knows by itself. `service` does not make a name unique. */
export const pppSecret: Menu = {
  path: '/ppp/secret',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'unset', 'comment'],
  unique: [{ properties: ['name'], message: 'secret with the same name already exists' }],
  properties: {
    name,
    service: { type: oneOf('any', 'async', 'pptp', 'pppoe', 'l2tp', 'ovpn', 'sstp'), default: 'any' },
    'caller-id': { type: text, default: '' },
    password: { type: text, default: '', sensitive: true },
    profile: { type: reference('/ppp/profile'), default: 'default' },
    'local-address': optional(address()),
    'remote-address': optional(address()),
    'remote-ipv6-prefix': optional(text),
    routes: { type: text, default: '', clearable: true },
    'ipv6-routes': { type: text, default: '' },
    'limit-bytes-in': { type: integer(0, Number.MAX_SAFE_INTEGER), default: '0' },
    'limit-bytes-out': { type: integer(0, Number.MAX_SAFE_INTEGER), default: '0' },
    'last-logged-out': { ...shown, default: '1970-01-01 00:00:00' },
    'last-caller-id': { ...shown, default: '' },
    'last-disconnect-reason': { ...shown, default: '' },
    disabled: enabled,
    comment,
  },
};

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

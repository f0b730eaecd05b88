import type { Menu, Property } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import {
  addressList,
  addressOrPool,
  boolean,
  integer,
  oneOf,
  oneOrPair,
  reference,
  text,
  time,
} from '../value-types.ts';
import { comment, flag, name, optional } from './common.ts';

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
    'remote-ipv6-prefix-pool': { type: reference('/ipv6/pool'), clearable: true },
    'remote-ipv6-prefix-reuse': optional(boolean, '7.20'),
    'dhcpv6-pd-pool': { type: reference('/ipv6/pool'), clearable: true },
    'dhcpv6-lease-time': optional(time(), '7.20'),
    'dhcpv6-use-radius': optional(boolean, '7.20'),
    bridge: optional(reference('/interface/bridge')),
    'bridge-horizon': optional(integer(0, 429_496_729)),
    'bridge-learning': choice(),
    'bridge-path-cost': optional(integer(1, 200_000_000)),
    'bridge-port-priority': optional(integer(0, 240)),
    'bridge-port-trusted': optional(boolean, '7.17'),
    'bridge-port-vid': optional(integer(1, 4094), '7.17'),
    'incoming-filter': optional(text),
    'outgoing-filter': optional(text),
    'address-list': { type: text, default: '' },
    'interface-list': optional(reference('/interface/list')),
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
    'queue-type': optional(oneOrPair(reference('/queue/type'))),
    'on-up': { type: text, default: '' },
    'on-down': { type: text, default: '' },
    default: flag,
    comment: { ...comment, since: '7' },
  },
  initial: [
    { id: 0, values: { name: 'default', default: 'true' } },
    { id: 0xfffffffe, values: { name: 'default-encryption', default: 'true', 'use-encryption': 'yes' } },
  ],
};

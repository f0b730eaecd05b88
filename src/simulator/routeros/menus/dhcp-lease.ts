import { isIPv4 } from 'node:net';
import type { Menu, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { mac } from '../network-values.ts';
import {
  addressOrPool,
  boolean,
  oneOrPair,
  reference,
  references,
  text,
  time,
  type ValueType,
} from '../value-types.ts';
import { comment, enabled, flag, optional, shown } from './common.ts';

const macOrNone: ValueType = { parse: (value, context) => (value === '' ? '' : mac.parse(value, context)) };

/** Left out of prints at this value. */
const absent = (type: Property['type'], at: string): Property => ({ type, leftOutAt: at });

/**
 * Leases: those an operator wrote down, and those in force (`dynamic`). Two static leases may not be for one client, nor
 * for one address; a lease of all servers stands in the way of each one's. `server` is left out when it is all.
 */
export const dhcpLeases: Menu = {
  path: '/ip/dhcp-server/lease',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'unset', 'comment', 'make-static', 'check-status'],
  unique: [
    ...(['mac-address', 'client-id'] as const).map((property) => ({
      properties: [property],
      message: 'already have static lease for this client',
      among: isStatic,
      apart: ofTwoServers,
    })),
    {
      properties: ['address'],
      message: 'already have static lease with this IP address',
      // Many may take theirs from one pool.
      among: (values) => isStatic(values) && isIPv4(values.get('address') ?? ''),
    },
  ],
  properties: {
    address: { type: addressOrPool('/ip/pool') },
    'mac-address': absent(macOrNone, ''),
    'client-id': absent(text, ''),
    'address-lists': { type: text, default: '' },
    server: { type: reference('/ip/dhcp-server', 'all'), default: 'all', leftOutAt: 'all' },
    'dhcp-option': { type: references('/ip/dhcp-server/option'), default: '' },
    'dhcp-option-set': absent(reference('/ip/dhcp-server/option/sets', 'none'), 'none'),
    'lease-time': absent(time(), '0s'),
    'rate-limit': absent(text, ''),
    routes: absent(text, ''),
    'block-access': absent(boolean, 'false'),
    'always-broadcast': absent(boolean, 'false'),
    'use-src-mac': absent(boolean, 'false'),
    'allow-dual-stack-queue': optional(boolean, '7'),
    'insert-queue-before': optional(reference('/queue/simple', 'first', 'bottom')),
    'parent-queue': optional(reference('/queue/simple', 'none'), '7'),
    'queue-type': optional(oneOrPair(reference('/queue/type')), '7'),
    'agent-circuit-id': { ...absent(text, ''), since: '7.21' },
    'agent-remote-id': { ...absent(text, ''), since: '7.21' },
    status: { ...shown, default: 'waiting' },
    'expires-after': shown,
    'last-seen': { ...shown, default: 'never' },
    age: shown,
    'active-address': shown,
    'active-mac-address': shown,
    'active-client-id': shown,
    'active-server': { ...shown, type: reference('/ip/dhcp-server') },
    'host-name': shown,
    'class-id': shown,
    'src-mac-address': shown,
    radius: flag,
    dynamic: flag,
    blocked: flag,
    disabled: enabled,
    comment,
  },
};

function isStatic(values: Values): boolean {
  return values.get('dynamic') !== 'true' && values.get('disabled') !== 'true';
}

function ofTwoServers(one: Values, other: Values): boolean {
  const [a, b] = [one.get('server'), other.get('server')];
  return a !== b && a !== 'all' && b !== 'all';
}

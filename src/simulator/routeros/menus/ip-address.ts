import { isIPv4 } from 'node:net';
import { networkOf } from '../../address-range.ts';
import type { Menu, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { mac } from '../network-values.ts';
import { invalidValue } from '../trap.ts';
import { address, boolean, integer, oneOf, reference, text, type ValueType } from '../value-types.ts';
import { comment, enabled, flag, optional, shown } from './common.ts';

/** `10.0.0.1/24`: an address with the length of its network; alone it is one of 32 bits. */
const interfaceAddress: ValueType = {
  parse: (value, { argument }) => {
    const [base = '', length = '32', rest] = value.split('/');
    if (!isIPv4(base) || rest !== undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) {
      throw invalidValue(argument);
    }
    return `${base}/${length}`;
  },
};

const ifTrue: Property = { ...flag, leftOutAt: 'false' };
/** A flag worked out from the row. */
const told = (holds: (values: Values) => boolean): Property => ({
  type: boolean,
  readonly: true,
  workedOut: (values) => String(holds(values)),
});
const interfaceOf: Property = {
  ...shown,
  type: reference('/interface'),
  workedOut: (values) => values.get('interface'),
};

/** The router's own addresses. */
export const ipAddresses: Menu = {
  path: '/ip/address',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['address', 'interface'], message: 'already have such address', amongEnabled: true }],
  properties: {
    address: { type: interfaceAddress, mandatory: true },
    network: { type: address(), workedOut: (values) => networkOf(values.get('address') ?? '') },
    netmask: { type: address(), shownWhen: () => false },
    broadcast: { type: address(), shownWhen: () => false },
    interface: { type: reference('/interface'), mandatory: true },
    'actual-interface': interfaceOf,
    invalid: flag,
    dynamic: flag,
    slave: { ...ifTrue, since: '7' },
    disabled: enabled,
    comment,
  },
};

export const arpTable: Menu = {
  path: '/ip/arp',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    address: { type: address(), default: '0.0.0.0' },
    'mac-address': { type: mac, default: '00:00:00:00:00:00' },
    interface: { type: reference('/interface'), mandatory: true },
    published: { type: boolean, default: 'no' },
    status: { ...shown, default: 'permanent', since: '7.16' },
    invalid: flag,
    dhcp: flag,
    dynamic: flag,
    complete: told((values) => values.get('mac-address') !== '00:00:00:00:00:00'),
    disabled: enabled,
    comment,
  },
};

/** Routes: those written down, and those that are there by an address or a session (`dynamic`). */
export const ipRoutes: Menu = {
  path: '/ip/route',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'unset', 'comment'],
  properties: {
    'dst-address': { type: interfaceAddress, default: '0.0.0.0/0' },
    'routing-table': { type: text, default: 'main', since: '7' },
    'routing-mark': { ...optional(text), goneSince: '7' },
    type: { type: oneOf('unicast', 'blackhole', 'prohibit', 'unreachable'), default: 'unicast', goneSince: '7' },
    gateway: optional(text),
    'immediate-gw': { ...shown, since: '7', workedOut: (values) => values.get('gateway') },
    'pref-src': optional(address()),
    'check-gateway': optional(oneOf('none', 'arp', 'ping', 'bfd')),
    blackhole: { type: { parse: () => '' }, clearable: true, unset: true, since: '7' },
    distance: { ...optional(integer(0, 255)), default: '1' },
    scope: { ...optional(integer(0, 255)), default: '30' },
    'target-scope': { ...optional(integer(0, 255)), default: '10' },
    'vrf-interface': optional(reference('/interface'), '7'),
    'suppress-hw-offload': { type: boolean, default: 'no', since: '7', goneSince: '7.21' },
    dynamic: flag,
    inactive: flag,
    active: told((values) => values.get('disabled') !== 'true'),
    static: { ...told((values) => values.get('dynamic') !== 'true'), leftOutAt: 'false' },
    connect: ifTrue,
    disabled: enabled,
    comment,
  },
};

/** Other people's networks on interfaces of their own. */
export const vrfs: Menu = {
  path: '/ip/vrf',
  kind: 'table',
  nameProperty: 'name',
  since: '7',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'comment'],
  unique: [{ properties: ['name'], message: 'already have vrf with such name' }],
  properties: {
    name: { type: text, mandatory: true },
    interfaces: { type: text, mandatory: true },
    builtin: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment,
  },
  initial: [{ id: 0, values: { name: 'main', interfaces: 'all', builtin: 'true' } }],
};

/** Who may use the router's neighbours' view: nothing is discovered here. */
export const neighbors: Menu = {
  path: '/ip/neighbor',
  kind: 'table',
  verbs: ['print', 'get', 'listen'],
  properties: {
    interface: shown,
    address: shown,
    'mac-address': shown,
    identity: shown,
    platform: shown,
    version: shown,
    board: shown,
  },
};

import { isIPv4 } from 'node:net';
import type { Menu, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, integer, oneOf, reference, references, text } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

/** What a DHCP server tells clients beside the usual. `value` is quoted text, a quoted address or number, or `0x…`. */
export const dhcpOptions: Menu = {
  path: '/ip/dhcp-server/option',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  // The router's own words for it are not known.
  unique: [{ properties: ['name'], message: 'option with such name already exists' }],
  properties: {
    name,
    code: { type: integer(1, 254, 'vendor-specific'), mandatory: true },
    value: { type: text, default: '' },
    force: { type: boolean, default: 'no', since: '7.1' },
    'raw-value': { ...shown, workedOut: rawValue },
    comment: { ...comment, since: '7.16' },
  },
};

export const dhcpOptionSets: Menu = {
  path: '/ip/dhcp-server/option/sets',
  kind: 'table',
  nameProperty: 'name',
  verbs: tableVerbs,
  unique: [{ properties: ['name'], message: 'option set with such name already exists' }],
  properties: { name, options: { type: references('/ip/dhcp-server/option'), mandatory: true } },
};

/** Where the router itself asks for an address. */
export const dhcpClients: Menu = {
  path: '/ip/dhcp-client',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'client',
  verbs: [...tableVerbs, ...switchVerbs, 'unset', 'comment'],
  unique: [{ properties: ['interface'], message: 'dhcp-client on that interface already exists' }],
  properties: {
    name: { type: text, since: '7.22' },
    interface: { type: reference('/interface'), mandatory: true },
    'add-default-route': { type: oneOf('yes', 'no', 'special-classless'), default: 'yes' },
    'default-route-distance': { type: integer(0, 255), default: '1' },
    'default-route-tables': { type: text, default: 'default', since: '7.18' },
    'use-peer-dns': { type: boolean, default: 'yes' },
    'use-peer-ntp': { type: boolean, default: 'yes' },
    'use-broadcast': { type: oneOf('always', 'both', 'never'), default: 'both', since: '7.20' },
    'dhcp-options': { type: text, default: 'hostname,clientid', clearable: true, unset: true },
    'allow-reconfigure': { type: boolean, default: 'no', since: '7.19' },
    'check-gateway': { type: oneOf('arp', 'bfd', 'none', 'ping'), default: 'none', since: '7.19' },
    'vlan-priority': { type: integer(0, 7), default: '0', since: '7.20' },
    dscp: { type: integer(0, 63), default: '0', since: '7.20' },
    script: { type: text, leftOutAt: '' },
    status: { ...shown, default: 'searching...' },
    address: shown,
    gateway: shown,
    'dhcp-server': shown,
    'primary-dns': shown,
    'secondary-dns': shown,
    'expires-after': shown,
    invalid: flag,
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};

/** The octets of a value as hex digits, part by part: `'10.0.0.1'` is four octets, `s'10.0.0.1'` its text. */
function rawValue(values: Values): string {
  const parts = (values.get('value') ?? '').matchAll(/(s?)'([^']*)'|0x([0-9A-Fa-f]*)/g);
  return [...parts]
    .map(([, asText, quoted, hex]) => hex?.toLowerCase() ?? octets(quoted ?? '', asText === 's'))
    .join('');
}

function octets(quoted: string, asText: boolean): string {
  if (!asText && isIPv4(quoted)) return Buffer.from(quoted.split('.').map(Number)).toString('hex');
  if (!asText && /^\d{1,3}$/.test(quoted) && Number(quoted) < 256) return Buffer.of(Number(quoted)).toString('hex');
  return Buffer.from(quoted, 'utf8').toString('hex');
}

import { isIPv4 } from 'node:net';
import type { Menu, Values } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { failure, invalidValue, type RouterTrap } from '../trap.ts';
import { address, addressList, boolean, integer, reference, references, text, type ValueType } from '../value-types.ts';
import { comment, flag, optional } from './common.ts';

/** `a.b.c.d/n`; an address alone is one of 32 bits. */
const network: ValueType = {
  parse: (value, { argument }) => {
    const [base = '', length = '32', ...rest] = value.split('/');
    if (!isIPv4(base) || !/^\d{1,2}$/.test(length) || Number(length) > 32 || rest.length > 0) {
      throw invalidValue(argument);
    }
    return `${base}/${length}`;
  },
};

const sets = reference('/ip/dhcp-server/option/sets', 'none', '');
const setOrNone: ValueType = {
  ...sets,
  parse: (value, context) => (value === 'none' ? '' : sets.parse(value, context)),
};

/** What clients are told beside their address. */
export const dhcpNetworks: Menu = {
  path: '/ip/dhcp-server/network',
  kind: 'table',
  verbs: [...tableVerbs, 'unset', 'comment'],
  unique: [{ properties: ['address'], message: 'such network already exists' }],
  check: refuseHostBits,
  properties: {
    address: { type: network, mandatory: true },
    gateway: { type: addressList, default: '' },
    netmask: { type: integer(0, 32), leftOutAt: '0' },
    'dns-server': { type: addressList, default: '' },
    'dns-none': { type: boolean, default: 'no' },
    'wins-server': { type: addressList, default: '' },
    'ntp-server': { type: addressList, default: '' },
    'ntp-none': { type: boolean, default: 'no', since: '7.20' },
    'caps-manager': { type: addressList, default: '' },
    domain: { type: text, default: '' },
    'next-server': optional(address()),
    'boot-file-name': { type: text, default: '' },
    'dhcp-option': { type: references('/ip/dhcp-server/option'), default: '' },
    'dhcp-option-set': { type: setOrNone, default: '' },
    dynamic: flag,
    comment,
  },
};

function refuseHostBits(values: Values): RouterTrap | undefined {
  const [base = '', length = '32'] = (values.get('address') ?? '').split('/');
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - Number(length)) === 0 ? undefined : failure('invalid network');
}

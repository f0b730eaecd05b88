import type { Menu, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure, type RouterTrap } from '../trap.ts';
import { address, boolean, integer, oneOf, text, time } from '../value-types.ts';
import { comment, enabled, flag } from './common.ts';

const types = ['A', 'AAAA', 'CNAME', 'FWD', 'MX', 'NS', 'NXDOMAIN', 'SRV', 'TXT'];

/** Names the router answers for itself. `type` is left out where it is A. */
export const dnsStatic: Menu = {
  path: '/ip/dns/static',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'comment'],
  unique: [
    { properties: ['name'], message: 'entry already exists', apart: answersDiffer },
    { properties: ['regexp'], message: 'entry already exists', apart: answersDiffer },
  ],
  check: refuseBroken,
  properties: {
    name: { type: text },
    regexp: { type: text },
    type: { type: oneOf(...types), default: 'A', leftOutAt: 'A' },
    address: { type: address() },
    cname: { type: text },
    'forward-to': { type: text },
    text: { type: text },
    ns: { type: text },
    'mx-preference': { type: integer(0, 65_535) },
    'mx-exchange': { type: text },
    'srv-priority': { type: integer(0, 65_535) },
    'srv-weight': { type: integer(0, 65_535) },
    'srv-port': { type: integer(0, 65_535) },
    'srv-target': { type: text },
    ttl: { type: time(), default: '1d' },
    'match-subdomain': { type: boolean, leftOutAt: 'false', since: '7' },
    'address-list': { type: text, leftOutAt: '', since: '7' },
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};

function answersDiffer(one: Values, other: Values): boolean {
  const parts = ['type', 'address', 'cname', 'forward-to', 'text', 'ns', 'mx-exchange', 'srv-target'];
  return parts.some((part) => one.get(part) !== other.get(part));
}

function refuseBroken(values: Values): RouterTrap | undefined {
  const [name = '', pattern = ''] = [values.get('name'), values.get('regexp')];
  if ((name === '') === (pattern === '')) return failure('only name or regexp allowed');
  const isMx = values.get('type') === 'MX';
  return isMx && !values.has('mx-exchange') ? failure('bad MX data') : undefined;
}

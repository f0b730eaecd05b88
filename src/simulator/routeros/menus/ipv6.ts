import { matcherTypes6, shaped } from '../firewall-values.ts';
import { prefix6 } from '../ipv6-values.ts';
import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, integer, oneOf, reference, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';
import { matchers, ruleProperties, ruleVerbs } from './firewall-rules.ts';

const yes: Property = { type: boolean, default: 'yes' };
const no: Property = { type: boolean, default: 'no' };

export const ipv6Addresses: Menu = {
  path: '/ipv6/address',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['address', 'interface'], message: 'already have such address', amongEnabled: true }],
  properties: {
    address: { type: prefix6, default: '::/64' },
    'from-pool': { type: reference('/ipv6/pool', ''), default: '' },
    interface: { type: reference('/interface'), mandatory: true },
    'actual-interface': { ...shown, type: reference('/interface'), workedOut: (values) => values.get('interface') },
    'eui-64': no,
    advertise: yes,
    'no-dad': no,
    'auto-link-local': { ...yes, since: '7.18' },
    invalid: flag,
    dynamic: flag,
    global: { type: boolean, readonly: true, workedOut: (values) => String(!isLinkLocal(values.get('address') ?? '')) },
    'link-local': {
      type: boolean,
      readonly: true,
      workedOut: (values) => String(isLinkLocal(values.get('address') ?? '')),
    },
    disabled: enabled,
    comment,
  },
};

/** What the router tells hosts of an interface about their network. */
export const ipv6Nd: Menu = {
  path: '/ipv6/nd',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    interface: { type: reference('/interface', 'all'), default: 'all' },
    'ra-interval': { type: shaped(/^[\dwdhms]+-[\dwdhms]+$/), default: '3m20s-10m' },
    'ra-delay': { type: time(), default: '3s' },
    mtu: { type: integer(1280, 65_535, 'unspecified'), default: 'unspecified' },
    'reachable-time': { type: time('unspecified'), default: 'unspecified' },
    'retransmit-interval': { type: time('unspecified'), default: 'unspecified' },
    'ra-lifetime': { type: time('none'), default: '30m' },
    'ra-preference': { type: oneOf('low', 'medium', 'high'), default: 'medium', since: '7' },
    'hop-limit': { type: integer(1, 255, 'unspecified'), default: 'unspecified' },
    'advertise-mac-address': yes,
    'advertise-dns': { type: oneOf('no', 'yes', 'self'), default: 'yes', before: ['7.18', { type: boolean }] },
    'managed-address-configuration': no,
    'other-configuration': no,
    dns: { type: text, default: '', since: '7' },
    pref64: { type: text, default: '', since: '7' },
    invalid: flag,
    default: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment: { ...comment, since: '7' },
  },
  initial: [{ values: { interface: 'all', default: 'true' } }],
};

const radiusWords = oneOf('no', 'yes', 'accounting');

export const dhcp6Servers: Menu = {
  path: '/ipv6/dhcp-server',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'server with such name already exists' }],
  properties: {
    name,
    interface: { type: reference('/interface'), mandatory: true },
    'address-pool': { type: reference('/ipv6/pool', 'static-only', ''), default: 'static-only' },
    'prefix-pool': { type: reference('/ipv6/pool', 'static-only', ''), default: 'static-only', since: '7.17' },
    'lease-time': { type: time(), default: '3d' },
    preference: { type: integer(0, 255), default: '255' },
    'rapid-commit': yes,
    'route-distance': { type: integer(0, 255), default: '1' },
    'dhcp-option': { type: text, default: '' },
    'binding-script': { type: text, leftOutAt: '' },
    'allow-dual-stack-queue': { type: boolean, leftOutAt: 'true' },
    'insert-queue-before': { type: reference('/queue/simple', 'first', 'bottom'), leftOutAt: 'first' },
    'parent-queue': { type: reference('/queue/simple', 'none'), leftOutAt: 'none' },
    // A yes or no in early versions of 7, words today; in which of them it changed is not known.
    'use-radius': { type: radiusWords, default: 'no', before: ['7.10', { type: boolean }] },
    'use-reconfigure': { ...no, since: '7.17' },
    'ignore-ia-na-bindings': { ...no, since: '7.20' },
    'address-lists': { type: text, default: '', since: '7.17' },
    duid: { ...shown, default: '0x0003000102005e100001' },
    dynamic: flag,
    invalid: flag,
    disabled: enabled,
    comment,
  },
};

export const ipv6Settings: Menu = {
  path: '/ipv6/settings',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: {
    'disable-ipv6': { ...no, before: ['7', { default: 'yes' }] },
    forward: yes,
    'accept-redirects': { type: oneOf('no', 'yes-if-forwarding-disabled'), default: 'yes-if-forwarding-disabled' },
    'accept-router-advertisements': {
      type: oneOf('no', 'yes', 'yes-if-forwarding-disabled'),
      default: 'yes-if-forwarding-disabled',
    },
    'accept-router-advertisements-on': { type: reference('/interface/list'), default: 'all', since: '7.21' },
    'max-neighbor-entries': { type: integer(0, 4_294_967_295), default: '8192' },
    'disable-link-local-address': { ...no, since: '7.18' },
    'multipath-hash-policy': { type: oneOf('l3', 'l3-inner', 'l4'), default: 'l3', since: '7.16' },
    'allow-fast-path': { ...yes, since: '7.18' },
    'ipv6-fast-path-active': { ...flag, since: '7.18' },
    'ipv6-fasttrack-active': { ...flag, since: '7.18' },
  },
};

const rejections = [
  ...['icmp-no-route', 'icmp-admin-prohibited', 'icmp-not-neighbour', 'icmp-address-unreachable'],
  ...['icmp-port-unreachable', 'tcp-reset', 'icmp-err-src-routing-header', 'icmp-headers-too-long'],
];

export const ipv6Filter: Menu = {
  path: '/ipv6/firewall/filter',
  kind: 'table',
  verbs: ruleVerbs,
  properties: {
    ...ruleProperties(
      [
        ...['accept', 'add-src-to-address-list', 'add-dst-to-address-list', 'jump', 'log', 'passthrough', 'return'],
        ...['drop', 'reject', 'fasttrack-connection'],
      ],
      { rejectWith: rejections },
    ),
    ...matchers(
      [
        ...['connection-bytes', 'connection-limit', 'connection-mark', 'connection-nat-state', 'connection-rate'],
        ...['connection-state', 'connection-type', 'content', 'dscp', 'dst-address', 'dst-address-list'],
        ...['dst-address-type', 'dst-limit', 'dst-port', 'headers', 'hop-limit', 'icmp-options', 'in-bridge-port'],
        ...['in-bridge-port-list', 'in-interface', 'in-interface-list', 'ingress-priority', 'ipsec-policy', 'limit'],
        ...['nth', 'out-bridge-port', 'out-bridge-port-list', 'out-interface', 'out-interface-list', 'packet-mark'],
        ...['packet-size', 'per-connection-classifier', 'port', 'priority', 'protocol', 'random', 'routing-mark'],
        ...['src-address', 'src-address-list', 'src-address-type', 'src-mac-address', 'src-port', 'tcp-flags'],
        ...['tcp-mss', 'time', 'tls-host', 'tos'],
      ],
      matcherTypes6,
    ),
  },
};

function isLinkLocal(prefix: string): boolean {
  return /^fe[89ab]/.test(prefix);
}

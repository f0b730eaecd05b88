import { shaped } from '../firewall-values.ts';
import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { failure } from '../trap.ts';
import { address, boolean, integer, oneOf, prefixes, reference, references, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

const settingsVerbs: Menu['verbs'] = ['print', 'get', 'set'];
const yes: Property = { type: boolean, default: 'yes' };
const no: Property = { type: boolean, default: 'no' };
const free: Property = { type: text, default: '' };
const count = (value: string): Property => ({ type: integer(0, 4_294_967_295), default: value });
const duration = (value: string): Property => ({ type: time(), default: value });

/** FastPath and FastTrack: whether they may be, whether they are, and what went that way, past queues and counters. */
export const ipSettings: Menu = {
  path: '/ip/settings',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    'ip-forward': yes,
    'send-redirects': yes,
    'accept-source-route': no,
    'accept-redirects': no,
    'secure-redirects': yes,
    'rp-filter': { type: oneOf('no', 'loose', 'strict'), default: 'no' },
    'tcp-syncookies': no,
    'tcp-timestamps': { type: oneOf('disabled', 'enabled', 'random-offset'), default: 'random-offset', since: '7.17' },
    'max-neighbor-entries': count('8192'),
    'arp-timeout': duration('30s'),
    'icmp-rate-limit': count('10'),
    'icmp-rate-mask': { type: shaped(/^0x[0-9A-Fa-f]+$/), default: '0x1818' },
    'icmp-errors-use-inbound-interface-address': { ...no, since: '7.17' },
    'route-cache': { ...yes, goneSince: '7.13' },
    'ipv4-multipath-hash-policy': { type: oneOf('l3', 'l3-inner', 'l4'), default: 'l3', since: '7.16' },
    'allow-fast-path': yes,
    'ipv4-fast-path-active': flag,
    'ipv4-fast-path-packets': { ...shown, default: '0' },
    'ipv4-fast-path-bytes': { ...shown, default: '0' },
    'ipv4-fasttrack-active': flag,
    'ipv4-fasttrack-packets': { ...shown, default: '0' },
    'ipv4-fasttrack-bytes': { ...shown, default: '0' },
  },
};

export const ipCloud: Menu = {
  path: '/ip/cloud',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    'ddns-enabled': {
      type: oneOf('auto', 'yes', 'no'),
      default: 'auto',
      before: ['7.17', { type: boolean, default: 'no' }],
    },
    'ddns-update-interval': { type: time('none'), default: 'none' },
    'update-time': yes,
    status: { ...shown, leftOutAt: '' },
  },
};

export const ipSsh: Menu = {
  path: '/ip/ssh',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    ciphers: { type: text, default: 'auto', since: '7.17' },
    'forwarding-enabled': { type: oneOf('no', 'local', 'remote', 'both'), default: 'no' },
    'always-allow-password-login': { ...no, goneSince: '7.21' },
    'password-authentication': {
      type: oneOf('no', 'yes', 'yes-if-no-key'),
      default: 'yes-if-no-key',
      since: '7.21',
    },
    'publickey-authentication-options': {
      type: oneOf('none', 'touch-required', 'verify-required'),
      default: 'none',
      since: '7.21',
    },
    'strong-crypto': no,
    'allow-none-crypto': { ...no, goneSince: '7.17' },
    'host-key-size': { type: oneOf('1024', '1536', '2048', '4096', '8192'), default: '2048' },
    'host-key-type': { type: oneOf('rsa', 'ed25519'), default: 'rsa', since: '7' },
  },
};

export const snmp: Menu = {
  path: '/snmp',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    enabled: no,
    contact: free,
    location: free,
    'engine-id': { type: text, default: '', goneSince: '7.10' },
    'engine-id-suffix': { ...free, since: '7.10' },
    'src-address': { type: address(), default: '::' },
    'trap-target': free,
    'trap-community': { type: reference('/snmp/community'), default: 'public' },
    'trap-version': { type: oneOf('1', '2', '3'), default: '1' },
    'trap-generators': { type: text, default: 'temp-exception' },
    'trap-interfaces': free,
    vrf: { type: oneOf('main'), default: 'main', since: '7' },
  },
};

export const snmpCommunities: Menu = {
  path: '/snmp/community',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'community with such name already exists' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default community') : undefined),
  properties: {
    name,
    addresses: { type: prefixes, default: '::/0' },
    security: { type: oneOf('none', 'authorized', 'private'), default: 'none' },
    'read-access': yes,
    'write-access': no,
    'authentication-protocol': { type: oneOf('MD5', 'SHA1'), default: 'MD5' },
    'encryption-protocol': { type: oneOf('DES', 'AES'), default: 'DES' },
    'authentication-password': { ...free, sensitive: true },
    'encryption-password': { ...free, sensitive: true },
    default: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment,
  },
  initial: [{ id: 0, values: { name: 'public', default: 'true' } }],
};

export const trafficFlow: Menu = {
  path: '/ip/traffic-flow',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    enabled: no,
    interfaces: { type: references('/interface', 'all'), default: 'all' },
    'cache-entries': { type: shaped(/^\d+[kM]?$/), default: '32k' },
    'active-flow-timeout': duration('30m'),
    'inactive-flow-timeout': duration('15s'),
    'packet-sampling': no,
    'sampling-interval': count('0'),
    'sampling-space': count('0'),
  },
};

export const trafficFlowTargets: Menu = {
  path: '/ip/traffic-flow/target',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs],
  properties: {
    'src-address': { type: address(), default: '0.0.0.0' },
    'dst-address': { type: address(), mandatory: true },
    port: { type: integer(0, 65_535), default: '2055' },
    version: { type: oneOf('1', '5', '9', 'ipfix'), default: '9' },
    'v9-template-refresh': count('20'),
    'v9-template-timeout': duration('30m'),
    disabled: enabled,
  },
};

export const connectionTracking: Menu = {
  path: '/ip/firewall/connection/tracking',
  kind: 'settings',
  verbs: settingsVerbs,
  properties: {
    enabled: { type: oneOf('auto', 'yes', 'no'), default: 'auto' },
    'tcp-syn-sent-timeout': duration('5s'),
    'tcp-syn-received-timeout': duration('5s'),
    'tcp-established-timeout': duration('1d'),
    'tcp-fin-wait-timeout': duration('10s'),
    'tcp-close-wait-timeout': duration('10s'),
    'tcp-last-ack-timeout': duration('10s'),
    'tcp-time-wait-timeout': duration('10s'),
    'tcp-close-timeout': duration('10s'),
    'tcp-max-retrans-timeout': duration('5m'),
    'tcp-unacked-timeout': duration('5m'),
    'loose-tcp-tracking': yes,
    'liberal-tcp-tracking': { ...no, since: '7.20' },
    'udp-timeout': duration('10s'),
    'udp-stream-timeout': duration('3m'),
    'icmp-timeout': duration('10s'),
    'generic-timeout': duration('10m'),
    'max-entries': { ...shown, default: '1048576' },
    'total-entries': { ...shown, default: '0' },
  },
};

export const layer7Protocols: Menu = {
  path: '/ip/firewall/layer7-protocol',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, 'comment'],
  unique: [{ properties: ['name'], message: 'protocol with such name already exists' }],
  properties: { name, regexp: free, comment },
};

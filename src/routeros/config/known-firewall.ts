import { address, time, wordSet, yesNo } from '../canonical.ts';
import type { Field } from '../menus/menu.ts';
import { disabled, each, type Fields, flag, type KnownMenu, oneOfFrom, text } from './known-menu.ts';
import { negatable, negatableSet, prefix, protocol } from './values.ts';

/** What a rule may ask of a packet: not there unless written, and taken away by `unset`. */
const matcher: Field = { clear: 'unset' };
const port: Field = { ...matcher, references: '/interface' };
const addresses: Field = { ...matcher, canonical: negatable(address) };
const words: Field = { ...matcher, canonical: negatableSet };

/** Matchers of every table. Ports before the protocol: RouterOS refuses to take that away from a rule that has them. */
const common: Fields = {
  ...each(addresses, 'src-address', 'dst-address'),
  ...each(matcher, 'src-address-list', 'dst-address-list', 'src-address-type', 'dst-address-type', 'src-mac-address'),
  ...each(matcher, 'src-port', 'dst-port', 'port'),
  protocol: { ...matcher, canonical: negatable(protocol) },
  ...each(matcher, 'icmp-options', 'tcp-mss', 'packet-size'),
  ...each(port, 'in-interface', 'in-interface-list', 'out-interface', 'out-interface-list'),
  ...each(matcher, 'in-bridge-port', 'in-bridge-port-list', 'out-bridge-port', 'out-bridge-port-list'),
  ...each(matcher, 'packet-mark', 'ingress-priority', 'priority', 'dscp', 'tos', 'ipsec-policy', 'content'),
  ...each(matcher, 'limit', 'dst-limit', 'nth', 'random', 'time', 'per-connection-classifier'),
};

const ofIpv4 = each(matcher, 'fragment', 'hotspot', 'ipv4-options', 'psd', 'ttl');

const ofConnections: Fields = {
  ...each(words, 'connection-state', 'connection-nat-state'),
  ...each(matcher, 'connection-bytes', 'connection-limit', 'connection-mark', 'connection-rate', 'connection-type'),
  ...each(matcher, 'layer7-protocol', 'realm', 'routing-mark', 'p2p'),
};

/** What only some actions have, and prints leave out with the others: told where declared. */
const ofActions: Fields = {
  ...each(text, 'jump-target', 'address-list'),
  'address-list-timeout': { canonical: time },
};

const tcp: Fields = { 'tcp-flags': { ...matcher, canonical: wordSet }, 'tls-host': matcher };

function rules(path: string, fields: Fields): KnownMenu {
  const all: Fields = {
    chain: text,
    action: { default: 'accept' },
    ...fields,
    ...disabled,
    log: flag('no'),
    'log-prefix': {},
    ...ofActions,
  };
  return { path, identity: 'marker', comment: true, ordered: true, whole: true, fields: all };
}

const list: Omit<KnownMenu, 'path'> = {
  identity: ['list', 'address'],
  comment: true,
  fields: {
    list: text,
    address: { canonical: address },
    // Rows with a timeout are dynamic, count down, and are gone after a restart: nothing to keep.
    timeout: { canonical: time, refused: 'entries with a timeout do not last; leave it out' },
    ...disabled,
  },
};

/** The firewall. RouterOS: IP > Firewall, IPv6 > Firewall. */
export const firewallMenus: readonly KnownMenu[] = [
  rules('/ip/firewall/filter', { ...common, ...ofIpv4, ...ofConnections, ...tcp, 'reject-with': text }),
  rules('/ip/firewall/nat', {
    ...common,
    ...ofIpv4,
    ...each(matcher, 'connection-bytes', 'connection-limit', 'connection-mark', 'connection-rate', 'connection-type'),
    ...each(matcher, 'layer7-protocol', 'realm', 'routing-mark', 'tls-host'),
    ...each(matcher, 'to-addresses', 'to-ports'),
    ...each({ default: 'no', canonical: yesNo }, 'randomise-ports', 'same-not-by-dst'),
  }),
  rules('/ip/firewall/mangle', {
    ...common,
    ...ofIpv4,
    ...ofConnections,
    ...tcp,
    passthrough: { canonical: yesNo },
    ...each(text, 'new-connection-mark', 'new-packet-mark', 'new-routing-mark', 'new-dscp', 'new-mss'),
    ...each(text, 'new-priority', 'new-ttl', 'route-dst', 'sniff-id', 'sniff-target', 'sniff-target-port'),
  }),
  rules('/ip/firewall/raw', { ...common, ...ofIpv4, ...tcp }),
  rules('/ipv6/firewall/filter', {
    ...common,
    ...ofConnections,
    ...tcp,
    ...each(matcher, 'headers', 'hop-limit'),
    'reject-with': text,
  }),
  { ...list, path: '/ip/firewall/address-list' },
  {
    ...list,
    path: '/ipv6/firewall/address-list',
    fields: { ...list.fields, address: { canonical: (value) => (value.includes(':') ? prefix(value) : value) } },
  },
  {
    path: '/ip/firewall/layer7-protocol',
    identity: ['name'],
    comment: true,
    fields: { name: text, regexp: text },
  },
  {
    path: '/ip/firewall/service-port',
    identity: ['name'],
    comment: false,
    fixed: true,
    fields: {
      name: text,
      ports: text,
      ...disabled,
      'sip-direct-media': flag('yes'),
      'sip-timeout': { canonical: time },
    },
  },
  {
    path: '/ip/firewall/connection/tracking',
    identity: 'settings',
    comment: false,
    fields: {
      enabled: oneOfFrom('auto', 'yes', 'no'),
      'loose-tcp-tracking': flag('yes'),
      ...lasting('5s', 'tcp-syn-sent-timeout', 'tcp-syn-received-timeout'),
      ...lasting('10s', 'tcp-fin-wait-timeout', 'tcp-close-wait-timeout', 'tcp-last-ack-timeout'),
      ...lasting('10s', 'tcp-time-wait-timeout', 'tcp-close-timeout', 'udp-timeout', 'icmp-timeout'),
      ...lasting('5m', 'tcp-max-retrans-timeout', 'tcp-unacked-timeout'),
      ...lasting('3m', 'udp-stream-timeout'),
      ...lasting('10m', 'generic-timeout'),
      ...lasting('1d', 'tcp-established-timeout'),
    },
  },
];

/** Times that are as long as this from the factory. */
function lasting(from: string, ...names: readonly string[]): Fields {
  return each({ default: from, canonical: time }, ...names);
}

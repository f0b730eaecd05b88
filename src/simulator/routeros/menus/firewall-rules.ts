import { matcherTypes } from '../firewall-values.ts';
import type { Menu, Properties, Property, Values } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { addressRange } from '../network-values.ts';
import { boolean, oneOf, text, time, type ValueType } from '../value-types.ts';
import { comment, enabled, flag, optional, shown } from './common.ts';

const does =
  (...actions: readonly string[]) =>
  (values: Values): boolean =>
    actions.includes(values.get('action') ?? 'accept');

/** Shown only where the action has a use for it. */
const onlyFor = (property: Property, ...actions: readonly string[]): Property => ({
  ...property,
  clearable: true,
  shownWhen: does(...actions),
});

const listing = ['add-src-to-address-list', 'add-dst-to-address-list'];
const everywhere = ['accept', ...listing, 'jump', 'log', 'passthrough', 'return'];

const rejections = [
  ...['icmp-network-unreachable', 'icmp-host-unreachable', 'icmp-protocol-unreachable', 'icmp-port-unreachable'],
  ...['icmp-net-prohibited', 'icmp-host-prohibited', 'tcp-reset', 'icmp-admin-prohibited'],
];

/** Matchers of rules on packets before a connection is known. */
const rawMatchers = [
  ...['content', 'dscp', 'dst-address', 'dst-address-list', 'dst-address-type', 'dst-limit', 'dst-port', 'fragment'],
  ...['hotspot', 'icmp-options', 'in-bridge-port', 'in-bridge-port-list', 'in-interface', 'in-interface-list'],
  ...['ingress-priority', 'ipsec-policy', 'ipv4-options', 'limit', 'nth', 'out-bridge-port', 'out-bridge-port-list'],
  ...['out-interface', 'out-interface-list', 'packet-mark', 'packet-size', 'per-connection-classifier', 'port'],
  ...['priority', 'protocol', 'psd', 'random', 'src-address', 'src-address-list', 'src-address-type'],
  ...['src-mac-address', 'src-port', 'tcp-mss', 'time', 'tos', 'ttl'],
];

const ofConnections = ['connection-bytes', 'connection-limit', 'connection-mark', 'connection-rate', 'connection-type'];
const natMatchers = [...rawMatchers, ...ofConnections, 'layer7-protocol', 'realm', 'routing-mark'];
const flags = ['tcp-flags', 'tls-host'];
const filterMatchers = [...natMatchers, ...flags, 'connection-nat-state', 'connection-state', 'p2p'];

/** Matchers: none is shown until it is written, and each can be taken away. */
export function matchers(names: readonly string[], types: Readonly<Record<string, ValueType>>): Properties {
  return Object.fromEntries(
    names.map((name) => [name, optional(types[name] ?? text, name === 'tos' ? '7.21' : undefined)]),
  );
}

/** What rules of every table have beside their matchers. */
export function ruleProperties(
  actions: readonly string[],
  options: { readonly rejectWith?: readonly string[] } = {},
): Properties {
  return {
    chain: { type: text, mandatory: true },
    action: { type: oneOf(...actions), default: 'accept' },
    'jump-target': onlyFor({ type: text }, 'jump'),
    ...(options.rejectWith === undefined
      ? {}
      : {
          'reject-with': onlyFor(
            { type: oneOf(...options.rejectWith), default: options.rejectWith[0] ?? '' },
            'reject',
          ),
        }),
    'address-list': onlyFor({ type: text }, ...listing),
    'address-list-timeout': onlyFor({ type: time('none-dynamic', 'none-static'), default: 'none-dynamic' }, ...listing),
    log: { type: boolean, default: 'no' },
    'log-prefix': { type: text, default: '' },
    bytes: { ...shown, default: '0' },
    packets: { ...shown, default: '0' },
    invalid: flag,
    dynamic: flag,
    disabled: enabled,
    comment,
  };
}

/** Rules in their order: the first that matches decides, chain by chain. */
export const ruleVerbs: Menu['verbs'] = [
  ...tableVerbs,
  ...switchVerbs,
  ...(['move', 'unset', 'comment', 'reset-counters', 'reset-counters-all'] as const),
];

export const firewallFilter: Menu = {
  path: '/ip/firewall/filter',
  kind: 'table',
  verbs: ruleVerbs,
  properties: {
    ...ruleProperties([...everywhere, 'drop', 'reject', 'tarpit', 'fasttrack-connection'], { rejectWith: rejections }),
    ...matchers(filterMatchers, matcherTypes),
    'hw-offload': { type: boolean, clearable: true, since: '7', goneSince: '7.21' },
  },
};

const ports = optional(matcherTypes['packet-size'] ?? text);

export const firewallNat: Menu = {
  path: '/ip/firewall/nat',
  kind: 'table',
  verbs: ruleVerbs,
  properties: {
    ...ruleProperties([
      ...[...everywhere, 'dst-nat', 'src-nat', 'masquerade', 'redirect', 'netmap', 'same'],
      ...['endpoint-independent-nat', 'socksify'],
    ]),
    ...matchers(natMatchers, matcherTypes),
    'to-addresses': optional(addressRange),
    'to-ports': ports,
    'same-not-by-dst': { type: boolean, clearable: true },
    'randomise-ports': { type: boolean, clearable: true, since: '7.10' },
    'socksify-service': { type: text, clearable: true, since: '7.20' },
    'socks5-server': { type: text, clearable: true, since: '7.20' },
    'socks5-port': { type: text, clearable: true, since: '7.20' },
    'tls-host': { type: text, clearable: true, goneSince: '7.16' },
  },
};

const marking = ['mark-connection', 'mark-packet', 'mark-routing'];
const changing = ['change-dscp', 'change-mss', 'change-ttl', 'set-priority', 'route', 'sniff-tzsp', 'sniff-pc'];

export const firewallMangle: Menu = {
  path: '/ip/firewall/mangle',
  kind: 'table',
  verbs: ruleVerbs,
  properties: {
    ...ruleProperties([
      ...[...everywhere, ...marking, ...changing],
      ...['clear-df', 'strip-ipv4-options', 'fasttrack-connection'],
    ]),
    ...matchers(filterMatchers, matcherTypes),
    'new-connection-mark': onlyFor({ type: text }, 'mark-connection'),
    'new-packet-mark': onlyFor({ type: text }, 'mark-packet'),
    'new-routing-mark': onlyFor({ type: text }, 'mark-routing'),
    'new-dscp': onlyFor({ type: text }, 'change-dscp'),
    'new-mss': onlyFor({ type: text }, 'change-mss'),
    'new-priority': onlyFor({ type: text }, 'set-priority'),
    'new-ttl': onlyFor({ type: text }, 'change-ttl'),
    'route-dst': onlyFor({ type: text }, 'route'),
    'sniff-id': onlyFor({ type: text }, 'sniff-pc'),
    'sniff-target': onlyFor({ type: text }, 'sniff-tzsp', 'sniff-pc'),
    'sniff-target-port': onlyFor({ type: text }, 'sniff-tzsp'),
    passthrough: onlyFor({ type: boolean, default: 'yes' }, ...marking, ...changing),
  },
};

export const firewallRaw: Menu = {
  path: '/ip/firewall/raw',
  kind: 'table',
  verbs: ruleVerbs,
  properties: {
    ...ruleProperties([...everywhere, 'drop', 'notrack']),
    ...matchers([...rawMatchers, ...flags], matcherTypes),
  },
};

import { shaped } from '../firewall-values.ts';
import type { Menu, Properties, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { mac, negatable } from '../network-values.ts';
import { boolean, integer, oneOf, prefixes, reference, someOf, text, time } from '../value-types.ts';
import { comment, enabled, flag, name, optional, shown } from './common.ts';

const yes: Property = { type: boolean, default: 'yes' };
const no: Property = { type: boolean, default: 'no' };
const duration = (value: string): Property => ({ type: time(), default: value });
const arp: Properties = {
  arp: { type: oneOf('enabled', 'disabled', 'local-proxy-arp', 'proxy-arp', 'reply-only'), default: 'enabled' },
  'arp-timeout': { type: time('auto'), default: 'auto' },
};
const loopProtect: Properties = {
  'loop-protect': { type: oneOf('default', 'on', 'off'), default: 'default' },
  'loop-protect-status': { ...shown, default: 'off' },
  'loop-protect-send-interval': duration('5s'),
  'loop-protect-disable-time': duration('5m'),
};
const state: Properties = { running: flag, disabled: enabled, comment };
const snooping = (property: Property): Property => ({
  ...property,
  shownWhen: (values) => values.get('igmp-snooping') === 'true',
});
const filtering = (property: Property): Property => ({
  ...property,
  shownWhen: (values) => values.get('vlan-filtering') === 'true',
});

export const bridges: Menu = {
  path: '/interface/bridge',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'bridge',
  interfaceType: 'bridge',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    name: { type: text },
    mtu: { type: integer(32, 65_535, 'auto'), default: 'auto' },
    'actual-mtu': { ...shown, default: '1500' },
    l2mtu: { ...shown, default: '65535' },
    ...arp,
    'mac-address': shown,
    'protocol-mode': { type: oneOf('none', 'stp', 'rstp', 'mstp'), default: 'rstp' },
    'fast-forward': yes,
    'igmp-snooping': no,
    'multicast-router': snooping({
      type: oneOf('disabled', 'permanent', 'temporary-query'),
      default: 'temporary-query',
    }),
    'multicast-querier': snooping(no),
    'igmp-version': snooping({ type: oneOf('2', '3'), default: '2' }),
    'mld-version': snooping({ type: oneOf('1', '2'), default: '1' }),
    'auto-mac': yes,
    'admin-mac': { type: mac, leftOutAt: '00:00:00:00:00:00' },
    'ageing-time': duration('5m'),
    priority: { type: shaped(/^(?:0x[0-9A-Fa-f]{1,4}|\d{1,5})$/), default: '0x8000' },
    'max-message-age': duration('20s'),
    'forward-delay': duration('15s'),
    'transmit-hold-count': { type: integer(1, 10), default: '6' },
    'port-cost-mode': { type: oneOf('long', 'short'), default: 'long', since: '7.13' },
    'vlan-filtering': no,
    'ether-type': filtering({ type: oneOf('0x8100', '0x88a8', '0x9100'), default: '0x8100' }),
    pvid: filtering({ type: integer(1, 4094), default: '1' }),
    'frame-types': filtering({
      type: oneOf('admit-all', 'admit-only-untagged-and-priority-tagged', 'admit-only-vlan-tagged'),
      default: 'admit-all',
    }),
    'ingress-filtering': filtering(yes),
    mvrp: filtering({ ...no, since: '7.15' }),
    'dhcp-snooping': no,
    'add-dhcp-option82': { ...no, shownWhen: (values) => values.get('dhcp-snooping') === 'true', goneSince: '7.23' },
    'forward-reserved-addresses': { ...no, since: '7.16' },
    'max-learned-entries': { type: integer(0, 4_294_967_295, 'auto', 'unlimited'), default: 'auto', since: '7.16' },
    dynamic: { ...flag, since: '7' },
    ...state,
  },
};

/** Interfaces that are one network with others. */
export const bridgePorts: Menu = {
  path: '/interface/bridge/port',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'unset', 'comment'],
  // The router's own words for it are not known.
  unique: [{ properties: ['interface'], message: 'device already added as bridge port' }],
  properties: {
    interface: { type: reference('/interface'), mandatory: true },
    bridge: { type: reference('/interface/bridge'), mandatory: true },
    priority: { type: shaped(/^(?:0x[0-9A-Fa-f]{1,2}|\d{1,3})$/), default: '0x80' },
    'path-cost': optional(integer(1, 200_000_000)),
    'internal-path-cost': optional(integer(1, 200_000_000)),
    edge: { type: oneOf('auto', 'yes', 'no', 'yes-discover', 'no-discover'), default: 'auto' },
    'point-to-point': { type: oneOf('auto', 'yes', 'no'), default: 'auto' },
    learn: { type: oneOf('auto', 'yes', 'no'), default: 'auto' },
    horizon: { type: integer(0, 4_294_967_295, 'none'), default: 'none' },
    hw: yes,
    'auto-isolate': no,
    'restricted-role': no,
    'restricted-tcn': no,
    pvid: { type: integer(1, 4094), default: '1' },
    'frame-types': {
      type: oneOf('admit-all', 'admit-only-untagged-and-priority-tagged', 'admit-only-vlan-tagged'),
      default: 'admit-all',
    },
    'ingress-filtering': { ...yes, before: ['7', { default: 'no' }] },
    'unknown-unicast-flood': yes,
    'unknown-multicast-flood': yes,
    'broadcast-flood': yes,
    'tag-stacking': no,
    'bpdu-guard': no,
    trusted: no,
    'multicast-router': { type: oneOf('disabled', 'permanent', 'temporary-query'), default: 'temporary-query' },
    'fast-leave': no,
    inactive: flag,
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};

export const vlans: Menu = {
  path: '/interface/vlan',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'vlan',
  interfaceType: 'vlan',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  // The router's own words for it are not known.
  unique: [{ properties: ['interface', 'vlan-id'], message: 'already have vlan with such id on this interface' }],
  properties: {
    name: { type: text },
    mtu: { type: integer(68, 65_535), default: '1500' },
    l2mtu: { ...shown, default: '1514' },
    'mac-address': shown,
    ...arp,
    ...loopProtect,
    'vlan-id': { type: integer(1, 4095), mandatory: true },
    interface: { type: reference('/interface'), mandatory: true },
    'use-service-tag': no,
    mvrp: { ...no, since: '7.15' },
    ...state,
  },
};

/** Ports: fixed rows, those of type `ether` in `/interface`. */
export const ethernets: Menu = {
  path: '/interface/ethernet',
  kind: 'table',
  nameProperty: 'name',
  interfaceType: 'ether',
  verbs: ['print', 'get', 'listen', 'set', ...switchVerbs, 'comment'],
  properties: {
    name,
    'default-name': shown,
    mtu: { type: integer(68, 65_535), default: '1500' },
    l2mtu: { type: integer(0, 65_535) },
    'mac-address': { type: mac },
    'orig-mac-address': { type: mac },
    ...arp,
    ...loopProtect,
    'disable-running-check': yes,
    'auto-negotiation': yes,
    advertise: { type: text, default: '' },
    speed: { type: text, leftOutAt: '' },
    'tx-flow-control': { type: oneOf('off', 'on', 'auto'), default: 'off' },
    'rx-flow-control': { type: oneOf('off', 'on', 'auto'), default: 'off' },
    slave: { ...flag, leftOutAt: 'false' },
    ...state,
  },
  initial: Array.from({ length: 5 }, (_, index) => ({
    id: index + 1,
    values: {
      name: `ether${index + 1}`,
      'default-name': `ether${index + 1}`,
      'mac-address': `02:00:5E:10:00:0${index + 1}`,
      'orig-mac-address': `02:00:5E:10:00:0${index + 1}`,
      running: 'true',
    },
  })),
};

const key = shaped(/^(?:[A-Za-z0-9+/]{43}=)?$/);

/** Tunnels of WireGuard. One without a key gets one; its public half is worked out. */
export const wireguards: Menu = {
  path: '/interface/wireguard',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'wireguard',
  since: '7.1',
  interfaceType: 'wg',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    name: { type: text },
    mtu: { type: integer(32, 65_535, 'auto'), default: '1420' },
    'listen-port': { type: integer(0, 65_535), default: '13231' },
    'private-key': { type: key, sensitive: true },
    'public-key': shown,
    ...state,
  },
};

/** Who a tunnel goes to. */
export const wireguardPeers: Menu = {
  path: '/interface/wireguard/peers',
  kind: 'table',
  since: '7.1',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    name: { type: text, since: '7.15', leftOutAt: '' },
    interface: { type: reference('/interface/wireguard'), mandatory: true },
    'public-key': { type: key, mandatory: true },
    'private-key': { type: key, default: '', sensitive: true, since: '7.15' },
    'endpoint-address': { type: text, default: '' },
    'endpoint-port': { type: integer(0, 65_535), default: '0' },
    'current-endpoint-address': { ...shown, default: '' },
    'current-endpoint-port': { ...shown, default: '0' },
    'allowed-address': { type: prefixes, default: '' },
    'preshared-key': { type: key, default: '', sensitive: true },
    'persistent-keepalive': { type: time(), leftOutAt: '0s' },
    responder: { ...no, since: '7.17' },
    rx: { ...shown, default: '0' },
    tx: { ...shown, default: '0' },
    'last-handshake': shown,
    dynamic: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment,
  },
};

/** What an interface lets others discover of the router. */
export const discovery: Menu = {
  path: '/ip/neighbor/discovery-settings',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: {
    'discover-interface-list': {
      type: negatable(reference('/interface/list')),
      default: 'static',
      before: ['7', { default: 'all' }],
    },
    'lldp-med-net-policy-vlan': { type: integer(0, 4095, 'disabled'), default: 'disabled' },
    protocol: { type: someOf('cdp', 'lldp', 'mndp'), default: 'cdp,lldp,mndp' },
    mode: { type: oneOf('rx-only', 'tx-and-rx', 'tx-only'), default: 'tx-and-rx', since: '7' },
    'discover-interval': { ...duration('30s'), since: '7.16' },
    'lldp-mac-phy-config': { ...no, since: '7.15' },
    'lldp-max-frame-size': { ...no, since: '7.15' },
    'lldp-vlan-info': { ...no, since: '7.16' },
  },
};

import { macAddress, time, wordSet } from '../canonical.ts';
import { disabled, each, flag, type KnownMenu, oneOfFrom, rowOf, secret, text } from './known-menu.ts';
import { prefixSet } from './values.ts';

/** Interfaces of every kind, and lists of them, share one space of names. */
const port = { references: '/interface' };
const mac = { canonical: macAddress };

/** What packets go through. RouterOS: Interfaces, Bridge, WireGuard, Wireless, WiFi. */
export const interfaceMenus: readonly KnownMenu[] = [
  {
    path: '/interface/ethernet',
    identity: ['name'],
    comment: false,
    fixed: true,
    fields: { name: text, ...disabled, ...each(mac, 'mac-address', 'orig-mac-address'), comment: text },
  },
  {
    path: '/interface/bridge',
    space: '/interface',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      ...disabled,
      'protocol-mode': oneOfFrom('rstp', 'none', 'stp', 'mstp'),
      ...each(flag('no'), 'vlan-filtering', 'igmp-snooping', 'dhcp-snooping'),
      ...each(flag('yes'), 'fast-forward', 'auto-mac', 'ingress-filtering'),
      ...each({ canonical: time }, 'ageing-time', 'forward-delay', 'max-message-age'),
      'admin-mac': mac,
    },
  },
  {
    path: '/interface/bridge/port',
    identity: ['interface'],
    comment: true,
    fields: {
      interface: port,
      bridge: rowOf('/interface/bridge'),
      ...disabled,
      hw: flag('yes'),
      ...each(flag('no'), 'trusted', 'auto-isolate', 'restricted-role', 'restricted-tcn', 'bpdu-guard'),
    },
  },
  {
    path: '/interface/bridge/vlan',
    identity: ['bridge', 'vlan-ids'],
    comment: true,
    fields: {
      bridge: rowOf('/interface/bridge'),
      'vlan-ids': { canonical: wordSet },
      ...each({ canonical: wordSet }, 'tagged', 'untagged'),
      ...disabled,
    },
  },
  {
    path: '/interface/vlan',
    space: '/interface',
    identity: ['name'],
    comment: true,
    fields: { name: text, 'vlan-id': text, interface: port, ...disabled, 'use-service-tag': flag('no') },
  },
  {
    path: '/interface/list',
    space: '/interface',
    identity: ['name'],
    comment: true,
    // `all`, `none`, `dynamic` and `static` are RouterOS's own.
    builtIn: true,
    fields: { name: text, ...each({ canonical: wordSet }, 'include', 'exclude') },
  },
  {
    path: '/interface/list/member',
    identity: ['list', 'interface'],
    comment: true,
    fields: { list: rowOf('/interface/list'), interface: port, ...disabled },
  },
  {
    path: '/interface/wireguard',
    space: '/interface',
    identity: ['name'],
    comment: true,
    since: '7.1',
    fields: { name: text, 'listen-port': text, mtu: { default: '1420' }, 'private-key': secret, ...disabled },
  },
  {
    path: '/interface/wireguard/peers',
    identity: ['interface', 'public-key'],
    comment: true,
    since: '7.1',
    fields: {
      interface: port,
      'public-key': text,
      'allowed-address': { canonical: prefixSet },
      'preshared-key': { ...secret, absent: () => true },
      ...each(text, 'endpoint-address', 'endpoint-port', 'name'),
      'persistent-keepalive': { canonical: time },
      ...disabled,
    },
  },
  {
    path: '/interface/wireless/access-list',
    identity: 'marker',
    comment: true,
    ordered: true,
    fields: {
      'mac-address': { ...mac, default: '00:00:00:00:00:00' },
      interface: { default: 'any' },
      ...each(flag('yes'), 'authentication', 'forwarding'),
      'signal-range': { default: '-120..120' },
      'vlan-mode': { default: 'default' },
      'vlan-id': { default: '1' },
      ...each({ ...secret, absent: () => true }, 'private-pre-shared-key', 'private-key', 'management-protection-key'),
      ...disabled,
    },
  },
  {
    path: '/interface/wifi/access-list',
    identity: 'marker',
    comment: true,
    ordered: true,
    since: '7.13',
    fields: {
      'mac-address': { ...mac, clear: 'unset' },
      'mac-address-mask': { ...mac, clear: 'unset' },
      action: { ...oneOfFrom('accept', 'reject', 'query-radius') },
      ...each({ clear: 'unset' }, 'interface', 'signal-range', 'ssid-regexp', 'time', 'vlan-id', 'client-isolation'),
      passphrase: { ...secret, absent: () => true },
      ...disabled,
    },
  },
];

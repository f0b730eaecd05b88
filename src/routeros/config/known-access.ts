import { address, noneAs, ranges, time, wordList, wordSet } from '../canonical.ts';
import { each, flag, type KnownMenu, oneOfFrom, rowOf, secret, text } from './known-menu.ts';
import { bitrate } from './values.ts';

/** Interfaces of every kind share one space of names. */
const port = { references: '/interface' };

const octetLimits = ['limit-bytes-in', 'limit-bytes-out', 'limit-bytes-total'] as const;

/** What else the menus have that subscribers are written into: fields that only `config` declares. RouterOS: PPP, Hotspot. */
export const accessMenus: readonly KnownMenu[] = [
  {
    path: '/ppp/profile',
    identity: ['name'],
    comment: true,
    commentSince: '7.0',
    builtIn: true,
    fields: {
      name: text,
      ...each(oneOfFrom('default', 'yes', 'no'), 'only-one', 'use-compression', 'use-upnp', 'bridge-learning'),
      ...each(oneOfFrom('default', 'yes', 'no', 'required'), 'use-encryption', 'use-mpls'),
      'use-ipv6': oneOfFrom('yes', 'no', 'default', 'required'),
      'change-tcp-mss': oneOfFrom('default', 'yes', 'no'),
      ...each({ canonical: wordList, clear: 'unset' }, 'dns-server', 'wins-server'),
      ...each({ clear: 'unset' }, 'interface-list', 'incoming-filter', 'outgoing-filter', 'insert-queue-before'),
      'parent-queue': { ...rowOf('/queue/simple'), clear: 'unset' },
      'queue-type': { clear: 'unset' },
      bridge: { ...rowOf('/interface/bridge'), clear: 'unset' },
      ...each(text, 'on-up', 'on-down'),
    },
  },
  {
    path: '/ppp/secret',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      password: secret,
      service: oneOfFrom('any', 'async', 'pptp', 'pppoe', 'l2tp', 'ovpn', 'sstp'),
      profile: rowOf('/ppp/profile'),
      'caller-id': text,
      'local-address': { canonical: address, clear: 'unset' },
      ...each({ default: '0', canonical: bitrate }, 'limit-bytes-in', 'limit-bytes-out'),
    },
  },
  {
    path: '/ip/hotspot/user',
    identity: ['name', 'server'],
    comment: true,
    fields: {
      name: text,
      server: rowOf('/ip/hotspot'),
      password: secret,
      profile: rowOf('/ip/hotspot/user/profile'),
      ...each(text, 'email', 'routes'),
      'limit-uptime': { canonical: noneAs('0s', time), clear: { word: '0s' } },
      ...each({ canonical: noneAs('0', bitrate), clear: { word: '0' } }, ...octetLimits),
      'otp-secret': { ...secret, since: '7.21.3' },
    },
  },
  {
    path: '/ip/dhcp-server/lease',
    identity: ['mac-address'],
    comment: true,
    fields: {
      'mac-address': text,
      ...each(text, 'client-id', 'routes'),
      'dhcp-option': { canonical: wordSet, references: '/ip/dhcp-server/option' },
      'dhcp-option-set': rowOf('/ip/dhcp-server/option/sets', 'none'),
      ...each(flag('no'), 'always-broadcast', 'use-src-mac'),
      ...each({ ...text, since: '7.21' }, 'agent-circuit-id', 'agent-remote-id'),
    },
  },
  {
    path: '/ppp/aaa',
    identity: 'settings',
    comment: false,
    fields: { 'use-circuit-id-in-nas-port-id': flag('no'), 'enable-ipv6-accounting': { ...flag('no'), since: '7.15' } },
  },
  {
    path: '/ip/hotspot/profile',
    identity: ['name'],
    comment: false,
    builtIn: true,
    fields: {
      name: text,
      'html-directory': text,
      'http-cookie-lifetime': { default: '3d', canonical: time },
      'split-user-domain': flag('no'),
      ...each({ default: '0.0.0.0', canonical: address }, 'smtp-server'),
      'rate-limit': text,
    },
  },
  {
    path: '/ip/hotspot/user/profile',
    identity: ['name'],
    comment: false,
    builtIn: true,
    fields: {
      name: text,
      ...each(flag('no'), 'transparent-proxy', 'advertise'),
      'add-mac-cookie': flag('yes'),
      'mac-cookie-timeout': { default: '3d', canonical: time },
      'status-autorefresh': { default: '1m', canonical: time },
      'open-status-page': oneOfFrom('always', 'http-login'),
      ...each(text, 'on-login', 'on-logout', 'incoming-filter', 'outgoing-filter', 'parent-queue', 'queue-type'),
    },
  },
  {
    path: '/ip/pool',
    identity: ['name'],
    comment: true,
    fields: { name: text, ranges: { canonical: ranges }, 'next-pool': rowOf('/ip/pool', 'none') },
  },
  { path: '/ip/hotspot', identity: ['name'], comment: false, fields: { name: text, interface: port } },
  {
    path: '/interface/pppoe-server/server',
    identity: ['interface', 'service-name'],
    comment: true,
    fields: { interface: port, 'service-name': text },
  },
  {
    path: '/radius/incoming',
    identity: 'settings',
    comment: false,
    fields: { vrf: { default: 'main', references: '/ip/vrf', since: '7.1' } },
  },
  {
    path: '/ip/dhcp-server',
    identity: ['name'],
    comment: true,
    fields: {
      name: text,
      interface: port,
      authoritative: oneOfFrom('yes', 'no', 'after-2sec-delay', 'after-10sec-delay'),
      ...each(flag('no'), 'add-arp', 'always-broadcast'),
      'conflict-detection': flag('yes'),
      'lease-script': text,
      relay: { default: '0.0.0.0', canonical: address },
      'dhcp-option-set': rowOf('/ip/dhcp-server/option/sets', 'none'),
      'bootp-support': oneOfFrom('static', 'none', 'dynamic'),
    },
  },
  {
    path: '/ip/dhcp-server/network',
    identity: ['address'],
    comment: true,
    fields: {
      address: text,
      ...each({ canonical: wordList }, 'gateway', 'dns-server', 'ntp-server', 'wins-server'),
      'dhcp-option': { canonical: wordSet, references: '/ip/dhcp-server/option' },
      'dhcp-option-set': rowOf('/ip/dhcp-server/option/sets'),
      ...each(text, 'domain', 'boot-file-name', 'next-server'),
      netmask: { default: '0' },
    },
  },
];

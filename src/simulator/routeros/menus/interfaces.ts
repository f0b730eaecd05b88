import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, integer, reference, someOf, text } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

/** Rows of all interface kinds. Session interfaces are dynamic; rx is what came from the subscriber. */
export const interfaces: Menu = {
  path: '/interface',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'set', ...switchVerbs, 'comment', 'reset-counters'],
  unique: [{ properties: ['name'], message: 'already have interface with such name' }],
  properties: {
    name,
    'default-name': shown,
    type: shown,
    mtu: { type: integer(68, 65_535, 'auto'), default: '1500' },
    'actual-mtu': shown,
    l2mtu: { type: integer(0, 65_535) },
    'max-l2mtu': shown,
    'mac-address': shown,
    'last-link-up-time': shown,
    'link-downs': { ...shown, default: '0' },
    'rx-byte': { ...shown, default: '0' },
    'tx-byte': { ...shown, default: '0' },
    'rx-packet': { ...shown, default: '0' },
    'tx-packet': { ...shown, default: '0' },
    'rx-drop': { ...shown, default: '0' },
    'tx-drop': { ...shown, default: '0' },
    'tx-queue-drop': { ...shown, default: '0' },
    'rx-error': { ...shown, default: '0' },
    'tx-error': { ...shown, default: '0' },
    'fp-rx-byte': { ...shown, default: '0' },
    'fp-tx-byte': { ...shown, default: '0' },
    'fp-rx-packet': { ...shown, default: '0' },
    'fp-tx-packet': { ...shown, default: '0' },
    dynamic: { ...flag, leftOutAt: 'false' },
    running: flag,
    disabled: enabled,
    comment,
  },
  initial: Array.from({ length: 5 }, (_, index) => ({
    id: index + 1,
    values: {
      name: `ether${index + 1}`,
      'default-name': `ether${index + 1}`,
      type: 'ether',
      'actual-mtu': '1500',
      'mac-address': `02:00:5E:10:00:0${index + 1}`,
      running: 'true',
    },
  })),
};

/** Where PPPoE is offered. Rows are created disabled. */
export const pppoeServers: Menu = {
  path: '/interface/pppoe-server/server',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  properties: {
    'service-name': { type: text, default: '' },
    interface: { type: reference('/interface'), mandatory: true },
    'max-mtu': { type: integer(28, 65_535, 'auto'), default: 'auto' },
    'max-mru': { type: integer(28, 65_535, 'auto'), default: 'auto' },
    mrru: { type: integer(512, 65_535, 'disabled'), default: 'disabled' },
    authentication: { type: someOf('pap', 'chap', 'mschap1', 'mschap2'), default: 'pap,chap,mschap1,mschap2' },
    'keepalive-timeout': { type: integer(0, 65_535, 'disabled'), default: '10' },
    'one-session-per-host': { type: boolean, default: 'no' },
    'max-sessions': { type: integer(0, 65_535, 'unlimited'), default: 'unlimited' },
    'pado-delay': { type: integer(0, 65_535), default: '0' },
    'default-profile': { type: reference('/ppp/profile'), default: 'default' },
    'accept-empty-service': { type: boolean, default: 'yes' },
    'accept-untagged': { type: boolean, default: 'yes', since: '7.20' },
    'pppoe-over-vlan-range': { type: text, default: '', since: '7.17' },
    invalid: flag,
    disabled: { ...enabled, default: 'yes' },
    comment,
  },
};

/** Running PPPoE sessions as interfaces. Removing a dynamic row ends the session. */
export const pppoeSessions: Menu = {
  path: '/interface/pppoe-server',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment', 'monitor'],
  properties: {
    name: { type: text },
    user: { type: text, mandatory: true },
    service: { type: text, mandatory: true },
    mtu: shown,
    mru: shown,
    'remote-address': shown,
    encoding: shown,
    uptime: shown,
    interface: shown,
    dynamic: flag,
    running: flag,
    disabled: enabled,
    comment,
  },
};

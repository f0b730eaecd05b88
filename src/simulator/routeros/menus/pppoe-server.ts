import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, integer, reference, someOf, text } from '../value-types.ts';
import { comment, enabled, flag } from './common.ts';

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

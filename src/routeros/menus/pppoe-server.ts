import type { PppoeServer, Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { wordSet, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { baseProfileName, ownerOf } from './rows.ts';

/**
 * PPPoE servers. RouterOS: PPP > PPPoE Servers. RouterOS creates them disabled, so `disabled=no` is always told. The
 * service name is Called-Station-Id in RADIUS.
 */
export const pppoeServer = {
  path: '/interface/pppoe-server/server',
  identity: ['interface', 'service-name'],
  comment: true,
  fields: {
    interface: {},
    'service-name': {},
    'default-profile': { default: 'default', references: '/ppp/profile' },
    authentication: { default: 'chap,mschap1,mschap2,pap', canonical: wordSet },
    'max-sessions': { default: 'unlimited' },
    'one-session-per-host': { default: 'no', canonical: yesNo },
    'keepalive-timeout': { default: '10' },
    'max-mtu': { default: 'auto' },
    'max-mru': { default: 'auto' },
    disabled: { default: 'yes', canonical: yesNo },
  },
  rows: (_model, router) => (router.ppp?.servers ?? []).map((server) => serverRow(router, server)),
} satisfies Menu;

function serverRow(router: Router, server: PppoeServer): Row {
  const { maxSessions, oneSessionPerHost, keepaliveSeconds, mtu } = server;
  return {
    menu: '/interface/pppoe-server/server',
    identity: `${server.interface} ${server.name}`,
    owner: ownerOf(router, 'pppoe', server.name),
    source: router.origin,
    fields: {
      interface: server.interface,
      'service-name': server.name,
      'default-profile': server.profile ?? baseProfileName,
      authentication: wordSet(server.authentication.join(',')),
      // Only what is declared: an operator's own values for the rest stay.
      ...(maxSessions === undefined ? {} : { 'max-sessions': String(maxSessions) }),
      ...(oneSessionPerHost === undefined ? {} : { 'one-session-per-host': oneSessionPerHost ? 'yes' : 'no' }),
      ...(keepaliveSeconds === undefined ? {} : { 'keepalive-timeout': String(keepaliveSeconds) }),
      ...(mtu === undefined ? {} : { 'max-mtu': String(mtu), 'max-mru': String(mtu) }),
      disabled: 'no',
    },
  };
}

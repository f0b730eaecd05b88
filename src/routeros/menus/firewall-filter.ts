import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { Origin } from '../../model/origin.ts';
import { connectionList } from '../../model/service-lists.ts';
import type { ObservedValue, Row } from '../../reconcile/row.ts';
import { wordSet, yesNo } from '../canonical.ts';
import { dnsGuardRules } from './dns-guard.ts';
import type { Menu } from './menu.ts';
import { ownerOf, servicesAt } from './rows.ts';
import { gardenList, walledClients } from './walled-clients.ts';

/** Matchers by which a rule would catch less than ours are meant to. Cleared by `unset`. */
export const firewallMatchers = {
  'src-address': { clear: 'unset' },
  'dst-address': { clear: 'unset' },
  'src-address-list': { clear: 'unset' },
  'dst-address-list': { clear: 'unset' },
  'in-interface': { clear: 'unset' },
  'out-interface': { clear: 'unset' },
  'in-interface-list': { clear: 'unset' },
  'out-interface-list': { clear: 'unset' },
  'connection-mark': { clear: 'unset' },
  protocol: { clear: 'unset' },
  'dst-port': { clear: 'unset' },
  'src-port': { clear: 'unset' },
} satisfies Menu['fields'];

/** A rule that matches every packet: what ours do not say must not be said on the router either. */
export const noMatchers: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(firewallMatchers).map((name) => [name, '']),
);

const nothingOfConnections = { 'connection-state': '', 'tcp-flags': '', 'connection-limit': '' };

/** What ends a packet's way through a chain, or sends it round the rules that follow. */
const deciding = new Set(['accept', 'drop', 'reject', 'tarpit', 'fasttrack-connection', 'jump', 'return']);

/**
 * Rules for what clients send. RouterOS: IP > Firewall > Filter Rules, where the first that matches counts: ours stand in
 * front of every rule of the chain that decides something. Clients who are to meet a page reach name servers and its
 * garden; all else is refused at once, for nothing but a refusal is quick in a browser that speaks HTTPS. Of those whose
 * tariff limits connections, one too many is not answered: the client tries again.
 */
export const firewallFilter = {
  path: '/ip/firewall/filter',
  identity: 'marker',
  comment: true,
  ordered: true,
  sparing: true,
  refuses: ({ chain, action, disabled }) => chain === 'forward' && disabled === 'no' && isDeciding(action),
  fields: {
    chain: {},
    ...firewallMatchers,
    'connection-state': { canonical: wordSet, clear: 'unset' },
    'tcp-flags': { canonical: wordSet, clear: 'unset' },
    'connection-limit': { clear: 'unset' },
    action: { default: 'accept' },
    'reject-with': {},
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) => [
    ...walledClients(model, router).flatMap(({ list, site, source }) =>
      walls(gardenList(site), list).map(([part, fields]) => rule(router, [list, part], source, fields)),
    ),
    ...connectionRows(model, router),
    ...dnsGuardRules(router),
  ],
} satisfies Menu;

type Fields = Readonly<Record<string, string>>;

function walls(garden: string, list: string): readonly (readonly [string, Fields])[] {
  const from = { 'src-address-list': list };
  return [
    ['dns-udp', { ...from, protocol: 'udp', 'dst-port': '53', action: 'accept' }],
    ['dns-tcp', { ...from, protocol: 'tcp', 'dst-port': '53', action: 'accept' }],
    ['garden', { ...from, 'dst-address-list': garden, action: 'accept' }],
    ['tcp', { ...from, protocol: 'tcp', action: 'reject', 'reject-with': 'tcp-reset' }],
    ['rest', { ...from, action: 'reject', 'reject-with': 'icmp-admin-prohibited' }],
  ];
}

function connectionRows(model: Model, router: Router): readonly Row[] {
  return servicesAt(model, router).flatMap((service) => {
    if (service.connections === undefined) return [];
    const fields = {
      'src-address-list': connectionList(service),
      protocol: 'tcp',
      'tcp-flags': 'syn',
      // Of each address by itself.
      'connection-limit': `${service.connections},32`,
      action: 'drop',
    };
    return [rule(router, ['connections', service.name], service.origin, fields)];
  });
}

function rule(router: Router, names: readonly string[], source: Origin, fields: Fields): Row {
  const owner = ownerOf(router, 'filter', ...names);
  return {
    menu: '/ip/firewall/filter',
    identity: owner,
    owner,
    source,
    fields: { chain: 'forward', ...noMatchers, ...nothingOfConnections, ...fields, disabled: 'no' },
  };
}

export function isDeciding(action: ObservedValue | undefined): boolean {
  return typeof action === 'string' && deciding.has(action);
}

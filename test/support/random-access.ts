import { Secret } from '../../src/base/secret.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import type { judgeAccess, Verdict } from '../../src/routeros/lock-out/judge.ts';
import type { OwnAccess } from '../../src/routeros/own-access.ts';
import { Dice } from '../torture/random.ts';
import { access, type Fields } from './lock-out.ts';

export type Seen = Parameters<typeof judgeAccess>[0];

/** What rows of a menu may be made of: of each field one, or none where it says so. */
type Draft = Readonly<Record<string, readonly string[]>>;

const off = ['no', 'no', 'no', 'yes', 'true', ''];
const names = ['ether1', 'ether5', 'bridge1', 'vlan10', 'vlan20', 'wg1', 'bond1', 'pppoe-up', 'lo'];
const hosts = ['192.0.2.1', '192.0.2.254', '198.51.100.7', '198.51.100.1', '10.0.0.1', '10.0.0.9', '2001:db8::7'];
const prefixes = [
  ...[
    '0.0.0.0/0',
    '198.51.100.0/24',
    '198.51.100.7/32',
    '198.51.100.7',
    '192.0.2.0/24',
    '192.0.2.254/32',
    '10.0.0.0/8',
  ],
  ...[
    '10.0.0.0/24',
    '10.1.2.0/30',
    '2001:db8::/32',
    '2001:db8::7/128',
    '::/0',
    'fe80::/10',
    '',
    'noc.example',
    '300.1.1.1/8',
  ],
];
const lists = ['noc', 'black', 'lan', 'rare'];
const gateways = [...hosts, 'ether1', '192.0.2.254%ether1', '10.0.0.1@main', '192.0.2.254,10.0.0.9', 'pppoe-up', ''];
const chains = ['input', 'output', 'prerouting', 'postrouting', 'dstnat', 'forward', 'shop', 'other'];
const actions = [
  ...['accept', 'drop', 'drop', 'reject', 'jump', 'return', 'log', 'passthrough', 'dst-nat', 'mark-routing'],
  ...['mark-connection', 'mark-packet', 'add-src-to-address-list', 'add-dst-to-address-list', 'notrack', 'change-ttl'],
];
const negatable = (all: readonly string[]) => [...all, ...all.map((each) => `!${each}`)];
const rule: Draft = {
  chain: chains,
  action: actions,
  disabled: off,
  'jump-target': ['shop', 'other', '', ''],
  protocol: ['', '', 'tcp', 'udp', '!tcp', '6'],
  'dst-port': ['', '', '', '8728', '22,8728', '!8728', '8000-9000'],
  'src-address': ['', '', '', ...negatable(prefixes.slice(0, 7)), '198.51.100.1-198.51.100.9', 'noc.example'],
  'dst-address': ['', '', '', ...negatable(prefixes.slice(3, 7)), '192.0.2.1'],
  'src-address-list': ['', '', '', '', ...negatable(lists)],
  'dst-address-list': ['', '', '', '', '', ...negatable(lists)],
  'connection-state': ['', '', '', 'new', 'established,related', '!new', 'established,untracked', 'invalid'],
  'connection-mark': ['', '', '', '', '', 'm1', '!m1', 'no-mark'],
  'packet-mark': ['', '', '', '', '', '', 'p1', '!p1'],
  'new-connection-mark': ['', 'm1'],
  'new-packet-mark': ['', '', 'p1'],
  'address-list': ['', ...lists],
  'in-interface': ['', '', '', '', ...negatable(['ether1', 'ether5', 'wg1'])],
  comment: ['', 'x'],
};
const address: Draft = {
  address: [
    '192.0.2.1/24',
    '192.0.2.1/24',
    '192.0.2.1/32',
    '198.51.100.1/24',
    '10.0.0.1/24',
    '10.9.0.1/24',
    '10.1.2.1/30',
    '2001:db8::1/64',
  ],
  network: ['', '', '192.0.2.0', '198.51.100.0'],
  interface: names,
  disabled: off,
};
const route: Draft = { 'dst-address': prefixes, gateway: gateways, disabled: off, distance: ['1', '2'] };
const entry: Draft = {
  list: lists,
  address: [
    ...prefixes,
    ...hosts,
    '198.51.100.1-198.51.100.9',
    '10.0.0.1-10.0.0.5',
    '10.0.0.5-nonsense',
    '192.0.2.1-192.0.2.1',
  ],
  disabled: off,
};
const neighbour: Draft = {
  address: [...hosts, '10.0.0.77', '198.51.100.200'],
  interface: names,
  'mac-address': ['a', 'b'],
  disabled: off,
};
const service: Draft = {
  name: ['api', 'api-ssl', 'ssh'],
  port: ['8728', '8729', '18728'],
  address: prefixes,
  disabled: off,
  'max-sessions': ['2', '20'],
};

const drafts: Readonly<Record<string, Draft>> = {
  '/ip/firewall/filter': rule,
  '/ip/firewall/raw': rule,
  '/ip/firewall/mangle': rule,
  '/ip/firewall/nat': rule,
  '/ip/firewall/address-list': entry,
  '/ip/route': route,
  '/ip/address': address,
  '/ip/arp': neighbour,
  '/ipv6/firewall/filter': rule,
  '/ipv6/firewall/address-list': entry,
  '/ipv6/route': route,
  '/ipv6/address': address,
  '/ipv6/neighbor': neighbour,
  '/interface/vlan': {
    name: ['vlan10', 'vlan20', 'vlan30'],
    interface: names,
    disabled: off,
    arp: ['enabled', 'reply-only'],
  },
  '/interface/ethernet': {
    name: ['ether1', 'ether5', 'ether9'],
    disabled: off,
    arp: ['enabled', 'reply-only', 'disabled'],
  },
  '/interface/bridge': { name: ['bridge1', 'bridge2'], disabled: off, arp: ['enabled', 'reply-only'] },
  '/interface/bridge/port': { bridge: ['bridge1', 'bridge2'], interface: names, disabled: off },
  '/interface/bonding': { name: ['bond1'], slaves: ['ether1,ether5', 'ether5', 'ether9'], disabled: off },
  '/interface/wireguard': { name: ['wg1', 'wg2'], disabled: off, 'listen-port': ['1', '2'] },
  '/interface/wireguard/peers': {
    name: ['p1', 'p2'],
    interface: ['wg1', 'wg2'],
    'allowed-address': ['198.51.100.0/24', '10.0.0.0/8,2001:db8::/32', ''],
  },
  '/interface/pppoe-client': { name: ['pppoe-up'], 'add-default-route': ['yes', 'no'], disabled: off },
  '/interface/list/member': { list: ['lan', 'wan'], interface: names, disabled: off },
  '/ip/dhcp-client': { interface: names, disabled: off },
  '/ip/hotspot': { name: ['h1'], interface: names, disabled: off },
  '/queue/simple': {
    name: ['q1', 'q2'],
    target: ['198.51.100.0/24', 'ether1', '10.0.0.0/8', 'vlan10,vlan20'],
    disabled: off,
  },
  '/user': { name: ['lastmile', 'anna'], group: ['lm', 'full', 'read'], address: prefixes, disabled: off },
  '/user/group': { name: ['lm', 'full', 'read'], policy: ['api,read,write', 'read', '!api,read,write'] },
  '/ip/service': service,
  '/ppp/secret': { name: ['s1', 's2'], 'remote-address': hosts, disabled: off },
  '/routing/ospf/instance': { name: ['o1'], disabled: off },
  '/ip/firewall/connection/tracking': { enabled: ['auto', 'no'] },
};
const menus = Object.keys(drafts);

/** A router, how we are on it and changes of it, of which any may concern us: the same for the same number. */
export function randomAccess(seed: number): Seen {
  const dice = new Dice(seed);
  const some = subset(dice);
  const rows = some.flatMap((menu) => madeRows(menu, dice));
  const v6 = dice.onceIn(8);
  const changes = changesOf(rows, some, dice);
  const address = v6 ? '2001:db8::1' : dice.of(['192.0.2.1', '192.0.2.1', 'core-1.example', '10.0.0.1']);
  const declared = {
    address,
    api: { port: dice.of([8728, 8728, 18728]), username: 'lastmile', password: new Secret('api') },
  };
  return { access: ownAccess(v6, dice), declared, rows, changes };
}

/** What is said of changes, a line each: to be compared with what was said before. */
export function linesOf({ objections, risks, concerning }: Verdict, changes: readonly Change[]): readonly string[] {
  const at = (change: Change) => `${changes.indexOf(change)} ${change.action} ${change.menu}`;
  return [
    ...objections.map(({ message }) => `refused ${message}`),
    ...risks.map(({ change, why }) => `risk ${at(change)}: ${why}`),
    `concerning ${concerning.map((change) => changes.indexOf(change)).join()}`,
  ];
}

/** Half of the menus that a few are drawn from: what belongs together meets often. */
function subset(dice: Dice): readonly string[] {
  const wanted = new Set(Array.from({ length: dice.within(1, 4) }, () => dice.of(menus)));
  if (dice.onceIn(2)) for (const menu of ['/ip/firewall/filter', '/ip/firewall/address-list']) wanted.add(menu);
  if (dice.onceIn(3)) for (const menu of ['/ip/route', '/ip/address', '/ip/arp']) wanted.add(menu);
  if (dice.onceIn(3)) for (const menu of ['/interface/bridge/port', '/interface/vlan']) wanted.add(menu);
  return menus.filter((menu) => wanted.has(menu));
}

function fieldsOf(menu: string, dice: Dice): Fields {
  return Object.fromEntries(
    Object.entries(drafts[menu] ?? {})
      .map(([name, values]) => [name, dice.of(values)] as const)
      .filter(([name, value]) => value !== '' && (!isRule(menu) || always.has(name) || dice.onceIn(4))),
  );
}

/** Of a rule all else is left out more often than not: what has many conditions is for hardly anything. */
const always = new Set(['chain', 'action', 'disabled', 'jump-target', 'address-list']);

function isRule(menu: string): boolean {
  return drafts[menu] === rule;
}

function madeRows(menu: string, dice: Dice): readonly ObservedRow[] {
  return Array.from({ length: dice.within(0, 7) }, (_, at) => {
    const fields = fieldsOf(menu, dice);
    return { menu, identity: fields['name'] ?? `${at}`, fields, ownership: 'marker' as const, handle: `*${at + 1}` };
  });
}

function changesOf(rows: readonly ObservedRow[], some: readonly string[], dice: Dice): readonly Change[] {
  const ends = dice.onceIn(4);
  const kept = rows.filter(() => !dice.onceIn(2));
  const changes = kept.map((before) =>
    changeOf(before, rows, ends ? 'delete' : dice.of(['delete', 'update', 'update', 'move']), dice),
  );
  const made = Array.from({ length: dice.within(0, 4) }, (_, at): Change => {
    const menu = dice.of(some);
    const set = fieldsOf(menu, dice);
    const place = dice.onceIn(2) ? {} : placeOf(menu, rows, dice);
    return { action: 'create', menu, identity: set['name'] ?? `new-${at}`, owner: 'Router/core-1', set, ...place };
  });
  return [...made, ...changes];
}

function changeOf(before: ObservedRow, rows: readonly ObservedRow[], wanted: Change['action'], dice: Dice): Change {
  const { menu, identity } = before;
  const action = wanted === 'move' && !menu.includes('/firewall/') ? 'update' : wanted;
  const drawn = Object.entries(fieldsOf(menu, dice)).filter(() => dice.onceIn(3));
  const set = action === 'update' ? Object.fromEntries(drawn) : {};
  const place = action === 'move' ? placeOf(menu, rows, dice) : {};
  return { action, menu, identity, owner: 'Router/core-1', set, before, ...place };
}

function placeOf(menu: string, rows: readonly ObservedRow[], dice: Dice): Partial<Change> {
  const here = rows.filter((row) => row.menu === menu);
  if (here.length === 0) return {};
  const placeRow = dice.of(here);
  return dice.onceIn(3) ? { place: placeRow.identity } : { placeRow, place: placeRow.identity };
}

const types = ['ether', 'ether', 'bridge', 'vlan', 'wg', 'pppoe-out', 'bond', 'loopback'];

function ownAccess(v6: boolean, dice: Dice): OwnAccess {
  const own = (at: number) => ({
    ...{
      id: `*${at}`,
      address: dice.of(address['address'] ?? []),
      interface: dice.of(names),
      disabled: dice.onceIn(6),
    },
  });
  const addresses = Array.from({ length: dice.within(0, 4) }, (_, at) => own(at));
  const { routerAddress, source, interfaces: _some, ...rest } = access;
  return {
    ...rest,
    addresses,
    ...(dice.onceIn(8) ? {} : { source: v6 ? '2001:db8::7' : (source ?? '') }),
    ...(dice.onceIn(5) ? {} : { routerAddress: v6 ? '2001:db8::1' : (routerAddress ?? '') }),
    ...(dice.onceIn(4)
      ? {}
      : { interfaces: names.map((name) => ({ name, type: dice.onceIn(3) ? dice.of(types) : 'ether', below: [] })) }),
    ...(dice.onceIn(6) ? { lists: [dice.of(lists)] } : {}),
    ...(dice.onceIn(6)
      ? { fed: [{ chain: 'input', action: 'add-src-to-address-list', 'address-list': dice.of(lists) }] }
      : {}),
    ...(dice.onceIn(9) ? { untracked: true } : {}),
    ...(dice.onceIn(12) ? { encrypted: true } : {}),
    ...(dice.onceIn(6) ? { vrfs: [{ name: 'far', interfaces: [dice.of(names)] }] } : {}),
  };
}

import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { boolean, oneOf, text } from '../value-types.ts';
import { comment, enabled, shown } from './common.ts';
import { furtherServers, furtherTables } from './further-tables.ts';

/** What begins so is a secret. */
const secret = '*';

/** Menus that not every version has: the first of them, and the first that has it no more. RouterOS 6 has those of `both`. */
const versions: Readonly<Record<string, { readonly since?: string; readonly goneSince?: string }>> = {
  ...each(
    { since: '7.13' },
    'channel',
    'configuration',
    'datapath',
    'provisioning',
    'security',
    'steering',
    'cap',
    'capsman',
  ),
  '/interface/macvlan': { since: '7.12' },
  '/interface/veth': { since: '7.4' },
  '/ip/dns/adlist': { since: '7.15' },
  '/ip/dns/forwarders': { since: '7.17' },
  '/ip/route/rule': { goneSince: '7' },
  '/ip/route/vrf': { goneSince: '7' },
  '/routing/bgp/network': { goneSince: '7' },
  '/routing/bgp/peer': { goneSince: '7' },
  '/routing/filter': { goneSince: '7' },
  '/routing/ospf/interface': { goneSince: '7' },
  '/routing/ospf/network': { goneSince: '7' },
};

const both =
  /^\/(?:caps-man|interface\/(?!wifi|vxlan)|ip\/(?!dns|dhcp-client)|ipv6\/firewall|mpls\/ldp\/|mpls\/interface|routing\/(?:igmp|ospf\/area\/range)|system\/ntp\/server|tool)/;

function each(span: { readonly since: string }, ...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [`/interface/wifi/${name}`, span]));
}

function versionsOf(path: string): { readonly since?: string; readonly goneSince?: string } {
  return versions[path] ?? (both.test(path) ? {} : { since: '7' });
}

/** Kinds of interfaces, as `/interface` calls them. */
const kinds: Readonly<Record<string, string>> = {
  '/interface/6to4': '6to4-tunnel',
  '/interface/bonding': 'bond',
  '/interface/eoip': 'eoip',
  '/interface/gre': 'gre-tunnel',
  '/interface/gre6': 'gre6-tunnel',
  '/interface/ipip': 'ipip-tunnel',
  '/interface/l2tp-client': 'l2tp-out',
  '/interface/l2tp-server': 'l2tp-in',
  '/interface/macvlan': 'macvlan',
  '/interface/ovpn-client': 'ovpn-out',
  '/interface/ovpn-server': 'ovpn-in',
  '/interface/pppoe-client': 'pppoe-out',
  '/interface/pptp-client': 'pptp-out',
  '/interface/pptp-server': 'pptp-in',
  '/interface/sstp-client': 'sstp-out',
  '/interface/sstp-server': 'sstp-in',
  '/interface/veth': 'veth',
  '/interface/vpls': 'vpls',
  '/interface/vrrp': 'vrrp',
  '/interface/vxlan': 'vxlan',
};

/** Rules of which the first that fits counts. */
const ordered: ReadonlySet<string> = new Set([
  '/routing/rule',
  '/routing/filter/rule',
  '/ip/ipsec/policy',
  '/mpls/ldp/accept-filter',
  '/interface/bridge/filter',
  '/interface/bridge/nat',
  '/ip/proxy/access',
  '/ip/route/rule',
  '/ip/socks/access',
  '/ipv6/firewall/mangle',
  '/ipv6/firewall/nat',
  '/ipv6/firewall/raw',
  '/routing/filter',
]);

/** Rows without a comment, which are never off. */
const plain: ReadonlySet<string> = new Set(['/ip/ipsec/profile', '/ip/ipsec/mode-config']);

/** Rows without a comment. */
const mute: ReadonlySet<string> = new Set([
  '/ip/dhcp-relay',
  '/ip/kid-control',
  '/ip/kid-control/device',
  '/ip/upnp/interfaces',
]);

/** Rows which are never off. */
const always: ReadonlySet<string> = new Set(['/ip/ipsec/policy/group', '/ip/dhcp-client/option']);

/** Menus without `unset`: what was written is written over. */
const withoutUnset = /^\/ip\/(?:dhcp-client\/option|dns|ipsec|kid-control|smb)\b/;

/** Rows that every router has. */
const standard: Readonly<Record<string, string>> = {
  '/interface/wireless/security-profiles': 'default',
  '/ip/ipsec/profile': 'default',
  '/ip/ipsec/proposal': 'default',
  '/routing/table': 'main',
};

/** Chips that pass frames from port to port: a router that is a program has the menu, and none of them. */
const switchChips: Menu = {
  path: '/interface/ethernet/switch',
  kind: 'table',
  verbs: ['print', 'get', 'set'],
  nameProperty: 'name',
  properties: {
    name: { type: text, mandatory: true },
    'l3-hw-offloading': { type: boolean, default: 'no', since: '7.1' },
  },
};

export const furtherMenus: readonly Menu[] = [
  switchChips,
  ...Object.entries(furtherTables).map(([path, names]) => tableMenu(path, names)),
  ...Object.entries(furtherServers).map(
    ([path, names]): Menu => ({
      path,
      kind: 'settings',
      ...versionsOf(path),
      verbs: ['print', 'get', 'set'],
      properties: propertiesOf(names),
    }),
  ),
];

function tableMenu(path: string, names: string): Menu {
  const properties = propertiesOf(names);
  const stock = standard[path];
  const kind = kinds[path];
  const isPlain = plain.has(path);
  const switched = !isPlain && !always.has(path);
  return {
    path,
    kind: 'table',
    ...versionsOf(path),
    ...(kind === undefined ? {} : { interfaceType: kind }),
    verbs: [
      ...tableVerbs,
      ...(withoutUnset.test(path) ? [] : (['unset'] as const)),
      ...(switched ? switchVerbs : []),
      ...(isPlain || mute.has(path) ? [] : (['comment'] as const)),
      ...(ordered.has(path) ? (['move'] as const) : []),
    ],
    ...(properties['name']?.mandatory === true ? { nameProperty: 'name' } : {}),
    properties: {
      ...properties,
      ...(kind === undefined ? {} : { running: shown }),
      ...(switched ? { disabled: enabled } : {}),
      ...(isPlain || mute.has(path) ? {} : { comment }),
      ...(stock === undefined ? {} : { default: { type: boolean, readonly: true } }),
    },
    ...(stock === undefined ? {} : { initial: [{ id: 0, values: { name: stock, default: 'yes' } }] }),
  };
}

function propertiesOf(names: string): Readonly<Record<string, Property>> {
  return Object.fromEntries(names.split(' ').map(propertyOf));
}

function propertyOf(word: string): readonly [string, Property] {
  const sensitive = word.startsWith(secret);
  const [name = '', standard] = word.replace(/^\*/, '').split('=', 2);
  const [usual, ...others] = standard?.split('|') ?? [];
  const flag = usual === 'yes' || usual === 'no' ? boolean : text;
  const type = usual !== undefined && others.length > 0 ? oneOf(usual, ...others) : flag;
  const common = { type, ...(sensitive ? ({ sensitive: true } as const) : {}) };
  if (usual !== undefined) return [name, { ...common, default: usual }];
  if (name.endsWith('?')) return [name.slice(0, -1), { ...common, clearable: true }];
  if (name.endsWith('!')) return [name.slice(0, -1), { type: { parse: () => '' }, clearable: true, unset: true }];
  return [name, { ...common, mandatory: true }];
}

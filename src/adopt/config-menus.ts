import { allMenus } from '../routeros/all-menus.ts';
import { yesNo } from '../routeros/canonical.ts';
import { factsOf } from '../routeros/config/facts.ts';
import type { KnownMenu } from '../routeros/config/known-menu.ts';
import type { Field, Menu } from '../routeros/menus/menu.ts';
import type { Doubts } from './doubts.ts';
import { type LeftOut, peopleMenus } from './people.ts';
import { commentOf, isSet, type Picture, type PictureRow, rowsOf, tagOf } from './picture.ts';
import { rowMenus, stock } from './row-menus.ts';
import { type Node, type NodeMap, Tagged } from './yaml-text.ts';

/** Menus besides those of subscribers whose rows an import declares. */
export const configMenus: readonly string[] = [
  '/interface/bridge',
  '/interface/bridge/port',
  '/interface/bridge/vlan',
  '/interface/list',
  '/interface/list/member',
  '/interface/vlan',
  '/ip/address',
  '/ip/arp',
  '/ip/dhcp-client',
  '/ip/dhcp-relay',
  '/ip/route',
  '/ip/traffic-flow/target',
  '/ip/upnp/interfaces',
  '/ip/vrf',
  '/ipv6/address',
  '/ipv6/dhcp-server',
  '/ipv6/nd',
  '/snmp/community',
  '/system/logging',
  '/system/logging/action',
  '/tool/netwatch',
  '/user/group',
  '/interface/wireguard',
  '/interface/wireguard/peers',
  '/interface/wireless/access-list',
  '/interface/wifi/access-list',
  '/interface/pppoe-server/server',
  '/ip/pool',
  '/ipv6/pool',
  '/ip/dhcp-server',
  '/ip/dhcp-server/network',
  '/ip/dhcp-server/option',
  '/ip/dhcp-server/option/sets',
  '/ip/dns/static',
  '/ip/firewall/address-list',
  '/ip/firewall/filter',
  '/ip/firewall/layer7-protocol',
  '/ip/firewall/mangle',
  '/ip/firewall/nat',
  '/ip/firewall/raw',
  '/ip/hotspot',
  '/ip/hotspot/ip-binding',
  '/ip/hotspot/profile',
  '/ip/hotspot/user/profile',
  '/ip/hotspot/walled-garden',
  '/ip/hotspot/walled-garden/ip',
  '/ip/service',
  '/ipv6/firewall/address-list',
  '/ipv6/firewall/filter',
  '/ppp/profile',
  '/queue/simple',
  '/queue/tree',
  '/queue/type',
  '/radius',
  '/system/scheduler',
  '/system/script',
];

/** Settings that decide who may come in, and the flag without which they do nothing. */
const settingsFlags: Readonly<Record<string, string>> = { '/ppp/aaa': 'use-radius', '/radius/incoming': 'accept' };

/** Settings that are declared where one of them is not as from the factory. */
const changedSettings: readonly string[] = [
  '/ip/cloud',
  '/ip/dhcp-server/config',
  '/ip/settings',
  '/ip/traffic-flow',
  '/snmp',
  '/system/clock',
  '/system/note',
  '/tool/bandwidth-server',
  '/tool/mac-server/ping',
  '/tool/romon',
  '/user/aaa',
];

export const configSettings: readonly string[] = [...Object.keys(settingsFlags), ...changedSettings];

/** What RouterOS works out or sets by itself. */
const usual: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/ip/route': { scope: '30', 'target-scope': '10' },
  '/snmp': { 'trap-community': 'public' },
};

/** Ports of `/ip/service` from the factory. */
const servicePorts: Readonly<Record<string, string>> = {
  ...{
    telnet: '23',
    ftp: '21',
    www: '80',
    ssh: '22',
    'www-ssl': '443',
    api: '8728',
    winbox: '8291',
    'api-ssl': '8729',
  },
};

/** Off from the factory. */
const servicesOff: ReadonlySet<string> = new Set(['www-ssl']);

/** Menus of which an import tells how much there is, no more: all others that people make rows in. */
export const otherMenus: readonly string[] = rowMenus.filter(
  (path) => !configMenus.includes(path) && !allMenus.some((menu) => menu.path === path),
);

/** Of longer tables, which programs fill, an operator wants no review. */
const mostRows = 2_000;

const tooMany = 'too many to review: a program keeps them';

export interface ConfigSettings {
  readonly operator: string;
  readonly doubts: Doubts;
  /** Tags of rows that other parts of the declarations say. */
  readonly said: ReadonlySet<string>;
  readonly managed: ReadonlyMap<string, Menu>;
  /** Rows of people that no Subscriber can be. */
  readonly people: readonly LeftOut[];
  /** How a secret is declared. @param what names it: `/radius secret 10.0.0.1` */
  readonly secret: (what: string, value: string) => Node;
}

export interface LeftMenu {
  readonly menu: string;
  readonly rows: number;
  readonly why: string;
}

/** The tag of a row as one of `config`: what cannot be said elsewhere can perhaps be said there. */
export function configTag(menu: string, row: PictureRow): string {
  return `config ${tagOf(menu, row)}`;
}

/** `config` of the router: rows that are neither the router's own nor declared elsewhere. */
export function configNode(
  picture: Picture,
  settings: ConfigSettings,
): {
  readonly node: NodeMap;
  readonly left: readonly LeftMenu[];
  readonly leftOut: readonly LeftOut[];
  /** Of the rows of people, those that are in it. */
  readonly people: readonly LeftOut[];
} {
  const node: Record<string, Node> = {};
  const left: LeftMenu[] = [];
  const leftOut: LeftOut[] = [];
  for (const menu of [...configMenus, ...configSettings].sort()) {
    const facts = factsOf(menu, settings.managed.get(menu));
    const rows = rowsOf(picture, menu);
    const flag = settingsFlags[menu];
    if (configSettings.includes(menu)) {
      const [row = {}] = rows;
      const said = flag === undefined ? isChanged(facts, row) : isSet(row[flag]);
      if (said && !settings.doubts.out.has(menu))
        node[menu] = new Tagged(fieldsOf(facts, menu, row, settings), { tag: menu });
      continue;
    }
    if (rows.length > mostRows) left.push({ menu, rows: rows.length, why: tooMany });
    const list = (rows.length > mostRows ? [] : rows).flatMap((row) => {
      const made = rowNode(facts, menu, row, settings);
      if (typeof made === 'string') leftOut.push({ menu, row, why: made });
      return made === undefined || typeof made === 'string' ? [] : [made];
    });
    if (list.length > 0) node[menu] = list;
  }
  const people: LeftOut[] = [];
  for (const menu of peopleMenus) {
    const facts = factsOf(menu, settings.managed.get(menu));
    const rows = settings.people.filter((each) => each.menu === menu);
    if (rows.length > mostRows) left.push({ menu, rows: rows.length, why: tooMany });
    const list = (rows.length > mostRows ? [] : rows).flatMap((each) => {
      const made = rowNode(facts, menu, each.row, settings);
      if (made instanceof Tagged) people.push(each);
      else leftOut.push(each);
      return made instanceof Tagged ? [made] : [];
    });
    if (list.length > 0) node[menu] = list;
  }
  return { node, left, leftOut, people };
}

function rowNode(
  facts: KnownMenu,
  menu: string,
  row: PictureRow,
  settings: ConfigSettings,
): Tagged | string | undefined {
  const tag = configTag(menu, row);
  const { text, marker } = commentOf(row);
  if (settings.said.has(tagOf(menu, row)) || isOwn(facts, row) || isFromFactory(menu, row)) return undefined;
  const doubt = settings.doubts.out.get(tag);
  if (doubt !== undefined) return doubt;
  // What another holds is his. What we hold is said under the name it has.
  if (marker !== undefined && marker.operator !== settings.operator)
    return `it is held by lm:${marker.operator}/${marker.owner}`;
  const gone = Object.keys(facts.fields).find((name) => /^\*[0-9A-F]+$/.test(row[name] ?? ''));
  if (gone !== undefined) return `its ${gone} ${row[gone]} was removed`;
  const fields = fieldsOf(facts, menu, row, settings);
  const changed = Object.keys(fields).length > (facts.fixed === true ? identityOf(facts).length : 0);
  if (!changed) return undefined;
  const hasComment = text !== undefined && facts.comment;
  return new Tagged({ ...fields, ...(hasComment ? { comment: text } : {}) }, { tag });
}

/** Is one of these settings known to be another than it was when the router left the factory? */
function isChanged({ fields }: KnownMenu, row: PictureRow): boolean {
  return Object.entries(fields).some(([name, field]) => {
    const value = row[name] ?? '';
    return value !== '' && field.default !== undefined && !isDefault(field, value);
  });
}

/** As every router has it. */
function isFromFactory(menu: string, row: PictureRow): boolean {
  if (stock[menu]?.includes(row['name'] ?? '') === true) return true;
  if (menu !== '/ip/service') return false;
  const { name = '', port, address = '', certificate = 'none' } = row;
  const off = isSet(row['disabled']) === servicesOff.has(name);
  return port === servicePorts[name] && off && address === '' && certificate === 'none';
}

/** Made by RouterOS, or by what is declared elsewhere. */
function isOwn(facts: KnownMenu, row: PictureRow): boolean {
  if (facts.ignore?.(row) === true || isSet(row['default']) || isSet(row['dynamic']) || isSet(row['connection']))
    return true;
  return facts.builtIn === true && /^\*[F]{4}/.test(row['.id'] ?? '');
}

function identityOf({ identity }: KnownMenu): readonly string[] {
  return typeof identity === 'string' ? [] : identity;
}

/** What is not as from the factory, and what it is known by. */
function fieldsOf(facts: KnownMenu, menu: string, row: PictureRow, { secret }: ConfigSettings): NodeMap {
  const fields: Record<string, Node> = {};
  const known = identityOf(facts);
  for (const [name, field] of Object.entries(facts.fields)) {
    const value = row[name];
    if (value === undefined || value === '' || name === 'comment' || field.refused !== undefined) continue;
    if (usual[menu]?.[name] === value || isWorkedOut(menu, name, row)) continue;
    // The day on which the row was made, unless somebody said another.
    if (menu === '/system/scheduler' && name === 'start-date') continue;
    if (!known.includes(name) && isDefault(field, value)) continue;
    // What the router shows of a secret to those who may not see it.
    if (field.secret === true && /^\*{5}$/.test(value)) continue;
    if (field.secret === true)
      fields[name] = secret(`${menu} ${known.map((key) => row[key]).join(' ')} ${name}`, value);
    else fields[name] = valueNode(field, value);
  }
  return fields;
}

/** A network that follows from the address, and how many neighbours the memory is good for. */
function isWorkedOut(menu: string, name: string, { address = '' }: PictureRow): boolean {
  if (menu === '/ip/address') return name === 'network' && !address.endsWith('/32');
  return menu === '/ip/settings' && name === 'max-neighbor-entries';
}

export function isDefault({ default: standard, canonical = (text) => text }: Field, value: string): boolean {
  return standard !== undefined && canonical(value) === canonical(standard);
}

/** Flags as YAML has them, numbers as numbers, all else as the router shows it. */
function valueNode({ canonical }: Field, value: string): Node {
  if (value === 'true' || value === 'false') return value === 'true';
  if (canonical === yesNo && (value === 'yes' || value === 'no')) return value === 'yes';
  return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

import { isSecretProperty } from '../model/secret-property.ts';
import { allMenus } from '../routeros/all-menus.ts';
import { yesNo } from '../routeros/canonical.ts';
import { factsOf, guessedFields } from '../routeros/config/facts.ts';
import { hasComments, type KnownMenu } from '../routeros/config/known-menu.ts';
import { knownMenus } from '../routeros/config/known-menus.ts';
import type { Field, Menu } from '../routeros/menus/menu.ts';
import type { RouterOsVersion } from '../routeros/versions.ts';
import { type Doubts, menuTag } from './doubts.ts';
import { furtherFields } from './further-fields.ts';
import { isSomebodys } from './overlooked.ts';
import { type LeftOut, peopleMenus } from './people.ts';
import { commentOf, holderOf, isSet, type Picture, type PictureRow, rowsOf, type Taken, tagOf } from './picture.ts';
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

/** Settings of what is off from the factory, and the flag without which they do nothing. */
const settingsFlags: Readonly<Record<string, string>> = {
  '/caps-man/manager': 'enabled',
  '/interface/l2tp-server/server': 'enabled',
  '/interface/ovpn-server/server': 'enabled',
  '/interface/pptp-server/server': 'enabled',
  '/interface/sstp-server/server': 'enabled',
  '/interface/wifi/cap': 'enabled',
  '/interface/wifi/capsman': 'enabled',
  '/ip/proxy': 'enabled',
  '/ip/smb': 'enabled',
  '/ip/socks': 'enabled',
  '/ip/upnp': 'enabled',
  '/mpls/ldp': 'enabled',
  '/ppp/aaa': 'use-radius',
  '/radius/incoming': 'accept',
  '/system/ntp/server': 'enabled',
};

/** Settings that are declared where one of them is not as from the factory. */
const changedSettings: readonly string[] = [
  '/ip/cloud',
  '/ip/dhcp-server/config',
  '/ip/firewall/connection/tracking',
  '/ip/neighbor/discovery-settings',
  '/ip/settings',
  '/ip/ssh',
  '/ip/traffic-flow',
  '/ipv6/settings',
  '/snmp',
  '/system/clock',
  '/system/note',
  '/tool/bandwidth-server',
  '/tool/e-mail',
  '/tool/mac-server',
  '/tool/mac-server/mac-winbox',
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
const untold = 'it is on, and RouterOS 6 does not tell what it takes there';

export interface ConfigSettings {
  readonly operator: string;
  readonly version: RouterOsVersion | undefined;
  readonly doubts: Doubts;
  /** Names that a write takes, by menu, where the router tells. */
  readonly taken: Taken;
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

/** Menus of which nothing is known here, and the router tells what it takes there. Accounts are nobody's to copy. */
export function toldMenus({ taken }: Picture): readonly string[] {
  return otherMenus.filter((menu) => taken.has(menu) && menu !== '/user');
}

/** What is known of a menu, else what its rows and the router tell: rows that all have a name are known by it. */
function factsFor(picture: Picture, menu: string, { managed, taken }: ConfigSettings): KnownMenu {
  if (knownMenus.has(menu) || managed.has(menu)) return factsOf(menu, managed.get(menu));
  const named = rowsOf(picture, menu).every((row) => !isSomebodys(menu, row) || row['name'] !== undefined);
  const comment = taken.get(menu)?.has('comment') === true;
  return { path: menu, fields: guessedFields(menu), identity: named ? ['name'] : 'marker', comment };
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
  for (const menu of [...new Set([...configMenus, ...configSettings, ...toldMenus(picture)])].sort()) {
    const facts = factsFor(picture, menu, settings);
    const rows = rowsOf(picture, menu);
    const flag = settingsFlags[menu];
    const [row = {}] = rows;
    // Some that are settings in one version are rows in another.
    if (configSettings.includes(menu) && row['.id'] === undefined) {
      const said = flag === undefined ? isChanged(facts, row) : isSet(row[flag]);
      if (!said || settings.doubts.out.has(menu)) continue;
      const fields = fieldsOf(facts, menu, row, settings);
      if (Object.keys(fields).length === 0) left.push({ menu, rows: 1, why: untold });
      else node[menu] = new Tagged(fields, { tag: menu });
      continue;
    }
    if (rows.length > mostRows) left.push({ menu, rows: rows.length, why: tooMany });
    if (facts.identity === 'marker' && !facts.comment) {
      const others = rows.filter((each) => !isOwn(facts, each)).length;
      if (others > 0) left.push({ menu, rows: others, why: 'they have neither name nor comment to be known by' });
      continue;
    }
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
  const { text } = commentOf(row);
  if (settings.said.has(tagOf(menu, row)) || isOwn(facts, row) || isFromFactory(menu, row)) return undefined;
  const doubt = settings.doubts.out.get(tag) ?? settings.doubts.out.get(menuTag(menu));
  if (doubt !== undefined) return doubt;
  // What another holds is his. What we hold is said under the name it has.
  const holder = holderOf(row, settings.operator);
  if (holder !== undefined) return `it is held by ${holder}`;
  const further = furtherFields(facts, settings.taken.get(menu));
  const gone = [...Object.keys(facts.fields), ...further.keys()].find((name) => /^\*[0-9A-F]+$/.test(row[name] ?? ''));
  if (gone !== undefined) return `its ${gone} ${row[gone]} was removed`;
  const fields = fieldsOf(facts, menu, row, settings);
  const changed = Object.keys(fields).length > (facts.fixed === true ? identityOf(facts).length : 0);
  if (!changed) return undefined;
  const hasComment = text !== undefined && hasComments(facts, settings.version);
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
  if (otherMenus.includes(facts.path)) return !isSomebodys(facts.path, row);
  if (facts.ignore?.(row) === true || isSet(row['default']) || isSet(row['dynamic']) || isSet(row['connection']))
    return true;
  return facts.builtIn === true && /^\*[F]{4}/.test(row['.id'] ?? '');
}

function identityOf({ identity }: KnownMenu): readonly string[] {
  return typeof identity === 'string' ? [] : identity;
}

/** What is not as from the factory, and what it is known by. */
function fieldsOf(facts: KnownMenu, menu: string, row: PictureRow, settings: ConfigSettings): NodeMap {
  const { secret, taken } = settings;
  const fields: Record<string, Node> = {};
  const known = identityOf(facts);
  for (const [name, field] of Object.entries(facts.fields)) {
    const value = field.clear === 'flag' ? field.canonical?.(row[name] ?? 'no') : row[name];
    if (value === undefined || value === '' || name === 'comment' || field.refused !== undefined) continue;
    if (usual[menu]?.[name] === value || isWorkedOut(menu, name, row)) continue;
    // The day on which the row was made, unless somebody said another.
    if (menu === '/system/scheduler' && name === 'start-date') continue;
    if (!known.includes(name) && isDefault(field, value)) continue;
    // What the router shows of a secret to those who may not see it.
    if (field.secret === true && /^\*{5}$/.test(value)) continue;
    if (field.secret === true)
      fields[name] = secret(`${menu} ${known.map((key) => row[key]).join(' ')} ${name}`, value);
    else fields[name] = isWord(name) ? value : valueNode(field, value);
  }
  const called = [...known, 'name'].flatMap((name) => row[name] ?? []).at(0) ?? row['.id'] ?? '';
  for (const [name, standard] of facts.whole === true ? [] : furtherFields(facts, taken.get(menu))) {
    const value = row[name];
    // Rows without a name are known by all that they say.
    const usual = facts.identity !== 'marker' && value === standard;
    if (value === undefined || value === '' || usual || /^\*{5}$/.test(value)) continue;
    const node = isWord(name) ? value : valueNode({}, value);
    fields[name] = isSecretProperty(name) ? secret(`${menu} ${called} ${name}`, value) : node;
  }
  return knownMenus.has(menu) ? fields : inReadingOrder(fields);
}

/** What a row is called before all that it says, and last that it is off. */
function inReadingOrder({ name, disabled, ...fields }: NodeMap): NodeMap {
  const first = name === undefined ? {} : { name };
  return { ...first, ...fields, ...(disabled === undefined ? {} : { disabled }) };
}

/** A network that follows from the address, and how many neighbours the memory is good for. */
function isWorkedOut(menu: string, name: string, { address = '' }: PictureRow): boolean {
  if (menu === '/ip/address') return name === 'network' && !address.endsWith('/32');
  return menu === '/ip/settings' && name === 'max-neighbor-entries';
}

export function isDefault({ default: standard, canonical = (text) => text }: Field, value: string): boolean {
  return standard !== undefined && canonical(value) === canonical(standard);
}

/** What somebody made up is text, though it may look like a flag. */
function isWord(name: string): boolean {
  return name === 'name' || name === 'ssid';
}

/** Flags as YAML has them, numbers as numbers, all else as the router shows it. */
function valueNode({ canonical, clear }: Field, value: string): Node {
  if (value === 'true' || value === 'false') return value === 'true';
  if ((canonical === yesNo || clear === 'flag') && (value === 'yes' || value === 'no')) return value === 'yes';
  return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

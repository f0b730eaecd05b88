import { yesNo } from '../routeros/canonical.ts';
import { factsOf } from '../routeros/config/facts.ts';
import type { KnownMenu } from '../routeros/config/known-menu.ts';
import type { Field, Menu } from '../routeros/menus/menu.ts';
import type { Doubts } from './doubts.ts';
import { type LeftOut, peopleMenus } from './people.ts';
import { commentOf, isSet, type Picture, type PictureRow, rowsOf, tagOf } from './picture.ts';
import { type Node, type NodeMap, Tagged } from './yaml-text.ts';

/** Menus besides those of subscribers that an access router lives by, in the order in which they are written. */
export const configMenus: readonly string[] = [
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

export const configSettings: readonly string[] = Object.keys(settingsFlags);

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

/** Menus of which an import tells how much there is, no more: they belong to the network, not to its subscribers. */
export const otherMenus: readonly string[] = [
  '/interface/bridge',
  '/interface/bridge/port',
  '/interface/vlan',
  '/interface/list',
  '/ip/address',
  '/ip/route',
  '/ip/dhcp-client',
  '/user',
];

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
    if (flag !== undefined) {
      const [row = {}] = rows;
      if (isSet(row[flag]) && !settings.doubts.out.has(menu))
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

/** A service as every router has it. */
function isFromFactory(menu: string, row: PictureRow): boolean {
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
    // The day on which the row was made, unless somebody said another.
    if (menu === '/system/scheduler' && name === 'start-date') continue;
    if (!known.includes(name) && isDefault(field, value)) continue;
    if (field.secret === true)
      fields[name] = secret(`${menu} ${known.map((key) => row[key]).join(' ')} ${name}`, value);
    else fields[name] = valueNode(field, value);
  }
  return fields;
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

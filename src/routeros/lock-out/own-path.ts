import type { ObservedRow } from '../../reconcile/row.ts';
import type { InterfaceRow } from '../own-interfaces.ts';
import { entriesOf, isOn, isSameHost, ownAddress, pushTo, rowsByMenu, rowsOf, textOf, type Us } from './us.ts';

/** The interfaces that carry what we send to the router, from the one with the address we come to downwards. */
export interface OwnPath {
  /** The interface with that address. */
  readonly top: string;
  /** The one that our packets come in by: another, where we dial an address of the LAN through a tunnel. Absent: not known. */
  readonly entry?: string;
  /** Without any one of these we do not come in: the parent of a VLAN, the only port of a bridge. */
  readonly sole: ReadonlySet<string>;
  /** These carry it among others: ports of a bridge, slaves of a bond. */
  readonly shared: ReadonlySet<string>;
  /** False where it goes on over interfaces that we cannot tell: those below a tunnel, or of a loopback. */
  readonly whole: boolean;
  /** Other packets carry it: what stops those stops it. */
  readonly tunnel: boolean;
  /** Types of all of them, as `/interface` shows them. */
  readonly types: ReadonlySet<string>;
}

/** Interfaces with nothing below them, and those that other packets carry: types as `/interface` shows them. */
const grounds = /^(?:ether|wlan|wifi|wifiwave2|lte|usb|sfp)/;
const tunnels = /^(?:wg|wireguard|pppoe|pptp|l2tp|sstp|ovpn|ppp|eoip|gre|ipip|6to4|vxlan|vpls|zerotier|sit)/;

/** Absent where the router does not tell which interface has the address. */
export function ownPath(us: Us): OwnPath | undefined {
  return us.once('own path', () => foundPath(us));
}

function foundPath(us: Us): OwnPath | undefined {
  const { addresses, routerAddress } = us.access;
  const own = [ownAddress(us), routerAddress];
  const holder = addresses.find(({ address, disabled }) => !disabled && own.some((each) => isSameHost(each, address)));
  if (holder === undefined) return undefined;
  const top = holder.interface;
  const encrypted = us.access.encrypted === true;
  const entries = encrypted ? new Set<string>() : entriesOf(us);
  // Who is there only for its address may be up with nothing below it.
  const [entry] = entries.size === 1 ? entries : [];
  const sole = new Set([entry ?? top]);
  const shared = new Set(entries.size > 1 ? entries : []);
  for (const name of sole) {
    const below = carriersOf(name, us);
    for (const each of below) (below.length === 1 ? sole : shared).add(each);
  }
  for (const name of shared) {
    for (const each of carriersOf(name, us)) if (!sole.has(each)) shared.add(each);
  }
  const all = [...sole, ...shared];
  const whole = !encrypted && all.every((name) => grounds.test(typeOf(name, us)) || carriersOf(name, us).length > 0);
  const types = new Set(all.map((name) => typeOf(name, us)));
  const tunnel = encrypted || [...types].some((type) => tunnels.test(type));
  return { top, ...(entry === undefined ? {} : { entry }), sole: sole.add(top), shared, whole, tunnel, types };
}

/** May it be the one that our packets come in by? Over a gateway that is any with an address, or that gets one. */
export function mayBeEntry(name: string, us: Us): boolean {
  return entriesOf(us).size === 0 && (bearsAddress(name, us) || tunnels.test(typeOf(name, us)));
}

/** Has it an address of the router, or does it carry one that has? */
export function bearsAddress(name: string, us: Us): boolean {
  return us.once('bearing addresses', () => bearing(us)).has(name);
}

function bearing(us: Us): ReadonlySet<string> {
  const tops = us.access.addresses.filter(({ disabled }) => !disabled);
  const found = new Set(tops.map((each) => each.interface));
  for (const each of found) for (const below of carriersOf(each, us)) found.add(below);
  return found;
}

/** What an interface is carried by, as the rows show that were read for this plan, else as the router told when we came. */
function carriersOf(name: string, us: Us): readonly string[] {
  const vlan = named('/interface/vlan', us).get(name);
  if (vlan !== undefined) return [textOf(vlan, 'interface')];
  const bond = named('/interface/bonding', us).get(name);
  const slaves = bond === undefined ? [] : textOf(bond, 'slaves').split(',');
  const below = told(us).get(name)?.below ?? [];
  return [...new Set([...(portsByBridge(us).get(name) ?? []), ...slaves, ...below])].filter((each) => each !== '');
}

function typeOf(name: string, us: Us): string {
  const { type } = told(us).get(name) ?? {};
  return type ?? typesOfRows(us).get(name) ?? '';
}

/** What the router told when we came. */
function told(us: Us): ReadonlyMap<string, InterfaceRow> {
  return us.once('interfaces', () => firstOf(us.access.interfaces ?? [], ({ name }) => name));
}

function named(menu: string, us: Us): ReadonlyMap<string, ObservedRow> {
  return us.once(`names ${menu}`, () => firstOf(rowsOf(us, menu), (row) => textOf(row, 'name')));
}

function portsByBridge(us: Us): ReadonlyMap<string, readonly string[]> {
  return us.once('ports', () => {
    const found = new Map<string, string[]>();
    const ports = rowsOf(us, '/interface/bridge/port').filter((row) => isOn(textOf(row, 'disabled')));
    for (const row of ports) pushTo(found, textOf(row, 'bridge'), textOf(row, 'interface'));
    return found;
  });
}

const kinds = /^\/interface\/([a-z0-9-]+)$/;

function typesOfRows(us: Us): ReadonlyMap<string, string> {
  return us.once('types', () => {
    const found = new Map<string, string>();
    for (const [menu, rows] of rowsByMenu.get(us)) {
      const type = kinds.exec(menu)?.[1]?.replace('ethernet', 'ether');
      if (type === undefined) continue;
      for (const [name] of firstOf(rows, (row) => textOf(row, 'name'))) if (!found.has(name)) found.set(name, type);
    }
    return found;
  });
}

/** Of items of one name, the first. */
function firstOf<Item>(items: readonly Item[], nameOf: (item: Item) => string): ReadonlyMap<string, Item> {
  const found = new Map<string, Item>();
  for (const item of items) if (!found.has(nameOf(item))) found.set(nameOf(item), item);
  return found;
}

import { isOn, isSameHost, ownAddress, rowsOf, textOf, type Us } from './us.ts';

/** The interfaces that carry what we send to the router, from the one with the address we come to downwards. */
export interface OwnPath {
  /** The interface with that address. */
  readonly top: string;
  /** Without any one of these we do not come in: the parent of a VLAN, the only port of a bridge. */
  readonly sole: ReadonlySet<string>;
  /** These carry it among others: ports of a bridge, slaves of a bond. */
  readonly shared: ReadonlySet<string>;
  /** False where it goes on over interfaces that we cannot tell: those below a tunnel, or of a loopback. */
  readonly whole: boolean;
  /** Other packets carry it: what stops those stops it. */
  readonly tunnel: boolean;
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
  const sole = new Set([holder.interface]);
  const shared = new Set<string>();
  for (const name of sole) {
    const below = carriersOf(name, us);
    for (const each of below) (below.length === 1 ? sole : shared).add(each);
  }
  for (const name of shared) {
    for (const each of carriersOf(name, us)) if (!sole.has(each)) shared.add(each);
  }
  const all = [...sole, ...shared];
  const whole = all.every((name) => grounds.test(typeOf(name, us)) || carriersOf(name, us).length > 0);
  return { top: holder.interface, sole, shared, whole, tunnel: all.some((name) => tunnels.test(typeOf(name, us))) };
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
  const vlan = rowsOf(us, '/interface/vlan').find((row) => textOf(row, 'name') === name);
  if (vlan !== undefined) return [textOf(vlan, 'interface')];
  const ports = rowsOf(us, '/interface/bridge/port').filter(
    (row) => textOf(row, 'bridge') === name && isOn(textOf(row, 'disabled')),
  );
  const bond = rowsOf(us, '/interface/bonding').find((row) => textOf(row, 'name') === name);
  const slaves = bond === undefined ? [] : textOf(bond, 'slaves').split(',');
  const told = us.access.interfaces?.find((each) => each.name === name)?.below ?? [];
  return [...new Set([...ports.map((row) => textOf(row, 'interface')), ...slaves, ...told])].filter(
    (each) => each !== '',
  );
}

function typeOf(name: string, us: Us): string {
  const told = us.access.interfaces?.find((each) => each.name === name)?.type;
  if (told !== undefined) return told;
  const row = us.rows.find(({ menu, fields }) => kinds.test(menu) && fields['name'] === name);
  return row === undefined ? '' : (kinds.exec(row.menu)?.[1]?.replace('ethernet', 'ether') ?? '');
}

const kinds = /^\/interface\/([a-z0-9-]+)$/;

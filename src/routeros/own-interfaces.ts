import type { RouterOsRow } from './wire/reply.ts';

/** An interface of a router, and those that carry it. */
export interface InterfaceRow {
  readonly name: string;
  /** `ether`, `bridge`, `vlan`, `bond`, `wg`, `pppoe-out`: as `/interface` shows it. */
  readonly type: string;
  /** The parent of a VLAN, the ports of a bridge, the slaves of a bond. */
  readonly below: readonly string[];
}

/** Rows of a menu with these fields, that these queries are for; of a menu that the router does not show us, none. */
export type Print = (menu: string, proplist: string, ...queries: readonly string[]) => Promise<readonly RouterOsRow[]>;
type Pair = readonly [name: string, below: string];

/** Reads what the interfaces of a router are made of: of kinds that it has none of, nothing. Sessions of clients are left out. */
export async function readInterfaces(print: Print): Promise<readonly InterfaceRow[]> {
  const rows = await print('/interface', 'name,type', '?dynamic=true', '?#!');
  const has = (type: string) => rows.some((row) => row['type'] === type);
  const pairs: readonly Pair[] = [
    ...(has('vlan') ? await parentsOfVlans(print) : []),
    ...(has('bridge') ? await portsOfBridges(print) : []),
    ...(has('bond') ? await slavesOfBonds(print) : []),
  ];
  const below = grouped(pairs);
  return rows.map(({ name = '', type = '' }) => ({ name, type, below: below.get(name) ?? [] }));
}

async function parentsOfVlans(print: Print): Promise<readonly Pair[]> {
  return (await print('/interface/vlan', 'name,interface')).map((row) => [row['name'] ?? '', row['interface'] ?? '']);
}

async function portsOfBridges(print: Print): Promise<readonly Pair[]> {
  const ports = await print('/interface/bridge/port', 'bridge,interface,disabled');
  return ports
    .filter(({ disabled }) => disabled !== 'true')
    .map((row) => [row['bridge'] ?? '', row['interface'] ?? '']);
}

async function slavesOfBonds(print: Print): Promise<readonly Pair[]> {
  const bonds = await print('/interface/bonding', 'name,slaves');
  return bonds.flatMap(({ name = '', slaves = '' }) => slaves.split(',').map((slave): Pair => [name, slave.trim()]));
}

function grouped(pairs: readonly Pair[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, below] of pairs.filter(([, each]) => each !== '')) {
    found.set(name, [...(found.get(name) ?? []), below]);
  }
  return found;
}

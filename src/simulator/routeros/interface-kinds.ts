import type { Menu, Values } from './menu.ts';
import type { Table, TableRow } from './table.ts';
import { failure } from './trap.ts';

/** What is needed of the tables of a router. */
interface Tables {
  table(path: string): Table;
  addByRouter(path: string, fields: Readonly<Record<string, string>>, options: { readonly id: number }): unknown;
}

/** What a row of `/interface` and the row of its own kind say both. */
const common = ['name', 'mtu', 'disabled', 'comment'];

/**
 * Keeps the rows of a menu of one kind of interface and their twins in `/interface` alike, whichever is written.
 * Rows the router comes with are in both from the start.
 */
export function joinInterfaces(database: Tables, { path, properties }: Menu, type: string): void {
  const [own, all] = [database.table(path), database.table('/interface')];
  own.watch((event) => {
    const twin = all.get(event.type === 'changed' ? event.row.id : event.id);
    if (event.type === 'removed') {
      if (twin !== undefined) all.remove(twin);
    } else if (twin === undefined) appear(database, event.row, properties, type);
    else follow(event.row, all, twin);
  });
  all.watch((event) => {
    const twin = event.type === 'changed' ? own.get(event.row.id) : undefined;
    if (event.type === 'changed' && twin !== undefined) follow(event.row, own, twin);
  });
}

/** @throws RouterTrap when an interface of any kind has that name */
export function refuseInterfaceName(interfaces: Table, self: number | undefined, values: ReadonlyMap<string, unknown>) {
  const name = values.get('name');
  const holder = typeof name === 'string' ? interfaces.named(name) : undefined;
  if (holder !== undefined && holder.id !== self) throw failure('already have interface with such name');
}

function follow(row: TableRow, table: Table, twin: TableRow): void {
  const changes = common.filter((name) => row.values.has(name) && row.values.get(name) !== twin.values.get(name));
  if (changes.length > 0) table.set(twin, new Map(changes.map((name) => [name, row.values.get(name)])));
}

function appear(database: Tables, { id, values }: TableRow, properties: Menu['properties'], type: string): void {
  const address = `02:00:5E:20:${hex(id >> 8)}:${hex(id)}`;
  const told: Values = new Map([
    ['mac-address', address],
    ['running', 'true'],
  ]);
  for (const [name, value] of told) if (properties[name] !== undefined && !values.has(name)) values.set(name, value);
  const mtu = values.get('mtu') ?? '1500';
  const shared = Object.fromEntries(common.map((name) => [name, values.get(name) ?? '']));
  const wire = type === 'wg' ? {} : { 'mac-address': address };
  const actual = mtu === 'auto' ? '1500' : mtu;
  database.addByRouter('/interface', { ...shared, type, mtu, 'actual-mtu': actual, running: 'true', ...wire }, { id });
}

function hex(octet: number): string {
  return (octet & 0xff).toString(16).toUpperCase().padStart(2, '0');
}

import { isInRange } from '../address-range.ts';
import type { Database } from './database.ts';
import type { Values } from './menu.ts';
import { formatId, type TableRow } from './table.ts';
import { listOf } from './value-types.ts';

/** A TCP packet to the router itself. */
export interface InputPacket {
  readonly source: string;
  /** The address of the router it goes to. */
  readonly destination: string;
  readonly port: number;
  /** Of the connection it belongs to. */
  readonly state: 'new' | 'established';
}

type Verdict = 'accept' | 'drop' | 'reject';

/** What `/ip/firewall/raw` (prerouting) and `/ip/firewall/filter` (input) do with it. The end of a chain accepts. */
export function inputVerdict(database: Database, packet: InputPacket): Verdict {
  const raw = inChain(database, '/ip/firewall/raw', 'prerouting', packet, 0);
  if (raw === 'drop' || raw === 'reject') return raw;
  const filter = inChain(database, '/ip/firewall/filter', 'input', packet, 0);
  return filter === 'return' ? 'accept' : filter;
}

/** Chains that jump in a circle end somewhere. */
const deepest = 16;

function inChain(
  database: Database,
  menu: string,
  chain: string,
  packet: InputPacket,
  depth: number,
): Verdict | 'return' {
  if (depth > deepest) return 'return';
  for (const row of database.find(menu)?.rows() ?? []) {
    const { values } = row;
    if (values.get('chain') !== chain || values.get('disabled') === 'true' || values.get('dynamic') === 'true')
      continue;
    if (!matches(database, values, packet)) continue;
    const verdict = outcome(database, menu, row, packet, depth);
    if (verdict === 'return') return verdict;
    if (verdict !== undefined) return verdict;
  }
  return 'return';
}

/** `undefined`: the packet goes on to the next rule. */
function outcome(
  database: Database,
  menu: string,
  { values }: TableRow,
  packet: InputPacket,
  depth: number,
): Verdict | 'return' | undefined {
  switch (values.get('action') ?? 'accept') {
    case 'accept':
      return 'accept';
    case 'drop':
    case 'tarpit':
      return 'drop';
    case 'reject':
      return 'reject';
    case 'return':
      return 'return';
    case 'jump': {
      const inner = inChain(database, menu, values.get('jump-target') ?? '', packet, depth + 1);
      return inner === 'return' ? undefined : inner;
    }
    default:
      return undefined;
  }
}

const known: ReadonlySet<string> = new Set([
  ...['src-address', 'dst-address', 'src-address-list', 'dst-address-list', 'protocol', 'dst-port', 'port', 'src-port'],
  ...['connection-state', 'in-interface', 'in-interface-list'],
]);

/** Everything a rule asks for. What this does not know of (layers above, times, limits) never holds. */
function matches(database: Database, values: Values, packet: InputPacket): boolean {
  for (const [name, value] of values) {
    if (notMatchers.has(name)) continue;
    if (!known.has(name)) return false;
    const negated = value.startsWith('!');
    if (holds(database, name, negated ? value.slice(1) : value, packet) === negated) return false;
  }
  return true;
}

const notMatchers: ReadonlySet<string> = new Set([
  ...['chain', 'action', 'jump-target', 'reject-with', 'address-list', 'address-list-timeout', 'log', 'log-prefix'],
  ...['bytes', 'packets', 'invalid', 'dynamic', 'disabled', 'comment', 'hw-offload'],
]);

function holds(database: Database, name: string, value: string, packet: InputPacket): boolean {
  switch (name) {
    case 'src-address':
      return isWithin(packet.source, value);
    case 'dst-address':
      return isWithin(packet.destination, value);
    case 'src-address-list':
      return isListed(database, value, packet.source);
    case 'dst-address-list':
      return isListed(database, value, packet.destination);
    case 'protocol':
      return value === 'tcp' || value === '6';
    case 'dst-port':
    case 'port':
      return listOf(value).some((item) => isPortIn(packet.port, item));
    case 'connection-state':
      return listOf(value).includes(packet.state);
    case 'in-interface':
      return interfacesOf(database, packet.destination).includes(value);
    case 'in-interface-list':
      return isInInterfaceList(database, value, packet.destination);
    default:
      return false;
  }
}

function isWithin(address: string, range: string): boolean {
  return isInRange(address, range);
}

function isPortIn(port: number, item: string): boolean {
  const [first, last = first] = item.split('-').map(Number);
  return port >= (first ?? 0) && port <= (last ?? 0);
}

function isListed(database: Database, list: string, address: string): boolean {
  return [...(database.find('/ip/firewall/address-list')?.rows() ?? [])].some(
    ({ values }) =>
      values.get('list') === list &&
      values.get('disabled') !== 'true' &&
      isWithin(address, values.get('address') ?? ''),
  );
}

/** References to the interfaces that have the address: packets are taken to come in where it is. */
function interfacesOf(database: Database, address: string): readonly string[] {
  return [...(database.find('/ip/address')?.rows() ?? [])]
    .filter(({ values }) => (values.get('address') ?? '').replace(/\/.*$/, '') === address)
    .map(({ values }) => values.get('interface') ?? '');
}

function isInInterfaceList(database: Database, list: string, address: string): boolean {
  const own = interfacesOf(database, address);
  const named = database.find('/interface/list');
  const wanted = [list, ...[named?.named(list)].flatMap((row) => (row === undefined ? [] : [formatId(row.id)]))];
  return [...(database.find('/interface/list/member')?.rows() ?? [])].some(
    ({ values }) => wanted.includes(values.get('list') ?? '') && own.includes(values.get('interface') ?? ''),
  );
}

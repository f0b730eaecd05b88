import { isInRange } from '../address-range.ts';
import type { Database } from '../routeros/database.ts';
import type { Values } from '../routeros/menu.ts';
import { formatId } from '../routeros/table.ts';
import { listOf } from '../routeros/value-types.ts';
import type { Packet } from './packet.ts';

/** Properties of a rule that match nothing: what it does, and what it shows. */
const notMatchers: ReadonlySet<string> = new Set([
  ...['chain', 'action', 'jump-target', 'reject-with', 'address-list', 'address-list-timeout', 'log', 'log-prefix'],
  ...['bytes', 'packets', 'invalid', 'dynamic', 'disabled', 'comment', 'hw-offload', 'to-addresses', 'to-ports'],
  ...['same-not-by-dst', 'randomise-ports', 'passthrough'],
]);

type Judge = (value: string, packet: Packet, database: Database) => boolean;

/** Each matcher, without its `!`. */
const judges: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['src-address', (value, { source }) => isInRange(source, value)],
  ['dst-address', (value, { destination }) => isInRange(destination, value)],
  ['src-address-list', (value, { source }, database) => isListed(database, value, source)],
  ['dst-address-list', (value, { destination, host }, database) => isListed(database, value, destination, host)],
  ['protocol', (value, { protocol }) => value === protocol],
  ['dst-port', (value, { port }) => hasPort(value, port)],
  ['src-port', (value, { sourcePort }) => hasPort(value, sourcePort)],
  ['port', (value, { port, sourcePort }) => hasPort(value, port) || hasPort(value, sourcePort)],
  ['connection-state', (value, { state }) => listOf(value).includes(state)],
  ['connection-nat-state', (value, { translated }) => translated && listOf(value).includes('dstnat')],
  ['connection-limit', (value, { connections }) => connections >= Number(value.split(',')[0])],
  ['in-interface', (value, { inInterface }, database) => isInterface(database, value, inInterface)],
  ['out-interface', (value, { outInterface }, database) => isInterface(database, value, outInterface)],
  ['in-interface-list', (value, { inInterface }, database) => isInList(database, value, inInterface)],
  ['out-interface-list', (value, { outInterface }, database) => isInList(database, value, outInterface)],
  ['src-address-type', (value, { source }, database) => isOfType(database, value, source)],
  ['dst-address-type', (value, { destination }, database) => isOfType(database, value, destination)],
  ['src-mac-address', (value, { sourceMac }) => value === sourceMac],
  ['tls-host', (value, { host }) => host !== undefined && isLike(host, value)],
  ['connection-mark', isUnmarked],
  ['packet-mark', isUnmarked],
  ['routing-mark', () => false],
  ['fragment', (value) => value === 'no'],
  // One packet is below every limit.
  ['limit', () => true],
  ['dst-limit', () => true],
]);

/** @returns false when a matcher does not hold, or the names of those that cannot be judged here */
export function matches(database: Database, values: Values, packet: Packet): boolean | readonly string[] {
  const unjudged: string[] = [];
  for (const [name, value] of values) {
    if (notMatchers.has(name) || name.startsWith('new-')) continue;
    const holds = holdsOf(name, value, packet, database);
    if (holds === false) return false;
    if (holds === undefined) unjudged.push(name);
  }
  return unjudged.length === 0 || unjudged;
}

/** `undefined`: nobody can say. */
function holdsOf(name: string, value: string, packet: Packet, database: Database): boolean | undefined {
  // Of several flags each has a `!` of its own.
  if (name === 'tcp-flags') return listOf(value).every((flag) => holdsFlag(flag, packet));
  if (name === 'hotspot') return listOf(value).every((word) => holdsHotspot(word, packet, database));
  const judge = judges.get(name);
  if (judge === undefined) return undefined;
  return value.startsWith('!') ? !judge(value.slice(1), packet, database) : judge(value, packet, database);
}

function holdsFlag(flag: string, { tcpFlags, protocol }: Packet): boolean {
  if (protocol !== 'tcp') return false;
  return flag.startsWith('!') ? !tcpFlags.includes(flag.slice(1)) : tcpFlags.includes(flag);
}

function holdsHotspot(word: string, packet: Packet, database: Database): boolean {
  if (word.startsWith('!')) return !holdsHotspot(word.slice(1), packet, database);
  if (word === 'auth') return packet.hotspot === 'authorized';
  if (word === 'from-client') return packet.hotspot !== 'none';
  return word === 'local-dst' && isOwnAddress(database, packet.destination);
}

function isUnmarked(value: string): boolean {
  return value === 'no-mark';
}

function hasPort(value: string, port: number | undefined): boolean {
  if (port === undefined) return false;
  return listOf(value).some((item) => {
    const [first = '', last = first] = item.split('-');
    return port >= Number(first) && port <= Number(last);
  });
}

/** An entry is an address, a prefix, a range, or a name that the client asked for. */
export function isListed(database: Database, list: string, address: string, host?: string): boolean {
  for (const { values } of database.table('/ip/firewall/address-list').rows()) {
    if (values.get('list') !== list || values.get('disabled') === 'true') continue;
    const entry = values.get('address') ?? '';
    if (isInRange(address, entry) || (host !== undefined && entry.toLowerCase() === host.toLowerCase())) return true;
  }
  return false;
}

const typeOfKind: Readonly<Record<string, RegExp>> = {
  'all-ethernet': /^ether$/,
  'all-ppp': /-(?:in|out)$/,
  'all-vlan': /^vlan$/,
  'all-wireless': /^(?:wlan|wifi)$/,
};

/** By id, or as one of a kind. */
function isInterface(database: Database, value: string, id: string | undefined): boolean {
  const kind = typeOfKind[value];
  if (kind === undefined || id === undefined) return value === id;
  return kind.test(database.referenced('/interface', id)?.values.get('type') ?? '');
}

/** The lists that are built in, and those with members, with what they include and exclude. */
function isInList(database: Database, list: string, id: string | undefined, depth = 0): boolean {
  const row = database.referenced('/interface/list', list);
  if (row === undefined || id === undefined || depth > 8) return false;
  const isDynamic = database.referenced('/interface', id)?.values.get('dynamic') === 'true';
  const byName: Readonly<Record<string, boolean>> = { all: true, none: false, dynamic: isDynamic, static: !isDynamic };
  const builtIn = byName[row.values.get('name') ?? ''];
  if (row.values.get('builtin') === 'true' && builtIn !== undefined) return builtIn;
  const inAny = (property: string) =>
    listOf(row.values.get(property) ?? '').some((other) => isInList(database, other, id, depth + 1));
  return !inAny('exclude') && (inAny('include') || isMember(database, formatId(row.id), id));
}

function isMember(database: Database, list: string, id: string): boolean {
  for (const { values } of database.table('/interface/list/member').rows()) {
    if (values.get('disabled') === 'true') continue;
    if (values.get('list') === list && values.get('interface') === id) return true;
  }
  return false;
}

function isOfType(database: Database, value: string, address: string): boolean {
  const type = isOwnAddress(database, address) ? 'local' : 'unicast';
  return listOf(value).includes(type);
}

/** Whether the router itself has that address. */
export function isOwnAddress(database: Database, address: string): boolean {
  for (const { values } of database.table('/ip/address').rows()) {
    if (values.get('disabled') !== 'true' && values.get('address')?.split('/')[0] === address) return true;
  }
  return false;
}

/** `*.example.org` of `www.example.org`. */
function isLike(host: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(host);
}

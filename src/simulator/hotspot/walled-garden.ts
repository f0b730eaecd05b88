import { isIPv4 } from 'node:net';
import { isInRange } from '../address-range.ts';
import type { Database } from '../routeros/database.ts';
import { formatId, type TableRow } from '../routeros/table.ts';
import { listOf } from '../routeros/value-types.ts';

/** Where a guest's device wants to go. */
export interface Destination {
  /** Name or address as it was asked for, lower case. */
  readonly host: string;
  readonly port: number;
  /** What the name resolves to, where it does. */
  readonly address?: string;
  /** HTTP that the router can read; absent for TLS. */
  readonly http?: { readonly method: string; readonly path: string };
}

export interface Visitor {
  readonly address: string;
  /** Row of the hotspot the device is behind. */
  readonly serverId: number;
}

export type GardenVerdict = 'pass' | 'refuse' | 'ask to log in';

/**
 * What the walled garden says of a destination. First the rows for packets, of which the first match counts; then, for
 * HTTP alone, the rows by name. TLS does not see those.
 */
export function walledGarden(database: Database, visitor: Visitor, destination: Destination): GardenVerdict {
  const packets = find(database, '/ip/hotspot/walled-garden/ip', (row) =>
    matchesPackets(database, row, visitor, destination),
  );
  if (packets !== undefined) return packets.values.get('action') === 'accept' ? 'pass' : 'refuse';
  if (destination.http === undefined) return 'refuse';
  const { http } = destination;
  const named = find(
    database,
    '/ip/hotspot/walled-garden',
    (row) => isAsked(row, visitor, destination) && matchesHttp(row, destination, http),
  );
  if (named === undefined) return 'ask to log in';
  named.values.set('hits', String(Number(named.values.get('hits') ?? 0) + 1));
  return named.values.get('action') === 'allow' ? 'pass' : 'ask to log in';
}

function find(database: Database, path: string, matches: (row: TableRow) => boolean): TableRow | undefined {
  for (const row of database.table(path).rows()) {
    if (row.values.get('disabled') !== 'true' && matches(row)) return row;
  }
  return undefined;
}

/** What both tables have in common: the hotspot, the guest's address, the port. */
function isAsked({ values }: TableRow, { address, serverId }: Visitor, { port }: Destination): boolean {
  return (
    holds(values.get('server'), (server) => server === formatId(serverId)) &&
    holds(values.get('src-address'), (range) => isInRange(address, range)) &&
    holds(values.get('dst-port'), (ports) => isInPorts(port, ports))
  );
}

function matchesHttp({ values }: TableRow, { host }: Destination, http: { method: string; path: string }): boolean {
  return (
    holds(values.get('method'), (method) => method === http.method) &&
    isLike(host, values.get('dst-host')) &&
    isLike(http.path, values.get('path'))
  );
}

function matchesPackets(database: Database, row: TableRow, visitor: Visitor, destination: Destination): boolean {
  const { values } = row;
  if (!isAsked(row, visitor, destination)) return false;
  if (!holds(values.get('protocol'), (protocol) => protocol === 'tcp')) return false;
  if (!holds(values.get('src-address-list'), (list) => isListed(database, list, visitor.address))) return false;
  const dstHost = values.get('dst-host') ?? '';
  // A name makes the router forget the address and the list beside it.
  if (dstHost !== '') return destination.host === dstHost.toLowerCase();
  const address = isIPv4(destination.host) ? destination.host : (destination.address ?? '');
  return (
    holds(values.get('dst-address'), (range) => isInRange(address, range)) &&
    holds(values.get('dst-address-list'), (list) => isListed(database, list, address))
  );
}

/** A matcher that is not there matches; `!` turns one around. */
function holds(matcher: string | undefined, matches: (value: string) => boolean): boolean {
  if (matcher === undefined || matcher === '') return true;
  return matcher.startsWith('!') ? !matches(matcher.slice(1)) : matches(matcher);
}

/** The whole text must match: `*` is any text, `?` any character, and what begins with a colon an expression. */
function isLike(text: string, pattern: string | undefined): boolean {
  if (pattern === undefined || pattern === '') return true;
  if (pattern.startsWith('!')) return !isLike(text, pattern.slice(1));
  try {
    return (pattern.startsWith(':') ? new RegExp(pattern.slice(1), 'i') : wildcard(pattern)).test(text);
  } catch {
    return false;
  }
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'is');
}

function isInPorts(port: number, ports: string): boolean {
  return listOf(ports).some((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return port >= first && port <= last;
  });
}

function isListed(database: Database, list: string, address: string): boolean {
  for (const { values } of database.table('/ip/firewall/address-list').rows()) {
    if (values.get('disabled') === 'true' || values.get('list') !== list) continue;
    if (isInRange(address, values.get('address') ?? '')) return true;
  }
  return false;
}

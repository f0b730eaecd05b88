import { parseMac } from '../base/mac.ts';
import { isRecord } from './answer.ts';

/** A time for which a client was let in, as a controller counts it. */
export interface ClientRecord {
  readonly id: string;
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  /** By the controller's clock, milliseconds since 1970. */
  readonly start: number;
  readonly end?: number;
  /** Octets from the client, and to it, decimal text. */
  readonly up: string;
  readonly down: string;
  /** It is let in still. */
  readonly valid: boolean;
  /** RADIUS let it in, and accounts it. */
  readonly byRadius: boolean;
  readonly ip?: string;
  /** Of the network it is in. */
  readonly network?: string;
}

/** `authType` of clients whom RADIUS let in, directly or at a hotspot. */
const radiusTypes: readonly unknown[] = [2, 8];

export const recordsPerPage = 1000;

/**
 * Path of a page of the operator's list of clients, old records among them (seen on 5.15). Other names for paging are not known to it.
 *
 * @param mac cuts it down to rows with that
 */
export function clientRecordsPath(site: string, page: number, mac?: string): string {
  const query = new URLSearchParams({ currentPage: `${page}`, currentPageSize: `${recordsPerPage}` });
  if (mac !== undefined) query.set('searchKey', mac);
  return `/api/v2/hotspot/sites/${encodeURIComponent(site)}/clients?${query}`;
}

/** What a page has: its records, those that tell of no time left out, and how many rows there are in all. */
export function clientRecordsIn(result: unknown): {
  readonly records: readonly ClientRecord[];
  readonly rows: number;
  readonly total: number;
} {
  const { data, totalRows } = isRecord(result) ? result : {};
  const rows = Array.isArray(data) ? (data as readonly unknown[]) : [];
  const records = rows.flatMap((row) => (isRecord(row) ? (recordOf(row) ?? []) : []));
  return { records, rows: rows.length, total: typeof totalRows === 'number' ? totalRows : 0 };
}

function recordOf(row: Readonly<Record<string, unknown>>): ClientRecord | undefined {
  const { id, mac: text, start, end, ip, authType } = row;
  const mac = typeof text === 'string' ? parseMac(text) : undefined;
  if (typeof id !== 'string' || id === '' || mac === undefined || !isTime(start)) return undefined;
  const network = [row['ssid'], row['networkName']].find((name) => typeof name === 'string' && name !== '');
  return {
    id,
    mac,
    start,
    up: octets(row['upload']),
    down: octets(row['download']),
    valid: row['valid'] === true,
    byRadius: radiusTypes.includes(authType),
    ...(isTime(end) ? { end } : {}),
    ...(typeof ip === 'string' && ip !== '' ? { ip } : {}),
    ...(typeof network === 'string' ? { network } : {}),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function octets(value: unknown): string {
  const count = typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : undefined;
  return count ?? (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? `${value}` : '0');
}

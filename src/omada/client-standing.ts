import { parseMac } from '../base/mac.ts';
import { isRecord } from './answer.ts';

/** `pending`: waits for us. `authorised`: is let in already. `elsewhere`: is not asked to log in. */
export type ClientStanding = 'pending' | 'authorised' | 'elsewhere';

/** Path of the operator's list of clients, cut down to one MAC (seen on 5.15). */
export function clientListPath(site: string, mac: string): string {
  const query = new URLSearchParams({ currentPage: '1', currentPageSize: '50', searchKey: mac });
  return `/api/v2/hotspot/sites/${encodeURIComponent(site)}/clients?${query}`;
}

/**
 * What the list says about a client. `undefined` when it says nothing: some controllers list only those that logged in,
 * so a client that is missing may well be waiting.
 */
export function standingOf(result: unknown, mac: string): ClientStanding | undefined {
  const standings = rowsOf(result, mac)
    .filter(isCurrentRow)
    .map((row) => byAuthStatus[Number(row['authStatus'] ?? -1)]);
  return standings.find((each) => each === 'pending') ?? standings.find((each) => each !== undefined);
}

type ListRow = Readonly<Record<string, unknown>>;

/** Rows of one client. */
export function rowsOf(result: unknown, mac: string): readonly ListRow[] {
  const wanted = parseMac(mac);
  const rows = isRecord(result) && Array.isArray(result['data']) ? (result['data'] as readonly unknown[]) : [];
  return rows.filter(isRecord).filter((row) => typeof row['mac'] === 'string' && parseMac(row['mac']) === wanted);
}

/** Earlier logins stay in the list. */
export function isCurrentRow(row: ListRow): boolean {
  return row['valid'] !== false;
}

/** By `authStatus`: connected, pending, authorised, free of authentication. */
const byAuthStatus: readonly ClientStanding[] = ['elsewhere', 'pending', 'authorised', 'elsewhere'];

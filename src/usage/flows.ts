import { createHash } from 'node:crypto';
import type { MeterReading } from '../accounting/event.ts';
import { RouterTrapError } from '../routeros/errors.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { isCount, type Print } from './print-menu.ts';

/** What is known of the snapshot on a router, between readings. */
export interface FlowState {
  /**
   * `stored`: what it has is in the journal, and the next may be taken. `taken`: by us, and it is in no journal yet. `unknown`:
   * we have just started, and may have died between the two.
   */
  snapshot: 'unknown' | 'taken' | 'stored';
}

export interface Flows {
  /** Of the snapshot: its number, and a digest of what it has. Whoever has counted it does not count it again. */
  readonly id: string;
  /** By address. */
  readonly meters: ReadonlyMap<string, MeterReading>;
  /** Octets that found the table full. */
  readonly uncounted: bigint;
}

/**
 * Octets by address since the last snapshot (`/ip/accounting`, RouterOS 6). To take one empties the table, so that another
 * collector on the router would lose what we get. One that is not in the journal is read again before the next is taken.
 *
 * @param stored id of the last snapshot in the journal; `undefined` before the first ever, of which nothing is ours
 * @returns `undefined` when accounting is off, not there, or may not be taken
 */
export async function flowMeters(
  print: Print,
  session: RouterOsSession,
  state: FlowState,
  stored: string | undefined,
  signal: AbortSignal,
): Promise<Flows | undefined> {
  const [settings] = await print('/ip/accounting', 'enabled');
  if (settings?.['enabled'] !== 'true' && settings?.['enabled'] !== 'yes') return undefined;
  const [full] = await print('/ip/accounting/uncounted', 'bytes');
  const left = state.snapshot === 'stored' ? undefined : await leftOver(print, state, stored);
  if (left === undefined && !(await take(session, signal))) return undefined;
  state.snapshot = 'taken';
  const rows = left ?? (await snapshot(print));
  const uncounted = full?.['bytes'];
  const id = `${numberOf(stored) + 1}:${digestOf(rows)}`;
  return {
    id,
    meters: stored === undefined ? new Map() : metersOf(rows, id),
    uncounted: isCount(uncounted) ? BigInt(uncounted) : 0n,
  };
}

/** The snapshot that is there, if the journal does not have it. */
async function leftOver(
  print: Print,
  state: FlowState,
  stored: string | undefined,
): Promise<readonly RouterOsRow[] | undefined> {
  if (state.snapshot === 'unknown' && stored === undefined) return undefined;
  const rows = await snapshot(print);
  const isStored = stored?.endsWith(`:${digestOf(rows)}`) === true || rows.length === 0;
  return state.snapshot === 'unknown' && isStored ? undefined : rows;
}

function snapshot(print: Print): Promise<readonly RouterOsRow[]> {
  return print('/ip/accounting/snapshot', 'src-address,dst-address,packets,bytes');
}

function metersOf(rows: readonly RouterOsRow[], id: string): ReadonlyMap<string, MeterReading> {
  const up = new Map<string, bigint>();
  const down = new Map<string, bigint>();
  for (const { bytes, 'src-address': from = '', 'dst-address': to = '' } of rows) {
    if (!isCount(bytes)) continue;
    up.set(from, (up.get(from) ?? 0n) + BigInt(bytes));
    down.set(to, (down.get(to) ?? 0n) + BigInt(bytes));
  }
  const addresses = new Set([...up.keys(), ...down.keys()]);
  const meterOf = (address: string): MeterReading => {
    return { source: 'flows', id, up: `${up.get(address) ?? 0n}`, down: `${down.get(address) ?? 0n}` };
  };
  return new Map(Array.from(addresses, (address) => [address, meterOf(address)]));
}

function numberOf(id: string | undefined): number {
  return Number.parseInt(id ?? '0', 10) || 0;
}

function digestOf(rows: readonly RouterOsRow[]): string {
  const lines = rows.map((row) => [row['src-address'], row['dst-address'], row['packets'], row['bytes']].join(' '));
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 32);
}

/** @returns false when we may not */
async function take(session: RouterOsSession, signal: AbortSignal): Promise<boolean> {
  try {
    await session.run('/ip/accounting/snapshot/take', {}, { signal });
    return true;
  } catch (error) {
    if (error instanceof RouterTrapError) return false;
    throw error;
  }
}

import type { MeterReading } from '../accounting/event.ts';
import { RouterTrapError } from '../routeros/errors.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import { isCount, type Print } from './print-menu.ts';

/** What is known of the snapshot on a router, between readings. */
export interface FlowState {
  /** A snapshot was taken, and its rows did not come: they are still there until the next is taken. */
  unread: boolean;
}

export interface Flows {
  /** By address. */
  readonly meters: ReadonlyMap<string, MeterReading>;
  /** Octets that found the table full. */
  readonly uncounted: bigint;
}

/**
 * Octets by address since the last snapshot (`/ip/accounting`, RouterOS 6). To take one empties the table, so that another
 * collector on the router would lose what we get. `undefined` when accounting is off or not there.
 */
export async function flowMeters(
  print: Print,
  session: RouterOsSession,
  state: FlowState,
  signal: AbortSignal,
): Promise<Flows | undefined> {
  const [settings] = await print('/ip/accounting', 'enabled');
  if (settings?.['enabled'] !== 'true' && settings?.['enabled'] !== 'yes') return undefined;
  const [full] = await print('/ip/accounting/uncounted', 'bytes');
  if (!state.unread && !(await take(session, signal))) return undefined;
  state.unread = true;
  const rows = await print('/ip/accounting/snapshot', 'src-address,dst-address,bytes');
  state.unread = false;
  const up = new Map<string, bigint>();
  const down = new Map<string, bigint>();
  for (const { bytes, 'src-address': from = '', 'dst-address': to = '' } of rows) {
    if (!isCount(bytes)) continue;
    up.set(from, (up.get(from) ?? 0n) + BigInt(bytes));
    down.set(to, (down.get(to) ?? 0n) + BigInt(bytes));
  }
  const addresses = new Set([...up.keys(), ...down.keys()]);
  const meters = Array.from(addresses, (address): [string, MeterReading] => [
    address,
    { source: 'flows', up: `${up.get(address) ?? 0n}`, down: `${down.get(address) ?? 0n}` },
  ]);
  const uncounted = full?.['bytes'];
  return { meters: new Map(meters), uncounted: isCount(uncounted) ? BigInt(uncounted) : 0n };
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

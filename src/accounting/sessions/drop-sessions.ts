import { othersFirst } from '../../base/steps.ts';
import { numberKey } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Write } from '../../store/table.ts';
import { AddressRows } from '../addresses/address-rows.ts';
import { byClockOf } from '../clock-set.ts';
import { closedKey, historyKey, latestKey } from './session-keys.ts';
import { fromStored, type SessionState, type StoredSession } from './session-state.ts';

export interface DropSessionsOptions {
  /** Sessions that ended before, milliseconds since 1970. */
  readonly before: number;
  /** For some sessions of these a moment before that; `undefined` for one that is not meant. Absent: all are. */
  readonly beforeOf?: (session: SessionState) => number | undefined;
  /** By how much the wall clock was set in all. */
  readonly clockSet?: number;
  /** Kept all the same. */
  readonly isHeld: (session: SessionState) => boolean;
  readonly signal: AbortSignal;
}

/** As many go together. */
const sessionsPerStep = 50;

/**
 * Deletes sessions that are long over, with all that leads to them, in small steps. One whose end only a wrong clock puts so
 * far back stays: it was heard of since. What is left by a step that fails goes the next time.
 *
 * @returns how many went, and how many were held
 * @throws LastmileError of the store
 */
export async function dropSessions(
  store: Pick<Store, 'table' | 'write'>,
  { before: latest, beforeOf = () => latest, clockSet, isHeld, signal }: DropSessionsOptions,
): Promise<{ readonly dropped: number; readonly held: number }> {
  let [dropped, held] = [0, 0];
  let step: SessionState[] = [];
  for await (const [, stored] of store.table<StoredSession>('closed').entries({ lt: numberKey(latest) })) {
    if (signal.aborted) break;
    const session = fromStored(stored);
    const before = beforeOf(session);
    if (before === undefined || (session.stoppedAt ?? before) >= before) continue;
    if (isYounger(session, before) || isYounger(byClockOf(session, clockSet), before)) continue;
    if (isHeld(session)) {
      held += 1;
      continue;
    }
    step.push(session);
    if (step.length < sessionsPerStep) continue;
    await store.write(deletes(store, step));
    dropped += step.length;
    step = [];
    await othersFirst();
  }
  // Somebody may have to be asked again whether it is held.
  if (signal.aborted) return { dropped, held };
  await store.write(deletes(store, step));
  return { dropped: dropped + step.length, held };
}

function isYounger({ updatedAt, endedAt = 0 }: SessionState, before: number): boolean {
  return Math.max(updatedAt, endedAt) >= before;
}

/** All rows of sessions that are over. */
export function deletes(store: Pick<Store, 'table'>, sessions: readonly SessionState[]): readonly Write[] {
  const [closed, history, latest] = [store.table('closed'), store.table('history'), store.table<string>('latest')];
  const addresses = new AddressRows(store.table('addresses'));
  return sessions.flatMap((session) => {
    const at = closedKey(session);
    const name = latestKey(session);
    const isLatest = latest.getSync(name) === at;
    return [
      closed.toDel(at),
      history.toDel(historyKey(session)),
      ...addresses.dels(session),
      ...(isLatest ? [latest.toDel(name)] : []),
    ];
  });
}

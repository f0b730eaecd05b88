import { dropSessions } from '../accounting/sessions/drop-sessions.ts';
import { dropUsage } from '../accounting/usage/roll-up-usage.ts';
import type { Store } from '../store/store.ts';
import { evidenceOf, type LegalHolds } from './legal-holds.ts';

/** Guests without an account, whose sites keep what is known of them for a time of their own. */
export interface GuestRetention {
  /** What usernames of such guests begin with, and those of few others. */
  readonly prefix: string;
  /** The shortest of these times, milliseconds. */
  readonly shortestMs: number;
  /** How long what a username did is kept; `undefined` when it is none of such a guest. */
  readonly keptMs: (username: string) => number | undefined;
}

export interface GuestSurroundings {
  readonly store: Store;
  readonly holds: LegalHolds;
  readonly isUsageHeld: (user: string) => boolean;
  readonly clockSet: number;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Removes sessions and usage of guests that were kept long enough and are under no legal hold. @throws LastmileError of the store */
export async function removeGuests(
  { prefix, shortestMs, keptMs }: GuestRetention,
  { store, holds, isUsageHeld, clockSet, now, signal }: GuestSurroundings,
): Promise<{ readonly sessions: number; readonly usage: number }> {
  const { dropped } = await dropSessions(store, {
    before: now - shortestMs,
    beforeOf: ({ username }) => {
      const ms = keptMs(username);
      return ms === undefined ? undefined : now - ms;
    },
    clockSet,
    isHeld: (session) => holds.holds(evidenceOf(session)),
    signal,
  });
  const usage = await dropUsage(store, prefix, {
    before: (user) => {
      const ms = isUsageHeld(user) ? undefined : keptMs(user);
      return ms === undefined ? undefined : now - ms;
    },
    signal,
  });
  return { sessions: dropped, usage };
}

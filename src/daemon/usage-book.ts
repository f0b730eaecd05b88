import type { UsageBook } from '../access/quota.ts';
import type { Session } from '../accounting/event.ts';
import type { AccountingStore } from '../accounting/store.ts';
import { hourMs } from '../accounting/usage-deltas.ts';

/** Sessions of one login that are looked through. */
const mostSessions = 10_000;

/** What logins have used, as accounting tells. */
export function usageBook(accounting: Pick<AccountingStore, 'usage' | 'history'>): UsageBook {
  return {
    /** By whole hours: where a zone is off by half an hour, an hour belongs to the period in which it begins. */
    async octets(username, from, till) {
      const hours = await accounting.usage(username, Math.ceil(from / hourMs), Math.ceil(till / hourMs));
      return hours.reduce((sum, { up, down }) => ({ up: sum.up + up, down: sum.down + down }), { up: 0n, down: 0n });
    },
    async secondsOnline(username, from, till) {
      const sessions = await accounting.history(username, mostSessions);
      return sessions.reduce((sum, session) => sum + secondsWithin(session, from, till), 0);
    },
  };
}

/** Of a session, as long as it was heard of. */
function secondsWithin(
  { startedAt, sessionSeconds }: Pick<Session, 'startedAt' | 'sessionSeconds'>,
  from: number,
  till: number,
): number {
  const end = Math.min(startedAt + sessionSeconds * 1000, till);
  return Math.max(0, end - Math.max(startedAt, from)) / 1000;
}

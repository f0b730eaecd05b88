import { ErasedUsers } from '../accounting/erase-user.ts';
import { dropSessions } from '../accounting/sessions/drop-sessions.ts';
import type { AccountingStore } from '../accounting/store.ts';
import { rollUpUsage } from '../accounting/usage/roll-up-usage.ts';
import type { Retention } from '../model/kinds/operator.ts';
import type { AuditLog } from '../status/audit-log.ts';
import { firstOf } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import { type GuestRetention, removeGuests } from './guest-records.ts';
import { dropReleasedRecords, keepHeldRecords } from './held-records.ts';
import { evidenceOf, type LegalHolds } from './legal-holds.ts';

/** What went, by table. */
export interface Removed {
  readonly sessions: number;
  /** Rows that were summed up, or dropped. */
  readonly usage: number;
  readonly segments: number;
  readonly audit: number;
  readonly former: number;
  /** Absent: by a release that dropped none. */
  readonly letters?: number;
}

export interface RetentionSurroundings {
  readonly store: Store;
  readonly accounting: Pick<AccountingStore, 'settled' | 'clockSet'>;
  readonly audit: AuditLog;
  readonly holds: LegalHolds;
  readonly timezone: string;
  /** Guests whose records go sooner. Absent: there are none. */
  readonly guests?: GuestRetention;
  /** Drops what is known of those who are gone that long. @returns how many */
  readonly dropFormer: (forMs: number) => Promise<number>;
  /** Drops what webhooks did not take and was given up before that. @returns how many */
  readonly dropLetters?: (before: number) => Promise<number>;
  readonly now: number;
  readonly signal: AbortSignal;
}

export const nothingRemoved: Removed = { sessions: 0, usage: 0, segments: 0, audit: 0, former: 0, letters: 0 };

/**
 * Removes what was kept long enough and is under no legal hold, in small steps between which sockets are served. What a
 * failure leaves is removed the next time.
 *
 * @throws LastmileError of the store
 */
export async function removeOld(policy: Retention, around: RetentionSurroundings): Promise<Removed> {
  const { store, accounting, holds, audit, now, timezone, signal } = around;
  // What has no rows yet is in the journal alone.
  const settled = await accounting.settled();
  const before = (ms: number | undefined) => (ms === undefined ? undefined : Math.max(0, now - ms));
  const [sessionsBefore, auditBefore] = [before(policy.sessionsMs), before(policy.auditMs)];
  const sessions =
    sessionsBefore === undefined
      ? 0
      : (
          await dropSessions(store, {
            before: sessionsBefore,
            clockSet: accounting.clockSet,
            isHeld: (session) => holds.holds(evidenceOf(session)),
            signal,
          })
        ).dropped;
  const isHeld = (user: string) => isUsageHeld(holds, user);
  const ofGuests =
    around.guests === undefined
      ? { sessions: 0, usage: 0 }
      : await removeGuests(around.guests, {
          store,
          holds,
          isUsageHeld: isHeld,
          clockSet: accounting.clockSet,
          now,
          signal,
        });
  const usage = await rollUpUsage(store, {
    ...optional('hoursBefore', before(policy.hoursMs)),
    ...optional('daysBefore', before(policy.daysMs)),
    ...optional('monthsBefore', before(policy.monthsMs)),
    ...{ timezone, signal },
    isHeld,
  });
  const segments = policy.journalMs === undefined ? 0 : await dropJournal(now - policy.journalMs, settled, around);
  await dropReleasedRecords(store, holds);
  await forgetErased(store);
  const entries =
    auditBefore === undefined
      ? 0
      : await audit.dropBefore(auditBefore, ({ at, object }) => isAuditHeld(holds, at, object), now);
  const former = policy.formerMs === undefined ? 0 : await around.dropFormer(policy.formerMs);
  const letters = policy.lettersMs === undefined ? 0 : ((await around.dropLetters?.(now - policy.lettersMs)) ?? 0);
  return {
    ...{ sessions: sessions + ofGuests.sessions, usage: usage + ofGuests.usage },
    ...{ segments, audit: entries, former, letters },
  };
}

/** Segments with nothing younger; what of them is held is copied first. @param settled of `AccountingStore.settled` */
async function dropJournal(
  before: number,
  settled: number,
  { store, holds, audit, now, signal }: RetentionSurroundings,
): Promise<number> {
  const names = await store.journal.segments();
  // What a start goes on from is in one that stays.
  const rows = names.findLastIndex((name) => firstOf(name) <= settled);
  const over = (await store.journal.over(before, now)).filter((name) => names.indexOf(name) < rows);
  const upTo = over.at(-1);
  if (upTo === undefined) return 0;
  let held = 0;
  for (const segment of over) {
    if (signal.aborted) return 0;
    held += await keepHeldRecords(store, segment, holds);
  }
  if (signal.aborted) return 0;
  const count = over.length;
  const dropped = await store.dropSegments(upTo, now);
  if (dropped === undefined) return 0;
  const kept = held === 0 ? '' : `; ${held} records of them under a legal hold are kept`;
  await audit.record({
    ...{ at: now, who: 'lastmile', action: 'retention', object: 'journal', result: 'done' },
    detail: `${count} segments up to ${upTo} dropped, link ${dropped.link}${kept}`,
  });
  return count;
}

/** Who was erased, and is in the journal no more. */
async function forgetErased(store: Store): Promise<void> {
  const [first] = await store.journal.segments();
  if (first === undefined) return;
  const over = (await ErasedUsers.open(store)).over(firstOf(first));
  if (over.length > 0) await store.table('erased').batch(over.map((key) => ({ type: 'del', key })));
}

/** Whose usage it was is known, and not with which address: a hold on a time alone is on everybody's. */
function isUsageHeld(holds: LegalHolds, user: string): boolean {
  const isOfAll = holds.all().some(({ usernames, address }) => usernames === undefined && address === undefined);
  return isOfAll || holds.ofUser(user).length > 0;
}

/** Of somebody who is held: as a word of the entry's object, as in `anna on core-1 (81c00001)`. */
function isAuditHeld(holds: LegalHolds, at: number, object: string): boolean {
  if (holds.holds({ from: at, till: at })) return true;
  return object.split(/[\s,]+/).some((word) => word !== '' && holds.holds({ username: word, from: at, till: at }));
}

function optional<Key extends string>(key: Key, value: number | undefined): { readonly [K in Key]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: number });
}

import type { AccountingStore } from '../../accounting/store.ts';
import { readBefore } from '../../usage/hotspot-totals.ts';

/** A router that went by other names before. */
export interface RenamedRouter {
  readonly name: string;
  /** No router goes by these now. */
  readonly formerNames: readonly string[];
}

type Accounting = Pick<AccountingStore, 'record' | 'open' | 'totalsOf' | 'flowsOf'>;

/** So many records at once wait for a commit. */
const recordsAtOnce = 250;

/**
 * Open sessions of a router's former names go on under the one it has. What was taken over is not taken over again.
 *
 * @param now wall time, milliseconds since 1970
 * @throws AccountingUnavailableError when it cannot be stored
 */
export async function takeOverSessions(
  accounting: Pick<Accounting, 'record' | 'open'>,
  { name: to, formerNames }: RenamedRouter,
  now: number,
): Promise<void> {
  if (formerNames.length === 0) return;
  const former = new Set(formerNames);
  const moves = [...accounting.open()].filter(({ nas }) => former.has(nas));
  for (let at = 0; at < moves.length; at += recordsAtOnce) {
    await Promise.all(
      moves.slice(at, at + recordsAtOnce).map(({ key, nas, sessionId }) => {
        return accounting.record({ status: 'moved', key, nas, sessionId, to, receivedAt: now });
      }),
    );
  }
}

/** What was read of it under its former names is what it had counted before: of hotspot users, and by address. */
export async function takeOverCounts(
  accounting: Accounting,
  { name, formerNames }: RenamedRouter,
  now: number,
): Promise<void> {
  for (const former of formerNames) {
    const snapshot = await accounting.flowsOf(former);
    if (snapshot !== undefined && (await accounting.flowsOf(name)) === undefined) {
      await accounting.record({ status: 'flows', nas: name, receivedAt: now, snapshot });
    }
    await takeOverTotals(accounting, former, name, now);
  }
}

async function takeOverTotals(accounting: Accounting, former: string, name: string, now: number): Promise<void> {
  const totals = await accounting.totalsOf(former);
  if (totals.size === 0) return;
  const isDone = (await accounting.totalsOf(name)).has(readBefore);
  // The mark that they were read comes last, and only then are they forgotten: it may be broken off at any point.
  const entries = [...totals].filter(([username]) => username !== readBefore);
  const mark = totals.get(readBefore);
  if (!isDone) {
    for (const [username, each] of entries) {
      await accounting.record({ status: 'totals', nas: name, username, receivedAt: now, totals: each });
    }
    if (mark !== undefined) {
      await accounting.record({ status: 'totals', nas: name, username: readBefore, receivedAt: now, totals: mark });
    }
  }
  for (const username of totals.keys()) {
    await accounting.record({ status: 'totals', nas: former, username, receivedAt: now });
  }
}

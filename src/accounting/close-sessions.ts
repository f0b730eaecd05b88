import type { AccountingEvent } from './event.ts';
import type { CommitFold } from './fold-commit.ts';
import type { SessionIndex } from './session-index.ts';
import type { SessionState } from './session-state.ts';

/** So many per commit: a router with 100,000 sessions that boots must not hold up the others. */
const closedPerCommit = 500;

/**
 * Ends sessions that On and Off packets concern, as many as one commit may.
 *
 * @param due the packets, oldest first
 * @returns those that have sessions left to end
 */
export function closeSessions(
  fold: CommitFold,
  index: SessionIndex,
  due: readonly AccountingEvent[],
): readonly AccountingEvent[] {
  let left = closedPerCommit;
  for (const [at, event] of due.entries()) {
    for (const session of everySession(fold, index)) {
      if (left === 0) return due.slice(at);
      if (session.nas === event.nas && fold.close(session, event)) left -= 1;
    }
  }
  return [];
}

function* everySession(fold: CommitFold, index: SessionIndex): Iterable<SessionState> {
  yield* index.open();
  for (const { before, after } of fold.changes.values()) if (before === undefined) yield after;
}

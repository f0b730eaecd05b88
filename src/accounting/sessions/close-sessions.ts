import type { AccountingEvent } from '../event.ts';
import type { CommitFold } from '../fold-commit.ts';
import type { SessionIndex } from './session-index.ts';
import type { SessionState } from './session-state.ts';

/** So many per commit: a router with 100,000 sessions that boots must not hold up the others. */
const closedPerCommit = 50;
/** Nor must it to look for them among a million. */
const lookedAtPerCommit = 2_000;

/** Ends sessions that On and Off packets concern, some with each commit, and knows how far it has come. */
export class SessionClosings {
  /** Packets being carried out: whoever comes to these begins anew. */
  #due: readonly AccountingEvent[] = [];
  #byNas: ReadonlyMap<string, readonly AccountingEvent[]> = new Map();
  #rest: Iterator<SessionState> | undefined;

  /**
   * Goes on with it. What it ends must come into force, or these closings be left and others made.
   *
   * @param due the packets, oldest first
   * @param concerns says no to sessions that are as they were after these packets already
   * @param onFailed a session that cannot be ended stays as it is, and the others are ended
   * @returns those that have sessions left to end
   */
  close(
    fold: CommitFold,
    index: Pick<SessionIndex, 'open'>,
    due: readonly AccountingEvent[],
    concerns: (session: SessionState) => boolean = everyone,
    onFailed: (error: unknown, session: SessionState) => void = rethrown,
  ): readonly AccountingEvent[] {
    if (due.length === 0) return due;
    if (!isSame(due, this.#due)) this.#begin(index, due);
    // What this commit begins is not in the index yet.
    const begun = [...fold.changes.values()].filter(({ before }) => before === undefined);
    const isClosed = (session: SessionState, mayBe: () => boolean): boolean => {
      try {
        return mayBe() && this.#closeOne(fold, session);
      } catch (error) {
        onFailed(error, session);
        return false;
      }
    };
    for (const { after } of begun) isClosed(after, everyone);
    let left = closedPerCommit;
    for (let looked = 0; looked < lookedAtPerCommit && left > 0; looked += 1) {
      const next = this.#rest?.next();
      if (next === undefined || next.done === true) return this.#end();
      const session = next.value;
      if (isClosed(session, () => concerns(session))) left -= 1;
    }
    return due;
  }

  #begin(index: Pick<SessionIndex, 'open'>, due: readonly AccountingEvent[]): void {
    this.#due = due;
    this.#byNas = grouped(due);
    // Of a map: what goes meanwhile is left out, what comes is met at the end.
    this.#rest = index.open()[Symbol.iterator]();
  }

  #closeOne(fold: CommitFold, session: SessionState): boolean {
    return this.#byNas.get(session.nas)?.some((event) => fold.close(session, event)) ?? false;
  }

  #end(): readonly AccountingEvent[] {
    this.#due = [];
    this.#rest = undefined;
    return [];
  }
}

const everyone = () => true;
const rethrown = (error: unknown) => {
  throw error;
};

/** Oldest first, each. */
function grouped(due: readonly AccountingEvent[]): ReadonlyMap<string, readonly AccountingEvent[]> {
  const byNas = new Map<string, AccountingEvent[]>();
  for (const event of due) {
    const same = byNas.get(event.nas);
    if (same === undefined) byNas.set(event.nas, [event]);
    else same.push(event);
  }
  return byNas;
}

function isSame(a: readonly AccountingEvent[], b: readonly AccountingEvent[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}

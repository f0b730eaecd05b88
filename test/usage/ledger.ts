import type { AccountingRecord, UserTotals } from '../../src/accounting/event.ts';
import { CommitFold } from '../../src/accounting/fold-commit.ts';
import { lacksOctets } from '../../src/accounting/fold-reading.ts';
import { SessionIndex } from '../../src/accounting/session-index.ts';
import type { SessionState } from '../../src/accounting/session-state.ts';
import { matchSessions } from '../../src/usage/match-sessions.ts';
import type { RouterReading } from '../../src/usage/reading.ts';

/** The journal, as far as readings of one router need it: in memory, each record a commit of its own. */
export class Ledger {
  readonly #index = new SessionIndex(100_000);
  readonly #totals = new Map<string, UserTotals>();
  #missing: ReadonlySet<string> = new Set();

  /** Takes in a reading. @param how `rebooted`: the router certainly was */
  read(reading: RouterReading, now: number, how: { readonly rebooted?: boolean } = {}): void {
    const open = [...this.#index.open()].filter(({ source }) => source === 'api');
    const radius = [...this.#index.open()].filter(({ source }) => source !== 'api');
    const { readings, missing } = matchSessions(reading, {
      nas: 'core-1',
      now,
      everySeconds: 300,
      open,
      byRadius: (online) =>
        radius.some(
          (each) => !lacksOctets(each) && each.username === online.username && each.sessionId === online.sessionId,
        ),
      closed: (online) => [...this.#index.closed()].filter((each) => each.username === online.username),
      rebooted: how.rebooted === true,
      totals: this.#totals.size === 0 ? undefined : new Map(this.#totals),
      radiusUsers: new Set(radius.map(({ username }) => username)),
      missing: this.#missing,
    });
    for (const each of readings) this.record(each);
    this.#missing = missing;
  }

  record(record: AccountingRecord): void {
    const fold = new CommitFold({
      named: (nas, sessionId) => this.#index.named(nas, sessionId),
      byKey: (key) => this.#index.byKey(key),
      recall: () => undefined,
    });
    fold.apply(record);
    if ((record.status === 'read' || record.status === 'totals') && record.totals !== undefined) {
      this.#totals.set(record.username, record.totals);
    }
    for (const { after } of fold.changes.values()) this.#index.put(after);
  }

  /** lastmile was started anew: what is in no record is gone. */
  restart(): void {
    this.#missing = new Set();
  }

  get open(): readonly SessionState[] {
    return [...this.#index.open()];
  }

  get closed(): readonly SessionState[] {
    return [...this.#index.closed()];
  }

  /** Of all sessions, open and closed. */
  get octets(): { readonly up: bigint; readonly down: bigint } {
    const all = [...this.open, ...this.closed];
    return {
      up: all.reduce((sum, { upOctets }) => sum + upOctets, 0n),
      down: all.reduce((sum, { downOctets }) => sum + downOctets, 0n),
    };
  }
}

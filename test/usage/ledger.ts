import type { AccountingRecord, UserTotals } from '../../src/accounting/event.ts';
import { CommitFold } from '../../src/accounting/fold-commit.ts';
import { SessionIndex } from '../../src/accounting/sessions/session-index.ts';
import type { SessionState } from '../../src/accounting/sessions/session-state.ts';
import { lacksOctets } from '../../src/accounting/usage/fold-reading.ts';
import { usageBetween } from '../../src/accounting/usage/usage-deltas.ts';
import { matchSessions } from '../../src/usage/match-sessions.ts';
import type { Octets, RouterReading } from '../../src/usage/reading.ts';

/** The journal, as far as readings of one router need it: in memory, each record a commit of its own. */
export class Ledger {
  readonly #index = new SessionIndex(100_000);
  readonly #totals = new Map<string, UserTotals>();
  /** Octets by session and hour. */
  readonly #hours = new Map<string, Map<number, Octets>>();
  #missing: ReadonlySet<string> = new Set();
  #snapshot: string | undefined;

  /** Takes in a reading. @param how `rebooted`: the router certainly was; `died`: after so many records */
  read(reading: RouterReading, now: number, how: { readonly rebooted?: boolean; readonly died?: number } = {}): void {
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
    for (const each of readings.slice(0, how.died)) this.record(each, now);
    if (how.died !== undefined) {
      this.restart();
      return;
    }
    this.#missing = missing;
    this.#snapshot = reading.flows?.id;
  }

  record(record: AccountingRecord, now = record.receivedAt): void {
    const fold = new CommitFold({
      under: (id) => this.#index.under(id),
      byKey: (key) => this.#index.byKey(key),
      recall: () => undefined,
    });
    fold.apply(record);
    if ((record.status === 'read' || record.status === 'totals') && record.totals !== undefined) {
      this.#totals.set(record.username, record.totals);
    }
    for (const { before, after } of fold.changes.values()) {
      this.#count(before, after, now);
      this.#index.put(after);
    }
  }

  #count(before: SessionState | undefined, after: SessionState, now: number): void {
    const hours = this.#hours.get(after.key) ?? new Map<number, Octets>();
    const usedIn = (hour: number) => hours.get(hour) ?? { up: 0n, down: 0n };
    for (const { hour, up, down } of usageBetween(before, after, now, usedIn)) {
      const known = usedIn(hour);
      hours.set(hour, { up: known.up + up, down: known.down + down });
    }
    this.#hours.set(after.key, hours);
  }

  /** Id of the snapshot whose octets are all here. */
  get snapshot(): string | undefined {
    return this.#snapshot;
  }

  /** Sessions whose hours are not what they have together. */
  get torn(): readonly SessionState[] {
    return [...this.open, ...this.closed].filter(({ key, upOctets, downOctets }) => {
      const { up, down } = sum([...(this.#hours.get(key)?.values() ?? [])]);
      return up !== upOctets || down !== downOctets;
    });
  }

  /** Every hour of every session. */
  get hours(): readonly Octets[] {
    return [...this.#hours.values()].flatMap((hours) => [...hours.values()]);
  }

  octetsOf(username: string): Octets {
    const all = [...this.open, ...this.closed].filter((each) => each.username === username);
    return sum(all.map(({ upOctets: up, downOctets: down }) => ({ up, down })));
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

function sum(all: readonly Octets[]): Octets {
  return {
    up: all.reduce((octets, { up }) => octets + up, 0n),
    down: all.reduce((octets, { down }) => octets + down, 0n),
  };
}

import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { messageOf } from '../base/errors.ts';
import type { AccountingEvent, AccountingSink } from './event.ts';

/** What became of one accounting record of a NAS. */
export interface AccountingResult {
  /** Grows with each record of any NAS. */
  readonly number: number;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  /** `start`, `interim`, `stop`, `on`, … */
  readonly status: string;
  readonly username?: string;
  readonly sessionId?: string;
  /** `stored`: it is on disk, and was acknowledged. */
  readonly result: 'stored' | 'failed';
  readonly error?: string;
}

/** Passes records on and keeps, for each NAS, what became of the last ones: bounded, in memory. */
export class RecentAccounting implements AccountingSink {
  readonly #sink: AccountingSink;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept: number;
  readonly #results = new Map<string, AccountingResult[]>();
  #last = 0;

  /** @param kept records of each NAS */
  constructor(sink: AccountingSink, clock: Pick<Clock, 'monotonic'>, kept = 200) {
    this.#sink = sink;
    this.#clock = clock;
    this.#kept = kept;
  }

  record(event: AccountingEvent): Promise<void> {
    const started = this.#clock.monotonic();
    const stored = this.#sink.record(event);
    stored.then(
      () => this.#note(event, started, { result: 'stored' }),
      (error: unknown) => this.#note(event, started, { result: 'failed', error: messageOf(error) }),
    );
    return stored;
  }

  /** Newest first. */
  of(nas: string, limit = Number.POSITIVE_INFINITY): readonly AccountingResult[] {
    return (this.#results.get(nas) ?? []).toReversed().slice(0, limit);
  }

  #note(event: AccountingEvent, started: number, outcome: Pick<AccountingResult, 'result' | 'error'>): void {
    const { nas, receivedAt: at, status, username, sessionId } = event;
    const results = this.#results.get(nas) ?? [];
    if (results.length === 0) this.#results.set(nas, results);
    this.#last += 1;
    results.push(
      compact({
        number: this.#last,
        at,
        durationMs: this.#clock.monotonic() - started,
        status,
        username,
        sessionId,
        ...outcome,
      }),
    );
    // In blocks: to move the rest down for each record would cost more than the record.
    if (results.length >= 2 * this.#kept) results.splice(0, results.length - this.#kept);
  }
}

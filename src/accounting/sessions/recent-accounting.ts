import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { AccountingEvent, AccountingSink } from '../event.ts';

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

/** Records that wait for the same commit, and when each came by the clock that nobody sets. */
interface Waiting {
  readonly stored: Promise<void>;
  readonly events: AccountingEvent[];
  readonly started: number[];
}

/** What is absent is `undefined`: a copy without it would cost more than the rest. */
type Noted = { -readonly [K in keyof Required<AccountingResult>]: AccountingResult[K] };

/** Those that are kept of a NAS: each is written over in its turn, or all that passes would be copied by each collection. */
interface Ring {
  readonly kept: Noted[];
  /** The oldest, once it is full. */
  next: number;
}

/** Passes records on and keeps, for each NAS, what became of the last ones: bounded, in memory. */
export class RecentAccounting implements AccountingSink {
  readonly #sink: AccountingSink;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept: number;
  readonly #results = new Map<string, Ring>();
  #last = 0;
  #waiting: Waiting | undefined;

  /** @param kept records of each NAS */
  constructor(sink: AccountingSink, clock: Pick<Clock, 'monotonic'>, kept = 200) {
    this.#sink = sink;
    this.#clock = clock;
    this.#kept = kept;
  }

  record(event: AccountingEvent): Promise<void> {
    const started = this.#clock.monotonic();
    const stored = this.#sink.record(event);
    const waiting = this.#waitingFor(stored);
    waiting.events.push(event);
    waiting.started.push(started);
    return stored;
  }

  /** Newest first. */
  of(nas: string, limit = Number.POSITIVE_INFINITY): readonly AccountingResult[] {
    const { kept = [], next = 0 } = this.#results.get(nas) ?? {};
    const newestFirst = [...kept.slice(next), ...kept.slice(0, next)].toReversed();
    return newestFirst.slice(0, limit).map((each) => ({ ...each }) as AccountingResult);
  }

  /** Records of one commit come one after the other, and have one promise. */
  #waitingFor(stored: Promise<void>): Waiting {
    if (this.#waiting?.stored === stored) return this.#waiting;
    const waiting: Waiting = { stored, events: [], started: [] };
    this.#waiting = waiting;
    stored.then(
      () => this.#noteAll(waiting, 'stored'),
      (error: unknown) => this.#noteAll(waiting, 'failed', messageOf(error)),
    );
    return waiting;
  }

  #noteAll(waiting: Waiting, result: AccountingResult['result'], error?: string): void {
    if (this.#waiting === waiting) this.#waiting = undefined;
    const now = this.#clock.monotonic();
    const { events, started } = waiting;
    for (let at = 0; at < events.length; at += 1) {
      this.#note(events[at] as AccountingEvent, now - (started[at] as number), result, error);
    }
  }

  #note(event: AccountingEvent, durationMs: number, result: AccountingResult['result'], error?: string): void {
    const { nas, receivedAt: at, status, username, sessionId } = event;
    const ring = this.#results.get(nas) ?? { kept: [], next: 0 };
    if (ring.kept.length === 0) this.#results.set(nas, ring);
    this.#last += 1;
    const oldest = ring.kept.length < this.#kept ? undefined : ring.kept[ring.next];
    if (oldest === undefined) {
      ring.kept.push({ number: this.#last, at, durationMs, status, username, sessionId, result, error });
      return;
    }
    ring.next = (ring.next + 1) % this.#kept;
    oldest.number = this.#last;
    oldest.at = at;
    oldest.durationMs = durationMs;
    oldest.status = status;
    oldest.username = username;
    oldest.sessionId = sessionId;
    oldest.result = result;
    oldest.error = error;
  }
}

import { type Clock, firstRightTime } from '../base/clock.ts';
import type { KeyValue } from '../store/key-value.ts';

/** Smaller steps do no harm, and a clock that is kept in time makes many of them. */
const smallestMs = 5_000;
/** In `meta`. */
const rowKey = 'accounting-clock';

/** What is kept. */
export interface ClockRow {
  /** By how much it was set in all, milliseconds. */
  readonly total: number;
  /** Wall time of a stop in good order, after which nothing was stored. */
  readonly stoppedAt?: number;
}

type Clocks = Pick<Clock, 'now' | 'monotonic'>;
type Rows = Pick<KeyValue<ClockRow>, 'get' | 'put'>;

/** Notices that the machine's wall clock is set, by the one that nobody sets, and keeps by how much in all. */
export class ClockWatch {
  readonly #clock: Clocks;
  readonly #rows: Rows;
  #offset: number;
  #total: number;
  /** Absent: what is on disk is not so any more. */
  #saved: number | undefined;
  #saving: Promise<void> | undefined;

  private constructor(clock: Clocks, rows: Rows, total: number, saved: number | undefined) {
    this.#clock = clock;
    this.#rows = rows;
    this.#offset = clock.now() - clock.monotonic();
    this.#total = total;
    this.#saved = saved;
  }

  /**
   * @param lastAt wall time of what was stored last: where that is later than now, the clock was set back while we were away.
   * That it was set forward cannot be told from a long absence, but where it was from before any release: then no time went by
   * @throws LastmileError of the store when it cannot be read. Where it cannot be written, `look` tries again
   */
  static async open(clock: Clocks, rows: Rows, lastAt: number | undefined): Promise<ClockWatch> {
    const { total, stoppedAt } = (await rows.get(rowKey)) ?? { total: 0 };
    const seen = stoppedAt ?? lastAt;
    const step = seen === undefined ? 0 : clock.now() - seen;
    const wasSet = step < -smallestMs || (seen !== undefined && seen < firstRightTime && clock.now() >= firstRightTime);
    // Without the time of the stop, which is not the last any more as soon as something is stored.
    const saved = stoppedAt === undefined || (await isWritten(rows.put(rowKey, { total })));
    return new ClockWatch(clock, rows, wasSet ? total + step : total, saved ? total : undefined);
  }

  /** By how much it was set in all, up to this very moment, milliseconds. */
  get total(): number {
    this.#compare(smallestMs);
    return this.#total;
  }

  /** `total` as of the last look: for who has looked in this turn. */
  get lookedTotal(): number {
    return this.#total;
  }

  /**
   * Looks at the clocks. Nothing may be stored that was stamped with a total before that is on disk itself.
   *
   * @returns when it is; `undefined` when it is already
   */
  look(): Promise<void> | undefined {
    this.#compare(smallestMs);
    if (this.#total === this.#saved) return undefined;
    this.#saving ??= this.#save({ total: this.#total }).finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** Keeps how things stand: nobody can compare the clocks across a restart. @throws LastmileError of the store */
  async close(): Promise<void> {
    await this.#saving?.catch(() => undefined);
    this.#compare(1);
    await this.#save({ total: this.#total, stoppedAt: this.#clock.now() });
  }

  #compare(leastMs: number): void {
    const step = this.#clock.now() - this.#clock.monotonic() - this.#offset;
    if (Math.abs(step) < leastMs) return;
    this.#offset += step;
    this.#total += Math.round(step);
  }

  async #save(row: ClockRow): Promise<void> {
    await this.#rows.put(rowKey, row, { sync: true });
    this.#saved = row.total;
  }
}

/** A disk that takes nothing stores nothing else either: until it does, the time of the stop is that of what was stored last. */
function isWritten(writing: Promise<void>): Promise<boolean> {
  return writing.then(
    () => true,
    () => false,
  );
}

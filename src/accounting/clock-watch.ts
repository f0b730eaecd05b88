import type { Clock } from '../base/clock.ts';
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
  #saved: number;
  #saving: Promise<void> | undefined;

  private constructor(clock: Clocks, rows: Rows, total: number, saved: number) {
    this.#clock = clock;
    this.#rows = rows;
    this.#offset = clock.now() - clock.monotonic();
    this.#total = total;
    this.#saved = saved;
  }

  /**
   * @param lastAt wall time of what was stored last: where that is later than now, the clock was set back while we were away.
   * That it was set forward cannot be told from a long absence
   * @throws LastmileError of the store
   */
  static async open(clock: Clocks, rows: Rows, lastAt: number | undefined): Promise<ClockWatch> {
    const { total, stoppedAt } = (await rows.get(rowKey)) ?? { total: 0 };
    const seen = stoppedAt ?? lastAt;
    const back = seen === undefined ? 0 : clock.now() - seen;
    // Without the time of the stop, which is not the last any more as soon as something is stored.
    if (stoppedAt !== undefined) await rows.put(rowKey, { total });
    return new ClockWatch(clock, rows, back < -smallestMs ? total + back : total, total);
  }

  /** By how much it was set in all, milliseconds. */
  get total(): number {
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

import type { Clock } from '../base/clock.ts';
import type { Table } from '../store/table.ts';

/** Smaller steps do no harm, and a clock that is kept in time makes many of them. */
const smallestMs = 5_000;
/** In `meta`. */
const rowKey = 'accounting-clock';

/** Notices that the machine's wall clock is set, by the one that nobody sets, and keeps by how much in all. */
export class ClockWatch {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #table: Table<number>;
  #offset: number;
  #total: number;
  #saved: number;
  #saving: Promise<void> | undefined;

  private constructor(clock: Pick<Clock, 'now' | 'monotonic'>, table: Table<number>, total: number) {
    this.#clock = clock;
    this.#table = table;
    this.#offset = clock.now() - clock.monotonic();
    this.#total = total;
    this.#saved = total;
  }

  /**
   * @param lastAt wall time that was stored last: where it is later than now, the clock was set back while we were away
   * @throws LastmileError of the store
   */
  static async open(
    clock: Pick<Clock, 'now' | 'monotonic'>,
    table: Table<number>,
    lastAt: number | undefined,
  ): Promise<ClockWatch> {
    const watch = new ClockWatch(clock, table, (await table.get(rowKey)) ?? 0);
    const back = lastAt === undefined ? 0 : clock.now() - lastAt;
    if (back < -smallestMs) watch.#total += back;
    return watch;
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
    const { now, monotonic } = { now: this.#clock.now(), monotonic: this.#clock.monotonic() };
    const step = now - monotonic - this.#offset;
    if (Math.abs(step) >= smallestMs) {
      this.#offset += step;
      this.#total += Math.round(step);
    }
    if (this.#total === this.#saved) return undefined;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #save(): Promise<void> {
    const total = this.#total;
    await this.#table.put(rowKey, total, { sync: true });
    this.#saved = total;
  }
}

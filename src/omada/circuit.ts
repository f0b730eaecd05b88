import type { Clock } from '../base/clock.ts';

const failuresToOpen = 3;
const openMs = 10_000;

/**
 * Spares a device that does not answer, and those who wait for it: after three failures in a row, everybody is told the
 * last one at once for ten seconds; then one may try.
 */
export class Circuit {
  readonly #clock: Clock;
  #failures = 0;
  #lastError: unknown;
  #closedAgainAt = 0;
  #trying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param counts which errors of `work` are failures of the device @throws what `work` throws, or threw */
  async run<T>(work: () => Promise<T>, counts: (error: unknown) => boolean): Promise<T> {
    const open = this.#failures >= failuresToOpen;
    if (open && (this.#trying || this.#clock.monotonic() < this.#closedAgainAt)) throw this.#lastError;
    this.#trying = open;
    try {
      const done = await work();
      this.#failures = 0;
      return done;
    } catch (error) {
      if (counts(error)) this.#failed(error);
      throw error;
    } finally {
      if (open) this.#trying = false;
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#lastError = error;
    this.#closedAgainAt = this.#clock.monotonic() + openMs;
  }
}

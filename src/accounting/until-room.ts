import type { Clock } from '../base/clock.ts';
import { StoreFullError } from '../store/errors.ts';

/** Of a disk with more room than that it says nothing: a quota, or a limit of files, was met. */
const littleOctets = 32 << 20;
/** So much more is room that somebody made. */
const moreOctets = 64 << 10;
const lookEveryMs = 1_000;
const firstPatienceMs = 5_000;
const longestPatienceMs = 300_000;

/**
 * A disk with a little room, and too little: all that is stored would be opened and read again each second, for nothing. What there was
 * when that failed the last time is remembered, and it is tried again as soon as there is more; else ever more seldom.
 */
export class UntilRoom {
  readonly #clock: Clock;
  #full: { readonly octets: number; readonly patienceMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** That opening it failed, with so much room. */
  failed(error: unknown, octets: number): void {
    if (!(error instanceof StoreFullError) || octets > littleOctets) return;
    const patienceMs = Math.min(longestPatienceMs, (this.#full?.patienceMs ?? firstPatienceMs / 2) * 2);
    this.#full = { octets, patienceMs };
  }

  /** Resolves when it may be worth a try. @throws the signal's reason */
  async wait(free: () => Promise<number>, signal: AbortSignal): Promise<void> {
    const full = this.#full;
    if (full === undefined) return;
    const till = this.#clock.monotonic() + full.patienceMs;
    while (this.#clock.monotonic() < till) {
      if ((await free()) > full.octets + moreOctets) {
        this.#full = undefined;
        return;
      }
      await this.#clock.sleep(lookEveryMs, signal);
    }
  }
}

import type { Clock } from '../base/clock.ts';

/** What works once, and was used. Bounded: the oldest are forgotten first. */
export class Spent {
  readonly #clock: Clock;
  readonly #most: number;
  /** By when they no longer matter, on the monotonic clock; in order of use. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, most = 100_000) {
    this.#clock = clock;
    this.#most = most;
  }

  has(what: string): boolean {
    return (this.#until.get(what) ?? 0) > this.#clock.monotonic();
  }

  /** Uses it; false when that was done before. @param forMs how long that matters */
  use(what: string, forMs: number): boolean {
    if (this.has(what)) return false;
    this.#forgetOld();
    this.#until.delete(what);
    this.#until.set(what, this.#clock.monotonic() + forMs);
    return true;
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [what, until] of this.#until) {
      if (until > now && this.#until.size < this.#most) return;
      this.#until.delete(what);
    }
  }
}

/** When retention looked at the time last, in `meta`. */
export interface LastLook {
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
}

/** A machine may stand still over a weekend. A clock that moves on by more than this was set, perhaps wrongly. */
export const jumpMs = 3 * 86_400_000;
/** So long the clock has to stay where it was set before anything is deleted by it. */
export const waitMs = 86_400_000;

/**
 * Deleting cannot be undone, and a clock may be wrong by 25 years: when it has moved on by more than days since it was looked at
 * last, nothing is deleted until it has stayed there for a day of running.
 */
export class ClockGuard {
  #last: number | undefined;
  /** Monotonic, since when the clock is believed to be ahead. */
  #since: number | undefined;

  /** @param last when it was looked at last, or something was stored. Absent: there is nothing to hold the time against */
  constructor(last: number | undefined) {
    this.#last = last;
  }

  /** @returns until when nothing may be deleted, wall time; `undefined` when the time is believed */
  look(now: number, monotonic: number): number | undefined {
    if (this.#last === undefined || now - this.#last > jumpMs) {
      this.#since ??= monotonic;
      const left = waitMs - (monotonic - this.#since);
      if (left > 0) return now + left;
    }
    this.#since = undefined;
    this.#last = now;
    return undefined;
  }

  /** A person says that the time is right. */
  trust(now: number): void {
    this.#since = undefined;
    this.#last = now;
  }
}

/** When something was noted, as the wall clock stood then. */
export interface Noting {
  /** Wall time less monotonic time, milliseconds. */
  readonly offset: number;
  /** Of the times it was set, how many came before. */
  readonly after: number;
}

/** Clocks that differ by no more were not set. */
const leastMs = 5_000;
/** A machine that stood still for so long, as one that is virtual does, has a clock that looks as if it was set forward. */
const longestStandstillMs = 86_400_000;
/** Of a clock that is set all the time, so many of the last settings are known. */
const mostSettings = 1000;

/** Knows how the wall clock was set since the start, and by how much times that were noted meanwhile are wrong by now. */
export class ClockNotes {
  readonly #offsets: number[];
  #forgotten = 0;

  /** @param offset wall time less monotonic time, milliseconds */
  constructor(offset: number) {
    this.#offsets = [offset];
  }

  note(offset: number): Noting {
    return { offset, after: this.#forgotten + this.#offsets.length };
  }

  /** The clock was set. */
  set(offset: number): void {
    this.#offsets.push(offset);
    if (this.#offsets.length <= mostSettings) return;
    this.#offsets.shift();
    this.#forgotten += 1;
  }

  /**
   * By how much a time that was noted then has to be moved: what the clock says now is right. Only where it was set forward by a
   * day at most, and not back to where it had been before, the machine may have stood still, and what was noted is right.
   */
  shiftOf({ offset, after }: Noting): number {
    const now = this.#offsets.at(-1) ?? offset;
    const by = now - offset;
    if (Math.abs(by) < leastMs) return 0;
    if (by < 0 || by > longestStandstillMs) return by;
    const before = this.#offsets.slice(0, Math.max(0, after - this.#forgotten));
    return before.some((each) => Math.abs(each - now) < leastMs) ? by : 0;
  }
}

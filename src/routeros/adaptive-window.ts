/**
 * How many commands may be in flight on one router: grows while answers come as fast as the best seen, halves when they
 * slow down (seen on RouterOS 7.23: after some 200 quick commands each took 20 ms instead of one).
 */
export class AdaptiveWindow {
  readonly #least: number;
  readonly #most: number;
  #size: number;
  #best = Number.POSITIVE_INFINITY;

  constructor(least = 8, most = 32) {
    this.#least = least;
    this.#most = most;
    this.#size = least;
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  /** Takes note of one answer's latency. */
  answered(ms: number): void {
    this.#best = Math.min(this.#best, Math.max(ms, 1));
    const slow = ms > 20 && ms > this.#best * 8;
    this.#size = slow ? Math.max(this.#least, this.#size / 2) : Math.min(this.#most, this.#size + 1 / this.#size);
  }
}

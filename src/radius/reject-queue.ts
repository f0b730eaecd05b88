import type { Clock } from '../base/clock.ts';

const tickMs = 25;

/**
 * Holds Access-Rejects back, so that guessing passwords takes time. One timer for all of them; nothing is kept but what it
 * takes to send.
 */
export class RejectQueue {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #stop = new AbortController();
  readonly #due = new Map<number, (() => void)[]>();
  #waiting = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(clock: Clock, most = 20_000) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Calls `send` after `delayMs`; false when too many wait already. */
  push(delayMs: number, send: () => void): boolean {
    if (this.#waiting >= this.#most || this.#stop.signal.aborted) return false;
    const tick = Math.ceil((this.#clock.monotonic() + delayMs) / tickMs);
    const same = this.#due.get(tick);
    if (same === undefined) this.#due.set(tick, [send]);
    else same.push(send);
    this.#waiting += 1;
    if (this.#waiting === 1) this.#running = this.#run();
    return true;
  }

  /** Sends what still waits, early. */
  sendAll(): void {
    this.#flush(Number.POSITIVE_INFINITY);
  }

  /** Forgets what still waits: a NAS without an answer asks again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting > 0 && !this.#stop.signal.aborted) {
      // Rejects only when stopped, which ends the loop.
      await this.#clock.sleep(tickMs, this.#stop.signal).catch(() => undefined);
      if (!this.#stop.signal.aborted) this.#flush(Math.floor(this.#clock.monotonic() / tickMs));
    }
  }

  #flush(now: number): void {
    for (const [tick, sends] of this.#due) {
      if (tick > now) continue;
      this.#due.delete(tick);
      this.#waiting -= sends.length;
      for (const send of sends) send();
    }
  }
}

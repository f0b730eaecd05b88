import type { Clock } from '../../src/base/clock.ts';

/** Time in which waiting takes no time: `sleep` moves the clock on and resolves. */
export class QuickClock implements Clock {
  #now: number;
  readonly slept: number[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.#now += ms;
    await new Promise(setImmediate);
  }
}

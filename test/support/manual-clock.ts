import type { Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Time that stands still until `advance`. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #jumped = 0;
  readonly #start: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#start = start;
  }

  /** Somebody sets the wall clock, by so many milliseconds; nothing else moves. */
  set(ms: number): void {
    this.#jumped += ms;
  }

  now(): number {
    return this.#start + this.#jumped + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const sleeper = { due: this.#elapsed + ms, wake: () => wake() };
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop);
    });
  }

  /** Wakes whoever is due, earliest first. */
  advance(ms: number): void {
    this.#elapsed += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.due <= this.#elapsed).sort((a, b) => a.due - b.due);
    for (const sleeper of due) {
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

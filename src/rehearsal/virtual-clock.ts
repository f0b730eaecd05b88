import type { Clock } from '../base/clock.ts';

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/**
 * Time that stands still until it is moved. It goes from one moment at which something is to happen to the next, so that a
 * month in which nothing happens takes no longer than a second.
 */
export class VirtualClock implements Clock {
  readonly #start: number;
  #elapsed = 0;
  #moves = 0;
  readonly #sleepers = new Set<Sleeper>();
  readonly #patient = new Set<Sleeper>();
  /** The same time for those who look in now and then: time does not stop for them, and they are late without harm. */
  readonly patient: Clock;

  /** @param start wall time, milliseconds since 1970 */
  constructor(start: number) {
    this.#start = start;
    this.patient = {
      now: () => this.now(),
      monotonic: () => this.monotonic(),
      sleep: (ms, signal) => this.#sleep(this.#patient, ms, signal),
    };
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#sleep(this.#sleepers, ms, signal);
  }

  /** Grows with everybody who begins to wait, or ends it: somebody did something. */
  get moves(): number {
    return this.#moves;
  }

  /** When time has to stop next for somebody, on the monotonic clock. */
  get nextStop(): number | undefined {
    return earliest(this.#sleepers);
  }

  /** When somebody wakes next, on the monotonic clock. */
  get nextWake(): number | undefined {
    return earliest([...this.#sleepers, ...this.#patient]);
  }

  /** Moves on to that moment of the monotonic clock, and wakes whoever is due by then, earliest first. */
  goTo(moment: number): void {
    this.#elapsed = Math.max(this.#elapsed, moment);
    for (const all of [this.#sleepers, this.#patient]) {
      const due = [...all].filter((each) => each.due <= this.#elapsed).sort((a, b) => a.due - b.due);
      for (const each of due) {
        all.delete(each);
        each.wake();
      }
    }
  }

  #sleep(all: Set<Sleeper>, ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.#moves += 1;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const over = () => {
        this.#moves += 1;
        signal?.removeEventListener('abort', stop);
      };
      const stop = () => {
        all.delete(sleeper);
        over();
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        due: this.#elapsed + Math.max(0, ms),
        wake: () => {
          over();
          resolve();
        },
      };
      all.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}

function earliest(all: Iterable<Sleeper>): number | undefined {
  let first: number | undefined;
  for (const { due } of all) if (first === undefined || due < first) first = due;
  return first;
}

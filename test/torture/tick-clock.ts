import type { Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/** Real time between two ticks, and what they mean: half a minute is over in a third of a second. */
const realMs = 5;
const meantMs = 500;

/**
 * Time that goes on by ticks of this process, while anybody waits: a hundred times as fast as the machine's where it has
 * nothing else to do, and no faster than the process gets its turns. A peer in this same process that answers has had
 * its turns as well, so that silence means silence on a busy machine, too.
 */
export class TickClock implements Clock {
  readonly #start = Date.now();
  readonly #sleepers = new Set<Sleeper>();
  #elapsed = 0;
  #ticking = false;

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const sleeper = {
        due: this.#elapsed + ms,
        wake: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.add(sleeper);
      this.#goOn();
    });
  }

  #tick(): void {
    this.#ticking = false;
    this.#elapsed += meantMs;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.due > this.#elapsed) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    this.#goOn();
  }

  #goOn(): void {
    if (this.#ticking || this.#sleepers.size === 0) return;
    this.#ticking = true;
    setTimeout(() => this.#tick(), realMs);
  }
}

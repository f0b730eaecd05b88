import type { Turn } from '../../reconcile/reconcile-once.ts';

/** How many routers are changed at the same time: the others wait, first come first served. */
export class Turns {
  readonly #most: () => number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most asked each time: a commit may change it */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** @throws the reason of `signal` when it is aborted first */
  async take(signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    let waited = false;
    while (this.#taken >= Math.max(1, this.#most())) {
      waited = true;
      await this.#free(signal);
    }
    this.#taken += 1;
    return { waited, [Symbol.dispose]: () => this.#giveUp() };
  }

  #giveUp(): void {
    this.#taken -= 1;
    // Each looks again whether it may: the number may have grown by more than one.
    const waiting = this.#waiting.splice(0);
    for (const wake of waiting) wake();
  }

  #free(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const wake = () => {
        over.abort();
        resolve();
      };
      this.#waiting.push(wake);
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { signal: over.signal });
    });
  }
}

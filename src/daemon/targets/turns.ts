import { setMaxListeners } from 'node:events';
import type { Turn } from '../../reconcile/reconcile-once.ts';

export interface TurnsOptions {
  /** Of all turns, so many are for who is first alone. Absent: none. */
  readonly keptForFirst?: number;
}

interface Waiter {
  readonly go: () => void;
}

/**
 * How many routers are looked at, or changed, at the same time. The others wait, first come first served; but whoever somebody
 * waits for, a commit say, comes before what is due from time to time.
 */
export class Turns {
  readonly #most: () => number;
  readonly #keptForFirst: number;
  #taken = 0;
  /** Of these, by others than those who are first. */
  #takenByOthers = 0;
  readonly #first = new Set<Waiter>();
  readonly #others = new Set<Waiter>();

  /** @param most asked each time: a commit may change it */
  constructor(most: () => number, { keptForFirst = 0 }: TurnsOptions = {}) {
    this.#most = most;
    this.#keptForFirst = keptForFirst;
  }

  /**
   * @param isFirst whether it comes before those who are not
   * @throws the reason of `signal` when it is aborted first
   */
  async take(signal: AbortSignal, isFirst = false): Promise<Turn> {
    signal.throwIfAborted();
    const queue = isFirst ? this.#first : this.#others;
    const waited = queue.size > 0 || !this.#isFree(isFirst);
    if (waited) await this.#wait(queue, signal);
    else this.#give(isFirst);
    let isOver = false;
    return {
      waited,
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#taken -= 1;
        if (!isFirst) this.#takenByOthers -= 1;
        this.#next();
      },
    };
  }

  #isFree(isFirst: boolean): boolean {
    const most = Math.max(1, this.#most());
    return this.#taken < most && (isFirst || this.#takenByOthers < Math.max(1, most - this.#keptForFirst));
  }

  #give(isFirst: boolean): void {
    this.#taken += 1;
    if (!isFirst) this.#takenByOthers += 1;
  }

  /** The turn is handed over: nobody comes in between. The number may have grown by more than one. */
  #next(): void {
    for (const [queue, isFirst] of [
      [this.#first, true],
      [this.#others, false],
    ] as const)
      for (const waiter of queue) {
        if (!this.#isFree(isFirst)) break;
        queue.delete(waiter);
        this.#give(isFirst);
        waiter.go();
      }
  }

  #wait(queue: Set<Waiter>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        go: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      queue.add(waiter);
      // Many may wait on one.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

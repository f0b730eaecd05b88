import { setImmediate } from 'node:timers/promises';
import type { LastmileError } from '../base/errors.ts';
import { AccountingUnavailableError } from './errors.ts';

export interface GroupCommitOptions<T> {
  /** Beyond so many waiting items further ones are refused. */
  readonly maxWaiting: number;
  /** So many items at most go into one commit: what it takes to prepare it holds up everything else. */
  readonly maxTogether: number;
  /** Carries out one commit. When it throws nothing of it counts, and nothing more is taken until `accept`. */
  readonly commit: (items: readonly T[]) => Promise<void>;
  /** Whether there is something to commit though nothing waits. */
  readonly more: () => boolean;
}

/** Items that go into one commit, all of which come to the same: one promise is enough for all who wait. */
interface Batch<T> {
  readonly items: T[];
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: LastmileError) => void;
}

/** One commit at a time: what arrives while one is under way forms the next. */
export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  /** All full but the last. */
  #batches: Batch<T>[] = [];
  #waiting = 0;
  #running: Promise<void> | undefined;
  #refusal: LastmileError | undefined;
  #halted = false;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when the item is committed; those of one commit share a promise. @throws AccountingUnavailableError */
  add(item: T): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#waiting >= this.#options.maxWaiting) {
      return Promise.reject(new AccountingUnavailableError(`${this.#waiting} records wait already`));
    }
    const batch = this.#open();
    batch.items.push(item);
    this.#waiting += 1;
    this.wake();
    return batch.done;
  }

  /** Begins committing if there is something to commit and nobody does. */
  wake(): void {
    this.#running ??= this.#run();
  }

  /** From now on, and for all that wait, the answer is this. */
  refuse(error: LastmileError): void {
    this.#refusal = error;
    this.#halted = true;
    const batches = this.#batches;
    this.#batches = [];
    this.#waiting = 0;
    for (const { reject } of batches) reject(error);
  }

  accept(): void {
    this.#refusal = undefined;
    this.#halted = false;
    this.wake();
  }

  /** Resolves when no commit is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Takes nothing more, and resolves when all that waits is committed or refused. */
  async drain(error: LastmileError): Promise<void> {
    this.#refusal ??= error;
    await this.#running;
  }

  /** The batch that is not full yet. */
  #open(): Batch<T> {
    const last = this.#batches.at(-1);
    if (last !== undefined && last.items.length < this.#options.maxTogether) return last;
    const batch = emptyBatch<T>();
    this.#batches.push(batch);
    return batch;
  }

  async #run(): Promise<void> {
    // What else the sockets hold in this turn of the loop comes along.
    await setImmediate();
    while (!this.#halted && (this.#waiting > 0 || this.#options.more())) {
      // What waits for no disk must not keep the sockets waiting.
      if (this.#waiting === 0) await setImmediate();
      await this.#commit(this.#batches.shift());
    }
    this.#running = undefined;
  }

  async #commit(batch: Batch<T> | undefined): Promise<void> {
    this.#waiting -= batch?.items.length ?? 0;
    try {
      await this.#options.commit(batch?.items ?? []);
    } catch (cause) {
      const error = new AccountingUnavailableError('the state folder cannot be written', cause);
      this.refuse(error);
      batch?.reject(error);
      return;
    }
    batch?.resolve();
  }
}

function emptyBatch<T>(): Batch<T> {
  let [resolve, reject]: [() => void, (error: LastmileError) => void] = [() => undefined, () => undefined];
  const done = new Promise<void>((resolved, rejected) => {
    [resolve, reject] = [resolved, rejected];
  });
  return { items: [], done, resolve, reject };
}

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

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: LastmileError) => void;
}

/** One commit at a time: what arrives while one is under way forms the next. */
export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  #waiting: Waiting<T>[] = [];
  #running: Promise<void> | undefined;
  #refusal: LastmileError | undefined;
  #halted = false;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when the item is committed. @throws AccountingUnavailableError */
  add(item: T): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#waiting.length >= this.#options.maxWaiting) {
      return Promise.reject(new AccountingUnavailableError(`${this.#waiting.length} records wait already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.wake();
    });
  }

  /** Begins committing if there is something to commit and nobody does. */
  wake(): void {
    this.#running ??= this.#run();
  }

  /** From now on, and for all that wait, the answer is this. */
  refuse(error: LastmileError): void {
    this.#refusal = error;
    this.#halted = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
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

  async #run(): Promise<void> {
    // What else the sockets hold in this turn of the loop comes along.
    await setImmediate();
    while (!this.#halted && (this.#waiting.length > 0 || this.#options.more())) {
      // What waits for no disk must not keep the sockets waiting.
      if (this.#waiting.length === 0) await setImmediate();
      await this.#commit(this.#waiting.splice(0, this.#options.maxTogether));
    }
    this.#running = undefined;
  }

  async #commit(taken: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#options.commit(taken.map(({ item }) => item));
    } catch (cause) {
      const error = new AccountingUnavailableError('the state folder cannot be written', cause);
      this.refuse(error);
      for (const { reject } of taken) reject(error);
      return;
    }
    for (const { resolve } of taken) resolve();
  }
}

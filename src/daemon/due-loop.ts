import type { Clock } from '../base/clock.ts';
import { othersFirst } from '../base/steps.ts';
import { type DueQueue, dueQueue } from '../quota/due-queue.ts';

export interface DueLoopOptions {
  readonly clock: Clock;
  /** Called with each key whose time has come. */
  readonly onDue: (key: string, now: number) => void;
  /** Called when the wall clock was set, with by how much. */
  readonly onJump: (byMs: number) => void;
}

/** A wall-clock wait is taken in steps, so that a jump of the clock is noticed within one. */
export const longestWaitMs = 30_000;
/** Clocks that differ by more than this since the last look were set. */
const jumpMs = 5_000;
const keysPerTurn = 128;

/** Comes back to what is due at a moment of the wall clock, however that is set meanwhile. */
export class DueLoop implements AsyncDisposable {
  readonly #options: DueLoopOptions;
  readonly #due: DueQueue = dueQueue();
  #offset: number;
  #waking = new AbortController();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: DueLoopOptions) {
    this.#options = options;
    this.#offset = this.#wallOffset();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** When the first is due. Absent: none is. */
  get next(): number | undefined {
    return this.#due.next();
  }

  /** Puts a key at a time, in place of where it was; `undefined` takes it out. */
  set(key: string, at: number | undefined): void {
    const next = this.#due.next();
    this.#due.set(key, at);
    if (at !== undefined && (next === undefined || at < next)) this.#waking.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#waking.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closed) {
      this.#noticeJump();
      this.#waking = new AbortController();
      await this.#takeDue(clock.now());
      const next = this.#due.next();
      const wait = next === undefined ? longestWaitMs : Math.min(Math.max(0, next - clock.now()) + 1, longestWaitMs);
      await clock.sleep(wait, this.#waking.signal).catch(() => undefined);
    }
  }

  async #takeDue(now: number): Promise<void> {
    for (const [at, key] of this.#due.take(now).entries()) {
      this.#options.onDue(key, now);
      if (at % keysPerTurn === keysPerTurn - 1) await othersFirst();
      if (this.#closed) return;
    }
  }

  #noticeJump(): void {
    const offset = this.#wallOffset();
    const by = offset - this.#offset;
    // Set by little several times it is set by much.
    if (Math.abs(by) <= jumpMs) return;
    this.#offset = offset;
    this.#options.onJump(by);
  }

  #wallOffset(): number {
    return this.#options.clock.now() - this.#options.clock.monotonic();
  }
}

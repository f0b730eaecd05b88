import type { ReadAnswer } from './answer.ts';

type Kept = Exclude<ReadAnswer, { readonly verdict: 'trouble' }>;

interface Entry {
  readonly answer: Kept;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** What a program said of logins, for as long as that holds; the oldest goes when there are too many. */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;

  constructor(most = 20_000) {
    this.#most = most;
  }

  put(key: string, answer: Kept, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { answer, at: now });
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Younger than `maxAgeMs`; of the time that was left, what is left now. */
  get(key: string, maxAgeMs: number, now: number): Kept | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.at >= maxAgeMs) return undefined;
    const { answer, at } = entry;
    if (answer.verdict === 'reject' || answer.remainingSeconds === undefined) return answer;
    const left = answer.remainingSeconds - Math.floor((now - at) / 1000);
    return left < 1 ? { verdict: 'reject', reason: 'expired' } : { ...answer, remainingSeconds: left };
  }
}

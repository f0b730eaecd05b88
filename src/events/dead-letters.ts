import { keyOf, keysUnder } from '../store/layout.ts';
import type { Table } from '../store/table.ts';
import type { StoredEvent } from './event.ts';

/** An event that a program did not take, and is not told any more by itself. */
export interface DeadLetter {
  readonly webhook: string;
  readonly event: StoredEvent;
  readonly why: string;
  /** Wall time at which it was given up, milliseconds since 1970. */
  readonly at: number;
  /** Somebody wants it tried again. */
  readonly again?: true;
}

/** More than these are not kept for one webhook: the oldest goes. */
const mostLetters = 100_000;

/** Dead letters of all webhooks, on disk. */
export class DeadLetters {
  readonly #table: Table<DeadLetter>;
  readonly #counts = new Map<string, number>();
  /** Keys of those to be tried again. */
  readonly #due = new Set<string>();

  private constructor(table: Table<DeadLetter>) {
    this.#table = table;
  }

  /** @throws LastmileError of the store */
  static async open(table: Table<DeadLetter>): Promise<DeadLetters> {
    const letters = new DeadLetters(table);
    for await (const [key, { webhook, again }] of table.entries()) {
      letters.#counts.set(webhook, letters.countOf(webhook) + 1);
      if (again === true) letters.#due.add(key);
    }
    return letters;
  }

  countOf(webhook: string): number {
    return this.#counts.get(webhook) ?? 0;
  }

  /** Of one webhook, oldest first. @throws LastmileError of the store */
  async of(webhook: string, limit: number): Promise<readonly DeadLetter[]> {
    const found: DeadLetter[] = [];
    for await (const [, letter] of this.#table.entries({ ...keysUnder(webhook), limit })) found.push(letter);
    return found;
  }

  /**
   * Has letters of a webhook tried again: those with these numbers, or all. @returns how many
   *
   * @throws LastmileError of the store
   */
  async again(webhook: string, numbers?: ReadonlySet<number>): Promise<number> {
    let count = 0;
    for await (const [key, letter] of this.#table.entries(keysUnder(webhook))) {
      if (numbers?.has(letter.event.number) === false) continue;
      await this.#table.put(key, { ...letter, again: true });
      this.#due.add(key);
      count += 1;
    }
    return count;
  }

  /** The next of a webhook to be tried again. @throws LastmileError of the store */
  async due(webhook: string): Promise<DeadLetter | undefined> {
    for (let key = this.#nextDue(webhook); key !== undefined; key = this.#nextDue(webhook)) {
      const letter = await this.#table.get(key);
      if (letter !== undefined) return letter;
      // Damaged: it must not stand in the way of the others.
      this.#due.delete(key);
    }
    return undefined;
  }

  hasDue(webhook: string): boolean {
    return this.#nextDue(webhook) !== undefined;
  }

  #nextDue(webhook: string): string | undefined {
    const { gte, lt } = keysUnder(webhook);
    let next: string | undefined;
    for (const key of this.#due) if (key >= gte && key < lt && (next === undefined || key < next)) next = key;
    return next;
  }

  /** Deletes letters of a webhook: those with these numbers, or all. @returns how many @throws LastmileError of the store */
  async discard(webhook: string, numbers?: ReadonlySet<number>): Promise<number> {
    let count = 0;
    for await (const [, letter] of this.#table.entries(keysUnder(webhook))) {
      if (numbers?.has(letter.event.number) === false) continue;
      await this.remove(letter);
      count += 1;
    }
    return count;
  }

  /** Deletes those given up before a moment. @returns how many @throws LastmileError of the store */
  async dropBefore(at: number): Promise<number> {
    let count = 0;
    for await (const [, letter] of this.#table.entries()) {
      if (letter.at >= at || letter.again === true) continue;
      await this.remove(letter);
      count += 1;
    }
    return count;
  }

  /** A letter that is put is not due any more. @throws LastmileError of the store */
  async put(letter: DeadLetter): Promise<void> {
    const { webhook, event } = letter;
    const key = keyOf(webhook, event.number);
    const isNew = (await this.#table.get(key)) === undefined;
    await this.#table.put(key, letter, { sync: true });
    this.#due.delete(key);
    if (!isNew) return;
    this.#counts.set(webhook, this.countOf(webhook) + 1);
    if (this.countOf(webhook) > mostLetters) for (const oldest of await this.of(webhook, 1)) await this.remove(oldest);
  }

  /** @throws LastmileError of the store */
  async remove({ webhook, event }: DeadLetter): Promise<void> {
    const key = keyOf(webhook, event.number);
    await this.#table.del(key);
    this.#due.delete(key);
    this.#counts.set(webhook, Math.max(0, this.countOf(webhook) - 1));
  }
}

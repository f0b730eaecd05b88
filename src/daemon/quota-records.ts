import type { Subscription } from '../model/model.ts';
import type { QuotaMark } from '../model/quota.ts';
import type { TopUp } from '../quota/top-up.ts';
import { keyOf } from '../store/layout.ts';
import type { Table } from '../store/table.ts';

/** What is known of a subscription that no declaration says. Times are wall time, milliseconds since 1970. */
export interface QuotaFacts {
  /** Since when it has this service. */
  readonly service: string;
  readonly assignedAt: number;
  /** When its first session since then began. */
  readonly firstLogin?: number;
  /** The step in force when it was looked at last, and until when that holds if nothing is used. */
  readonly mark?: QuotaMark & { readonly from: number; readonly till: number };
}

type StoredTopUp = TopUp & { readonly subscription: string };

export interface QuotaTables {
  readonly quota: Table<QuotaFacts & { readonly subscription: string }>;
  readonly topups: Table<StoredTopUp>;
}

/** Facts of subscriptions and their top-ups: on disk, and all in memory. */
export class QuotaRecords {
  readonly #tables: QuotaTables;
  readonly #facts = new Map<string, QuotaFacts>();
  readonly #topUps = new Map<string, readonly TopUp[]>();
  /** Since the start. */
  readonly #given: { readonly subscription: string; readonly number: number }[] = [];
  #adding: Promise<unknown> = Promise.resolve();

  private constructor(tables: QuotaTables) {
    this.#tables = tables;
  }

  /** @throws LastmileError of the store */
  static async open(tables: QuotaTables): Promise<QuotaRecords> {
    const records = new QuotaRecords(tables);
    for await (const [, { subscription, ...facts }] of tables.quota.entries()) records.#facts.set(subscription, facts);
    for await (const [, { subscription, ...topUp }] of tables.topups.entries()) {
      records.#topUps.set(subscription, [...records.topUps(subscription), topUp]);
    }
    return records;
  }

  facts(subscription: string): QuotaFacts | undefined {
    return this.#facts.get(subscription);
  }

  /** In the order given. */
  topUps(subscription: string): readonly TopUp[] {
    return this.#topUps.get(subscription) ?? none;
  }

  /** In memory: a disk that takes nothing must not keep a step from being taken. `write` brings it there. */
  note(subscription: string, facts: QuotaFacts): void {
    this.#facts.set(subscription, facts);
  }

  /** Brings what is known of these by now to the disk. @throws LastmileError of the store */
  async write(subscriptions: readonly string[]): Promise<void> {
    const writes = subscriptions.flatMap((subscription) => {
      const facts = this.facts(subscription);
      if (facts === undefined) return [];
      return [{ type: 'put', key: keyOf(subscription), value: { subscription, ...facts } } as const];
    });
    for (let at = 0; at < writes.length; at += rowsPerWrite) {
      await this.#tables.quota.batch(writes.slice(at, at + rowsPerWrite));
    }
  }

  /** Paid for: it counts once it is synced. One after the other: each has a number of its own. @throws LastmileError of the store */
  add(subscription: string, topUp: Omit<TopUp, 'number'>): Promise<TopUp> {
    const turn = this.#adding.then(() => this.#add(subscription, topUp));
    this.#adding = turn.catch(() => undefined);
    return turn;
  }

  async #add(subscription: string, topUp: Omit<TopUp, 'number'>): Promise<TopUp> {
    const number = (this.topUps(subscription).at(-1)?.number ?? 0) + 1;
    const added = { ...topUp, number };
    await this.#tables.topups.put(keyOf(subscription, number), { subscription, ...added }, { sync: true });
    this.#topUps.set(subscription, [...this.topUps(subscription), added]);
    this.#given.push({ subscription, number });
    return added;
  }

  /** Times of top-ups that were given since the start, by a clock that was wrong by so much. @throws LastmileError of the store */
  async shiftTopUps(by: number): Promise<void> {
    for (const { subscription, number } of this.#given) {
      const shifted = this.topUps(subscription).map((each) => (each.number === number ? shiftedBy(each, by) : each));
      this.#topUps.set(subscription, shifted);
      const value = shifted.find((each) => each.number === number);
      if (value === undefined) continue;
      await this.#tables.topups.put(keyOf(subscription, number), { subscription, ...value }, { sync: true });
    }
  }
}

function shiftedBy({ until, ...topUp }: TopUp, by: number): TopUp {
  return { ...topUp, at: topUp.at + by, ...(until === undefined ? {} : { until: until + by }) };
}

const rowsPerWrite = 1000;
const none: readonly TopUp[] = [];

/** What stays the same when a subscriber is called otherwise. */
export function lastingKey({
  id,
  subscriber,
  firstName,
}: Pick<Subscription, 'id' | 'subscriber' | 'firstName'>): string {
  return firstName === undefined ? id : `${firstName}${id.slice(subscriber.length)}`;
}

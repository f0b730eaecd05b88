import { movedTopUp } from '../../quota/believed.ts';
import type { Noting } from '../../quota/clock-notes.ts';
import type { QuotaFacts } from '../../quota/quota-facts.ts';
import type { TopUp } from '../../quota/top-up.ts';
import { keyOf, keysUnder } from '../../store/layout.ts';
import type { Table, Write } from '../../store/table.ts';

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
  /** Since the start, as they were given. */
  #given: { readonly subscription: string; readonly topUp: TopUp; readonly noting: Noting }[] = [];
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

  /** Whose news are yet to be told to other programs. */
  *untold(): Iterable<string> {
    for (const [subscription, { untold }] of this.#facts) if (untold !== undefined) yield subscription;
  }

  /** That so much is told: goes to the disk with what tells it, and with what is in memory by then. */
  told(subscription: string, untold: number | undefined): readonly Write[] {
    const facts = this.facts(subscription);
    if (facts?.untold === undefined || facts.untold !== untold) return [];
    const { untold: _untold, ...rest } = facts;
    this.note(subscription, rest);
    return [this.#tables.quota.toPut(keyOf(subscription), { subscription, ...rest })];
  }

  /** Paid for: it counts once it is synced. One after the other: each has a number of its own. @throws LastmileError of the store */
  add(subscription: string, topUp: Omit<TopUp, 'number'>, noting: Noting): Promise<TopUp> {
    const turn = this.#adding.then(() => this.#add(subscription, topUp, noting));
    this.#adding = turn.catch(() => undefined);
    return turn;
  }

  async #add(subscription: string, topUp: Omit<TopUp, 'number'>, noting: Noting): Promise<TopUp> {
    const number = (this.topUps(subscription).at(-1)?.number ?? 0) + 1;
    const added = { ...topUp, number };
    await this.#tables.topups.put(keyOf(subscription, number), { subscription, ...added }, { sync: true });
    this.#topUps.set(subscription, [...this.topUps(subscription), added]);
    this.#given.push({ subscription, topUp: added, noting });
    return added;
  }

  /** Its facts and its top-ups are nowhere any more. @throws LastmileError of the store: what is on disk then is forgotten next time */
  async forget(subscription: string): Promise<void> {
    this.#facts.delete(subscription);
    this.#topUps.delete(subscription);
    this.#given = this.#given.filter((given) => given.subscription !== subscription);
    const { topups, quota } = this.#tables;
    const rows: string[] = [];
    for await (const row of topups.keys(keysUnder(subscription))) rows.push(row);
    await topups.batch(rows.map((key) => ({ type: 'del', key })));
    await quota.del(keyOf(subscription), { sync: true });
  }

  /** Sets times right of top-ups that were given since the start, by a clock that was wrong by so much. @returns those that are other now */
  shiftTopUps(shiftOf: (noting: Noting) => number, clockSet: number): readonly StoredTopUp[] {
    const changed: StoredTopUp[] = [];
    for (const { subscription, topUp, noting } of this.#given) {
      const right = { ...movedTopUp(topUp, shiftOf(noting)), ...(clockSet === 0 ? {} : { clockSet }) };
      const all = this.topUps(subscription);
      const known = all.find(({ number }) => number === topUp.number);
      if (known === undefined || known.at === right.at) continue;
      this.#topUps.set(
        subscription,
        all.map((each) => (each === known ? right : each)),
      );
      changed.push({ subscription, ...right });
    }
    return changed;
  }

  /** @throws LastmileError of the store */
  async writeTopUps(all: readonly StoredTopUp[]): Promise<void> {
    for (const topUp of all) {
      await this.#tables.topups.put(keyOf(topUp.subscription, topUp.number), topUp, { sync: true });
    }
  }
}

const rowsPerWrite = 1000;
const none: readonly TopUp[] = [];

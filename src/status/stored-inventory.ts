import { DueEffects } from '../reconcile/due-effects.ts';
import type { Claim, Inventory } from '../reconcile/inventory.ts';
import type { SessionEffect, Settled } from '../reconcile/target.ts';
import type { KeyValue } from '../store/key-value.ts';
import { keyOf } from '../store/layout.ts';

export interface InventoryRow {
  readonly target: string;
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
}

/** That something was claimed on a target: kept when nothing is held there any more. */
export interface KnownTarget {
  readonly target: string;
}

/** What is still to be done to sessions on a target. */
export interface EffectRecord {
  readonly target: string;
  readonly effect: SessionEffect;
}

export type InventoryRecord = InventoryRow | EffectRecord | KnownTarget;

/** The inventory in LevelDB, with all of it in memory: one row each for what we made on routers. */
export class StoredInventory implements Inventory {
  readonly #table: KeyValue<InventoryRecord>;
  readonly #rows = new Map<string, InventoryRow>();
  readonly #known = new Set<string>();
  readonly #menus = new Map<string, Set<string>>();
  readonly #due = new Map<string, DueEffects>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(table: KeyValue<InventoryRecord>) {
    this.#table = table;
  }

  static async open(table: KeyValue<InventoryRecord>): Promise<StoredInventory> {
    const inventory = new StoredInventory(table);
    for await (const [, record] of table.entries()) inventory.#keep(record);
    return inventory;
  }

  /** Nothing held, nothing kept: for a plan without a state folder. */
  static empty(): Inventory {
    const nothing = async () => undefined;
    return {
      ownerOf: () => undefined,
      knows: () => false,
      claim: nothing,
      settle: nothing,
      effectsDue: () => [],
      expect: nothing,
      carriedOut: nothing,
    };
  }

  ownerOf(target: string, menu: string, identity: string): string | undefined {
    return this.#rows.get(keyOf(target, menu, identity))?.owner;
  }

  menusOf(target: string): readonly string[] {
    return [...(this.#menus.get(target) ?? [])];
  }

  knows(target: string): boolean {
    return this.#known.has(target);
  }

  async claim(target: string, claims: readonly Claim[]): Promise<void> {
    const rows = claims
      .map(({ menu, identity, owner }) => ({ target, menu, identity, owner }))
      .filter((row) => this.ownerOf(target, row.menu, row.identity) !== row.owner);
    const records = this.knows(target) ? rows : [{ target }, ...rows];
    if (records.length === 0) return;
    await this.#put(records);
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    const gone = settled
      .filter(({ result }) => result === 'done')
      .flatMap(({ change: { action, menu, identity, before } }) => {
        const name = action === 'delete' ? identity : before?.formerly;
        return name === undefined ? [] : [keyOf(target, menu, name)];
      });
    if (gone.length === 0) return;
    await this.#table.batch(gone.map((key) => ({ type: 'del', key })));
    for (const key of gone) this.#rows.delete(key);
  }

  effectsDue(target: string): readonly SessionEffect[] {
    return this.#due.get(target)?.all() ?? [];
  }

  expect(target: string, effects: readonly SessionEffect[]): Promise<void> {
    if (effects.length === 0) return Promise.resolve();
    return this.#inTurn(() =>
      this.#put(
        this.#dueOn(target)
          .joined(effects)
          .map((effect) => ({ target, effect })),
      ),
    );
  }

  carriedOut(target: string, effect: SessionEffect, left: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const rest = this.#dueOn(target).settle(effect, left);
      if (rest === 'gone') await this.#table.del(recordKey({ target, effect }));
      else if (rest !== 'kept') await this.#put([{ target, effect: rest }]);
    });
  }

  /** What is written last of effects must be what was decided last. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #put(records: readonly InventoryRecord[]): Promise<void> {
    await this.#table.batch(
      records.map((value) => ({ type: 'put', key: recordKey(value), value })),
      { sync: true },
    );
    for (const record of records) this.#keep(record);
  }

  #keep(record: InventoryRecord): void {
    this.#known.add(record.target);
    if ('menu' in record) this.#keepRow(record);
    if ('effect' in record) this.#dueOn(record.target).keep([record.effect]);
  }

  #keepRow(row: InventoryRow): void {
    this.#rows.set(recordKey(row), row);
    const menus = this.#menus.get(row.target);
    if (menus === undefined) this.#menus.set(row.target, new Set([row.menu]));
    else menus.add(row.menu);
  }

  #dueOn(target: string): DueEffects {
    const due = this.#due.get(target) ?? new DueEffects();
    this.#due.set(target, due);
    return due;
  }
}

function recordKey(record: InventoryRecord): string {
  if ('menu' in record) return keyOf(record.target, record.menu, record.identity);
  // No menu is called so: each begins with a slash.
  if ('effect' in record) return keyOf(record.target, 'effect', record.effect.username);
  return keyOf(record.target);
}

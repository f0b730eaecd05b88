import type { Claim, Inventory } from '../reconcile/inventory.ts';
import type { Settled } from '../reconcile/target.ts';
import type { KeyValue } from '../store/key-value.ts';
import { keyOf } from '../store/layout.ts';

export interface InventoryRow {
  readonly target: string;
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
}

/** The inventory in LevelDB, with all of it in memory: one row each for what we made on routers. */
export class StoredInventory implements Inventory {
  readonly #table: KeyValue<InventoryRow>;
  readonly #rows = new Map<string, InventoryRow>();
  readonly #byOwner = new Map<string, Set<string>>();

  private constructor(table: KeyValue<InventoryRow>) {
    this.#table = table;
  }

  static async open(table: KeyValue<InventoryRow>): Promise<StoredInventory> {
    const inventory = new StoredInventory(table);
    for await (const [, row] of table.entries()) inventory.#keep(row);
    return inventory;
  }

  /** Nothing held, nothing kept: for a plan without a state folder. */
  static empty(): Inventory {
    const nothing = async () => undefined;
    return { ownerOf: () => undefined, identitiesOf: () => [], claim: nothing, settle: nothing };
  }

  ownerOf(target: string, menu: string, identity: string): string | undefined {
    return this.#rows.get(keyOf(target, menu, identity))?.owner;
  }

  identitiesOf(target: string, menu: string, owner: string): readonly string[] {
    return [...(this.#byOwner.get(keyOf(target, menu, owner)) ?? [])];
  }

  async claim(target: string, level: readonly Claim[]): Promise<void> {
    const rows = level
      .filter((change) => change.action !== 'delete' && change.action !== 'move')
      .map(({ menu, identity, owner }) => ({ target, menu, identity, owner }))
      .filter((row) => this.ownerOf(target, row.menu, row.identity) !== row.owner);
    if (rows.length === 0) return;
    await this.#table.batch(
      rows.map((value) => ({ type: 'put', key: keyOf(target, value.menu, value.identity), value })),
      { sync: true },
    );
    for (const row of rows) this.#keep(row);
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    const gone = settled
      .filter(({ change, result }) => change.action === 'delete' && result === 'done')
      .map(({ change }) => keyOf(target, change.menu, change.identity));
    if (gone.length === 0) return;
    await this.#table.batch(gone.map((key) => ({ type: 'del', key })));
    for (const key of gone) this.#drop(key);
  }

  #keep(row: InventoryRow): void {
    const key = keyOf(row.target, row.menu, row.identity);
    this.#drop(key);
    this.#rows.set(key, row);
    const owner = keyOf(row.target, row.menu, row.owner);
    const identities = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, identities.add(row.identity));
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#byOwner.get(keyOf(row.target, row.menu, row.owner))?.delete(row.identity);
  }
}

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

/** That something was claimed on a target: kept when nothing is held there any more. */
export interface KnownTarget {
  readonly target: string;
}

export type InventoryRecord = InventoryRow | KnownTarget;

/** The inventory in LevelDB, with all of it in memory: one row each for what we made on routers. */
export class StoredInventory implements Inventory {
  readonly #table: KeyValue<InventoryRecord>;
  readonly #rows = new Map<string, InventoryRow>();
  readonly #known = new Set<string>();

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
    return { ownerOf: () => undefined, knows: () => false, claim: nothing, settle: nothing };
  }

  ownerOf(target: string, menu: string, identity: string): string | undefined {
    return this.#rows.get(keyOf(target, menu, identity))?.owner;
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
    await this.#table.batch(
      records.map((value) => ({ type: 'put', key: recordKey(value), value })),
      { sync: true },
    );
    for (const record of records) this.#keep(record);
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    const gone = settled
      .filter(({ change, result }) => change.action === 'delete' && result === 'done')
      .map(({ change }) => keyOf(target, change.menu, change.identity));
    if (gone.length === 0) return;
    await this.#table.batch(gone.map((key) => ({ type: 'del', key })));
    for (const key of gone) this.#rows.delete(key);
  }

  #keep(record: InventoryRecord): void {
    this.#known.add(record.target);
    if ('menu' in record) this.#rows.set(recordKey(record), record);
  }
}

function recordKey(record: InventoryRecord): string {
  return 'menu' in record ? keyOf(record.target, record.menu, record.identity) : keyOf(record.target);
}

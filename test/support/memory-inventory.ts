import { keyOf } from '../../src/reconcile/diff.ts';
import type { Claim, Inventory } from '../../src/reconcile/inventory.ts';
import type { Settled } from '../../src/reconcile/target.ts';

/** An inventory that is gone with the test. */
export class MemoryInventory implements Inventory {
  readonly #held = new Map<string, string>();
  readonly #known = new Set<string>();

  ownerOf(target: string, menu: string, identity: string): string | undefined {
    return this.#held.get(`${target} ${keyOf({ menu, identity })}`);
  }

  knows(target: string): boolean {
    return this.#known.has(target);
  }

  async claim(target: string, rows: readonly Claim[]): Promise<void> {
    this.#known.add(target);
    for (const row of rows) this.#held.set(`${target} ${keyOf(row)}`, row.owner);
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    for (const { change, result } of settled) {
      if (change.action === 'delete' && result === 'done') this.#held.delete(`${target} ${keyOf(change)}`);
    }
  }
}

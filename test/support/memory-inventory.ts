import { keyOf } from '../../src/reconcile/diff.ts';
import type { Claim, Inventory } from '../../src/reconcile/inventory.ts';
import type { Settled } from '../../src/reconcile/target.ts';

/** An inventory that is gone with the test. */
export class MemoryInventory implements Inventory {
  readonly #held = new Map<string, string>();

  ownerOf(target: string, menu: string, identity: string): string | undefined {
    return this.#held.get(`${target} ${keyOf({ menu, identity })}`);
  }

  identitiesOf(target: string, menu: string, owner: string): readonly string[] {
    const prefix = `${target} ${keyOf({ menu, identity: '' })}`;
    return [...this.#held].filter(([key, held]) => held === owner && key.startsWith(prefix)).map(([key]) => key);
  }

  async claim(target: string, level: readonly Claim[]): Promise<void> {
    for (const change of level) {
      if (change.action === 'create' || change.action === 'update') {
        this.#held.set(`${target} ${keyOf(change)}`, change.owner);
      }
    }
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    for (const { change, result } of settled) {
      if (change.action === 'delete' && result === 'done') this.#held.delete(`${target} ${keyOf(change)}`);
    }
  }
}

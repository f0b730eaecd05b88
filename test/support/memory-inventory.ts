import { DueEffects } from '../../src/reconcile/due-effects.ts';
import type { Claim, Inventory } from '../../src/reconcile/inventory.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import type { SessionEffect, Settled } from '../../src/reconcile/target.ts';

/** An inventory that is gone with the test. */
export class MemoryInventory implements Inventory {
  readonly #held = new Map<string, string>();
  readonly #known = new Set<string>();
  readonly #due = new Map<string, DueEffects>();

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

  menusOf(target: string): readonly string[] {
    const keys = [...this.#held.keys()].filter((key) => key.startsWith(`${target} `));
    return [...new Set(keys.map((key) => key.slice(target.length + 1).split('\n', 1)[0] ?? ''))];
  }

  async settle(target: string, settled: readonly Settled[]): Promise<void> {
    for (const { change, result } of settled) {
      if (result !== 'done') continue;
      const { menu, action, before } = change;
      const identity = action === 'delete' ? change.identity : before?.formerly;
      if (identity !== undefined) this.#held.delete(`${target} ${keyOf({ menu, identity })}`);
    }
  }

  effectsDue(target: string): readonly SessionEffect[] {
    return this.#due.get(target)?.all() ?? [];
  }

  async expect(target: string, effects: readonly SessionEffect[]): Promise<void> {
    const due = this.#due.get(target) ?? new DueEffects();
    this.#due.set(target, due);
    due.keep(due.joined(effects));
  }

  async carriedOut(target: string, effect: SessionEffect, left: readonly string[]): Promise<void> {
    this.#due.get(target)?.settle(effect, left);
  }
}

import { expect } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import type { Inventory } from '../../../src/reconcile/inventory.ts';
import { type Outcome, reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import type { Row } from '../../../src/reconcile/row.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import type { Lab } from '../../support/ppp-network.ts';

export type Applied = Exclude<Outcome, { result: 'refused' }>;

/** Reconciles, and sees to it that a second run finds nothing left to do. */
export async function settle(
  lab: Pick<Lab, 'target'>,
  model: Model,
  inventory: Inventory = new MemoryInventory(),
  more: { readonly allowDeletes?: number } = {},
): Promise<Applied> {
  const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 }, ...more };
  const deps = { inventory, guard, signal: new AbortController().signal };
  const outcome = await reconcileOnce(lab.target, model, deps);
  if (outcome.result === 'refused') throw new Error(outcome.refusals[0]?.message);
  await outcome.sessions;
  expect(outcome.failed).toEqual([]);
  const again = await reconcileOnce(lab.target, model, deps);
  expect(again.plan.changes).toEqual([]);
  return outcome;
}

/** The rows a menu wants, without what is the same of all. */
export function wanted(
  lab: Pick<Lab, 'target'>,
  model: Model,
  menu: string,
): readonly Pick<Row, 'identity' | 'fields' | 'owner'>[] {
  return lab.target
    .desired(model)
    .filter((row) => row.menu === menu)
    .map(({ identity, fields, owner }) => ({ identity, fields, owner }));
}

/** `update /ppp/secret anna password` and the like. */
export function brief({ plan }: Applied): readonly string[] {
  return plan.changes.map(({ action, menu, identity, set }) =>
    [action, menu, identity, ...(action === 'update' ? Object.keys(set) : [])].filter((word) => word !== '').join(' '),
  );
}

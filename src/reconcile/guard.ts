import type { DeleteLimits } from '../model/model.ts';
import type { ChangePlan, Refusal } from './plan.ts';

export interface GuardSettings {
  readonly deleteLimits: DeleteLimits;
  /** Deletes a person allowed for this run; lifts the limits when it is at least the number planned. */
  readonly allowDeletes?: number;
}

/** Rows of ours on the target now, by menu: what a share of deletes is measured against. */
export type HeldRows = ReadonlyMap<string, number>;

/**
 * Why this plan must not be applied; empty when it may. Deletes of one kind on one target are refused when there are
 * more than `always` of them and they exceed `share` of the rows held, or when they exceed `most`. Pure.
 */
export function guard(plan: ChangePlan, held: HeldRows, settings: GuardSettings): readonly Refusal[] {
  const deletes = new Map<string, number>();
  for (const change of plan.changes) {
    if (change.action === 'delete') deletes.set(change.menu, (deletes.get(change.menu) ?? 0) + 1);
  }
  const total = [...deletes.values()].reduce((sum, count) => sum + count, 0);
  if (settings.allowDeletes !== undefined && settings.allowDeletes >= total) return [];
  const refusals: Refusal[] = [];
  for (const [menu, count] of deletes) {
    const rows = held.get(menu) ?? count;
    if (!excessive(count, rows, settings.deleteLimits)) continue;
    refusals.push({
      target: plan.target,
      code: 'LM_TOO_MANY_DELETES',
      message: `${plan.target}: ${count} of ${rows} rows of ${menu} would be deleted; if that is meant, apply with --allow-deletes ${total}`,
    });
  }
  return refusals;
}

function excessive(count: number, rows: number, limits: DeleteLimits): boolean {
  return (count > limits.always && count > rows * limits.share) || count > limits.most;
}

import { messageOf } from '../base/errors.ts';
import type { Model } from '../model/model.ts';
import { diff, keyOf } from './diff.ts';
import { type GuardSettings, guard, type HeldRows } from './guard.ts';
import type { Inventory } from './inventory.ts';
import { addressOf, type ChangePlan, countByMenu, planChanges, type Refusal } from './plan.ts';
import type { Change, Observation, SessionResult, Target } from './target.ts';

export interface ReconcileDeps {
  readonly inventory: Inventory;
  readonly guard: GuardSettings;
  readonly signal: AbortSignal;
}

/** A plan made from a fresh look at the target. */
export interface Prepared {
  readonly plan: ChangePlan;
  readonly refusals: readonly Refusal[];
  readonly observation: Observation;
}

export interface FailedChange {
  readonly address: string;
  readonly error: string;
}

export type Outcome =
  | { readonly result: 'refused'; readonly plan: ChangePlan; readonly refusals: readonly Refusal[] }
  | {
      /** `partial`: some changes failed, or did not show when the target was read back. */
      readonly result: 'applied' | 'partial';
      readonly plan: ChangePlan;
      readonly failed: readonly FailedChange[];
      /** Settles after the data is in place; never rejects. */
      readonly sessions: Promise<readonly SessionResult[]>;
    };

/** Looks at the target and says what would change. Writes nothing. */
export async function prepare(
  target: Target,
  model: Model,
  deps: Pick<ReconcileDeps, 'inventory' | 'guard' | 'signal'>,
): Promise<Prepared> {
  const observation = await target.observe(deps.signal);
  const ownership = { operator: model.operator.name, target, inventory: deps.inventory };
  const { changes, findings } = diff(target.desired(model), observation, ownership);
  const effects = target.sessionEffects(changes, observation);
  const plan = planChanges(target, changes, effects, [...observation.findings, ...findings]);
  const held = heldRows(observation, model.operator.name, target, deps.inventory);
  return { plan, refusals: guard(plan, held, deps.guard), observation };
}

/** Observe → diff → plan → guard → apply → read back. Sessions are settled after the data. */
export async function reconcileOnce(target: Target, model: Model, deps: ReconcileDeps): Promise<Outcome> {
  const { plan, refusals, observation } = await prepare(target, model, deps);
  if (refusals.length > 0) return { result: 'refused', plan, refusals };
  const failed = await applyLevels(target, plan, deps);
  const unseen = plan.changes.length === 0 ? [] : await readBack(target, model, deps, failed);
  const effects = [...observation.pendingEffects, ...plan.sessions];
  const sessions = effects.length === 0 ? Promise.resolve([]) : target.settleSessions(effects, deps.signal);
  const all = [...failed.values(), ...unseen];
  return { result: all.length === 0 ? 'applied' : 'partial', plan, failed: all, sessions };
}

async function applyLevels(target: Target, plan: ChangePlan, deps: ReconcileDeps): Promise<Map<string, FailedChange>> {
  const failed = new Map<string, FailedChange>();
  for (const level of plan.levels) {
    deps.signal.throwIfAborted();
    // Claimed first: to die in between leaves a claim on nothing, never a row that nobody owns.
    if (!target.exclusive) await deps.inventory.claim(target.name, level);
    const settled = await target.apply(level, deps.signal);
    if (!target.exclusive) await deps.inventory.settle(target.name, settled);
    for (const { change, error, result } of settled) {
      if (result === 'failed') failed.set(keyOf(change), failure(target, change, messageOf(error)));
    }
  }
  return failed;
}

/** A `!done` is no proof (reference/routeros.md §1.8): what still differs after the apply is reported. */
async function readBack(
  target: Target,
  model: Model,
  deps: ReconcileDeps,
  failed: ReadonlyMap<string, FailedChange>,
): Promise<readonly FailedChange[]> {
  const observed = await target.observe(deps.signal);
  const ownership = { operator: model.operator.name, target, inventory: deps.inventory };
  const { changes } = diff(target.desired(model), observed, ownership);
  return changes
    .filter((change) => !failed.has(keyOf(change)))
    .map((change) =>
      failure(target, change, `${target.name} answered that it is done, but reading back shows otherwise`),
    );
}

function failure(target: Target, change: Change, error: string): FailedChange {
  return { address: addressOf(target.name, change), error };
}

function heldRows(observed: Observation, operator: string, target: Target, inventory: Inventory): HeldRows {
  return countByMenu(
    observed.rows.filter(
      (row) =>
        row.ownership === 'ours' ||
        row.marker?.operator === operator ||
        inventory.ownerOf(target.name, row.menu, row.identity) !== undefined,
    ),
  );
}

import { LastmileError } from '../../base/errors.ts';
import type { DeleteLimits } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import type { GuardSettings } from '../../reconcile/guard.ts';
import type { Refusal } from '../../reconcile/plan.ts';
import { type Outcome, type ReconcileDeps, reconcileOnce, type Seen } from '../../reconcile/reconcile-once.ts';
import { keyOf } from '../../reconcile/row-key.ts';
import type { RowName } from '../../reconcile/row-name.ts';
import type { Target } from '../../reconcile/target.ts';
import type { RunInPart } from './in-part.ts';

/** A target seen through some of its rows. */
export interface TouchedPart {
  readonly target: Target;
  /** Those that a commit changes. */
  readonly touched: readonly RowName[];
}

export interface BriefRun extends RunInPart {
  /** False where the whole was looked at after all. */
  readonly brief: boolean;
}

type Carried = Exclude<Outcome, { readonly result: 'refused' }>;

/**
 * One reconcile of the rows that a commit touches. The part answers for what is plainly in order alone: where it cannot be
 * looked at, holds anything odd, deletes more than is allowed whatever else is there, or does not come out as wanted, the
 * whole is reconciled as well, at once, and both are one outcome.
 *
 * @throws as `reconcileOnce` does
 */
export async function reconcileBriefly(
  whole: Target,
  part: TouchedPart,
  model: Model,
  deps: ReconcileDeps,
): Promise<BriefRun> {
  const first = await attempt(part, model, deps);
  if (first?.result === 'applied') return { outcome: first, refusals: [], brief: true };
  const outcome = first === undefined ? reconcileOnce(whole, model, deps) : completed(first, whole, model, deps);
  return { outcome: await outcome, refusals: [], brief: false };
}

/** @returns `undefined` where nothing was written, since the part alone does not tell enough */
async function attempt(part: TouchedPart, model: Model, deps: ReconcileDeps): Promise<Carried | undefined> {
  // A few rows need not wait until others have read all of theirs.
  const { looking: _looking, ...rest } = deps;
  const declines = (seen: Seen) => oddities(seen, part, deps);
  try {
    const outcome = await reconcileOnce(part.target, model, { ...rest, guard: strict(deps.guard), declines });
    return outcome.result === 'refused' ? undefined : outcome;
  } catch (error) {
    if (!(error instanceof LastmileError) || deps.signal.aborted) throw error;
    return undefined;
  }
}

/** What only the whole can explain: a row that is not as anybody left it, or gone though we hold it, by another name perhaps. */
function oddities(
  { plan, observation }: Seen,
  { target: { name: target }, touched }: TouchedPart,
  { inventory }: ReconcileDeps,
): readonly Refusal[] {
  const there = new Set(observation.rows.map(keyOf));
  const gone = touched.filter(
    (row) => !there.has(keyOf(row)) && inventory.ownerOf(target, row.menu, row.identity) !== undefined,
  );
  return [
    ...plan.findings.map(({ code, message }) => ({ target, code, message })),
    ...gone.map(({ menu, identity }) => ({
      target,
      code: 'LM_ROW_MISSING',
      message: `${menu} has no row ${identity}`,
    })),
  ];
}

/** A share can be had of the whole alone. */
function strict({ deleteLimits: { kinds = {}, ...limits }, ...rest }: GuardSettings): GuardSettings {
  const byKind = Object.entries(kinds).map(([kind, each]) => [kind, { ...each, share: 0 }] as const);
  const deleteLimits: DeleteLimits = { ...limits, share: 0, kinds: Object.fromEntries(byKind) };
  return { ...rest, deleteLimits };
}

/** The whole is reconciled after what came of a part; where it cannot be, that is what came of the run. */
async function completed(first: Carried, whole: Target, model: Model, deps: ReconcileDeps): Promise<Outcome> {
  // What is still owed is not done twice at the same time.
  await first.sessions;
  try {
    return joined(first, await reconcileOnce(whole, model, deps));
  } catch (error) {
    if (!(error instanceof LastmileError) || deps.signal.aborted) throw error;
    return first;
  }
}

function joined(first: Carried, then: Outcome): Outcome {
  const sessions = Promise.all([first.sessions, then.sessions]).then((results) => results.flat());
  if (then.result === 'refused') return { ...then, sessions };
  const open = new Set(then.plan.changes.map(keyOf));
  const made = first.plan.changes.filter((change) => !open.has(keyOf(change)));
  const again = new Set(then.plan.sessions.map(({ username }) => username));
  const plan = {
    ...then.plan,
    changes: [...made, ...then.plan.changes],
    sessions: [...first.plan.sessions.filter(({ username }) => !again.has(username)), ...then.plan.sessions],
  };
  return { ...then, plan, sessions };
}

import { codeOf, messageOf } from '../../base/errors.ts';
import type { Model } from '../../model/model.ts';
import type { Refusal } from '../../reconcile/plan.ts';
import { type Outcome, type ReconcileDeps, reconcileOnce } from '../../reconcile/reconcile-once.ts';
import type { Target } from '../../reconcile/target.ts';

/** What came of a run, and why not all of it was done. */
export interface RunInPart {
  readonly outcome: Outcome;
  /** Empty where the plan was done as it is, or refused as a whole. */
  readonly refusals: readonly Refusal[];
}

/** Codes of a plan that would cut our own access, or may, and could not be taken back. */
const ofOwnAccess = new Set(['LM_LOCK_OUT', 'LM_CANNOT_ARM']);

/**
 * One reconcile that neither a person nor a commit asks for. Where the plan must not be done for the sake of our own access,
 * rows of subscribers are brought in step all the same: who expires or is suspended does not stay online because a firewall
 * rule waits for a person.
 *
 * @throws as `reconcileOnce` does
 */
export async function reconcileInPart(target: Target, model: Model, deps: ReconcileDeps): Promise<RunInPart> {
  const whole = await attempt(target, model, deps);
  const { refusals } = whole;
  const [first] = refusals;
  if (first === undefined || !refusals.every(({ code }) => ofOwnAccess.has(code))) return done(whole);
  // What earlier runs still owe is not done twice at the same time.
  if (whole.outcome !== undefined) await whole.outcome.sessions;
  const why = `waits with the rest of its plan: ${first.code}`;
  const hold: ReconcileDeps['hold'] = (change) =>
    change.owner.startsWith('Subscriber/') ? deps.hold?.(change) : (deps.hold?.(change) ?? why);
  const outcome = await reconcileOnce(target, model, { ...deps, hold });
  return outcome.result === 'refused' || outcome.plan.changes.length === 0 ? done(whole) : { outcome, refusals };
}

interface Attempt {
  readonly outcome?: Outcome;
  readonly error?: unknown;
  readonly refusals: readonly Refusal[];
}

async function attempt(target: Target, model: Model, deps: ReconcileDeps): Promise<Attempt> {
  try {
    const outcome = await reconcileOnce(target, model, deps);
    return { outcome, refusals: outcome.result === 'refused' ? outcome.refusals : [] };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !ofOwnAccess.has(code)) throw error;
    return { error, refusals: [{ target: target.name, code, message: messageOf(error) }] };
  }
}

function done({ outcome, error }: Attempt): RunInPart {
  if (outcome === undefined) throw error;
  return { outcome, refusals: [] };
}

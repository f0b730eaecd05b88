import { inTurns } from '../../base/steps.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Policy } from '../../model/kinds/policy.ts';
import type { Model } from '../../model/model.ts';
import type { PlanJudge } from '../../policy/judge-plans.ts';
import type { TargetFacts } from '../../policy/plan-input.ts';
import type { GuardSettings } from '../../reconcile/guard.ts';
import type { ChangeCause } from '../../reconcile/plan.ts';
import type { Target } from '../../reconcile/target.ts';

/** Rules that are ready, by what declares them: these are the same for every target, and for long. */
const ready = new WeakMap<readonly Policy[], PlanJudge>();

interface Around {
  readonly policiesBefore?: (target: string) => readonly Policy[];
  readonly cause?: ChangeCause;
}

/** What policies have to say of a plan of this target, by those of now and those of before. `undefined`: there are none. */
export function judgeOf(
  { name }: Pick<Target, 'name'>,
  model: Model,
  { policiesBefore, cause = 'git' }: Around,
): GuardSettings['judge'] {
  const { policies: now = [] } = model;
  const before = policiesBefore?.(name) ?? [];
  if (now.length + before.length === 0) return undefined;
  return async (plan) => {
    const judge = await planJudge(now, before);
    if (!judge.isOfTargets) return { refusals: [], findings: [] };
    return await inTurns(judge.ofTarget(factsOf(name, model), plan, cause));
  };
}

/** The language is loaded by whoever has a policy. */
export async function planJudge(now: readonly Policy[], before: readonly Policy[]): Promise<PlanJudge> {
  const [{ PlanJudge }, { mergedPolicies }] = await Promise.all([
    import('../../policy/judge-plans.ts'),
    import('../../policy/merged.ts'),
  ]);
  const policies = mergedPolicies(now, before);
  const judge = ready.get(policies) ?? new PlanJudge(policies);
  ready.set(policies, judge);
  return judge;
}

export function factsOf(name: string, { routers, omadaControllers }: Model): TargetFacts {
  if (name === directoryName) return { name, kind: 'directory', labels: {} };
  const router = routers.find((each) => each.name === name);
  if (router !== undefined) return { name, kind: 'Router', labels: router.labels };
  return { name, kind: omadaControllers.some((each) => each.name === name) ? 'OmadaController' : 'Router', labels: {} };
}

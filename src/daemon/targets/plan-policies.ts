import { hasErrors, type Issue } from '../../manifest/issue.ts';
import type { TargetFacts, TargetNumbers } from '../../policy/plan-input.ts';
import type { PlanDocument, PlanPart, Refusal } from '../../reconcile/plan.ts';
import { factsOf, planJudge } from './judge-target.ts';
import type { PlanSettings } from './plan-targets.ts';

/** What stands where a target does, of what is said of all there is to do, and of what is declared. */
const ofPlan = 'plan';
const ofDeclarations = 'declarations';

/** Codes of what policies say. */
export function isOfPolicy({ code }: { readonly code: string }): boolean {
  return code.startsWith('LM_POLICY_');
}

type PolicySettings = Pick<PlanSettings, 'model' | 'revision' | 'policiesInForce' | 'objections' | 'signers'>;

/** A plan with what policies say of it as a whole, and of the objects that are declared. */
export async function withPolicies(
  plan: PlanDocument,
  parts: readonly PlanPart[],
  settings: PolicySettings,
): Promise<PlanDocument> {
  const { objections = [] } = settings;
  const said = await saidOfPlan(parts, settings);
  if (objections.length === 0 && said === undefined) return plan;
  const warnings = objections.filter((each) => !hasErrors([each]));
  return {
    ...plan,
    refusals: [
      ...plan.refusals,
      ...(said?.refusals ?? []),
      ...objections.filter((each) => hasErrors([each])).map(refusalOf),
    ],
    findings: [
      ...plan.findings,
      ...(said?.findings ?? []).map(({ code, message }) => ({ target: ofPlan, code, message })),
      ...warnings.map((issue) => ({ target: ofDeclarations, code: issue.code, message: wordsOf(issue) })),
    ],
  };
}

async function saidOfPlan(
  parts: readonly PlanPart[],
  { model, revision, policiesInForce = [], signers = [] }: PolicySettings,
) {
  const { policies = [] } = model;
  const isAsked = [...policies, ...policiesInForce].some(({ rules }) => rules.some(({ over }) => over === 'plan'));
  if (!isAsked) return undefined;
  const [judge, { numbersOf }] = await Promise.all([
    planJudge(policies, policiesInForce),
    import('../../policy/judge-plans.ts'),
  ]);
  const targets = parts.flatMap(({ target, plan }): readonly (TargetFacts & TargetNumbers)[] =>
    plan === undefined ? [] : [{ ...factsOf(target.name, model), ...numbersOf(plan) }],
  );
  return judge.ofPlan(revision, signers, targets);
}

function refusalOf(issue: Issue): Refusal {
  return { target: ofDeclarations, code: issue.code, message: wordsOf(issue) };
}

function wordsOf({ file, line, column, message, hint }: Issue): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

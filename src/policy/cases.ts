import type { Declared, PolicySpec, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { policyOf } from '../model/resolve/resolve-policies.ts';
import { PolicyJudge, type Verdict } from './judge.ts';
import { changeInput, planInput, targetInput } from './plan-input.ts';
import { type AttributeHides, ShownObjects, shown } from './shown-object.ts';

type Case = NonNullable<PolicySpec['tests']>[number];
type Fields = Readonly<Record<string, unknown>>;

/** A case of a policy, and what came of it. */
export interface CaseResult {
  readonly policy: Declared<PolicySpec>;
  readonly at: number;
  readonly name: string;
  /** Absent: it came out as expected. */
  readonly failure?: string;
}

/** Tries the cases of each policy on its rules. */
export function runCases(policies: readonly Declared<PolicySpec>[], hides?: AttributeHides): readonly CaseResult[] {
  const objects = new ShownObjects(hides);
  return policies.flatMap((policy) => {
    const { tests = [] } = policy.spec;
    if (tests.length === 0) return [];
    const judge = new PolicyJudge([policyOf(policy)]);
    return tests.map((each, at): CaseResult => {
      const failure = failureOf(each, ask(judge, policy.name, each, objects));
      return { policy, at, name: each.name, ...(failure === undefined ? {} : { failure }) };
    });
  });
}

/** Cases that did not come out as expected, with their places. */
export function caseProblems(results: readonly CaseResult[]): readonly Problem[] {
  return results.flatMap(({ policy, at, name, failure }) =>
    failure === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            code: 'LM_POLICY_CASE',
            message: `the case "${name}" of the policy ${policy.name} does not come out: ${failure}`,
            place: policy,
            path: ['spec', 'tests', at, 'expect'],
          },
        ],
  );
}

function ask(judge: PolicyJudge, policy: Policy['name'], each: Case, objects: ShownObjects): readonly Verdict[] {
  const { rule, object, change, target, plan } = each;
  const only = { policy, ...(rule === undefined ? {} : { rule }) };
  if (object !== undefined) {
    const { kind, metadata = {}, spec = {}, file = 'case.yaml' } = object;
    const { labels = {} } = metadata as { readonly labels?: Readonly<Record<string, string>> };
    const around = { name: 'case', labels: {}, annotations: {}, previousNames: [] };
    const given = {
      kind,
      metadata: { ...around, ...fieldsOf(metadata) },
      spec: objects.spec(kind, spec),
      file,
      line: 1n,
    };
    return judge.ask('object', { kind, labels }, { object: given }, only);
  }
  if (plan !== undefined) return judge.ask('plan', {}, { plan: planInput(fieldsOf(plan)) }, only);
  const ofTarget = targetInput(fieldsOf(target ?? {}));
  const labels = ofTarget['labels'] as Readonly<Record<string, string>>;
  if (change === undefined) return judge.ask('target', { labels }, { target: ofTarget }, only);
  const given = changeInput(fieldsOf(change));
  const subject = { kind: String(given['kind']), action: String(given['action']), labels };
  return judge.ask('change', subject, { change: given, target: ofTarget }, only);
}

function fieldsOf(value: unknown): Fields {
  return shown(value) as Fields;
}

function failureOf({ expect, message }: Case, verdicts: readonly Verdict[]): string | undefined {
  const came = verdicts.some(({ effect }) => effect === 'deny') ? 'denied' : verdicts.length > 0 ? 'warned' : 'allowed';
  const said = verdicts.map((each) => `${each.rule.name}: ${each.message}`);
  if (came !== expect)
    return `it is ${came}${said.length === 0 ? '' : ` (${said.join('; ')})`}, and ${expect} is expected`;
  if (message === undefined || verdicts.some((each) => each.message === message)) return undefined;
  return `no rule says "${message}", but: ${said.join('; ')}`;
}

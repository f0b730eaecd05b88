import type { Declared, PolicySpec, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { caseProblems, runCases } from './cases.ts';
import { checkPolicies } from './check-policies.ts';
import { ObjectJudge } from './judge-objects.ts';
import { mergedPolicies } from './merged.ts';
import type { AttributeHides } from './shown-object.ts';

/** What policies say, for whoever reads declarations. */
export class PolicyRoom {
  readonly #hides: AttributeHides;

  constructor(hides: AttributeHides) {
    this.#hides = hides;
  }

  /** Cases are tried once expressions can be. */
  check(policies: readonly Declared<PolicySpec>[]): readonly Problem[] {
    const problems = checkPolicies(policies);
    return problems.length > 0 ? problems : caseProblems(runCases(policies, this.#hides));
  }

  merged(now: readonly Policy[], before: readonly Policy[]): readonly Policy[] {
    return mergedPolicies(now, before);
  }

  objects(policies: readonly Policy[]): ObjectJudge {
    return new ObjectJudge(policies, this.#hides);
  }
}

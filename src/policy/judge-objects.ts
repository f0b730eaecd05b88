import { unreachable } from '../base/errors.ts';
import type { Steps } from '../base/steps.ts';
import type { Declared, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { PolicyJudge, type Verdict } from './judge.ts';
import { type AttributeHides, ShownObjects } from './shown-object.ts';

type Declaration = Declared<unknown>;

/** Steps after which others are let in: a few milliseconds. */
const stepsAtOnce = 50_000;
/** Objects of one file and rule that are named; the rest is counted. */
const named = 20;

/** Asks rules over objects, of those of one file after another. */
export class ObjectJudge {
  readonly #judge: PolicyJudge;
  readonly #objects: ShownObjects;

  constructor(policies: readonly Policy[], hides?: AttributeHides) {
    this.#judge = new PolicyJudge(policies);
    this.#objects = new ShownObjects(hides);
  }

  /** False where no rule is over objects. */
  get isAsked(): boolean {
    return this.#judge.has('object');
  }

  *ofFile(objects: readonly Declaration[]): Steps<readonly Problem[]> {
    const problems: Problem[] = [];
    const counts = new Map<string, { count: number; verdict: Verdict; readonly object: Declaration }>();
    let from = this.#judge.spent;
    for (const object of objects) {
      for (const verdict of this.#ask(object)) {
        const key = `${verdict.code} ${verdict.policy} ${verdict.rule.name}`;
        const known = counts.get(key) ?? { count: 0, verdict, object };
        known.count += 1;
        counts.set(key, known);
        if (known.count <= named) problems.push(problemOf(verdict, object));
      }
      if (this.#judge.spent - from < stepsAtOnce) continue;
      from = this.#judge.spent;
      yield;
    }
    for (const { count, verdict, object } of counts.values()) {
      if (count > named) problems.push(restOf(verdict, object, count - named));
    }
    return problems;
  }

  #ask(object: Declaration): readonly Verdict[] {
    const { kind, labels } = object;
    return this.#judge.ask('object', { kind, labels }, { object: this.#objects.of(object) });
  }
}

function problemOf(verdict: Verdict, object: Declaration): Problem {
  return {
    severity: verdict.effect === 'deny' ? 'error' : 'warning',
    code: verdict.code,
    message: `${object.kind} ${object.name}: ${verdict.message}`,
    hint: hintOf(verdict),
    place: object,
    path: verdict.path,
  };
}

function restOf(verdict: Verdict, object: Declaration, more: number): Problem {
  const message = `${more} more of this file, of the same rule`;
  return { ...problemOf(verdict, object), message, path: [] };
}

/** `policy limits, rule no-gigabit, policies/limits.yaml:8`. */
export function ruleWords({ policy, rule: { name, origin } }: Pick<Verdict, 'policy' | 'rule'>): string {
  return `policy ${policy}, rule ${name}, ${origin.file}:${origin.line}`;
}

function hintOf(verdict: Verdict): string {
  switch (verdict.code) {
    case 'LM_POLICY_DENIED':
      return `denied by ${ruleWords(verdict)}`;
    case 'LM_POLICY_WARNS':
      return `warned by ${ruleWords(verdict)}`;
    case 'LM_POLICY_FAILED':
      return `${ruleWords(verdict)}: ask has(object.spec.…) first where a field need not be there`;
    default:
      return unreachable(verdict.code);
  }
}

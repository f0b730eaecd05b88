import { unreachable } from '../base/errors.ts';
import type { Steps } from '../base/steps.ts';
import type { Declared, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { PolicyJudge, type Verdict } from './judge.ts';
import { type AttributeHides, ShownObjects } from './shown-object.ts';

type Declaration = Declared<unknown>;

/** What is said against objects of a file: the first of each rule, and how many there are. A rule is told by its hint. */
export interface Said {
  readonly problems: readonly Problem[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Steps after which others are let in: a few milliseconds. */
const stepsAtOnce = 50_000;
/** Objects that are named for a rule; the rest is counted. */
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

  *ofFile(objects: readonly Declaration[]): Steps<Said> {
    const problems: Problem[] = [];
    const counts = new Map<string, number>();
    let from = this.#judge.spent;
    for (const object of objects) {
      for (const verdict of this.#ask(object)) {
        const rule = hintOf(verdict);
        const count = (counts.get(rule) ?? 0) + 1;
        counts.set(rule, count);
        if (count <= named) problems.push(problemOf(verdict, object, rule));
      }
      if (this.#judge.spent - from < stepsAtOnce) continue;
      from = this.#judge.spent;
      yield;
    }
    return { problems, counts };
  }

  #ask(object: Declaration): readonly Verdict[] {
    const { kind, labels } = object;
    return this.#judge.ask('object', { kind, labels }, { object: this.#objects.of(object) });
  }
}

function problemOf(verdict: Verdict, object: Declaration, hint: string): Problem {
  return {
    severity: verdict.effect === 'deny' ? 'error' : 'warning',
    code: verdict.code,
    message: `${object.kind} ${object.name}: ${verdict.message}`,
    hint,
    place: object,
    // An item of a list begins with its name as a rule, and is found without a look at its file.
    path: verdict.path.length > 0 || object.item !== undefined ? verdict.path : ['metadata', 'name'],
  };
}

/** `policy limits, rule no-gigabit, policies/limits.yaml:8`. */
export function ruleWords({ policy, before, rule: { name, origin } }: Verdict): string {
  const words = `policy ${policy}, rule ${name}, ${origin.file}:${origin.line}`;
  return before ? `${words}, which is in force until this is` : words;
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

import type { Steps } from '../base/steps.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { type ChangeCause, type ChangePlan, publishedChanges, type Refusal } from '../reconcile/plan.ts';
import type { Finding } from '../reconcile/target.ts';
import { PolicyJudge, type Verdict } from './judge.ts';
import { ruleWords } from './judge-objects.ts';
import { changeShown, planShown, type TargetFacts, type TargetNumbers, targetShown } from './plan-input.ts';

/** What rules say of a plan: denials refuse it, warnings are worth knowing. */
export interface PlanSaid {
  readonly refusals: readonly Refusal[];
  readonly findings: readonly Finding[];
}

/** Steps after which others are let in: a few milliseconds. */
const stepsAtOnce = 50_000;
/** Rows that are named for a rule; the rest is counted. */
const named = 5;

/** Asks rules over changes, targets and plans. */
export class PlanJudge {
  readonly #judge: PolicyJudge;

  constructor(policies: readonly Policy[]) {
    this.#judge = new PolicyJudge(policies);
  }

  /** Whether any rule has a say before all that is to be done is known. */
  get isOfTargets(): boolean {
    return this.#judge.has('change') || this.#judge.has('target');
  }

  get isOfPlans(): boolean {
    return this.#judge.has('plan');
  }

  *ofTarget(facts: TargetFacts, plan: ChangePlan, cause: ChangeCause): Steps<PlanSaid> {
    const target = targetShown(facts, numbersOf(plan));
    const { labels } = facts;
    const said = new Said(facts.name);
    for (const verdict of this.#judge.ask('target', { labels }, { target })) said.add(verdict);
    if (!this.#judge.has('change')) return said;
    let from = this.#judge.spent;
    for (const planned of publishedChanges(plan, cause)) {
      const change = changeShown(planned);
      const subject = { kind: String(change['kind']), action: String(change['action']), labels };
      for (const verdict of this.#judge.ask('change', subject, { change, target })) said.add(verdict, planned.address);
      if (this.#judge.spent - from < stepsAtOnce) continue;
      from = this.#judge.spent;
      yield;
    }
    return said;
  }

  ofPlan(revision: string, signers: readonly string[], targets: readonly (TargetFacts & TargetNumbers)[]): PlanSaid {
    const said = new Said('plan');
    const plan = planShown(revision, signers, targets);
    for (const verdict of this.#judge.ask('plan', {}, { plan })) said.add(verdict);
    return said;
  }
}

export function numbersOf({ changes, sessions }: Pick<ChangePlan, 'changes' | 'sessions'>): TargetNumbers {
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  return {
    ...{ creates: count('create'), updates: count('update'), deletes: count('delete'), moves: count('move') },
    changes: changes.length,
    sessionsAffected: sessions.reduce((sum, { sessionIds }) => sum + sessionIds.length, 0),
  };
}

/** Each rule once, with the first rows that it is about. */
class Said implements PlanSaid {
  readonly #target: string;
  readonly #byRule = new Map<string, { readonly verdict: Verdict; readonly words: string[]; count: number }>();

  constructor(target: string) {
    this.#target = target;
  }

  add(verdict: Verdict, address?: string): void {
    const key = `${verdict.code} ${ruleWords(verdict)}`;
    const known = this.#byRule.get(key) ?? { verdict, words: [], count: 0 };
    this.#byRule.set(key, known);
    known.count += 1;
    if (known.words.length < named)
      known.words.push(address === undefined ? verdict.message : `${address}: ${verdict.message}`);
  }

  get refusals(): readonly Refusal[] {
    return this.#told('deny').map(({ verdict, message }) => ({
      target: this.#target,
      code: verdict.code,
      message: `${this.#target}: ${message}`,
      policy: placeOf(verdict),
    }));
  }

  get findings(): readonly Finding[] {
    return this.#told('warn').map(({ verdict, message }) => ({ code: verdict.code, message }));
  }

  #told(effect: Verdict['effect']) {
    return [...this.#byRule.values()]
      .filter(({ verdict }) => verdict.effect === effect)
      .map(({ verdict, words, count }) => {
        const more = count > words.length ? `; and ${count - words.length} more` : '';
        const by = effect === 'deny' ? 'denied' : 'warned';
        return { verdict, message: `${words.join('; ')}${more} (${by} by ${ruleWords(verdict)})` };
      });
  }
}

function placeOf({ policy, rule: { name, origin } }: Verdict): NonNullable<Refusal['policy']> {
  return { name: policy, rule: name, file: origin.file, line: origin.line };
}

import { messageOf } from '../base/errors.ts';
import type { Policy, PolicyDomain, PolicyRule } from '../model/kinds/policy.ts';
import { messageProgram } from './message.ts';
import { type Input, type Program, Programs } from './program.ts';

/** What a rule has to say of something. */
export interface Verdict {
  readonly effect: 'deny' | 'warn';
  /** `LM_POLICY_FAILED`: it could not be told. Of a rule that denies, that denies. */
  readonly code: 'LM_POLICY_DENIED' | 'LM_POLICY_WARNS' | 'LM_POLICY_FAILED';
  readonly policy: string;
  /** It is in force, and is not in what is judged by it. */
  readonly before: boolean;
  readonly rule: PolicyRule;
  readonly message: string;
  /** Steps to the value that it looked at, of those that are there. Empty: none. */
  readonly path: readonly (string | number)[];
}

/** Words by which rules say what they are asked of. */
export interface Subject {
  readonly kind?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly action?: string;
}

interface Ready {
  readonly policy: string;
  readonly before: boolean;
  readonly rule: PolicyRule;
  readonly when: Program;
  readonly message: (input: Input, limit: number) => string;
}

/** Steps that an evaluation may take: some milliseconds, of an object; of a plan of a thousand routers, more. */
const limits: Readonly<Record<PolicyDomain, number>> = {
  object: 200_000,
  change: 200_000,
  target: 200_000,
  plan: 2_000_000,
};

/** Rules that are ready to be asked. What cannot be made ready, which is told where it is declared, is left out. */
export class PolicyJudge {
  readonly #rules: readonly Ready[];
  readonly #programs = new Programs();

  constructor(policies: readonly Policy[]) {
    this.#rules = policies.flatMap((policy) => policy.rules.flatMap((rule) => this.#ready(policy, rule)));
  }

  /** Steps that were taken since the beginning: by these, others are let in between. */
  get spent(): number {
    return this.#programs.meter.spent;
  }

  has(domain: PolicyDomain): boolean {
    return this.#rules.some(({ rule }) => rule.over === domain);
  }

  /** @param only of one policy, one rule of it */
  ask(
    domain: PolicyDomain,
    subject: Subject,
    input: Input,
    only?: { readonly policy: string; readonly rule?: string },
  ): Verdict[] {
    const verdicts: Verdict[] = [];
    for (const ready of this.#rules) {
      const { rule, policy } = ready;
      if (rule.over !== domain || !concerns(rule, subject)) continue;
      if (only !== undefined && (only.policy !== policy || (only.rule ?? rule.name) !== rule.name)) continue;
      const verdict = judged(ready, input);
      if (verdict !== undefined) verdicts.push(verdict);
    }
    return verdicts;
  }

  #ready({ name: policy, before = false }: Policy, rule: PolicyRule): readonly Ready[] {
    try {
      const when = this.#programs.compile(rule.when);
      return [{ policy, before, rule, when, message: messageProgram(rule.message, this.#programs) }];
    } catch {
      return [];
    }
  }
}

function concerns({ match: { kinds, labels, actions } }: PolicyRule, subject: Subject): boolean {
  if (kinds !== undefined && !(kinds as readonly string[]).includes(subject.kind ?? '')) return false;
  if (actions !== undefined && !(actions as readonly string[]).includes(subject.action ?? '')) return false;
  return Object.entries(labels ?? {}).every(([name, value]) => subject.labels?.[name] === value);
}

function judged({ policy, before, rule, when, message }: Ready, input: Input): Verdict | undefined {
  const { effect } = rule;
  const limit = limits[rule.over];
  const verdict = { effect, policy, before, rule };
  const failed = (why: string): Verdict => {
    const words = `it cannot be judged: ${why}`;
    return { ...verdict, code: 'LM_POLICY_FAILED', message: words, path: placeOf(when, input) };
  };
  try {
    const value = when.run(input, limit);
    if (value === false) return undefined;
    if (value !== true) return failed('it is neither true nor false');
  } catch (error) {
    return failed(messageOf(error));
  }
  const code = effect === 'deny' ? 'LM_POLICY_DENIED' : 'LM_POLICY_WARNS';
  return { ...verdict, code, message: message(input, limit), path: placeOf(when, input) };
}

/** The most particular value of the object that the rule looks at, and that is there. */
function placeOf({ paths }: Program, { object }: Input): readonly (string | number)[] {
  if (object === undefined) return [];
  const within = paths.filter(([variable, part]) => variable === 'object' && (part === 'spec' || part === 'metadata'));
  return within.map((path) => path.slice(1)).find((path) => path.length > 1 && isThere(object, path)) ?? [];
}

function isThere(value: unknown, path: readonly (string | number)[]): boolean {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return true;
}

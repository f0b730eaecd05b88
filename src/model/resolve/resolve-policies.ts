import { compact } from '../../base/compact.ts';
import { nearest } from '../../base/nearest.ts';
import type { Declared, PolicySpec } from '../declarations.ts';
import type { Policy, PolicyDomain, PolicyRule } from '../kinds/policy.ts';
import { byName, error, type Resolving } from './resolving.ts';

type DeclaredRule = PolicySpec['rules'][number];
type DeclaredCase = NonNullable<PolicySpec['tests']>[number];

/** Parts of `match` that mean something, by what a rule is asked of. */
const matches: Readonly<Record<PolicyDomain, readonly string[]>> = {
  object: ['kinds', 'labels'],
  change: ['kinds', 'labels', 'actions'],
  target: ['labels'],
  plan: [],
};

/** Policies in order of name, as far as their form goes: whoever evaluates expressions says what is wrong in these. */
export function resolvePolicies(to: Resolving): readonly Policy[] {
  const declared = [...byName(to, to.declarations.policies).values()];
  for (const policy of declared) checkPolicy(to, policy);
  return declared.map(policyOf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a document declares. Of a rule that both denies and warns, which is an error, it denies. */
export function policyOf({ name, spec, origin, entries }: Declared<PolicySpec>): Policy {
  return {
    name,
    rules: spec.rules.map((rule, at): PolicyRule => {
      const { over = 'object', match = {}, deny, warn, message } = rule;
      return {
        ...{ name: rule.name, over, message },
        effect: deny === undefined ? 'warn' : 'deny',
        when: deny ?? warn ?? 'false',
        match: compact(match),
        origin: entries?.get(`rules/${at}`) ?? origin,
      };
    }),
  };
}

function checkPolicy(to: Resolving, policy: Declared<PolicySpec>): void {
  const { rules, tests = [] } = policy.spec;
  const names = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    const path = ['spec', 'rules', at];
    if (names.has(rule.name)) {
      const message = `two rules of this policy are called "${rule.name}"`;
      error(to, 'LM_DUPLICATE_NAME', message, policy, [...path, 'name']);
    }
    names.add(rule.name);
    checkRule(to, policy, rule, path);
  }
  for (const [at, each] of tests.entries()) checkCase(to, policy, each, ['spec', 'tests', at]);
}

function checkRule(
  to: Resolving,
  policy: Declared<PolicySpec>,
  { over = 'object', match = {}, deny, warn }: DeclaredRule,
  path: readonly (string | number)[],
): void {
  if ((deny === undefined) === (warn === undefined)) {
    const message =
      deny === undefined ? 'this rule neither denies nor warns' : 'a rule denies or warns, and this does both';
    const hint = 'an expression in CEL as `deny` or as `warn`: what is true is denied, or told';
    error(to, 'LM_POLICY_RULE', message, policy, deny === undefined ? path : [...path, 'warn'], hint);
  }
  const known = matches[over];
  for (const part of Object.keys(match).filter((each) => !known.includes(each))) {
    const hint = known.length === 0 ? 'leave `match` out' : `known here: ${known.join(', ')}`;
    error(to, 'LM_POLICY_RULE', `a rule over ${over} has no match by ${part}`, policy, [...path, 'match', part], hint);
  }
}

function checkCase(
  to: Resolving,
  policy: Declared<PolicySpec>,
  { rule, object, change, target, plan, expect, message }: DeclaredCase,
  path: readonly (string | number)[],
): void {
  const { rules } = policy.spec;
  const names = rules.map(({ name }) => name);
  if (rule !== undefined && !names.includes(rule)) {
    const meant = nearest(rule, names);
    const hint = meant === undefined ? `known: ${names.join(', ')}` : `did you mean ${meant}?`;
    error(to, 'LM_UNKNOWN_REFERENCE', `no rule of this policy is called "${rule}"`, policy, [...path, 'rule'], hint);
  }
  const asked = [object, plan, change ?? target].filter((each) => each !== undefined);
  if (asked.length !== 1) {
    const words = asked.length === 0 ? 'this case asks of nothing' : 'a case asks of one thing';
    const hint = 'one of object, change, target and plan; target beside change is the one that the change is of';
    error(to, 'LM_POLICY_CASE', words, policy, path, hint);
  }
  if (message !== undefined && expect === 'allowed')
    error(to, 'LM_POLICY_CASE', 'what is allowed says nothing', policy, [...path, 'message']);
}

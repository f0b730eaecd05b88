import type { Policy, PolicyRule } from '../model/kinds/policy.ts';

/**
 * Rules of before and of now, each once: what is about to come into force is judged by both. A rule that is as it was is that of
 * now.
 */
export function mergedPolicies(now: readonly Policy[], before: readonly Policy[]): readonly Policy[] {
  const known = new Set(now.flatMap((policy) => policy.rules.map((rule) => keyOf(policy, rule))));
  const rest = before.flatMap((policy): readonly Policy[] => {
    const rules = policy.rules.filter((rule) => !known.has(keyOf(policy, rule)));
    return rules.length === 0 ? [] : [{ name: policy.name, rules, before: true }];
  });
  return rest.length === 0 ? now : [...now, ...rest];
}

/** Wherever it stands in its file. */
function keyOf({ name }: Policy, rule: PolicyRule): string {
  return JSON.stringify([name, rule.name, rule.over, rule.effect, rule.when, rule.message, rule.match]);
}

import { describe, expect, it } from 'vitest';
import { type LoadOptions, loadManifest } from '../../src/manifest/load-manifest.ts';
import { PolicyRoom } from '../../src/policy/policy-room.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

const options: LoadOptions = {
  secrets: secretResolver({ env: {} }),
  mode: 'validate',
  example: true,
  policies: new PolicyRoom(() => false),
};
const operator = 'apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: acme}\nspec: {}\n';

/** What is said of a policy: where, and in which words. */
function said(spec: string, others = ''): readonly string[] {
  const text = `apiVersion: lastmile/v1\nkind: Policy\nmetadata: {name: house}\nspec:\n${spec}`;
  const files = [
    { path: 'operator.yaml', text: `${operator}${others}` },
    { path: 'policy.yaml', text },
  ];
  const { issues, objections = [] } = loadManifest(files, options);
  return [...issues, ...objections].map(
    ({ file, line, column, code, message, hint }) =>
      `${file}:${line}:${column} ${code} ${message}${hint === undefined ? '' : ` → ${hint}`}`,
  );
}

const rule = (more: string) => `  rules:\n    - {name: a, message: no, ${more}}\n`;

describe('a policy that is declared', () => {
  it.each([
    [rule('match: {kinds: [Service]}'), '6:7 LM_POLICY_RULE this rule neither denies nor warns'],
    [rule('deny: "true", warn: "true"'), 'LM_POLICY_RULE a rule denies or warns, and this does both'],
    [
      rule('deny: "true", match: {actions: [delete]}'),
      'LM_POLICY_RULE a rule over object has no match by actions → known here: kinds, labels',
    ],
    [
      rule('over: plan, deny: "true", match: {labels: {a: b}}'),
      'LM_POLICY_RULE a rule over plan has no match by labels → leave `match` out',
    ],
    [
      `${rule('deny: "false"')}    - {name: a, message: no, deny: "false"}\n`,
      'LM_DUPLICATE_NAME two rules of this policy are called "a"',
    ],
    [`${rule('deny: "false"')}  tests: [{name: x, expect: allowed}]\n`, 'LM_POLICY_CASE this case asks of nothing'],
    [
      `${rule('deny: "false"')}  tests: [{name: x, rule: b, plan: {}, expect: allowed}]\n`,
      'LM_UNKNOWN_REFERENCE no rule of this policy is called "b"',
    ],
    [
      rule('over: change, deny: chnage.menu == "x"'),
      '6:50 LM_POLICY_EXPRESSION in the expression of the rule a: nothing is called "chnage" here → did you mean change?',
    ],
    [
      '  rules:\n    - name: a\n      match: {kinds: [Service]}\n      deny: |\n        has(object.spec.rate) &&\n        object.spec.rate.downn == "x"\n      message: no\n',
      '10:26 LM_POLICY_EXPRESSION in the expression of the rule a: Service.spec.rate has no field "downn" → did you mean down?',
    ],
    [
      '  rules:\n    - name: a\n      deny: "false"\n      message: "{{ object.kind }} and {{ object.kinds }}"\n',
      '8:49 LM_POLICY_EXPRESSION in the message of the rule a: Operator has no field "kinds" → did you mean kind?',
    ],
    [
      rule('deny: "rate(object.spec.rate.down) > 3"'),
      'Operator has none: say which kinds have, with match: {kinds: [...]}',
    ],
  ])('is told what is wrong with it, and where (%#)', (spec, words) => {
    expect(said(spec).join('\n')).toContain(words);
  });

  it('has cases that come out, or are told with what came of them', () => {
    const cases = (tests: string) =>
      said(
        `  rules:\n    - {name: a, over: target, deny: target.deletes > 2, message: "{{ target.deletes }} go"}\n  tests:\n${tests}`,
      );

    expect(cases('    - {name: three, target: {deletes: 3}, expect: denied, message: 3 go}\n')).toEqual([]);
    expect(cases('    - {name: two, target: {deletes: 2}, expect: denied}\n')).toEqual([
      'policy.yaml:8:49 LM_POLICY_CASE the case "two" of the policy house does not come out: it is allowed, and denied is expected',
    ]);
    expect(cases('    - {name: four, target: {deletes: 4}, expect: denied, message: 3 go}\n')[0]).toContain(
      'no rule says "3 go", but: a: 4 go',
    );
  });

  it('names the first objects that it denies, and counts the others', () => {
    const list = Array.from(
      { length: 30 },
      (_each, at) => `  - {name: s${at}, username: s${at}, password: {derive: 1}}\n`,
    );
    const others = `---\napiVersion: lastmile/v1\nkind: Service\nmetadata: {name: home}\nspec: {access: [pppoe]}\n---\napiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: all}\ndefaults: {service: home}\nitems:\n${list.join('')}`;

    const found = said(rule('match: {kinds: [Subscriber]}, deny: \'object.spec.service == "home"\''), others);

    const denied = found.filter((each) => each.includes('LM_POLICY_DENIED'));
    expect(denied).toHaveLength(21);
    expect(denied[0]).toMatch(
      /^operator\.yaml:\d+:\d+ LM_POLICY_DENIED Subscriber s0: no → denied by policy house, rule a, policy\.yaml:6$/,
    );
    expect(denied.join('\n')).toContain('10 more by the same rule');
  });
});

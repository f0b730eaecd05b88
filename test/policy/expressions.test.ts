import { describe, expect, it } from 'vitest';
import type { PolicyDomain, PolicyRule } from '../../src/model/kinds/policy.ts';
import { checkExpression } from '../../src/policy/check-expression.ts';
import { ExpressionError } from '../../src/policy/expression-error.ts';
import { PolicyJudge } from '../../src/policy/judge.ts';
import { vocabularyOf } from '../../src/policy/vocabulary.ts';

const service = vocabularyOf('object', 'Service');
const subscriber = vocabularyOf('object', 'Subscriber');
const change = vocabularyOf('change');
const plan = vocabularyOf('plan');

function faultOf(text: string, vocabulary = service): readonly unknown[] | undefined {
  try {
    checkExpression(text, 'bool', vocabulary);
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [error.message, text.slice(error.start, error.end), error.hint];
  }
}

function rule(when: string, over: PolicyDomain = 'object', more: Partial<PolicyRule> = {}): PolicyRule {
  const origin = { file: 'policies.yaml', line: 1, column: 1 };
  return { name: 'rule', over, effect: 'deny', when, message: 'no', match: {}, origin, ...more };
}

function ask(when: string, object: unknown = {}, message = 'no') {
  const judge = new PolicyJudge([{ name: 'policy', rules: [rule(when, 'object', { message })] }]);
  const [verdict] = judge.ask('object', {}, { object });
  return { verdict, code: verdict?.code, message: verdict?.message, steps: judge.spent };
}

describe('an expression of a policy, before anybody runs it', () => {
  it.each([
    'rate(object.spec.rate.down) > rate("100M")',
    'object.metadata.labels.site == "north" && "lastmile/note" in object.metadata.annotations',
    'has(object.spec.sessions) && object.spec.sessions.max > 2',
    'object.spec.access.exists(kind, kind == "hotspot")',
    'object.metadata.name.matches("^[a-z]+$")',
  ])('may be %s', (text) => {
    expect(faultOf(text)).toBeUndefined();
  });

  it.each([
    ['objct.kind == "x"', ['nothing is called "objct" here', 'objct', 'did you mean object?']],
    ['change.menu == "x"', ['nothing is called "change" here', 'change', 'known here: object']],
    ['object.spec.acces.size() > 1', ['Service.spec has no field "acces"', 'acces', 'did you mean access?']],
    ['has(object.spec.sesions)', ['Service.spec has no field "sesions"', 'sesions', 'did you mean sessions?']],
    [
      'object.spec.quotas.all(quota, quota.octet != "")',
      ['Service.spec.quotas.item has no field "octet"', 'octet', 'did you mean octets?'],
    ],
    ['object.metadata.name > 3', ['this cannot be done: string > int', 'object.metadata.name > 3', undefined]],
    ['object.metadata.name', ['it must be true or false, and is string', 'object.metadata.name', expect.anything()]],
    [
      'ratee(object.spec.rate.down) > 3',
      ['no function is called "ratee"', 'ratee(object.spec.rate.down)', 'did you mean rate?'],
    ],
    [
      'object.metadata.name.matches("(a")',
      ['the pattern cannot be used: a `(` that nothing closes', '"(a"', expect.anything()],
    ],
    ['1 +', [expect.stringContaining('unexpected token'), '', undefined]],
    [`${'!'.repeat(3_000)}true`, [expect.stringContaining('it is too large'), '', expect.anything()]],
    [`${'('.repeat(200)}`, [expect.stringContaining('it is too large'), expect.anything(), expect.anything()]],
  ])('says what is wrong with %s, where, and what was meant', (text, [message, words, hint]) => {
    const [found, at, told] = faultOf(text) ?? [];

    expect(found).toEqual(message);
    if (words !== '') expect(at).toEqual(words);
    expect(told).toEqual(hint);
  });

  it('knows rows, targets and plans by their fields', () => {
    const row = 'change.before == null && change.after["name"] == "x" && target.labels.role == "core"';
    expect(faultOf(row, change)).toBeUndefined();
    expect(faultOf('plan.targets.exists(t, t.deletes > 5)', plan)).toBeUndefined();
    expect(faultOf('plan.targets.exists(t, t.deleted > 5)', plan)?.[2]).toBe('did you mean deletes?');
    expect(faultOf('object.spec.username.startsWith("x")', subscriber)).toBeUndefined();
  });
});

describe('an expression of a policy that is run', () => {
  it.each([
    ['rate("10M") == 10000000 && octets("1Gi") == 1073741824 && seconds("2h") == 7200', true],
    ['inNetwork("10.1.2.3", "10.0.0.0/8") && !inNetwork("10.0.0.0/7", "10.0.0.0/8")', true],
    ['inNetwork("2001:db8::1", "2001:db8::/32") && !inNetwork("10.0.0.1", "2001:db8::/32")', true],
    ['"ab1".matches("^[a-z]+[0-9]$") && !"ab".matches("[0-9]")', true],
    ['[1, 2, 3].filter(x, x > 1).size() == 2 && [1] + [2] == [1, 2] && "a" in ["a"]', true],
    ['cel.bind(x, 3, x * x == 9) && -(3) < 4.5 && {"a": 1}.a == 1', true],
    ['object.count > 3 && object.part < 0.6', true],
  ])('%s', (text, outcome) => {
    expect(ask(text, { count: 4n, part: 0.5 }).verdict !== undefined).toBe(outcome);
  });

  it('denies where it comes to nothing, and says what was not there', () => {
    expect(ask('object.spec.sessions.max > 2', { spec: {} })).toMatchObject({
      code: 'LM_POLICY_FAILED',
      message: 'it cannot be judged: it has no sessions',
    });
    expect(ask('object.rate > 3', { rate: '5M' }).message).toBe(
      'it cannot be judged: this cannot be done: string > int',
    );
    expect(ask('rate(object.rate) > 3', { rate: 'fast' }).message).toBe(
      'it cannot be judged: rate("fast"): this is none',
    );
  });

  it('embeds values in its message, and says it all the same without one', () => {
    const message = '{{ object.name }} has {{ object.list }} of {{ object.list.size() + 1 }}, {{ object.none }}, {{';

    expect(ask('true', { name: 'home', list: ['a', 'b'] }, message).message).toBe('home has a, b of 3, (nothing), {{');
  });

  it.each([
    ['lists in lists', 'object.list.all(a, object.list.all(b, object.list.all(c, a + b + c != "")))'],
    [
      'lists in lists behind what is true',
      'object.list.exists(a, a == "") || object.list.all(a, object.list.all(b, a != ""))',
    ],
    ['text that doubles', `[object.long]${'.map(x, x + x)'.repeat(20)}.size() > 0`],
    [
      'text that doubles by name',
      `cel.bind(a, object.long + object.long, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, cel.bind(e, d + d, cel.bind(f, e + e, size(f) > 0))))))`,
    ],
    ['lists that double', `[object.list]${'.map(x, x + x)'.repeat(20)}.size() > 0`],
    ['long texts gone through for each of many', 'object.list.exists(a, size(object.long) == 1)'],
    ['patterns tried on long texts', 'object.list.all(a, !object.long.matches("(x+x+)+y"))'],
    ['times in zones', 'object.list.all(a, timestamp("2026-01-01T00:00:00Z").getHours("Africa/Nairobi") == 9 || true)'],
  ])('ends, and denies: %s', (_what, text) => {
    const object = { list: Array.from({ length: 2_000 }, (_each, at) => `entry ${at}`), long: 'x'.repeat(50_000) };

    const { code, message, steps } = ask(text, object);

    expect([code, message]).toEqual(['LM_POLICY_FAILED', expect.stringContaining('it takes more than 200000 steps')]);
    // What is caught within goes on for as long as the outermost list, at next to no cost.
    expect(steps).toBeLessThan(300_000_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearRegex } from '../../src/policy/linear-regex.ts';

/** Patterns that JavaScript means the same by, made of parts. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ whole: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'A',
      '1',
      '_',
      '-',
      ' ',
      '.',
      '^',
      '$',
      '\\d',
      '\\w',
      '\\s',
      '\\W',
      '[ab]',
      '[^a1]',
      '[a-c_-]',
    ),
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie('whole'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{1,3}', '{0,2}', '{2,}', '{0}', '{0,}'))
      .map(([a, sign]) => `(?:${a})${sign}`),
  ),
})).whole;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', '1', '_', '-', ' ', '\n', 'é', '😀'),
  maxLength: 12,
});

describe('a regular expression of a policy', () => {
  it('fits what the same one of JavaScript fits', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
        const linear = new LinearRegex(source);
        const peer = new RegExp(source, 'u');
        expect(texts.map((each) => linear.test(each))).toEqual(texts.map((each) => peer.test(each)));
      }),
      { numRuns: 1500 },
    );
  });

  it('fits letters of either case where it begins with (?i)', () => {
    fc.assert(
      fc.property(pattern, text, (source, each) => {
        expect(new LinearRegex(`(?i)${source}`).test(each)).toBe(new RegExp(source, 'iu').test(each));
      }),
      { numRuns: 300 },
    );
  });

  it('takes as many steps as the text is long, also where JavaScript would never end', () => {
    let steps = 0;

    const fits = new LinearRegex('^(a+)+$').test(`${'a'.repeat(50_000)}!`, (more) => {
      steps += more;
    });

    expect(fits).toBe(false);
    expect(steps).toBeLessThan(50_000);
  });

  it('forgets states once there are many, and stays right', () => {
    const linear = new LinearRegex('a[ab]{12}$');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 100, maxLength: 200 }), (each) => {
        expect(linear.test(each)).toBe(/a[ab]{12}$/.test(each));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['(a', 'a `(` that nothing closes'],
    ['a)', 'a `)` that nothing opens'],
    ['[a', 'a `[` that nothing closes'],
    ['*a', 'nothing to repeat'],
    ['a**', 'nothing to repeat'],
    ['[b-a]', 'a range that ends before it begins, or of more than characters'],
    ['\\bx', '\\b is not known here'],
    ['(?=a)', 'of `(?`, only (?: … ) and (?i) at the very beginning are known'],
    ['a{3,1}', 'the second count is less than the first'],
    ['a{999}', 'more than 200 repetitions'],
    ['((a{200}){200}){200}', 'it is too large: fewer or smaller counts'],
    ['a'.repeat(1001), 'it is longer than 1000 characters'],
  ])('says what is wrong with %s', (source, message) => {
    expect(() => new LinearRegex(source)).toThrow(message);
  });
});

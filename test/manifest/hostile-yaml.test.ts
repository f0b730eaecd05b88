import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator, router, service } from '../support/manifest.ts';

const base = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };
const anna = document('Subscriber', 'anna', 'service: home-20\nusername: anna\npassword: {derive: 1}');

function errorsIn(text: string): readonly string[] {
  return errorsOf(load({ ...base, 'x.yaml': text })).filter((line) => line.startsWith('x.yaml'));
}

describe('YAML that is allowed elsewhere', () => {
  it.each([
    ['a directive', `%YAML 1.2\n---\n${anna}`, 'x.yaml:1:1 error LM_YAML_DIRECTIVE directive %YAML 1.2 is not allowed'],
    [
      'a tag',
      anna.replace('username: anna', 'username: !!str 7'),
      'x.yaml:6:19 error LM_YAML_TAG the tag tag:yaml.org,2002:str is not allowed',
    ],
    [
      'a merge key',
      anna.replace('spec:\n', 'spec:\n  <<: {notes: x}\n'),
      'x.yaml:5:3 error LM_YAML_MERGE merge keys are not allowed',
    ],
    [
      'a number as a key',
      anna.replace('username:', '7: x\n  username:'),
      'x.yaml:6:3 error LM_YAML_KEY a key must be text',
    ],
    ['a list as a key', `${anna}  ? [a]\n  : b\n`, 'x.yaml:8:5 error LM_YAML_KEY a key must be text'],
    [
      'a key given twice',
      `${anna}  username: ben\n`,
      'x.yaml:8:3 error LM_DUPLICATE_KEY the key "username" is given twice',
    ],
    ['a tab', anna.replace('  username', '\tusername'), expect.stringMatching(/^x.yaml:6:1 error LM_YAML_TAB/)],
    [
      'an alias to nothing',
      anna.replace('username: anna', 'username: *who'),
      'x.yaml:6:13 error LM_YAML_ALIAS no anchor &who before this alias',
    ],
    [
      'an alias inside its anchor',
      anna.replace('username: anna', 'username: &a [*a]'),
      'x.yaml:6:17 error LM_YAML_ALIAS an alias cannot stand inside its own anchor',
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(errorsIn(text)).toContainEqual(expected);
  });

  it('anchors and aliases are for people, and fine', () => {
    const text = document(
      'Subscriber',
      'anna',
      'service: &s home-20\nusername: anna\npassword: {derive: 1}\nnotes: *s',
    );

    expect(errorsIn(text)).toEqual([]);
  });
});

describe('hostile YAML', () => {
  it('a billion laughs are refused before they are told', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `  l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
    );

    expect(errorsIn(`a:\n  l0: &l0 [lol]\n${levels.join('\n')}\n`)).toEqual([
      expect.stringContaining('LM_YAML_ALIAS aliases stand for more than 20000 values'),
    ]);
  });

  it.each([
    ['flow lists', '['.repeat(10_000)],
    ['flow maps', '{a: '.repeat(10_000)],
    ['dashes', '- '.repeat(10_000)],
    ['closed flow lists', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ])('10,000 %s inside one another are refused', (_, text) => {
    expect(errorsIn(text).some((line) => line.includes('LM_YAML_TOO_DEEP'))).toBe(true);
  });

  it('a map of 20,000 unknown keys is read, and not told to the end', () => {
    const text = `${anna}  ${Array.from({ length: 20_000 }, (_, index) => `k${index}: v`).join('\n  ')}\n`;

    expect(errorsIn(text)).toHaveLength(21);
  });

  it('a line of a million characters is one value', () => {
    expect(errorsIn(anna.replace('username: anna', `username: ${'a'.repeat(1_000_000)}`))).toEqual([
      'x.yaml:6:13 error LM_TOO_LONG longer than 253 characters',
    ]);
  });

  it('NUL and other control characters are named', () => {
    expect(errorsIn(anna.replace('username: anna', 'username: "an\u0000na"'))).toContain(
      'x.yaml:6:16 error LM_YAML_CHARACTER the character U+0000 is not allowed here',
    );
    expect(errorsIn(anna.replace('username: anna', 'username: "\u001b[2J"')).join()).toContain('U+001B');
  });

  it('a byte order mark and CRLF change nothing, columns included', () => {
    const wrong = `${anna}  pasword: x\n`;
    const odd = `\uFEFF${wrong.replaceAll('\n', '\r\n')}`;

    expect(errorsIn(odd)).toEqual(errorsIn(wrong));
    expect(modelOf({ ...base, 'x.yaml': `\uFEFF${anna.replaceAll('\n', '\r\n')}` }).subscriptions[0]?.username).toBe(
      'anna',
    );
  });

  it('direction-changing characters are warned about and never printed', () => {
    const manifest = load({ ...base, 'x.yaml': anna.replace('username: anna', 'username: "\u202egro.psi"') });

    expect(lines(manifest)).toContain(
      'x.yaml:6:14 warning LM_DIRECTION_CHARACTER the direction-changing character U+202E',
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    '%s is a key like any other',
    (key) => {
      expect(errorsIn(`${anna}  ${key}: {state: disabled}\n`)).toEqual([
        `x.yaml:8:3 error LM_UNKNOWN_KEY unknown key "${key}"`,
      ]);
      expect(errorsIn(anna.replace('{name: anna}', `{name: anna, labels: {${key}: x}}`)).length).toBeLessThanOrEqual(1);
      expect(({} as Record<string, unknown>)['state']).toBeUndefined();
    },
  );

  it('__proto__ as a label, in a list, as a name, never reaches a prototype', () => {
    const list =
      'apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: n}\ndefaults: {__proto__: {state: disabled}}\nitems: [{name: a, __proto__: {}}]\n';

    const codes = errorsIn(list).map((line) => line.split(' ')[2]);
    expect(codes.filter((code) => code === 'LM_UNKNOWN_KEY')).toHaveLength(2);
    // The item has nothing else: what it lacks is told as well.
    expect(new Set(codes)).toEqual(new Set(['LM_UNKNOWN_KEY', 'LM_MISSING_KEY']));
  });

  it('names of 4 KB, with quotes, commands, emoji or right-to-left text are refused or kept as they are', () => {
    const named = (name: string) => errorsIn(anna.replace('{name: anna}', `{name: ${JSON.stringify(name)}}`));

    for (const name of ['a'.repeat(4096), '"; /system reset', 'a\nb', '🙂', 'שלום', '../../etc', '']) {
      expect(named(name).every((line) => /^x\.yaml:3:18 error LM_(WRONG_FORMAT|TOO_LONG)/.test(line))).toBe(true);
      expect(named(name).length).toBeGreaterThan(0);
    }
    const username = '"; /system reset 🙂 שלום';
    const model = modelOf({
      ...base,
      'x.yaml': anna.replace('username: anna', `username: ${JSON.stringify(username)}`),
    });
    expect(model.subscriptions[0]?.username).toBe(username);
  });

  it('any text gives findings, never an exception', () => {
    const fragments = fc.array(
      fc.oneof(
        fc.constantFrom(
          'a: ',
          '- ',
          '\n',
          '  ',
          '[',
          ']',
          '{',
          '}',
          '&a ',
          '*a',
          '!t ',
          '"',
          "'",
          '|\n',
          '? ',
          ': ',
          '#',
          '---\n',
          '...\n',
          '%YAML 1.1\n',
          '\t',
          '<<: ',
          'kind: Router\n',
        ),
        fc.string(),
      ),
      { maxLength: 40 },
    );

    fc.assert(
      fc.property(fragments, (parts) => {
        const { issues } = load({ 'x.yaml': parts.join('') });
        expect(issues.length).toBeGreaterThan(0);
        expect(issues.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

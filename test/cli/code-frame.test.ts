import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFrame } from '../../src/cli/code-frame.ts';
import { formatIssues } from '../../src/cli/issues-output.ts';
import { lines, load, operator } from '../support/manifest.ts';

const secret = 'hunter2-Canary';

/** Ways in which a secret gets into a file, right and wrong. `S` stands for it. */
const ways = [
  ...['password: S', 'password: "S"', "password: 'S'", 'password: S # mine', 'password:\n    S', 'password:\n    - S'],
  ...[
    'password: |\n    S',
    'password: >-\n    word\n    S',
    'password: "word\n    S"',
    'password: word\n    S',
    'password: "S',
    "password: 'S",
  ],
  ...[
    'password: "a" S',
    'password: !S',
    'password: *S',
    'password: &S',
    'password: @S',
    'password: %S',
    'password: |S',
    'password: `S`',
    'password: [S',
  ],
  ...[
    'password: {S}',
    'password: {S',
    'password: {value: S}',
    'password: {derive: S}',
    'password: {env: S}',
    'password: {derive: 1, env: "S"}',
    'password: [S, S]',
  ],
  ...[
    'password : S',
    '"password": S',
    '"password" : "S"',
    'pasword: S',
    'Password: S',
    'passwrod: "S"',
    'password=S',
    'password:S',
    'password S',
    '\tpassword: S',
  ],
  ...[
    'secret: S',
    'ntHash: S',
    'masterKey: S',
    'key: S',
    'token: S',
    '? password\n  : S',
    'password: x: S',
    'password: "x": S',
    'password: x\n  - S',
  ],
  ...[
    '{name: x, password: S}',
    '{password: S, name: x}',
    '{password: "S", secret: "S"}',
    '{name: x, password: S, nmae: y}',
    '{password: S}}',
    '{password: "S" "S"}',
  ],
  ...[
    'password: "first\nS"',
    "password: 'first\nS second'",
    'password: S\n  password: S',
    'password: ,S',
    'password: S\\',
    'password: "\\q S"',
    'password: |\n   x\n  S',
  ],
] as const;

const around = (way: string) =>
  `apiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {name: anna}\nspec:\n  service: nope\n  ${way}\n  rotuer: x\n`;
const listed = (way: string) =>
  `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: l}\nitems:\n  - name: anna\n    ${way.replaceAll('\n', '\n  ')}\n  - {nmae: ben}\n`;

function shown(text: string): string {
  const manifest = load({ 'operator.yaml': operator, 'x.yaml': text });
  const texts = new Map([['x.yaml', text]]);
  const every = (['text', 'json', 'github'] as const).map((format) =>
    formatIssues({ issues: manifest.issues, texts, limit: 100 }, format, false),
  );
  // Whatever a finding is about, its frame could be shown of any line.
  const frames = text
    .split('\n')
    .flatMap((_, at) => [false, true].flatMap((wrong) => codeFrame(text, { line: at + 1, column: 3 }, wrong)));
  const isYaml = manifest.issues.some(({ code }) => code.startsWith('LM_YAML'));
  const own = isYaml ? frames.filter((_, at) => at >= 0) : frames;
  return [...every, ...lines(manifest), ...(isYaml ? [] : own)].join('\n');
}

describe('what is said of a file with a secret in it', () => {
  it.each(ways)('does not say the secret: %j', (way) => {
    for (const text of [around(way), listed(way)]) {
      const said = shown(text.replaceAll('S', secret).replaceAll(`${secret}ubscriber`, 'Subscriber'));

      expect(said).not.toContain(secret);
      expect(said).toContain('LM_');
    }
  });

  it('nor do frames, whatever letters stand behind it', () => {
    const letters = fc.array(
      fc.constantFrom('\n', ' ', ':', '{', '}', '"', "'", '#', '|', '&', ',', '[', '\n    ', 'x'),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(fc.constantFrom(...ways.slice(0, 12)), letters, (way, some) => {
        const text = around(`${way}${some.join('')}`).replaceAll(/S(?!ubscriber)/g, secret);
        expect(shown(text), text).not.toContain(secret);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a frame', () => {
  it('marks the place behind a secret on the same line', () => {
    const text = '  - {name: anna, password: "a long one, it is", rotuer: b}';
    const column = text.indexOf('rotuer') + 1;

    expect(codeFrame(text, { line: 1, column, endColumn: column + 6 })).toEqual([
      ' > 1 |   - {name: anna, password: [secret], rotuer: b}',
      '     |                                      ^^^^^^',
    ]);
  });

  it('shows where a secret comes from', () => {
    const text = 'password: {env: LASTMILE_SECRET_X}\nsecret:\n  file: a/b\nkeys: x';

    expect(codeFrame(text, { line: 2, column: 1 }).join('\n')).not.toContain('[secret]');
  });
});

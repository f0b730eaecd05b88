import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSeq } from 'yaml';
import { collectText, collectWhole } from '../../src/manifest/load-manifest.ts';
import { firstKey } from '../../src/manifest/locate.ts';
import { readTameYaml } from '../../src/manifest/tame-yaml.ts';
import { readYamlFile } from '../../src/manifest/yaml-file.ts';

const examples = join(import.meta.dirname, '../../examples');

/** What the parser with its nodes says, as far as the quick reader says anything. */
function byNodes(text: string) {
  const file = readYamlFile('x.yaml', text);
  expect(file.issues, text).toEqual([]);
  return file.documents.map(({ node, value }) => {
    const list = (node as { get?: (key: string, keep: boolean) => unknown } | null)?.get?.('items', true);
    const items = isSeq(list) ? list.items : [];
    const place = (each: unknown) => file.at(firstKey(each as never).start);
    return { value, start: place(node), items: items.map(place) };
  });
}

/** @returns whether the quick reader took it */
function agrees(text: string): boolean {
  const tame = readTameYaml(text);
  if (tame !== undefined) expect(tame, text).toEqual(byNodes(text));
  return tame !== undefined;
}

const scalars = [
  ...['anna', 'a b', '10.0.0.1', '0777', '0x1F', '1e3', '-5', '+7', '.5', '1.', '~', 'null', 'Null', 'true', 'False'],
  ...['yes', 'off', '.inf', '-.INF', '.nan', '1_000', '0b1', '0o17', '2027-01-31', '02:00:00:01:e2:40', "it's", 'a#b'],
  ...['a:b', 'http://x/y?z=1', 'C:\\x', '20M', '-abc', '- a', '--', '<<', '=', '?x', ':x', '*a', '&a x', '!t x', '@x'],
  ...['"a: b"', '"x # y"', '"\\n\\u00e9\\/"', '"\\x41"', '"a\\\\"', "'it''s'", "''", '""', "'a\\n'", '"two" words'],
  ...[
    '{}',
    '[]',
    '{a: 1, b: x y}',
    '{a: {b: [c, "d"]}}',
    '[a, [b], {c: d}]',
    '{"a":1}',
    '{a: 1,b: 2}',
    '[a, ]',
    '{a: }',
  ],
  ...[
    '[a: b]',
    '{a}',
    '{a:b}',
    '{a: b}  # c',
    '[1, "2", 3.0]',
    'a # b',
    'a  ',
    '# only',
    '',
    'über',
    '日本',
    '"🙂"',
    '|',
    '>-',
  ],
  ...[
    '[a',
    '{a: 1',
    'a]',
    'a}',
    'a,b',
    '[a,b]',
    '{x: a b, y: "c"}',
    "{x: 'c, d'}",
    'a: b',
    'a :b',
    '% x',
    '`x`',
    '12345678901234567890',
  ],
] as const;

const keys = fc.constantFrom(
  'name',
  'a',
  'b_c',
  'x.y',
  'lastmile/z',
  'items',
  'kind',
  'null',
  'true',
  '7',
  '"q"',
  '__proto__',
  'e1',
  '?',
);
const scalar = fc.constantFrom(...scalars);

/** Lines of maps and lists, mostly right. */
const block: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 2, 4) }, { weight: 1, arbitrary: fc.constantFrom(1, 3, 6) }),
      fc.constantFrom('', '', '- ', '-   ', '- - '),
      fc.option(keys, { nil: undefined, freq: 6 }),
      fc.oneof({ weight: 2, arbitrary: scalar }, { weight: 1, arbitrary: fc.constant('') }),
      fc.constantFrom('', '', '', '', ' # said', '\n', '\n# between', '\n    # deep'),
    ),
    { minLength: 1, maxLength: 9 },
  )
  .map((all) =>
    all
      .map(
        ([indent, mark, key, value, end]) =>
          `${' '.repeat(indent)}${mark}${key === undefined ? '' : `${key}: `}${value}${end}`,
      )
      .join('\n'),
  );

describe('YAML of the usual form', () => {
  it('is read quickly and says what the parser says, or is left to it: all examples', () => {
    const paths = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((path) => /\.ya?ml$/.test(path));
    const texts = paths.map((path) => readFileSync(join(examples, path), 'utf8'));

    const taken = texts.filter(agrees);

    expect(taken.length).toBeGreaterThan(texts.length / 3);
  });

  it('and so is each scalar, wherever it stands', () => {
    let taken = 0;
    for (const each of scalars)
      for (const text of [
        `a: ${each}\n`,
        `a:\n  - ${each}\n`,
        `a: [${each}]`,
        `a: {b: ${each}}`,
        `- ${each}`,
        `a:\n  b: ${each}`,
      ])
        taken += Number(agrees(text));

    expect(taken).toBeGreaterThan(200);
  });

  it('and so are maps and lists of any form', () => {
    let taken = 0;
    fc.assert(
      fc.property(block, fc.constantFrom('', 'a: 1\n---\n', '---\n', 'items:\n', 'x: 1\nitems:\n'), (text, head) => {
        taken += Number(agrees(head + text));
      }),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(30);
  });

  it('and so are files of subscribers in which any letters were put in or taken out', () => {
    const text = `# people
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: north, labels: {site: "n 1"}}
defaults: {service: home-20, password: {derive: 1}}
items:
  - name: anna
    username: "anna@isp.example"
    labels: {site: a}
    mac: [02:00:00:01:e2:40, "02:00:00:01:e2:41"]
    contact: {name: 'Anna O''Neill', phone: "0700"} # her own
    notes: a plain word

  - {name: ben, username: ben, lock: {mac: true}, expires: 2027-01-31T10:00}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home-20}
spec:
  access: [pppoe]
  rate: {down: 20M, up: 5M}
`;
    const letters = fc
      .array(
        fc.constantFrom(
          '\n',
          ' ',
          '-',
          ':',
          '{',
          '}',
          '[',
          ']',
          '"',
          "'",
          '#',
          '|',
          'a',
          '&',
          ',',
          '\t',
          '---\n',
          '\r\n',
          '\\',
          '0',
          '~',
          '!',
        ),
        { maxLength: 3 },
      )
      .map((some) => some.join(''));
    let taken = 0;
    const mutate = fc.tuple(fc.nat(text.length), fc.nat(4), letters);

    expect(agrees(text)).toBe(true);
    expect(agrees(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toBe(true);
    fc.assert(
      fc.property(fc.array(mutate, { minLength: 1, maxLength: 2 }), (edits) => {
        let edited = text;
        for (const [at, skip, some] of edits) edited = edited.slice(0, at) + some + edited.slice(at + skip);
        const isTaken = agrees(edited);
        taken += Number(isTaken);
        if (isTaken) expect(collectText('x.yaml', edited)).toEqual(collectWhole('x.yaml', edited));
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(40);
  });
});

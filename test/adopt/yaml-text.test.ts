import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Node, Tagged, yamlText } from '../../src/adopt/yaml-text.ts';
import { readYamlFile } from '../../src/manifest/yaml-file.ts';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    'yes',
    '1e9',
    '0x12',
    '007',
    '10.0.0.1',
    'a: b',
    '- x',
    '#no',
    '',
    ' x ',
    "it's",
    '\u0085',
    'a\nb',
    '~',
  ),
);
const node: fc.Arbitrary<Node> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '' && key !== '__proto__'),
      tie('node'),
      { maxKeys: 4 },
    ),
  ),
})).node as fc.Arbitrary<Node>;

describe('YAML that is written for an operator', () => {
  it('reads back as what it was made of', () => {
    fc.assert(
      fc.property(node, (value) => {
        expect(parse(yamlText({ value }).text, { version: '1.2', schema: 'core' })).toEqual({ value });
      }),
    );
  });

  it('is what the repository reads without complaint', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { issues, documents } = readYamlFile('x.yaml', yamlText({ value }).text);

        expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(documents[0]?.value).toEqual({ value });
      }),
    );
  });

  it('tells on which lines a part stands, with its words above it', () => {
    const item = (name: string) =>
      new Tagged({ name, more: { a: 'x'.repeat(70), b: 'y'.repeat(70) } }, { tag: name, note: `the ${name}` });
    const { text: written, spans } = yamlText({ kind: 'X', items: [item('one'), item('two')] });
    const lines = written.split('\n');

    expect(spans.map(({ tag, from, to }) => [tag, lines[from - 1], lines[from - 2], to - from])).toEqual([
      ['one', '  - name: one', '  # the one', 3],
      ['two', '  - name: two', '  # the two', 3],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { edited, editOf, type FieldPath } from '../../../src/adopt/write-back/edit-yaml.ts';
import { readYamlFile } from '../../../src/manifest/yaml-file.ts';

type Tree = string | number | boolean | Tree[] | { [key: string]: Tree };

function set(text: string, path: FieldPath, value: Tree | undefined): string | undefined {
  const root = readYamlFile('a.yaml', text).documents[0]?.node;
  if (root === undefined || root === null) throw new Error('no document');
  const edit = editOf(text, root, path, value);
  return edit === undefined ? undefined : edited(text, edit);
}

const commented = `# the office
kind: Router
spec: # all of it
  pools:
    # for homes
    - name: home # first
      ranges: [10.0.0.2-10.0.0.9]
    - {name: office, ranges: [10.0.1.2-10.0.1.9]} # second
  dns:
    - 9.9.9.9 # quad9
    - 1.1.1.1
  rate:
    down: 20M
    up: 5M
  title: 'Home' # for people
`;

describe('an edit of a declaration', () => {
  it.each<[string, FieldPath, Tree | undefined, string, string]>([
    ['a value', ['spec', 'title'], 'Office', "title: 'Home' # for people", 'title: Office # for people'],
    ['a value in a flow', ['spec', 'pools', 1, 'name'], 'work', '{name: office,', '{name: work,'],
    [
      'a new field',
      ['spec', 'pools', 0, 'next'],
      'office',
      '# first\n',
      '# first\n      ranges: [10.0.0.2-10.0.0.9]\n      next: office\n',
    ],
    ['a new field in a flow', ['spec', 'pools', 1, 'next'], 'home', '1.9]} # second', '1.9], next: home} # second'],
    [
      'a new field in a new map',
      ['spec', 'sessions', 'max'],
      1,
      '# for people\n',
      '# for people\n  sessions: {max: 1}\n',
    ],
    ['a list', ['spec', 'dns'], ['9.9.9.9', '8.8.8.8'], '    - 1.1.1.1\n', '    - 8.8.8.8\n'],
    ['a map', ['spec', 'rate'], { down: '30M', up: '5M' }, '    down: 20M', '    down: 30M'],
    ['a field that goes', ['spec', 'title'], undefined, "  title: 'Home' # for people\n", ''],
    [
      'an entry that goes',
      ['spec', 'pools', 1],
      undefined,
      '    - {name: office, ranges: [10.0.1.2-10.0.1.9]} # second\n',
      '',
    ],
  ])('touches nothing but %s', (_, path, value, before, after) => {
    const whole = before.endsWith('# first\n')
      ? commented.replace('# first\n      ranges: [10.0.0.2-10.0.0.9]\n', after)
      : commented.replace(before, after);

    expect(set(commented, path, value)).toBe(whole);
  });

  it('is what it means, wherever it is made, or none is made', () => {
    const key = fc.constantFrom('a', 'b', 'c-d', 'rate', 'name');
    const leaf = fc.oneof(
      fc.constantFrom('x', '10.0.0.1', 'a, b', '007', 'yes', 'a: b', '# no', ''),
      fc.nat(),
      fc.boolean(),
    );
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.dictionary(key, tie('tree'), { minKeys: 1 }),
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      ),
    }));
    const document = fc.dictionary(key, tree, { minKeys: 1 });
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { minLength: 1, maxLength: 3 }),
      fc.dictionary(key, leaf, { minKeys: 1 }),
    );
    fc.assert(
      fc.property(
        document,
        value,
        fc.boolean(),
        fc.array(fc.nat(3), { maxLength: 3 }),
        fc.boolean(),
        (before, wanted, flow, turns, goes) => {
          const text = stringify(before, { collectionStyle: flow ? 'flow' : 'block', lineWidth: 0 });
          const path = wayInto(before, turns);

          const after = set(text, path, goes ? undefined : wanted);

          if (after === undefined) return;
          expect(parse(after)).toEqual(changed(before, path, goes ? undefined : wanted));
        },
      ),
      { numRuns: 400 },
    );
  });
});

/** A way to something that is there, or to a field that is not. */
function wayInto(tree: Tree, turns: readonly number[]): FieldPath {
  const path: (string | number)[] = [];
  let at: Tree | undefined = tree;
  for (const turn of turns.length === 0 ? [0] : turns) {
    if (typeof at !== 'object') break;
    const steps: readonly (string | number)[] = Array.isArray(at)
      ? at.map((_, index) => index)
      : [...Object.keys(at), 'new'];
    const step = steps[turn % steps.length] ?? 0;
    path.push(step);
    at = (at as { [key: string]: Tree })[step];
  }
  return path;
}

function changed(tree: Tree, path: FieldPath, value: Tree | undefined): Tree {
  const [step = '', ...rest] = path;
  const copy = structuredClone(tree) as { [key: string]: Tree };
  if (rest.length > 0) copy[step] = changed(copy[step] as Tree, rest, value);
  else if (value !== undefined) copy[step] = value;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete copy[step];
  return copy;
}

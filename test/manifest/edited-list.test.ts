import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editedList } from '../../src/manifest/edited-list.ts';
import { collectText } from '../../src/manifest/load-manifest.ts';

const path = 'people.yaml';

/** Ways of writing an item, one or many lines, right and wrong. */
const items = [
  (name: string) => `  - {name: ${name}, username: ${name}, password: pw-${name}-0001}\n`,
  (name: string) => `  - name: ${name}\n    username: ${name}\n    password: {derive: 1}\n`,
  (name: string) => `  -   name: ${name}\n      labels: {town: "a: b"}\n`,
  (name: string) => `  # ${name}\n  - {name: ${name}} # - {name: other}\n\n`,
  (name: string) => `  - name: ${name}\n    reason: |\n      - {name: other}\n      more\n\n`,
  (name: string) => `  - name: ${name}\n    reason: >-\n        folded\n        text\n`,
  (name: string) => `  - {name: ${name},\n     mac: ["0C:42:A1:00:00:01"]}\n`,
  (name: string) => `  - name: ${name}\n    reason: "first\n      - second"\n`,
  (name: string) => `  - name: ${name}\n    reason: plain\n      and more\n`,
  (name: string) => `  - &${name} {name: ${name}}\n`,
  () => '  - {name: anna, nonsense: 1}\n',
  () => '  - {name: anna\n',
  () => '  - "open\n',
  () => '  -\n    name: alone\n',
  () => '  - name: empty\n    labels:\n',
  () => '    - {name: deep}\n',
  () => '- {name: shallow}\n',
  () => '  - *anna\n',
  () => '  - name: block\n    reason: |+\n      kept\n\n\n',
  () => '---\n',
  () => '...\n',
  () => 'defaults: {service: other}\n',
  () => '  - name: tab\n\t reason: x\n',
  () => '\n',
  () => '# end\n',
] as const;

const heads = [
  'apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: people}\ndefaults: {service: home}\nitems:\n',
  '# people\n---\napiVersion: lastmile/v1\nkind: SubscriberList\nmetadata:\n  name: people\nitems:\n  # all of them\n',
  'apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: &x people}\nitems:\n',
] as const;

type Part = readonly [sort: number, name: string];

const names = fc.constantFrom('anna', 'berta', 'carl', 'dora');
/** Mostly what is right. */
const sorts = fc.oneof({ weight: 5, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(items.length - 1) });
const part = fc.tuple(sorts, names);
const parts: fc.Arbitrary<readonly Part[]> = fc.array(part, { minLength: 1, maxLength: 7 });

function textOf(head: string, all: readonly Part[]): string {
  return head + all.map(([sort, name]) => (items[sort] ?? items[0])(name)).join('');
}

function editOf(before: string, after: string) {
  return editedList({ text: before, collected: collectText(path, before) }, after, (some) => collectText(path, some));
}

describe('a list of which some items were edited', () => {
  it('declares what reading the whole says, whatever it looks like', () => {
    let told = 0;
    const splice = fc.record({ at: fc.nat(7), skip: fc.nat(2), add: fc.array(part, { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.constantFrom(...heads), parts, splice, (head, all, { at, skip, add }) => {
        const [before, after] = [textOf(head, all), textOf(head, all.toSpliced(at, skip, ...add))];

        const edited = editOf(before, after);

        if (edited !== undefined) expect(edited).toEqual(collectText(path, after));
        told += edited === undefined ? 0 : 1;
      }),
      { numRuns: 400 },
    );
    expect(told).toBeGreaterThan(40);
  });

  it('declares so after any letters were put in or taken out', () => {
    const all: readonly Part[] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((sort) => [sort, `p${sort}`]);
    const before = textOf(heads[0], all);
    const letters = fc
      .array(fc.constantFrom('\n', ' ', '-', ':', '{', '}', '"', "'", '#', '|', 'a', '&'), { maxLength: 4 })
      .map((some) => some.join(''));
    fc.assert(
      fc.property(fc.nat(before.length), fc.nat(12), letters, (at, skip, some) => {
        const after = before.slice(0, at) + some + before.slice(at + skip);

        const edited = editOf(before, after);

        if (edited !== undefined) expect(edited).toEqual(collectText(path, after));
      }),
      { numRuns: 400 },
    );
  });

  it.each(['defaults: {service: home}\n', '# end\ndefaults: {service: home}\n'])(
    'is read as a whole where something stands below its items: %j',
    (below) => {
      const all: readonly Part[] = [0, 1, 2].map((sort) => [sort, `p${sort}`]);
      const [before, after] = [textOf(heads[1], all), textOf(heads[1], all.toSpliced(1, 1, [0, 'other']))];

      expect(editOf(before + below, after + below)).toBeUndefined();
    },
  );

  it('has all others as the objects they were', () => {
    const person = (name: string, word: string) => `  - {name: ${name}, username: ${name}, password: ${word}}\n`;
    const text = (word: string) => heads[0] + person('anna', 'pw-1') + person('berta', word) + person('carl', 'pw-3');
    const collected = collectText(path, text('pw-2'));
    const read: string[] = [];

    const edited = editedList({ text: text('pw-2'), collected }, text('pw-another'), (some) => {
      read.push(some);
      return collectText(path, some);
    });

    expect(edited?.subscribers[0]).toBe(collected.subscribers[0]);
    expect(edited?.subscribers[2]).toBe(collected.subscribers[2]);
    expect(edited?.subscribers[1]?.spec.password).toBe('pw-another');
    expect(read).toEqual([heads[0] + person('berta', 'pw-another')]);
  });
});

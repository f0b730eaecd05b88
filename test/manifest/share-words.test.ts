import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordSharer } from '../../src/manifest/share-words.ts';
import type { Declared, SubscriberSpec } from '../../src/model/declarations.ts';

const word = fc.constantFrom('anna', 'home', 'core-1');
const entry = fc.record({ service: word, router: word, username: word, password: word }, { requiredKeys: [] });
const texts = fc.dictionary(word, word, { maxKeys: 2 });
const spec = fc.oneof(
  entry,
  fc.record({ state: fc.constant('suspended'), services: fc.array(entry, { maxLength: 3 }) }),
) as fc.Arbitrary<SubscriberSpec>;
const subscriber: fc.Arbitrary<Declared<SubscriberSpec>> = fc
  .record(
    {
      kind: fc.constant('Subscriber' as const),
      name: word,
      labels: texts,
      annotations: texts,
      previousNames: fc.array(word, { maxLength: 2 }),
      spec,
      origin: fc.record({ file: word, line: fc.nat(), column: fc.nat() }),
      document: fc.nat(),
      item: fc.nat(),
    },
    { requiredKeys: ['kind', 'name', 'labels', 'previousNames', 'spec', 'origin', 'document'] },
  )
  .map((each) => structuredClone(each));

describe('subscribers whose words are kept once', () => {
  it('say what they said', () => {
    fc.assert(
      fc.property(fc.array(subscriber, { maxLength: 5 }), (all) => {
        const share = wordSharer();

        expect(structuredClone(all).map(share)).toStrictEqual(all);
      }),
    );
  });

  it('have one object for no labels, and one for no earlier names', () => {
    const share = wordSharer();
    const origin = { file: 'a.yaml', line: 1, column: 1 };
    const [anna, berta] = ['anna', 'berta'].map((name, item) =>
      share({ kind: 'Subscriber', name, labels: {}, previousNames: [], spec: {}, origin, document: 0, item }),
    );

    expect(anna?.labels).toBe(berta?.labels);
    expect(anna?.previousNames).toBe(berta?.previousNames);
  });
});

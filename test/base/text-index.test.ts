import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextIndex } from '../../src/base/text-index.ts';

describe('an index of texts', () => {
  it('finds each where it stands first, and no other', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), fc.array(text), (texts, others) => {
        const index = new TextIndex(texts);

        const asked = [...texts, ...others];
        expect(asked.map((each) => index.find(each))).toEqual(asked.map((each) => texts.indexOf(each)));
      }),
    );
  });

  it('finds each of many that look alike', () => {
    const texts = Array.from({ length: 20_000 }, (_, at) => `subscriber-${at}`);
    const index = new TextIndex(texts);

    expect(texts.every((text, at) => index.find(text) === at)).toBe(true);
    expect(index.find('subscriber-20000')).toBe(-1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryWriter } from '../../src/store/entry-writer.ts';
import { encodeEntry } from '../../src/store/journal-format.ts';

describe('records of a commit', () => {
  it('are the octets that JSON.stringify gives, whatever is in them, however often the memory was used', () => {
    const writer = new EntryWriter();
    const values = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.base64String({ maxLength: 300 }),
      fc.constantFrom('"', '\\', '\ud800', 'é', '\u0000', '\u007f', '\u0141'.repeat(40), ''),
      fc.nat(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.constantFrom(0, -0, 9, 10, 999_999, 1_000_000, 1_000_001, 1_795_380_000_123, 1e15, 1e15 + 1, 1e21),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.record({ up: fc.string(), rows: fc.array(fc.nat()) }),
    );
    const record = fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), values, {
      maxKeys: 8,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 4 }), fc.nat(), (records, sequence) => {
        const texts = records.map((each) => JSON.stringify(each));
        expect(encodeEntry(sequence, 1, writer.write(records)).toString('hex')).toBe(
          encodeEntry(sequence, 1, texts).toString('hex'),
        );
      }),
    );
  });

  it('take as much memory as they need', () => {
    const writer = new EntryWriter();
    const large = { raw: 'x'.repeat(3 << 20), text: 'é'.repeat(70_000) };

    for (const records of [[large, { a: 1 }], [], [{}, large]]) {
      const octets = encodeEntry(7, 1, writer.write(records));
      expect(
        octets.equals(
          encodeEntry(
            7,
            1,
            records.map((each) => JSON.stringify(each)),
          ),
        ),
      ).toBe(true);
    }
  });
});

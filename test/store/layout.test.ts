import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromDiskKey,
  keyOf,
  keysUnder,
  numberKey,
  parseNumberKey,
  schemaKey,
  tableEnd,
  toDiskKey,
} from '../../src/store/layout.ts';

const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** Text with what breaks keys: NUL, separators, high characters, nothing at all. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\u0001', '\u00ff', ':', ';', '!', '\u{10ffff}'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  ),
  maxLength: 6,
});
const byOctets = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

describe('a key made of parts', () => {
  it('has numbers in the order of their value', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(byOctets(numberKey(a), numberKey(b))).toBe(Math.sign(a - b));
        expect(parseNumberKey(numberKey(a))).toBe(a);
      }),
    );
  });

  it('has the order of its parts, the first deciding first', () => {
    fc.assert(
      fc.property(text, text, number, number, (a, b, m, n) => {
        const expected = byOctets(a, b) || Math.sign(m - n);

        expect(byOctets(toDiskKey('history', keyOf(a, m)), toDiskKey('history', keyOf(b, n)))).toBe(expected);
      }),
    );
  });

  it('differs wherever a part differs, also where the joined text would not', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), (a, b) => {
        expect(keyOf(...a) === keyOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('lies in the range of the parts it begins with, and in no other', () => {
    fc.assert(
      fc.property(text, text, text, (first, other, rest) => {
        const { gte, lt } = keysUnder(first);
        const inRange = (key: string) => byOctets(key, gte) >= 0 && byOctets(key, lt) < 0;

        expect(inRange(keyOf(first, rest))).toBe(true);
        expect(inRange(keyOf(other, rest))).toBe(first === other);
      }),
    );
  });

  it('takes no number that is not a safe whole one', () => {
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => numberKey(bad)).toThrow(RangeError);
  });
});

describe('a key on disk', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '\0', 'd', '8', '0') }),
  );

  it('is read back as it was, half surrogate pairs and NUL included', () => {
    fc.assert(
      fc.property(anyText, (key) => {
        const octets = Buffer.from(toDiskKey('directory', key)).toString();

        expect(fromDiskKey('directory', octets)).toBe(key);
      }),
    );
  });

  it('lies within its table', () => {
    fc.assert(
      fc.property(anyText, (key) => {
        expect(byOctets(toDiskKey('meta', key), 'meta:')).toBeGreaterThanOrEqual(0);
        expect(byOctets(toDiskKey('meta', key), tableEnd('meta'))).toBe(-1);
      }),
    );
    expect(toDiskKey('meta', schemaKey)).toBe('meta:schema');
  });
});

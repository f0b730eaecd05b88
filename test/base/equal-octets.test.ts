import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalOctets, equalOctetsAt, equalText } from '../../src/base/equal-octets.ts';

const octets = fc.uint8Array({ maxLength: 40 });

describe('octets that are compared with a secret', () => {
  it('are equal exactly when length and all of them are', () => {
    fc.assert(
      fc.property(octets, octets, (a, b) => {
        expect(equalOctets(a, b)).toBe(Buffer.from(a).equals(b));
        expect(equalOctets(a, a.slice())).toBe(true);
      }),
    );
  });

  it('are equal to text by its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), octets, (text, other) => {
        expect(equalText(Buffer.from(text), text)).toBe(true);
        expect(equalText(other, text)).toBe(Buffer.from(text).equals(other));
      }),
    );
  });

  it('are compared from a place on', () => {
    fc.assert(
      fc.property(octets, octets, octets, octets, (before, value, after, elsewhere) => {
        const a = Buffer.concat([before, value, after]);
        const b = Buffer.concat([elsewhere, value]);
        expect(equalOctetsAt(a, before.length, b, elsewhere.length, value.length)).toBe(true);
        if (value.length === 0) return;
        const flipped = Buffer.from(b);
        flipped[b.length - 1] = (flipped[b.length - 1] as number) ^ 1;
        expect(equalOctetsAt(a, before.length, flipped, elsewhere.length, value.length)).toBe(false);
      }),
    );
  });
});

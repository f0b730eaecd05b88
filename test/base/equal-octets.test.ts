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

  it('are looked at to the last, wherever the first difference is: the work tells nothing of it', () => {
    const secret = Buffer.from('a digest of sixteen octets!'.slice(0, 16));
    const work = (differsAt: number | undefined): number[] => {
      const given = Buffer.from(secret);
      if (differsAt !== undefined) given[differsAt] = (given[differsAt] as number) ^ 0x20;
      return [
        readsOf(given, (octets) => equalOctets(octets, secret)),
        readsOf(given, (octets) => equalOctetsAt(octets, 0, secret, 0, 16)),
        readsOf(given, (octets) => equalText(octets, secret.toString('latin1'))),
      ];
    };

    expect(work(undefined)).toEqual([16, 16, 16]);
    for (let at = 0; at < 16; at += 1) expect(work(at)).toEqual([16, 16, 16]);
  });
});

/** How many octets are read while they are compared. */
function readsOf(octets: Buffer, compare: (octets: Uint8Array) => boolean): number {
  let reads = 0;
  const counted = new Proxy(octets, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
      return Reflect.get(target, name, target);
    },
  });
  compare(counted);
  return reads;
}

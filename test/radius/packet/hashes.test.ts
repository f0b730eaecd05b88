import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { md5, md5Into, md5Workspace } from '../../../src/base/md5.ts';
import { hmacKey, hmacMd5Into } from '../../../src/radius/packet/hmac-md5.ts';

describe('our own MD5', () => {
  it('agrees with node:crypto at every length up to three blocks', () => {
    const octets = Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 37) & 0xff));

    for (let length = 0; length <= octets.length; length += 1) {
      const part = octets.subarray(0, length);
      expect(Buffer.from(md5(part))).toEqual(createHash('md5').update(part).digest());
    }
  });

  it('agrees with node:crypto on any part of any octets, into any place', () => {
    const work = md5Workspace();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4200 }), fc.nat(60), fc.nat(60), (octets, from, at) => {
        const start = Math.min(from, octets.length);
        const out = new Uint8Array(80);

        md5Into(work, octets, start, octets.length, out, at);

        const expected = createHash('md5').update(octets.subarray(start)).digest();
        expect(Buffer.from(out.subarray(at, at + 16))).toEqual(expected);
      }),
    );
  });
});

describe('HMAC-MD5 with kept key states', () => {
  it('agrees with node:crypto for keys shorter and longer than a block', () => {
    const work = md5Workspace();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.uint8Array({ maxLength: 600 }), (key, octets) => {
        const out = new Uint8Array(16);

        hmacMd5Into(work, hmacKey(key), octets, 0, octets.length, out, 0);

        expect(Buffer.from(out)).toEqual(createHmac('md5', key).update(octets).digest());
      }),
    );
  });
});

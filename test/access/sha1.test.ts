import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha1, sha1Workspace, sha1Write } from '../../src/access/credentials/sha1.ts';

function digestOf(octets: Uint8Array, length = octets.length): string {
  const work = sha1Workspace();
  work.words.fill(-1);
  sha1(work, octets, length);
  const digest = new Uint8Array(20);
  sha1Write(work.state, 20, digest, 0);
  return Buffer.from(digest).toString('hex');
}

const expected = (octets: Uint8Array): string => createHash('sha1').update(octets).digest('hex');

describe('our SHA-1', () => {
  it.each([
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ])('FIPS 180-4: gives the digest of %j', (text, digest) => {
    expect(digestOf(Buffer.from(text))).toBe(digest);
  });

  it('agrees with node:crypto at every length up to three blocks', () => {
    const octets = Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 91 + 7) & 255));
    for (let length = 0; length <= 200; length += 1) {
      expect(digestOf(octets, length)).toBe(expected(octets.subarray(0, length)));
    }
  });

  it('agrees with node:crypto on any octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => digestOf(octets) === expected(octets)));
  });
});

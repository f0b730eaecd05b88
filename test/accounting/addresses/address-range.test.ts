import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { lastOf, masked, overlap, parseAddressRange } from '../../../src/accounting/addresses/address-range.ts';

describe('an address range', () => {
  it.each([
    ['10.0.0.1', 4, 32, '0a000001'],
    ['10.0.0.77/24', 4, 24, '0a000000'],
    ['0.0.0.0/0', 4, 0, '00000000'],
    ['10.0.0.255/30', 4, 30, '0a0000fc'],
    ['2001:DB8::1', 6, 128, '20010db8000000000000000000000001'],
    ['2001:db8:1:2ff::/58', 6, 58, '20010db8000102c00000000000000000'],
    ['::ffff:10.0.0.1', 4, 32, '0a000001'],
  ])('%s has one spelling', (text, family, length, first) => {
    expect(parseAddressRange(text)).toEqual({ family, length, first });
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.01',
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/-1',
    '2001:db8::/129',
    'core-1',
    '1',
    'g::',
  ])('is not %j', (text) => {
    expect(parseAddressRange(text)).toBeUndefined();
  });

  it('overlaps with what an independent implementation says', () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        const [one, other] = [parseAddressRange(a), parseAddressRange(b)];
        if (one === undefined || other === undefined) throw new Error(`${a} ${b}`);
        const [[address, bits], [second, otherBits]] = [ipaddr.parseCIDR(a), ipaddr.parseCIDR(b)];
        const expected = address.kind() === second.kind() && address.match(second as never, Math.min(bits, otherBits));

        expect(overlap(one, other)).toBe(expected);
      }),
    );
  });

  it('has its first and its last address in it, and none beyond', () => {
    fc.assert(
      fc.property(anyCidr, (text) => {
        const range = parseAddressRange(text);
        if (range === undefined) throw new Error(text);
        const last = { ...range, first: lastOf(range) };

        expect(masked(last, range.length)).toEqual(range);
        expect(lastOf(range) >= range.first).toBe(true);
        const size = 2n ** BigInt((range.family === 4 ? 32 : 128) - range.length);
        expect(BigInt(`0x${last.first}`) - BigInt(`0x${range.first}`) + 1n).toBe(size);
      }),
    );
  });
});

/** Few addresses, so that they meet. */
const anyCidr = fc.oneof(
  fc
    .tuple(fc.constantFrom('10.0.0.', '10.0.1.', '192.168.7.'), fc.nat({ max: 255 }), fc.nat({ max: 32 }))
    .map(([net, host, bits]) => `${net}${host}/${bits}`),
  fc
    .tuple(fc.constantFrom('2001:db8:', '2001:db9:', 'fe80:'), fc.nat({ max: 65_535 }), fc.nat({ max: 128 }))
    .map(([net, host, bits]) => `${net}${host.toString(16)}::1/${bits}`),
);

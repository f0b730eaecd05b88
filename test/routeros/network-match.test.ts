import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, overlapWith } from '../../src/routeros/network-match.ts';
import { access, added, verdictOn } from '../support/lock-out.ts';

const v4 = fc
  .tuple(fc.constantFrom('10.0', '10.1', '192.168'), fc.nat({ max: 255 }), fc.nat({ max: 255 }), fc.nat({ max: 32 }))
  .map(([net, third, last, bits]) => `${net}.${third}.${last}/${bits}`);
const v6 = fc
  .tuple(fc.constantFrom('2001:db8::', '2001:db8:1::', 'fe80::'), fc.nat({ max: 0xffff }), fc.nat({ max: 128 }))
  .map(([net, last, bits]) => `${net}${last.toString(16)}/${bits}`);
const prefix = fc.oneof(
  v4,
  v6,
  fc.constantFrom('10.0.0.1', '2001:db8::1', '0.0.0.0/0', '::/0', '', 'example.com', '10.0.0.1/33'),
);
const hostOf = (address: string) => address.split('/')[0] ?? '';

describe('networks with addresses in common', () => {
  it('finds what one of them held against each finds', () => {
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 12 }), prefix, (all, asked) => {
        const isPrefix = (text: string) => isWithin(hostOf(text), text) === true;
        const one = all
          .filter(isPrefix)
          .some((each) => isWithin(hostOf(each), asked) === true || isWithin(hostOf(asked), each) === true);
        expect(overlapWith(all)(asked)).toBe(isPrefix(asked) && one);
      }),
    );
  });

  it('judges a thousand new addresses of a router with a thousand', () => {
    const address = (net: number) => (at: number) => `${net}.${at >> 8}.${at & 255}.1/24`;
    const many = Array.from({ length: 1_000 }, (_, at) => at);
    const own = many.map((at) => ({ id: '*1', address: address(100)(at), interface: `v${at}`, disabled: false }));
    const changes = many.map((at) => added('/ip/address', { address: address(10)(at), interface: `v${at}` }));
    expect(verdictOn(changes, { access: { addresses: [...access.addresses, ...own] } })).toBe('free');
    const again = added('/ip/address', { address: '100.0.3.77/32', interface: 'v1' });
    expect(verdictOn([...changes, again], { access: { addresses: [...access.addresses, ...own] } })).toBe('risk');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { GuestContext } from '../../src/portal/context.ts';
import { readToken, signToken } from '../../src/portal/token.ts';
import { mac, siteKey } from './support.ts';

const context = fc.record<GuestContext>({
  site: fc.string(),
  mac: fc.constant(mac),
  nonce: fc.string(),
  expires: fc.nat(),
  language: fc.constantFrom('en', 'ar'),
  onward: fc.webUrl(),
  door: fc.record({
    type: fc.constant('mikrotik' as const),
    router: fc.string({ unit: 'grapheme' }),
    hotspot: fc.string({ unit: 'binary' }),
  }),
});

describe('a token', () => {
  it('is read as what was signed', () => {
    fc.assert(
      fc.property(context, (facts) => {
        expect(readToken(siteKey, 'context', signToken(siteKey, 'context', facts))).toEqual(facts);
      }),
    );
  });

  it('goes into an address as it is', () => {
    fc.assert(
      fc.property(context, (facts) => {
        const token = signToken(siteKey, 'context', facts);
        expect(encodeURIComponent(token)).toBe(token);
      }),
    );
  });

  it('is nothing once any octet of it was changed', () => {
    fc.assert(
      fc.property(context, fc.nat(), fc.nat(255), (facts, place, by) => {
        const token = signToken(siteKey, 'context', facts);
        const at = place % token.length;
        const changed = token.slice(0, at) + String.fromCharCode(by) + token.slice(at + 1);

        const read = readToken(siteKey, 'context', changed);

        if (changed === token) expect(read).toEqual(facts);
        else expect(read).toBeUndefined();
      }),
    );
  });

  it('is nothing with two other bits in its last symbol, which decoding would drop', () => {
    const symbols = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

    fc.assert(
      fc.property(context, (facts) => {
        const token = signToken(siteKey, 'context', facts);
        const last = symbols[symbols.indexOf(token.at(-1) ?? '') ^ 1];

        expect(readToken(siteKey, 'context', `${token.slice(0, -1)}${last}`)).toBeUndefined();
      }),
    );
  });

  it('is nothing by another key, for another purpose, and when it is any text', () => {
    fc.assert(
      fc.property(context, fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }), (facts, key, text) => {
        const token = signToken(siteKey, 'context', facts);

        expect(readToken(new Secret(key), 'context', token)).toBeUndefined();
        expect(readToken(siteKey, 'status', token)).toBeUndefined();
        expect(readToken(siteKey, 'context', text)).toBeUndefined();
      }),
    );
  });
});

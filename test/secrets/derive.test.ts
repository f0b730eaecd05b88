import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { alphabet, deriveSecret } from '../../src/secrets/derive.ts';

const key = new Secret('a master key of at least 32 octets!');
const parts = ['lastmile/derive/1', 'Subscriber', 'anna', 'password', '1'];

describe('a derived secret', () => {
  it('has an alphabet without letters that are misread', () => {
    expect(alphabet).toHaveLength(52);
    expect(new Set(alphabet).size).toBe(52);
    expect(alphabet).not.toMatch(/[01ilouILOU]/);
  });

  it('is what its description says', () => {
    const message = parts.join('\0');
    const blocks = [message, `${message}\u00001`, `${message}\u00002`].map((text) =>
      createHmac('sha256', key.reveal()).update(text).digest(),
    );
    const symbols = [...Buffer.concat(blocks)].filter((octet) => octet < 208).map((octet) => alphabet[octet % 52]);

    expect(deriveSecret(key, parts, 16).reveal()).toBe(symbols.slice(0, 16).join(''));
    expect(deriveSecret(key, parts, 32).reveal()).toBe(symbols.slice(0, 32).join(''));
  });

  it('never changes: passwords of people hang on it', () => {
    expect(deriveSecret(key, parts, 16).reveal()).toMatchInlineSnapshot(`"tSXJDNtkxhZdpE58"`);
  });

  it('differs with every part, however the parts are cut', () => {
    const text = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.array(text, { minLength: 1, maxLength: 4 }),
        (a, b) => {
          const same = JSON.stringify(a) === JSON.stringify(b);
          expect(deriveSecret(key, a, 16).equals(deriveSecret(key, b, 16))).toBe(same);
        },
      ),
    );
  });

  it('uses every symbol about equally often', () => {
    const counts = new Map<string, number>();
    for (const symbol of deriveSecret(key, parts, 52_000).reveal()) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);

    expect(counts.size).toBe(52);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
    expect(Math.max(...counts.values())).toBeLessThan(1150);
  });
});

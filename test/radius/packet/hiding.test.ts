import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hidePassword, revealPassword } from '../../../src/radius/packet/password.ts';
import { hideSalted, hideSaltedInto, revealSalted, saltedLength } from '../../../src/radius/packet/salted.ts';
import { type SharedKey, sharedKey } from '../../../src/radius/packet/shared-key.ts';

const key = sharedKey('a shared secret of some length, longer than one block of MD5, to be sure');
const authenticator = Buffer.alloc(16, 0x5a);

/** Reveals a value as an attribute of a packet with this authenticator. */
function reveal(hidden: Uint8Array, from: Uint8Array, secret: SharedKey): Uint8Array | undefined {
  return revealPassword(Buffer.concat([Buffer.alloc(4), from, Buffer.of(2, hidden.length + 2), hidden]), 20, secret);
}

describe('a User-Password', () => {
  it('of RFC 2865 §7.1 is revealed and hidden', () => {
    const vector = JSON.parse(readFileSync(new URL('../../vectors/rfc2865-7.json', import.meta.url), 'utf8'));
    const request = Buffer.from(vector.telnet.request, 'hex');
    const rfcKey = sharedKey(vector.sharedSecret);
    const hidden = request.subarray(28, 44);

    const revealed = reveal(hidden, request.subarray(4, 20), rfcKey);

    expect(Buffer.from(revealed ?? []).toString()).toBe(vector.telnet.password);
    expect(Buffer.from(hidePassword(Buffer.from(vector.telnet.password), request.subarray(4, 20), rfcKey))).toEqual(
      hidden,
    );
  });

  it('of any octets comes back, but for zeros at its end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (password) => {
        const hidden = hidePassword(password, authenticator, key);
        let end = password.length;
        while (end > 0 && password[end - 1] === 0) end -= 1;

        const revealed = reveal(hidden, authenticator, key);

        expect(hidden.length % 16).toBe(0);
        expect(Buffer.from(revealed ?? [])).toEqual(Buffer.from(password.subarray(0, end)));
      }),
    );
  });

  it('keeps a zero in its middle', () => {
    const password = Buffer.from('abc\0\0\0\0\0\0\0\0\0\0\0\0\0def');

    expect(Buffer.from(reveal(hidePassword(password, authenticator, key), authenticator, key) ?? [])).toEqual(password);
  });

  it.each([0, 1, 15, 17, 144])('of %i octets on the wire is none', (length) => {
    expect(reveal(Buffer.alloc(length), authenticator, key)).toBeUndefined();
  });

  it('over 128 octets cannot be sent', () => {
    expect(() => hidePassword(Buffer.alloc(129), authenticator, key)).toThrow(RangeError);
  });
});

describe('a salted key', () => {
  it('comes back, and its salt has the top bit set', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.uint8Array({ minLength: 2, maxLength: 2 }),
        (secret, salt) => {
          const hidden = hideSalted(secret, salt, authenticator, key);

          expect((hidden[0] as number) & 0x80).toBe(0x80);
          expect(Buffer.from(revealSalted(hidden, authenticator, key) ?? [])).toEqual(Buffer.from(secret));
        },
      ),
    );
  });

  it('is hidden in its place as it is for itself', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.uint8Array({ minLength: 2, maxLength: 2 }),
        (secret, salt) => {
          const alone = hideSalted(secret, salt, authenticator, key);
          const out = new Uint8Array(200).fill(0xff);
          out.set(salt, 7);

          hideSaltedInto(out, 7, secret, Buffer.concat([Buffer.alloc(4), authenticator]), key);

          expect(alone.length).toBe(saltedLength(secret.length));
          expect(Buffer.from(out.subarray(7, 7 + alone.length))).toEqual(Buffer.from(alone));
          expect(out[6]).toBe(0xff);
          expect(out[7 + alone.length]).toBe(0xff);
        },
      ),
    );
  });
});

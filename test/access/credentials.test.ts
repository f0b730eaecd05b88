import { createCipheriv, createHash, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../src/access/credentials/credential.ts';
import { desBlock } from '../../src/access/credentials/des.ts';
import { md4 } from '../../src/access/credentials/md4.ts';
import {
  mschap1Response,
  mschap2Proof,
  mschap2Response,
  ntPasswordHash,
  ntPasswordHashHash,
} from '../../src/access/credentials/ms-chap.ts';
import { chapResponse, verifyCredential } from '../../src/access/credentials/verify-credential.ts';
import { toHex } from '../../src/base/bytes.ts';
import { Secret } from '../../src/base/secret.ts';

const vector = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const hex = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'hex');
const zeros = new Uint8Array(8);
const v1 = vector('rfc2433-b2');
const v2 = vector('rfc2759-9.2');

describe('MD4', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ])('RFC 1320 A.5: "%s"', (text, digest) => {
    expect(toHex(md4(Buffer.from(text)))).toBe(digest);
  });
});

describe('DES', () => {
  /** 56 bits over 8 octets, seven in each, as OpenSSL wants them. */
  const spread = (key: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: 8 }, (_, at) => (((key[at - 1] ?? 0) << (8 - at)) | ((key[at] ?? 0) >> at)) & 0xfe);
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('is the triple DES of OpenSSL with one key three times, wherever the key stands', () => {
    fc.assert(
      fc.property(octets(7), octets(8), fc.nat(14), (key, block, at) => {
        const keys = new Uint8Array(21);
        keys.set(key, at);
        const out = new Uint8Array(24);
        desBlock(keys, at, block, out, 8);

        const once = spread(key);
        const openssl = createCipheriv('des-ede3-ecb', createSecretKey(Buffer.concat([once, once, once])), null);
        expect(toHex(out)).toBe(toHex(Buffer.concat([zeros, openssl.setAutoPadding(false).update(block), zeros])));
      }),
      { numRuns: 500 },
    );
  });
});

describe('MS-CHAPv1 of RFC 2433 B.2', () => {
  it('gives the printed hash and response', () => {
    const passwordHash = ntPasswordHash(v1['password'] ?? '');

    expect(toHex(passwordHash)).toBe(v1['ntPasswordHash']);
    expect(toHex(mschap1Response(hex(v1['challenge']), passwordHash))).toBe(v1['ntResponse']);
  });
});

describe('MS-CHAPv2 of RFC 2759 §9.2', () => {
  const exchange = {
    username: v2['username'] ?? '',
    challenge: hex(v2['challenge']),
    peerChallenge: hex(v2['peerChallenge']),
    ntResponse: hex(v2['ntResponse']),
    passwordHash: ntPasswordHash(v2['password'] ?? ''),
  };

  it('gives the printed hashes, response and proof', () => {
    expect(toHex(exchange.passwordHash)).toBe(v2['ntPasswordHash']);
    expect(toHex(ntPasswordHashHash(exchange.passwordHash))).toBe(v2['ntPasswordHashHash']);
    expect(toHex(mschap2Response(exchange))).toBe(v2['ntResponse']);
    expect(mschap2Proof(exchange).authenticatorResponse).toBe(v2['authenticatorResponse']);
  });

  it('gives the start key of RFC 3079 §3.5.3', () => {
    expect(toHex(mschap2Proof(exchange).sendKey)).toBe(v2['sendStartKey128']);
  });

  it.each(['User', 'DOMAIN\\User'])('is right for the peer name %s', (username) => {
    const credential: Credential = { ...exchange, method: 'mschap2', username };

    expect(verifyCredential(credential, 'User', new Secret('clientPass')).result).toBe('right');
    expect(verifyCredential(credential, 'User', new Secret('clientpass')).result).toBe('wrong');
    expect(verifyCredential(credential, 'user', new Secret('clientPass')).result).toBe('wrong');
  });
});

describe('PAP', () => {
  const pap = (password: string | Uint8Array): Credential => ({ method: 'pap', password: Buffer.from(password) });
  const check = (given: string | Uint8Array, declared: string): string =>
    verifyCredential(pap(given), 'anna', new Secret(declared)).result;

  it('is right for the same octets alone', () => {
    expect(check('pässwörd', 'pässwörd')).toBe('right');
    expect(check('password', 'password ')).toBe('wrong');
    expect(check('', 'password')).toBe('wrong');
    expect(check('passwordpassword', 'password')).toBe('wrong');
    expect(check('abcdef', 'abc\0def')).toBe('wrong');
  });

  it('never takes octets that are no text for others that are none', () => {
    expect(check(Buffer.of(0xff, 0xfe), '\u{fffd}\u{fffd}')).toBe('wrong');
  });

  it('is impossible against an empty password', () => {
    expect(check('', '')).toBe('impossible');
  });
});

describe('CHAP', () => {
  it('is right for the digest of identifier, password and challenge', () => {
    const challenge = Buffer.from('a challenge of any length');
    const response = createHash('md5').update(Buffer.of(9)).update('geheim').update(challenge).digest();
    const credential: Credential = { method: 'chap', identifier: 9, challenge, response };

    expect(Buffer.from(chapResponse(9, 'geheim', challenge))).toEqual(response);
    expect(verifyCredential(credential, 'anna', new Secret('geheim')).result).toBe('right');
    expect(verifyCredential(credential, 'anna', new Secret('geheim!')).result).toBe('wrong');
    expect(verifyCredential({ ...credential, identifier: 8 }, 'anna', new Secret('geheim')).result).toBe('wrong');
  });
});

describe('what cannot be verified', () => {
  it('is impossible: nothing at all, or a LAN Manager response alone', () => {
    const lanManager: Credential = { method: 'mschap1', challenge: Buffer.alloc(8) };

    expect(verifyCredential({ method: 'none' }, 'anna', new Secret('x')).result).toBe('impossible');
    expect(verifyCredential(lanManager, 'anna', new Secret('x')).result).toBe('impossible');
  });
});

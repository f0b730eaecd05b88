import { describe, expect, it } from 'vitest';
import { verifyHash, verifySlowly } from '../../src/access/credentials/verify-hash.ts';
import { Secret } from '../../src/base/secret.ts';

const pap = (password: string) => ({ method: 'pap', password: Buffer.from(password) }) as const;

describe('a password of which others keep a slow hash', () => {
  it.each([
    // crypt_blowfish 1.3, its own test.
    ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt of PHP', 'U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt as LDAP marks it', 'U*U', '{CRYPT}$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    // The reference implementation of Argon2, its README.
    ['Argon2', 'password', '$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'],
    [
      'Argon2 as LDAP marks it',
      'password',
      '{ARGON2}$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ],
  ])('is told right from wrong, away from the loop: %s', async (_, password, hash) => {
    const kept = new Secret(hash);

    expect(verifyHash(pap(password), 'anna', kept)).toEqual({ result: 'slow' });
    expect(await verifySlowly(pap(password), kept)).toEqual({ result: 'right' });
    expect(await verifySlowly(pap(`${password}!`), kept)).toEqual({ result: 'wrong' });
  });

  it('is never right when it is empty, nor by CHAP', async () => {
    const kept = new Secret('$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW');
    const chap = { method: 'chap', identifier: 1, challenge: Buffer.alloc(16), response: Buffer.alloc(16) } as const;

    expect(verifyHash(pap(''), 'anna', kept)).toEqual({ result: 'wrong' });
    expect(verifyHash(chap, 'anna', kept)).toEqual({ result: 'impossible' });
    expect(await verifySlowly(chap, kept)).toEqual({ result: 'impossible' });
  });
});

import { hash as digestOf, scrypt } from 'node:crypto';
import { equalOctets } from '../../base/equal-octets.ts';
import { unreachable } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { type PasswordHash, parsePasswordHash } from '../../model/password-hash.ts';
import type { Credential } from './credential.ts';
import { ntPasswordHash } from './ms-chap.ts';
import { type CredentialCheck, verifyMschap1, verifyMschap2 } from './verify-mschap.ts';

/**
 * Does the credential prove the password behind this hash? PAP can with every form, MS-CHAP with an NT hash, CHAP with none
 * (RFC 1994 §2.3). What takes its time is `slow`: `verifySlowly` does it.
 */
export function verifyHash(
  credential: Credential,
  username: string,
  kept: Secret,
): CredentialCheck | { readonly result: 'slow' } {
  const form = parsePasswordHash(kept.reveal());
  if (form === undefined) return { result: 'impossible' };
  switch (credential.method) {
    case 'pap':
      return verifyPap(credential.password, form);
    case 'mschap1':
      return form.form === 'nt' ? verifyMschap1(credential, form.digest) : { result: 'impossible' };
    case 'mschap2':
      return form.form === 'nt' ? verifyMschap2(credential, username, form.digest) : { result: 'impossible' };
    case 'chap':
    case 'none':
      return { result: 'impossible' };
    default:
      return unreachable(credential);
  }
}

/** The same for what is slow, in another thread. */
export async function verifySlowly(credential: Credential, kept: Secret): Promise<CredentialCheck> {
  const form = parsePasswordHash(kept.reveal());
  if (form?.form !== 'scrypt' || credential.method !== 'pap' || credential.password.length === 0) {
    return { result: 'impossible' };
  }
  const { cost, blockSize, parallelization, digest, salt } = form;
  const options = {
    cost,
    blockSize,
    parallelization,
    maxmem: 129 * cost * blockSize + 1024 * blockSize * parallelization,
  };
  const made = await new Promise<Buffer>((resolve, reject) => {
    scrypt(credential.password, salt, digest.length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
  return { result: equalOctets(made, digest) ? 'right' : 'wrong' };
}

function verifyPap(password: Uint8Array, form: PasswordHash): CredentialCheck | { readonly result: 'slow' } {
  if (password.length === 0) return { result: 'wrong' };
  switch (form.form) {
    case 'nt':
      return checked(ntPasswordHash(Buffer.from(password).toString('utf8')), form.digest);
    case 'salted':
      return checked(digestOf(form.algorithm, Buffer.concat([password, form.salt]), 'buffer'), form.digest);
    case 'scrypt':
      return { result: 'slow' };
    default:
      return unreachable(form);
  }
}

function checked(made: Uint8Array, kept: Uint8Array): CredentialCheck {
  return { result: equalOctets(made, kept) ? 'right' : 'wrong' };
}

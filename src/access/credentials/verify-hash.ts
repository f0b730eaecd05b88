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
  if (form === undefined || credential.method !== 'pap' || credential.password.length === 0) {
    return { result: 'impossible' };
  }
  switch (form.form) {
    case 'scrypt':
      return verifyScrypt(credential.password, form);
    case 'bcrypt':
    case 'argon2':
      return verifyForeign(credential.password, form);
    default:
      return { result: 'impossible' };
  }
}

async function verifyScrypt(
  password: Uint8Array,
  form: PasswordHash & { readonly form: 'scrypt' },
): Promise<CredentialCheck> {
  const { cost, blockSize, parallelization, digest, salt } = form;
  const options = {
    cost,
    blockSize,
    parallelization,
    maxmem: 129 * cost * blockSize + 1024 * blockSize * parallelization,
  };
  const made = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, digest.length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
  return { result: equalOctets(made, digest) ? 'right' : 'wrong' };
}

/** Loaded with the first login that needs it: on a system that has no build of it, nobody else misses it. */
async function verifyForeign(
  password: Uint8Array,
  { form, text }: PasswordHash & { readonly form: 'bcrypt' | 'argon2' },
): Promise<CredentialCheck> {
  try {
    const isRight =
      form === 'bcrypt'
        ? await (await import('@node-rs/bcrypt')).verify(password, text)
        : await (await import('@node-rs/argon2')).verify(text, password);
    return { result: isRight ? 'right' : 'wrong' };
  } catch {
    return { result: 'impossible' };
  }
}

function verifyPap(password: Uint8Array, form: PasswordHash): CredentialCheck | { readonly result: 'slow' } {
  if (password.length === 0) return { result: 'wrong' };
  switch (form.form) {
    case 'nt':
      return checked(ntPasswordHash(Buffer.from(password).toString('utf8')), form.digest);
    case 'salted':
      return checked(digestOf(form.algorithm, Buffer.concat([password, form.salt]), 'buffer'), form.digest);
    case 'scrypt':
    case 'bcrypt':
    case 'argon2':
      return { result: 'slow' };
    default:
      return unreachable(form);
  }
}

function checked(made: Uint8Array, kept: Uint8Array): CredentialCheck {
  return { result: equalOctets(made, kept) ? 'right' : 'wrong' };
}

import { equalOctets, equalText } from '../../base/equal-octets.ts';
import { unreachable } from '../../base/errors.ts';
import { md5Into, md5Workspace } from '../../base/md5.ts';
import type { Secret } from '../../base/secret.ts';
import type { Credential } from './credential.ts';
import { ntPasswordHash } from './ms-chap.ts';
import { type CredentialCheck, verifyMschap1, verifyMschap2 } from './verify-mschap.ts';

const right: CredentialCheck = { result: 'right' };
const wrong: CredentialCheck = { result: 'wrong' };
const impossible: CredentialCheck = { result: 'impossible' };

/**
 * Does the credential prove the password? Compared as octets, in a time that does not tell where they differ. An empty
 * password is never right.
 *
 * @param username the declared one; MS-CHAPv2 hashes what the peer typed, which the credential holds
 */
export function verifyCredential(credential: Credential, username: string, password: Secret): CredentialCheck {
  const clear = password.reveal();
  if (clear === '') return impossible;
  switch (credential.method) {
    case 'pap':
      return equalText(credential.password, clear) ? right : wrong;
    case 'chap':
      return equalOctets(credential.response, chapResponse(credential.identifier, clear, credential.challenge))
        ? right
        : wrong;
    case 'mschap1':
      return verifyMschap1(credential, ntPasswordHash(clear));
    case 'mschap2':
      return verifyMschap2(credential, username, ntPasswordHash(clear));
    case 'none':
      return impossible;
    default:
      return unreachable(credential);
  }
}

/** MD5 of identifier, password and challenge (RFC 1994 §4.1). */
export function chapResponse(identifier: number, password: string, challenge: Uint8Array): Uint8Array {
  const octets = Buffer.allocUnsafe(1 + password.length * 3 + challenge.length);
  octets[0] = identifier;
  const end = 1 + octets.write(password, 1);
  octets.set(challenge, end);
  const digest = new Uint8Array(16);
  md5Into(md5Workspace(), octets, 0, end + challenge.length, digest, 0);
  return digest;
}

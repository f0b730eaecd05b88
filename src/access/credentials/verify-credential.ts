import { hash } from 'node:crypto';
import { unreachable } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import type { Credential, CredentialProof } from './credential.ts';
import { equalOctets, equalText } from './equal-octets.ts';
import { mschap1Response, mschap2Proof, mschap2Response, ntPasswordHash, ntPasswordHashHash } from './ms-chap.ts';

export type CredentialCheck =
  | { readonly result: 'right'; readonly proof?: CredentialProof }
  | { readonly result: 'wrong' }
  /** The method asks for something we do not have or do not accept. */
  | { readonly result: 'impossible' };

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
      return verifyMschap1(credential, clear);
    case 'mschap2':
      return verifyMschap2(credential, username, clear);
    case 'none':
      return impossible;
    default:
      return unreachable(credential);
  }
}

/** MD5 of identifier, password and challenge (RFC 1994 §4.1). */
export function chapResponse(identifier: number, password: string, challenge: Uint8Array): Uint8Array {
  return hash('md5', Buffer.concat([Uint8Array.of(identifier), Buffer.from(password), challenge]), 'buffer');
}

function verifyMschap1(credential: Credential & { readonly method: 'mschap1' }, password: string): CredentialCheck {
  if (credential.ntResponse === undefined) return impossible;
  const passwordHash = ntPasswordHash(password);
  if (!equalOctets(credential.ntResponse, mschap1Response(credential.challenge, passwordHash))) return wrong;
  return { result: 'right', proof: { method: 'mschap1', ntKey: ntPasswordHashHash(passwordHash) } };
}

function verifyMschap2(
  credential: Credential & { readonly method: 'mschap2' },
  username: string,
  password: string,
): CredentialCheck {
  const typed = withoutDomain(credential.username);
  if (typed !== username && credential.username !== username) return wrong;
  const exchange = { ...credential, username: typed, passwordHash: ntPasswordHash(password) };
  if (!equalOctets(credential.ntResponse, mschap2Response(exchange))) return wrong;
  return { result: 'right', proof: mschap2Proof(exchange) };
}

/** `DOMAIN\anna` is hashed as `anna`, `anna@realm` as it stands (RFC 2759 §4). */
function withoutDomain(username: string): string {
  return username.slice(username.lastIndexOf('\\') + 1);
}

import { equalOctets } from '../../base/equal-octets.ts';
import type { Credential, CredentialProof } from './credential.ts';
import { challengeHash, mschap1Response, mschap2Proof, ntPasswordHashHash } from './ms-chap.ts';

export type CredentialCheck =
  | { readonly result: 'right'; readonly proof?: CredentialProof }
  | { readonly result: 'wrong' }
  /** The method asks for something we do not have or do not accept. */
  | { readonly result: 'impossible' };

/** @param passwordHash NT hash, 16 octets */
export function verifyMschap1(
  credential: Credential & { readonly method: 'mschap1' },
  passwordHash: Uint8Array,
): CredentialCheck {
  if (credential.ntResponse === undefined) return { result: 'impossible' };
  if (!equalOctets(credential.ntResponse, mschap1Response(credential.challenge, passwordHash)))
    return { result: 'wrong' };
  return { result: 'right', proof: { method: 'mschap1', ntKey: ntPasswordHashHash(passwordHash) } };
}

/** @param passwordHash NT hash, 16 octets */
export function verifyMschap2(
  credential: Credential & { readonly method: 'mschap2' },
  username: string,
  passwordHash: Uint8Array,
): CredentialCheck {
  const typed = withoutDomain(credential.username);
  if (typed !== username && credential.username !== username) return { result: 'wrong' };
  const { challenge, peerChallenge, ntResponse } = credential;
  const exchange = { challenge, peerChallenge, ntResponse, username: typed, passwordHash };
  const hashed = challengeHash(exchange);
  if (!equalOctets(ntResponse, mschap1Response(hashed, passwordHash))) return { result: 'wrong' };
  return { result: 'right', proof: mschap2Proof(exchange, hashed) };
}

/** `DOMAIN\anna` is hashed as `anna`, `anna@realm` as it stands (RFC 2759 §4). */
function withoutDomain(username: string): string {
  return username.slice(username.lastIndexOf('\\') + 1);
}

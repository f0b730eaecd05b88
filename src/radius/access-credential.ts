import type { Credential } from '../access/credentials/credential.ts';
import { microsoft, microsoftVendor } from './dictionary/microsoft.ts';
import { type RawAttribute, vendorAttributes } from './packet/attributes.ts';
import { attribute, headerLength } from './packet/codes.ts';
import { type Frame, firstValue, nextOffset, offsetOf, valueAt } from './packet/framing.ts';
import { revealPassword } from './packet/password.ts';
import type { SharedKey } from './packet/shared-key.ts';

/** A credential, and for MS-CHAP the identifier its answers repeat. */
export interface SentCredential {
  readonly credential: Credential;
  readonly identifier?: number;
  /** A new password by MS-CHAP, version 1 or 2: none is taken. */
  readonly newPassword?: 1 | 2;
}

const none: SentCredential = { credential: { method: 'none' } };

/**
 * What an Access-Request shows as proof. A value of a wrong length counts as not there.
 *
 * @param packet an accepted datagram; CHAP and MS-CHAP credentials are views into it
 */
export function sentCredential(packet: Buffer, frame: Frame, key: SharedKey, username: string): SentCredential {
  const hidden = offsetOf(frame, attribute.userPassword);
  if (hidden !== 0) {
    const password = revealPassword(packet, hidden, key);
    return password === undefined ? none : { credential: { method: 'pap', password } };
  }
  return sentChap(packet, frame) ?? sentMschap(packet, frame, username) ?? none;
}

function sentChap(packet: Buffer, frame: Frame): SentCredential | undefined {
  const value = firstValue(packet, frame, attribute.chapPassword);
  if (value?.length !== 17) return undefined;
  const challenge = firstValue(packet, frame, attribute.chapChallenge) ?? packet.subarray(4, headerLength);
  return { credential: { method: 'chap', identifier: value[0] as number, challenge, response: value.subarray(1) } };
}

/** RFC 2548 §2.1, §2.3. */
function sentMschap(packet: Buffer, frame: Frame, username: string): SentCredential | undefined {
  const sent = microsoftAttributes(packet, frame);
  const challenge = sent.find(({ type }) => type === microsoft.chapChallenge)?.value;
  const second = sent.find(({ type }) => type === microsoft.chap2Response)?.value;
  if (second?.length === 50 && challenge?.length === 16) {
    const peerChallenge = second.subarray(2, 18);
    const ntResponse = second.subarray(26, 50);
    const credential: Credential = { method: 'mschap2', challenge, peerChallenge, ntResponse, username };
    return { credential, identifier: second[0] as number };
  }
  const first = sent.find(({ type }) => type === microsoft.chapResponse)?.value;
  if (first?.length !== 50 || challenge?.length !== 8) return sentNewPassword(sent);
  const usesNt = ((first[1] as number) & 1) === 1;
  return {
    credential: { method: 'mschap1', challenge, ...(usesNt ? { ntResponse: first.subarray(26, 50) } : {}) },
    identifier: first[0] as number,
  };
}

/** RFC 2548 §2.1.5, §2.1.6, §2.3.4: the identifier is the second octet. */
function sentNewPassword(sent: readonly RawAttribute[]): SentCredential | undefined {
  const found = sent.find(({ type }) => newPasswords.has(type));
  if (found === undefined) return undefined;
  const newPassword = found.type === microsoft.chap2Cpw ? 2 : 1;
  return { credential: none.credential, newPassword, identifier: found.value[1] ?? 0 };
}

const newPasswords: ReadonlySet<number> = new Set([microsoft.chapCpw1, microsoft.chapCpw2, microsoft.chap2Cpw]);

function microsoftAttributes(packet: Buffer, frame: Frame): RawAttribute[] {
  const found: RawAttribute[] = [];
  for (let at = offsetOf(frame, attribute.vendorSpecific); at !== 0; at = nextOffset(packet, frame, at)) {
    const inside = vendorAttributes(valueAt(packet, at)) ?? [];
    found.push(...inside.filter(({ vendor }) => vendor === microsoftVendor));
  }
  return found;
}

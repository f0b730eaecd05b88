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
 * @param packet an accepted datagram; CHAP and MS-CHAP credentials are views into it, a password is good until the next packet
 */
export function sentCredential(packet: Buffer, frame: Frame, key: SharedKey, username: string): SentCredential {
  const hidden = offsetOf(frame, attribute.userPassword);
  if (hidden !== 0) {
    const password = revealPassword(packet, hidden, key);
    return password === undefined ? none : { credential: { method: 'pap', password } };
  }
  return sentChap(packet, frame) ?? sentMschap(packet, frame, username) ?? none;
}

/** A copy that outlives the next packet. */
export function keptCredential(sent: SentCredential): SentCredential {
  const { credential } = sent;
  if (credential.method !== 'pap') return sent;
  return { ...sent, credential: { method: 'pap', password: credential.password.slice() } };
}

function sentChap(packet: Buffer, frame: Frame): SentCredential | undefined {
  const value = firstValue(packet, frame, attribute.chapPassword);
  if (value?.length !== 17) return undefined;
  const challenge = firstValue(packet, frame, attribute.chapChallenge) ?? packet.subarray(4, headerLength);
  return { credential: { method: 'chap', identifier: value[0] as number, challenge, response: value.subarray(1) } };
}

/** RFC 2548 §2.1, §2.3. */
function sentMschap(packet: Buffer, frame: Frame, username: string): SentCredential | undefined {
  if (offsetOf(frame, attribute.vendorSpecific) === 0) return undefined;
  const challengeAt = microsoftAt(packet, frame, microsoft.chapChallenge);
  const challengeLength = challengeAt === 0 ? 0 : (packet[challengeAt + 1] as number) - 2;
  const second = microsoftAt(packet, frame, microsoft.chap2Response);
  if (second !== 0 && packet[second + 1] === 52 && challengeLength === 16) {
    const challenge = valueAt(packet, challengeAt);
    const peerChallenge = packet.subarray(second + 4, second + 20);
    const ntResponse = packet.subarray(second + 28, second + 52);
    const credential: Credential = { method: 'mschap2', challenge, peerChallenge, ntResponse, username };
    return { credential, identifier: packet[second + 2] as number };
  }
  const first = microsoftAt(packet, frame, microsoft.chapResponse);
  if (first === 0 || packet[first + 1] !== 52 || challengeLength !== 8) return sentNewPassword(packet, frame);
  const usesNt = ((packet[first + 3] as number) & 1) === 1;
  const ntResponse = usesNt ? { ntResponse: packet.subarray(first + 28, first + 52) } : {};
  return {
    credential: { method: 'mschap1', challenge: valueAt(packet, challengeAt), ...ntResponse },
    identifier: packet[first + 2] as number,
  };
}

/** RFC 2548 §2.1.5, §2.1.6, §2.3.4: the identifier is the second octet. */
function sentNewPassword(packet: Buffer, frame: Frame): SentCredential | undefined {
  const found = microsoftAttributes(packet, frame).find(({ type }) => newPasswords.has(type));
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

/** Offset of Microsoft's first attribute of a type, within a Vendor-Specific one that is whole; 0 when there is none. */
function microsoftAt(packet: Buffer, frame: Frame, type: number): number {
  for (let at = offsetOf(frame, attribute.vendorSpecific); at !== 0; at = nextOffset(packet, frame, at)) {
    const found = insideAt(packet, at, type);
    if (found !== 0) return found;
  }
  return 0;
}

function insideAt(packet: Buffer, at: number, type: number): number {
  const end = at + (packet[at + 1] as number);
  if (end < at + 8 || packet.readUInt32BE(at + 2) !== microsoftVendor) return 0;
  let found = 0;
  for (let inside = at + 6; inside < end; inside += packet[inside + 1] as number) {
    if (inside + 2 > end) return 0;
    const size = packet[inside + 1] as number;
    if (size < 2 || inside + size > end) return 0;
    if (found === 0 && packet[inside] === type) found = inside;
  }
  return found;
}

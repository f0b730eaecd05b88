import { equalOctetsAt } from '../../base/equal-octets.ts';
import { md5Absorb, md5Blocks, md5Write, setInitialState } from '../../base/md5.ts';
import { attribute, code } from './codes.ts';
import { type Frame, offsetOf } from './framing.ts';
import { hmacMd5Into } from './hmac-md5.ts';
import type { SharedKey } from './shared-key.ts';

/** What became of checking a Message-Authenticator: `invalid` is a wrong size, or more than one. */
export type MessageAuthenticatorResult = 'valid' | 'missing' | 'invalid' | 'wrong';

const zeros = new Uint8Array(16);

/**
 * Checks the Message-Authenticator of a request on its raw octets (RFC 3579 §3.2). Access-Request and Status-Server sign
 * their own authenticator; keyed requests sign sixteen zero octets in its place (RFC 5176 §3.4).
 *
 * @param packet a datagram that `readFrame` accepted; changed while at work and put back before returning
 */
export function verifyRequestMessageAuthenticator(
  packet: Uint8Array,
  frame: Frame,
  key: SharedKey,
): MessageAuthenticatorResult {
  return verifyMessageAuthenticator(packet, frame, key, isKeyed(frame.code) ? zeros : undefined);
}

/** The same for a reply, which signs the authenticator of its request. */
export function verifyReplyMessageAuthenticator(
  packet: Uint8Array,
  frame: Frame,
  key: SharedKey,
  requestAuthenticator: Uint8Array,
): MessageAuthenticatorResult {
  return verifyMessageAuthenticator(packet, frame, key, requestAuthenticator);
}

/** Does the authenticator of an Accounting-, CoA- or Disconnect-Request prove the shared secret (RFC 2866 §3)? */
export function verifyKeyedRequest(packet: Uint8Array, frame: Frame, key: SharedKey): boolean {
  return verifyAuthenticator(packet, frame, key, zeros);
}

/** Does a reply's authenticator prove the shared secret and answer this request (RFC 2865 §3)? */
export function verifyReply(
  packet: Uint8Array,
  frame: Frame,
  key: SharedKey,
  requestAuthenticator: Uint8Array,
): boolean {
  return verifyAuthenticator(packet, frame, key, requestAuthenticator);
}

/** Requests whose authenticator is a digest rather than random. */
export function isKeyed(packetCode: number): boolean {
  return (
    packetCode === code.accountingRequest || packetCode === code.coaRequest || packetCode === code.disconnectRequest
  );
}

function verifyMessageAuthenticator(
  packet: Uint8Array,
  frame: Frame,
  key: SharedKey,
  authenticator: Uint8Array | undefined,
): MessageAuthenticatorResult {
  const at = offsetOf(frame, attribute.messageAuthenticator);
  if (at === 0) return 'missing';
  if (frame.count[attribute.messageAuthenticator] !== 1 || packet[at + 1] !== 18) return 'invalid';
  const { saved } = key;
  copyOctets(packet, at + 2, saved, 0);
  copyOctets(zeros, 0, packet, at + 2);
  if (authenticator !== undefined) {
    copyOctets(packet, 4, saved, 16);
    copyOctets(authenticator, 0, packet, 4);
  }
  hmacMd5Into(key.work, key.hmac, packet, 0, frame.length, packet, at + 2);
  const equal = equalOctetsAt(packet, at + 2, saved, 0, 16);
  copyOctets(saved, 0, packet, at + 2);
  if (authenticator !== undefined) copyOctets(saved, 16, packet, 4);
  return equal ? 'valid' : 'wrong';
}

function copyOctets(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number): void {
  for (let index = 0; index < 16; index += 1) to[toAt + index] = from[fromAt + index] as number;
}

/** @param packet changed while at work and put back before returning: a copy of each would be most of what this takes */
function verifyAuthenticator(packet: Uint8Array, frame: Frame, key: SharedKey, inPlace: Uint8Array): boolean {
  const { saved, tail, work, octets: secret } = key;
  const whole = frame.length & ~63;
  const rest = frame.length - whole;
  copyOctets(packet, 4, saved, 0);
  copyOctets(inPlace, 0, packet, 4);
  setInitialState(work.state);
  md5Blocks(work, packet, 0, whole);
  for (let index = 0; index < rest; index += 1) tail[index] = packet[whole + index] as number;
  copyOctets(saved, 0, packet, 4);
  for (let index = 0; index < secret.length; index += 1) tail[rest + index] = secret[index] as number;
  md5Absorb(work, tail, 0, rest + secret.length, whole);
  md5Write(work.state, saved, 16);
  return equalOctetsAt(saved, 16, packet, 4, 16);
}

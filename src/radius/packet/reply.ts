import { Buffer } from 'node:buffer';
import { md5Into } from '../../base/md5.ts';
import { attribute, headerLength, maxPacketLength } from './codes.ts';
import { type Frame, nextOffset, offsetOf } from './framing.ts';
import { hmacMd5Into } from './hmac-md5.ts';
import type { SharedKey } from './shared-key.ts';

/** The longest shared secret, in octets: room for it is kept behind a packet while it is signed. */
const maxSecretLength = 4096;
const messageAuthenticatorAt = headerLength;

/** Where a reply is put together, used again for every packet. */
export interface ReplyWriter {
  readonly out: Uint8Array;
  /** Octets written. Past 4096 the reply cannot be sent, and `finishReply` says so. */
  length: number;
  signed: boolean;
}

export function replyWriter(): ReplyWriter {
  return { out: new Uint8Array(maxPacketLength + maxSecretLength), length: 0, signed: false };
}

/**
 * Starts a reply: header, then a Message-Authenticator as the first attribute, so that nothing an attacker can have
 * repeated comes before it (CVE-2024-3596).
 *
 * @param withMessageAuthenticator only an Accounting-Response to a request without one goes without
 */
export function startReply(
  writer: ReplyWriter,
  replyCode: number,
  request: Uint8Array,
  withMessageAuthenticator = true,
): void {
  const { out } = writer;
  out[0] = replyCode;
  for (let index = 1; index < headerLength; index += 1) out[index] = request[index] as number;
  writer.length = headerLength;
  writer.signed = withMessageAuthenticator;
  if (!withMessageAuthenticator) return;
  out[messageAuthenticatorAt] = attribute.messageAuthenticator;
  out[messageAuthenticatorAt + 1] = 18;
  for (let at = messageAuthenticatorAt + 2; at < messageAuthenticatorAt + 18; at += 1) out[at] = 0;
  writer.length = messageAuthenticatorAt + 18;
}

/** Adds attributes that are encoded already. */
export function appendEncoded(writer: ReplyWriter, encoded: Uint8Array): void {
  const { out, length: at } = writer;
  writer.length += encoded.length;
  if (writer.length > maxPacketLength) return;
  for (let index = 0; index < encoded.length; index += 1) out[at + index] = encoded[index] as number;
}

/** Adds an attribute of four octets. */
export function appendInteger(writer: ReplyWriter, type: number, value: number): void {
  const { out, length: at } = writer;
  writer.length += 6;
  if (writer.length > maxPacketLength) return;
  out[at] = type;
  out[at + 1] = 6;
  out[at + 2] = value >>> 24;
  out[at + 3] = value >>> 16;
  out[at + 4] = value >>> 8;
  out[at + 5] = value;
}

/** Adds one attribute of up to 253 octets. */
export function appendAttribute(writer: ReplyWriter, type: number, value: Uint8Array): void {
  const at = writer.length;
  writer.length += 2 + value.length;
  if (writer.length > maxPacketLength) return;
  writer.out[at] = type;
  writer.out[at + 1] = 2 + value.length;
  writer.out.set(value, at + 2);
}

/** Copies every Proxy-State of the request, in order (RFC 2865 §5.33). */
export function appendProxyStates(writer: ReplyWriter, request: Uint8Array, frame: Frame): void {
  for (let at = offsetOf(frame, attribute.proxyState); at !== 0; at = nextOffset(request, frame, at)) {
    appendEncoded(writer, request.subarray(at, at + (request[at + 1] as number)));
  }
}

/**
 * Signs: the Message-Authenticator first, then the Response Authenticator (RFC 2865 §3, 3579 §3.2).
 *
 * @returns the octets to send, a copy that outlives the writer; nothing when they would be more than 4096
 */
export function finishReply(writer: ReplyWriter, key: SharedKey): Buffer | undefined {
  const { out, length } = writer;
  if (length > maxPacketLength || key.octets.length > maxSecretLength) return undefined;
  out[2] = length >>> 8;
  out[3] = length;
  if (writer.signed) hmacMd5Into(key.work, key.hmac, out, 0, length, out, messageAuthenticatorAt + 2);
  for (let index = 0; index < key.octets.length; index += 1) out[length + index] = key.octets[index] as number;
  md5Into(key.work, out, 0, length + key.octets.length, out, 4);
  const reply = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) reply[index] = out[index] as number;
  return reply;
}

import { md5Into } from '../../base/md5.ts';
import { attribute, headerLength, maxPacketLength } from './codes.ts';
import { hmacMd5Into } from './hmac-md5.ts';
import type { SharedKey } from './shared-key.ts';
import { isKeyed } from './verify.ts';

/** A request ready to be sent, again and again, unchanged. */
export interface EncodedRequest {
  readonly octets: Buffer;
  readonly identifier: number;
  /** What the reply is checked against. */
  readonly authenticator: Uint8Array;
}

export interface RequestParts {
  readonly code: number;
  readonly identifier: number;
  /** 16 unpredictable octets. Not used by keyed requests, whose authenticator is computed. */
  readonly authenticator?: Uint8Array;
  /** Encoded attributes, without the Message-Authenticator. */
  readonly attributes: readonly Uint8Array[];
  /** Default true. */
  readonly messageAuthenticator?: boolean;
}

/**
 * Puts a request together: Message-Authenticator first, then for Accounting-, CoA- and Disconnect-Request the keyed
 * authenticator (RFC 2866 §3, 5176 §2.3).
 *
 * @throws RangeError when it would be longer than 4096 octets
 */
export function encodeRequest(parts: RequestParts, key: SharedKey): EncodedRequest {
  const signed = parts.messageAuthenticator ?? true;
  const octets = layOut(parts, signed);
  const keyed = isKeyed(parts.code);
  if (!keyed && parts.authenticator !== undefined) octets.set(parts.authenticator, 4);
  if (signed) hmacMd5Into(key.work, key.hmac, octets, 0, octets.length, octets, headerLength + 2);
  if (keyed) md5Into(key.work, Buffer.concat([octets, key.octets]), 0, octets.length + key.octets.length, octets, 4);
  return { octets, identifier: parts.identifier, authenticator: octets.subarray(4, headerLength) };
}

function layOut(parts: RequestParts, signed: boolean): Buffer {
  const messageAuthenticator = Buffer.alloc(signed ? 18 : 0);
  if (signed) messageAuthenticator.set([attribute.messageAuthenticator, 18]);
  const octets = Buffer.concat([Buffer.alloc(headerLength), messageAuthenticator, ...parts.attributes]);
  if (octets.length > maxPacketLength) throw new RangeError(`a packet of ${octets.length} octets; 4096 is the most`);
  octets[0] = parts.code;
  octets[1] = parts.identifier;
  octets.writeUInt16BE(octets.length, 2);
  return octets;
}

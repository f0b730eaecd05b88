import { attribute } from './packet/codes.ts';
import { hmacMd5Into } from './packet/hmac-md5.ts';
import { appendAttribute, type ReplyWriter } from './packet/reply.ts';
import type { SharedKey } from './packet/shared-key.ts';
import { equalOctets } from './packet/verify.ts';

const version = 1;
const idLength = 8;
const tagLength = 8;
const length = 1 + idLength + tagLength;

/**
 * Adds our Class: version, random id, and a tag keyed with the shared secret over both and the username. 17 octets, because
 * some stores cut at 64. The NAS repeats it in accounting (RFC 2865 §5.25), where `isOwnClass` knows it again.
 */
export function appendClass(writer: ReplyWriter, id: Uint8Array, username: string, key: SharedKey): void {
  const value = Buffer.allocUnsafe(length);
  value[0] = version;
  value.set(id.subarray(0, idLength), 1);
  writeTag(value, username, key);
  appendAttribute(writer, attribute.class, value);
}

/** Did we give this Class to this username on this NAS? */
export function isOwnClass(value: Uint8Array, username: string, key: SharedKey): boolean {
  if (value.length !== length || value[0] !== version) return false;
  const expected = Buffer.from(value);
  writeTag(expected, username, key);
  return equalOctets(value, 0, expected, 0, length);
}

function writeTag(value: Buffer, username: string, key: SharedKey): void {
  const signed = Buffer.allocUnsafe(1 + idLength + username.length * 3);
  value.copy(signed, 0, 0, 1 + idLength);
  const end = 1 + idLength + signed.write(username, 1 + idLength);
  const digest = Buffer.allocUnsafe(16);
  hmacMd5Into(key.work, key.hmac, signed, 0, end, digest, 0);
  digest.copy(value, 1 + idLength, 0, tagLength);
}

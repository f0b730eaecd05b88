import { equalOctetsAt } from '../base/equal-octets.ts';
import { markLength } from './granted-mark.ts';
import { attribute, maxPacketLength } from './packet/codes.ts';
import { hmacMd5Into } from './packet/hmac-md5.ts';
import type { ReplyWriter } from './packet/reply.ts';
import type { SharedKey } from './packet/shared-key.ts';
import type { RandomPool } from './random-pool.ts';

const version = 2;
const idLength = 8;
const tagLength = 8;
const tagAt = 1 + idLength + markLength;
const length = tagAt + tagLength;

/**
 * Adds our Class: version, random id, a mark of what is granted, and a tag keyed with the shared secret over all that and
 * the username. 25 octets, because some stores cut at 64. The NAS repeats it in accounting (RFC 2865 §5.25), where
 * `markInClass` reads it.
 *
 * @param usernameAt offset of the request's User-Name
 */
export function appendClass(
  writer: ReplyWriter,
  request: Uint8Array,
  usernameAt: number,
  key: SharedKey,
  random: RandomPool,
  mark: Uint8Array,
): void {
  const { out, length: at } = writer;
  writer.length += 2 + length;
  if (writer.length > maxPacketLength) return;
  out[at] = attribute.class;
  out[at + 1] = 2 + length;
  out[at + 2] = version;
  random.fill(out, at + 3, idLength);
  for (let index = 0; index < markLength; index += 1) out[at + 3 + idLength + index] = mark[index] as number;
  // The name is put where the tag and what follows will be, only to be hashed.
  const nameLength = (request[usernameAt + 1] as number) - 2;
  const tag = at + 2 + tagAt;
  for (let index = 0; index < nameLength; index += 1) out[tag + index] = request[usernameAt + 2 + index] as number;
  hmacMd5Into(key.work, key.hmac, out, at + 2, tag + nameLength, key.saved, 0);
  for (let index = 0; index < tagLength; index += 1) out[tag + index] = key.saved[index] as number;
}

/** Did we give this Class to this username on this NAS? */
export function isOwnClass(value: Uint8Array, username: string, key: SharedKey): boolean {
  if (value.length !== length || value[0] !== version) return false;
  const signed = Buffer.concat([value.subarray(0, tagAt), Buffer.from(username)]);
  const digest = new Uint8Array(16);
  hmacMd5Into(key.work, key.hmac, signed, 0, signed.length, digest, 0);
  return equalOctetsAt(value, tagAt, digest, 0, tagLength);
}

/** What was granted with this Class; `undefined` when it is none of ours, or of an earlier version. */
export function markInClass(value: Uint8Array, username: string, key: SharedKey): Uint8Array | undefined {
  return isOwnClass(value, username, key) ? value.subarray(1 + idLength, tagAt) : undefined;
}

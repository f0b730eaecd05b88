import { equalOctetsAt } from '../../base/equal-octets.ts';
import type { Nas } from '../../directory/reader.ts';
import { attribute, maxPacketLength } from '../packet/codes.ts';
import { hmacMd5Into } from '../packet/hmac-md5.ts';
import type { ReplyWriter } from '../packet/reply.ts';
import { type SharedKey, sharedKey } from '../packet/shared-key.ts';
import type { RandomPool } from '../random-pool.ts';
import { markLength } from './granted-mark.ts';

const version = 2;
/** With the time at which the session must end, as somebody else than the declaration said. */
const versionWithEnd = 3;
const idLength = 8;
const tagLength = 8;
const endAt = 1 + idLength + markLength;
const endLength = 4;

/**
 * Adds our Class: version, random id, a mark of what is granted, the end of the session where that is said elsewhere, and a
 * tag keyed with the shared secret over all that and the username. 25 or 29 octets, because some stores cut at 64. The NAS repeats it in accounting (RFC 2865 §5.25), where
 * `markInClass` reads it.
 *
 * @param usernameAt offset of the request's User-Name
 * @param endsAt seconds since 1970; 0 where only what is declared ends it
 */
export function appendClass(
  writer: ReplyWriter,
  request: Uint8Array,
  usernameAt: number,
  key: SharedKey,
  random: RandomPool,
  mark: Uint8Array,
  endsAt = 0,
): void {
  const { out, length: at } = writer;
  const tagAt = endsAt === 0 ? endAt : endAt + endLength;
  const length = tagAt + tagLength;
  writer.length += 2 + length;
  if (writer.length > maxPacketLength) return;
  out[at] = attribute.class;
  out[at + 1] = 2 + length;
  out[at + 2] = endsAt === 0 ? version : versionWithEnd;
  random.fill(out, at + 3, idLength);
  for (let index = 0; index < markLength; index += 1) out[at + 3 + idLength + index] = mark[index] as number;
  if (endsAt !== 0)
    for (let index = 0; index < endLength; index += 1) out[at + 2 + endAt + index] = endsAt >>> (24 - 8 * index);
  // The name is put where the tag and what follows will be, only to be hashed.
  const nameLength = (request[usernameAt + 1] as number) - 2;
  const tag = at + 2 + tagAt;
  for (let index = 0; index < nameLength; index += 1) out[tag + index] = request[usernameAt + 2 + index] as number;
  hmacMd5Into(key.work, key.hmac, out, at + 2, tag + nameLength, key.saved, 0);
  for (let index = 0; index < tagLength; index += 1) out[tag + index] = key.saved[index] as number;
}

/** Did we give this Class to this username on this NAS? */
export function isOwnClass(value: Uint8Array, username: string, key: SharedKey): boolean {
  const tagAt = value[0] === version ? endAt : endAt + endLength;
  if (value.length !== tagAt + tagLength || (value[0] !== version && value[0] !== versionWithEnd)) return false;
  const signed = Buffer.concat([value.subarray(0, tagAt), Buffer.from(username)]);
  const digest = new Uint8Array(16);
  hmacMd5Into(key.work, key.hmac, signed, 0, signed.length, digest, 0);
  return equalOctetsAt(value, tagAt, digest, 0, tagLength);
}

/** What was granted with this Class; `undefined` when it is none of ours, or of an earlier version. */
export function markInClass(value: Uint8Array, username: string, key: SharedKey): Uint8Array | undefined {
  return isOwnClass(value, username, key) ? value.subarray(1 + idLength, endAt) : undefined;
}

/**
 * When the session of this Class must end, whatever is declared: milliseconds since 1970. `undefined` when nobody said so, or
 * it is none of ours.
 */
export function endInClass(value: Uint8Array, username: string, key: SharedKey): number | undefined {
  if (value[0] !== versionWithEnd || !isOwnClass(value, username, key)) return undefined;
  return Buffer.from(value).readUInt32BE(endAt) * 1000;
}

/** What the Class of a NAS is keyed with: over TLS everybody has the same secret. */
export function classKey({ radsec, secret }: Pick<Nas, 'radsec' | 'secret'>): SharedKey {
  return sharedKey(radsec === undefined ? secret.reveal() : 'radsec');
}

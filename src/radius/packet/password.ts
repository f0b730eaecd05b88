import { md5Into } from '../../base/md5.ts';
import type { SharedKey } from './shared-key.ts';

const block = 16;
/** The longest User-Password there is (RFC 2865 §5.2). */
export const maxPasswordLength = 128;

/**
 * The octets of a User-Password (RFC 2865 §5.2), without the zeros that pad its end. A zero in the middle stays: it belongs
 * to the password. With a wrong secret the result is noise, which nobody can tell.
 *
 * @param packet an Access-Request, for its authenticator
 * @param at offset of the attribute
 * @returns a view that is good until the next password of this NAS; nothing when the length of its value is not 16, 32, … 128
 */
export function revealPassword(packet: Uint8Array, at: number, key: SharedKey): Uint8Array | undefined {
  const length = (packet[at + 1] as number) - 2;
  if (length === 0 || length > maxPasswordLength || length % block !== 0) return undefined;
  const { revealed } = key;
  unmaskInto(revealed, length, packet, at + 2, packet, 4, block, key);
  let end = length;
  while (end > 0 && revealed[end - 1] === 0) end -= 1;
  return firstOf(key, end);
}

/** The first `length` octets of what was revealed: to make a view of an array takes as long as to hash. */
function firstOf({ revealed, firstRevealed }: SharedKey, length: number): Uint8Array {
  const known = firstRevealed[length];
  if (known !== undefined) return known;
  const made = revealed.subarray(0, length);
  firstRevealed[length] = made;
  return made;
}

/**
 * Hides a password of at most 128 octets (RFC 2865 §5.2).
 *
 * @throws RangeError when it is longer
 */
export function hidePassword(password: Uint8Array, requestAuthenticator: Uint8Array, key: SharedKey): Uint8Array {
  if (password.length > maxPasswordLength) throw new RangeError('a User-Password has at most 128 octets');
  const padded = new Uint8Array(Math.max(block, Math.ceil(password.length / block) * block));
  padded.set(password);
  return mask(padded, requestAuthenticator, key);
}

/** XOR with MD5(secret + previous cipher block), the first time with MD5(secret + `seed`). Length a multiple of 16. */
export function mask(clear: Uint8Array, seed: Uint8Array, key: SharedKey): Uint8Array {
  const hidden = clear.slice();
  maskInPlace(hidden, 0, hidden.length, seed, seed.length, key);
  return hidden;
}

/**
 * The same of `octets[from, from + length)`, where they stand.
 *
 * @param seed its first `seedLength` octets; not `key.revealed`, which is used meanwhile
 */
export function maskInPlace(
  octets: Uint8Array,
  from: number,
  length: number,
  seed: Uint8Array,
  seedLength: number,
  key: SharedKey,
): void {
  const { revealed: pad } = key;
  for (let at = from; at < from + length; at += block) {
    if (at === from) maskBlock(seed, 0, seedLength, key, pad, 0);
    else maskBlock(octets, at - block, block, key, pad, 0);
    for (let index = 0; index < block; index += 1) {
      octets[at + index] = (octets[at + index] as number) ^ (pad[index] as number);
    }
  }
}

/** The inverse of `mask`. */
export function unmask(hidden: Uint8Array, seed: Uint8Array, key: SharedKey): Uint8Array {
  const clear = new Uint8Array(hidden.length);
  unmaskInto(clear, clear.length, hidden, 0, seed, 0, seed.length, key);
  return clear;
}

/** Fills the first `length` octets of `clear` from `hidden[from…]`, without a view of either: this is on the way of every login. */
function unmaskInto(
  clear: Uint8Array,
  length: number,
  hidden: Uint8Array,
  from: number,
  seed: Uint8Array,
  seedAt: number,
  seedLength: number,
  key: SharedKey,
): void {
  for (let at = 0; at < length; at += block) {
    if (at === 0) maskBlock(seed, seedAt, seedLength, key, clear, at);
    else maskBlock(hidden, from + at - block, block, key, clear, at);
    for (let index = at; index < at + block; index += 1) {
      clear[index] = (clear[index] as number) ^ (hidden[from + index] as number);
    }
  }
}

/** MD5 of the secret and `seed[seedAt, seedAt + length)`, to `out` at `at`. */
function maskBlock(
  seed: Uint8Array,
  seedAt: number,
  length: number,
  key: SharedKey,
  out: Uint8Array,
  at: number,
): void {
  const from = key.octets.length;
  for (let index = 0; index < length; index += 1) key.scratch[from + index] = seed[seedAt + index] as number;
  md5Into(key.work, key.scratch, 0, from + length, out, at);
}

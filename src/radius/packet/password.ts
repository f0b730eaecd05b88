import { md5Into } from './md5.ts';
import type { SharedKey } from './shared-key.ts';

const block = 16;
/** The longest User-Password there is (RFC 2865 §5.2). */
export const maxPasswordLength = 128;

/**
 * The octets of a User-Password (RFC 2865 §5.2), without the zeros that pad its end. A zero in the middle stays: it belongs
 * to the password. With a wrong secret the result is noise, which nobody can tell.
 *
 * @param hidden the attribute's value
 * @returns nothing when its length is not 16, 32, … 128
 */
export function revealPassword(
  hidden: Uint8Array,
  requestAuthenticator: Uint8Array,
  key: SharedKey,
): Uint8Array | undefined {
  if (hidden.length === 0 || hidden.length > maxPasswordLength || hidden.length % block !== 0) return undefined;
  const clear = unmask(hidden, requestAuthenticator, key);
  let end = clear.length;
  while (end > 0 && clear[end - 1] === 0) end -= 1;
  return clear.subarray(0, end);
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
  const hidden = new Uint8Array(clear.length);
  const pad = new Uint8Array(block);
  for (let at = 0; at < clear.length; at += block) {
    maskBlock(at === 0 ? seed : hidden.subarray(at - block, at), key, pad);
    for (let index = 0; index < block; index += 1) {
      hidden[at + index] = (clear[at + index] as number) ^ (pad[index] as number);
    }
  }
  return hidden;
}

/** The inverse of `mask`. */
export function unmask(hidden: Uint8Array, seed: Uint8Array, key: SharedKey): Uint8Array {
  const clear = new Uint8Array(hidden.length);
  for (let at = 0; at < hidden.length; at += block) {
    maskBlock(at === 0 ? seed : hidden.subarray(at - block, at), key, clear, at);
    for (let index = at; index < at + block; index += 1) {
      clear[index] = (clear[index] as number) ^ (hidden[index] as number);
    }
  }
  return clear;
}

function maskBlock(seed: Uint8Array, key: SharedKey, out: Uint8Array, at = 0): void {
  const from = key.octets.length;
  for (let index = 0; index < seed.length; index += 1) key.scratch[from + index] = seed[index] as number;
  md5Into(key.work, key.scratch, 0, from + seed.length, out, at);
}

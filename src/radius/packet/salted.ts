import { headerLength } from './codes.ts';
import { mask, maskInPlace, unmask } from './password.ts';
import type { SharedKey } from './shared-key.ts';

/**
 * Hides a key with a salt, as MS-MPPE-Send-Key and -Recv-Key travel (RFC 2548 §2.4.2): salt, then length, key and zeros
 * under the mask.
 *
 * @param salt two octets, unique within the packet; the top bit is set here
 */
export function hideSalted(
  clear: Uint8Array,
  salt: Uint8Array,
  requestAuthenticator: Uint8Array,
  key: SharedKey,
): Uint8Array {
  const padded = new Uint8Array(Math.ceil((clear.length + 1) / 16) * 16);
  padded[0] = clear.length;
  padded.set(clear, 1);
  const marked = Uint8Array.of((salt[0] as number) | 0x80, salt[1] as number);
  return concat(marked, mask(padded, concat(requestAuthenticator, marked), key));
}

/** Octets of a key of so many when it is hidden, with its salt. */
export function saltedLength(length: number): number {
  return 2 + ((length + 16) & ~15);
}

/**
 * The same, written to `out` at `at`, where the salt stands already: on the way of every login by MS-CHAP nothing is made for
 * it.
 *
 * @param request for its authenticator
 */
export function hideSaltedInto(
  out: Uint8Array,
  at: number,
  clear: Uint8Array,
  request: Uint8Array,
  key: SharedKey,
): void {
  const { length } = clear;
  const { saved: seed } = key;
  const end = at + saltedLength(length);
  out[at] = (out[at] as number) | 0x80;
  for (let index = 0; index < 16; index += 1) seed[index] = request[headerLength - 16 + index] as number;
  seed[16] = out[at] as number;
  seed[17] = out[at + 1] as number;
  out[at + 2] = length;
  for (let index = 0; index < length; index += 1) out[at + 3 + index] = clear[index] as number;
  for (let index = at + 3 + length; index < end; index += 1) out[index] = 0;
  maskInPlace(out, at + 2, end - at - 2, seed, 18, key);
}

/** The key that `hideSalted` hid, or nothing when the value cannot be one. */
export function revealSalted(
  value: Uint8Array,
  requestAuthenticator: Uint8Array,
  key: SharedKey,
): Uint8Array | undefined {
  if (value.length < 18 || (value.length - 2) % 16 !== 0) return undefined;
  const clear = unmask(value.subarray(2), concat(requestAuthenticator, value.subarray(0, 2)), key);
  const length = clear[0] as number;
  return length < clear.length ? clear.subarray(1, 1 + length) : undefined;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

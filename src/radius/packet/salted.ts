import { mask, unmask } from './password.ts';
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

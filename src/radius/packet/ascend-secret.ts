import { md5Into } from '../../base/md5.ts';
import type { SharedKey } from './shared-key.ts';

const size = 16;

/**
 * Hides, or shows again, at most 16 octets the way Ascend does: XOR with MD5(Request Authenticator + secret), zeros behind a
 * shorter one. Seen in FreeRADIUS (`encrypt=3`) and radclient.
 */
export function maskAscendSecret(value: Uint8Array, requestAuthenticator: Uint8Array, key: SharedKey): Uint8Array {
  const masked = new Uint8Array(size);
  const input = Buffer.concat([requestAuthenticator, key.octets]);
  md5Into(key.work, input, 0, input.length, masked, 0);
  for (let index = 0; index < size; index += 1) masked[index] = (masked[index] as number) ^ (value[index] ?? 0);
  return masked;
}

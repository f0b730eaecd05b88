import jsMd4 from 'js-md4';

/**
 * MD4 (RFC 1320), 16 octets: gone from OpenSSL 3, and MS-CHAP is made of it. Only the package's `array` form computes by
 * itself; its others hand over to `createHash('md4')`, which throws.
 */
export function md4(octets: Uint8Array): Uint8Array {
  return Uint8Array.from(jsMd4.array(octets));
}

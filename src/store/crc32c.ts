/** CRC-32C (RFC 3720 appendix B.4), which LevelDB has behind every block. Node.js has the other CRC-32 alone. */
export function crc32c(octets: Uint8Array, from = 0, till = octets.length): number {
  return finished(extended(initial, octets, from, till));
}

/** A checksum under way: it has yet to be `finished`. */
export const initial = -1;

export function extended(crc: number, octets: Uint8Array, from: number, till: number): number {
  let sum = crc;
  for (let at = from; at < till; at += 1) sum = (table[(sum ^ (octets[at] as number)) & 0xff] as number) ^ (sum >>> 8);
  return sum;
}

export function finished(crc: number): number {
  return ~crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, octet) => {
  let sum = octet;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum;
});

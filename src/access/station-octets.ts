/**
 * A Calling-Station-Id where it stands in a packet: `[from, end)` of it, plain ASCII and not empty. Good as long as the packet is
 * looked at. To make a text of it takes as long as to hash, and of most logins it is only copied.
 */
export interface StationOctets {
  readonly octets: Uint8Array;
  readonly from: number;
  readonly end: number;
}

/** The same as text. */
export function textOfStation({ octets, from, end }: StationOctets): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, end - from).toString('latin1');
}

import { headerLength, maxPacketLength } from '../packet/codes.ts';

/**
 * Cuts a stream of octets into RADIUS packets by their Length (RFC 6613 §2.6.4). Holds no more than one packet that is not
 * whole.
 */
export class PacketStream {
  #rest: Buffer = Buffer.alloc(0);

  /** @returns the packets that are whole now; nothing when the stream is none of packets, and cannot become one again */
  push(octets: Buffer): readonly Buffer[] | undefined {
    let left = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
    const packets: Buffer[] = [];
    while (left.length >= 4) {
      const length = left.readUInt16BE(2);
      if (length < headerLength || length > maxPacketLength) return undefined;
      if (left.length < length) break;
      packets.push(left.subarray(0, length));
      left = left.subarray(length);
    }
    // A copy: a few octets must not keep a large chunk in memory.
    this.#rest = Buffer.from(left);
    return packets;
  }
}

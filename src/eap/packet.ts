/** RFC 3748 §4. */
export const eapCode = { request: 1, response: 2, success: 3, failure: 4 } as const;

/** RFC 3748 §5 and the registry of method types. */
export const eapType = {
  identity: 1,
  nak: 3,
  md5: 4,
  tls: 13,
  ttls: 21,
  peap: 25,
  mschapv2: 26,
  /** Extensions, inside PEAP only. */
  tlv: 33,
  expanded: 254,
} as const;

/** An answer of a peer, or a question of ours inside a tunnel. */
export interface EapPacket {
  readonly code: number;
  readonly identifier: number;
  readonly type: number;
  /** What follows the type: a view. */
  readonly data: Buffer;
}

const headerLength = 4;

/**
 * Reads a Request or a Response (RFC 3748 §4.1).
 *
 * @returns nothing for any other code, and when Length is not that of the octets
 */
export function parseEap(octets: Buffer): EapPacket | undefined {
  const [code, identifier] = octets;
  if (octets.length <= headerLength || octets.readUInt16BE(2) !== octets.length) return undefined;
  if (code !== eapCode.request && code !== eapCode.response) return undefined;
  return { code, identifier: identifier as number, type: octets[4] as number, data: octets.subarray(5) };
}

/** A Request or a Response. */
export function encodeEap({ code, identifier, type, data }: EapPacket): Buffer {
  const octets = Buffer.alloc(headerLength + 1 + data.length);
  octets[0] = code;
  octets[1] = identifier;
  octets.writeUInt16BE(octets.length, 2);
  octets[4] = type;
  octets.set(data, 5);
  return octets;
}

/** Success or Failure: no more than a header, with the Identifier of the Response that it answers (RFC 3748 §4.2). */
export function encodeOutcome(outcome: 'success' | 'failure', identifier: number): Buffer {
  return Buffer.of(eapCode[outcome], identifier, 0, headerLength);
}

/** The methods a peer would rather have, of either form of Nak (RFC 3748 §5.3); nothing when it is none. */
export function methodsOfNak({ type, data }: Pick<EapPacket, 'type' | 'data'>): readonly number[] | undefined {
  if (type === eapType.nak) return [...data].filter((wanted) => wanted !== 0);
  // Vendor 0 and type 3, then whole expanded types.
  if (type !== eapType.expanded || data.length < 7 || data.readUIntBE(0, 3) !== 0 || data.readUInt32BE(3) !== 3) {
    return undefined;
  }
  const wanted: number[] = [];
  for (let at = 7; at + 8 <= data.length; at += 8) {
    const isOurs = data[at] === eapType.expanded && data.readUIntBE(at + 1, 3) === 0;
    if (isOurs && data.readUInt32BE(at + 4) < eapType.expanded) wanted.push(data.readUInt32BE(at + 4));
  }
  return wanted;
}

/** One attribute inside TTLS, in the form of Diameter (RFC 5281 §10). */
export interface Avp {
  readonly vendor: number;
  readonly code: number;
  /** A view. */
  readonly value: Buffer;
}

const flag = { vendor: 0x80, mandatory: 0x40 } as const;
const mostAvps = 100;

/** @returns nothing when lengths do not fit, or there are far too many */
export function readAvps(octets: Buffer): readonly Avp[] | undefined {
  const avps: Avp[] = [];
  for (let at = 0; at < octets.length; ) {
    if (at + 8 > octets.length || avps.length === mostAvps) return undefined;
    const hasVendor = ((octets[at + 4] as number) & flag.vendor) !== 0;
    const header = hasVendor ? 12 : 8;
    const length = octets.readUIntBE(at + 5, 3);
    if (length < header || at + length > octets.length) return undefined;
    const vendor = hasVendor ? octets.readUInt32BE(at + 8) : 0;
    avps.push({ vendor, code: octets.readUInt32BE(at), value: octets.subarray(at + header, at + length) });
    // Padded to a multiple of four, but some leave the padding out at the end.
    at += Math.ceil(length / 4) * 4;
  }
  return avps;
}

/** One mandatory attribute with its padding. */
export function encodeAvp({ vendor, code, value }: Avp): Buffer {
  const header = vendor === 0 ? 8 : 12;
  const length = header + value.length;
  const octets = Buffer.alloc(Math.ceil(length / 4) * 4);
  octets.writeUInt32BE(code, 0);
  octets[4] = vendor === 0 ? flag.mandatory : flag.mandatory | flag.vendor;
  octets.writeUIntBE(length, 5, 3);
  if (vendor !== 0) octets.writeUInt32BE(vendor, 8);
  octets.set(value, header);
  return octets;
}

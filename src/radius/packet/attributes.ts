import ipaddr from 'ipaddr.js';

/** How the octets of an attribute are read (RFC 8044). */
export type AttributeType =
  | 'integer'
  | 'time'
  | 'integer64'
  | 'text'
  | 'string'
  | 'ipv4'
  | 'ipv6'
  | 'ipv4-prefix'
  | 'ipv6-prefix'
  | 'interface-id';

/** A decoded value. Addresses and prefixes are text, `string` is octets, `integer64` is a bigint. */
export type AttributeValue = number | bigint | string | Uint8Array;

/** The most octets one attribute holds; four fewer and two fewer inside a Vendor-Specific one. */
export const maxValueLength = 253;
export const maxVendorValueLength = 247;

/**
 * Reads a value. Whatever does not fit its type is as good as not there (RFC 6929 §2.8).
 *
 * @returns nothing for a wrong length, a prefix longer than its address, or text that is not UTF-8
 */
export function decodeValue(type: AttributeType, octets: Uint8Array): AttributeValue | undefined {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  switch (type) {
    case 'integer':
    case 'time':
      return view.length === 4 ? view.readUInt32BE(0) : undefined;
    case 'integer64':
      return view.length === 8 ? view.readBigUInt64BE(0) : undefined;
    case 'text':
      return decodeText(view);
    case 'string':
      return view.length > 0 ? octets : undefined;
    case 'ipv4':
      return view.length === 4 ? view.join('.') : undefined;
    case 'ipv6':
      return view.length === 16 ? formatIpv6(view) : undefined;
    case 'ipv4-prefix':
      return decodeIpv4Prefix(view);
    case 'ipv6-prefix':
      return decodeIpv6Prefix(view);
    default:
      return view.length === 8 ? view.toString('hex').replace(/(....)(?=.)/g, '$1:') : undefined;
  }
}

/**
 * The octets of a value.
 *
 * @param value numbers for `integer` and `time`, text for the rest; `0x…` text gives the octets of a `string`
 * @returns nothing when the value does not fit the type
 */
export function encodeValue(type: AttributeType, value: string | number | bigint | Uint8Array): Uint8Array | undefined {
  if (type === 'integer' || type === 'time') return encodeInteger(value);
  if (type === 'integer64') return encodeInteger64(value);
  if (value instanceof Uint8Array) return type === 'string' ? notEmpty(value) : undefined;
  return typeof value === 'string' ? encodeTextual(type, value) : undefined;
}

function encodeTextual(type: AttributeType, value: string): Uint8Array | undefined {
  switch (type) {
    case 'text':
      return /\p{Cs}/u.test(value) ? undefined : notEmpty(new TextEncoder().encode(value));
    case 'string':
      return notEmpty(octetsOf(value));
    case 'ipv4':
      return parseIpv4(value);
    case 'ipv6':
      return parseIpv6(value);
    case 'ipv4-prefix':
      return encodePrefix(value, 32, parseIpv4);
    case 'ipv6-prefix':
      return encodePrefix(value, 128, parseIpv6);
    default:
      return /^[0-9a-f]{4}(:[0-9a-f]{4}){3}$/i.test(value) ? Buffer.from(value.replaceAll(':', ''), 'hex') : undefined;
  }
}

/** One attribute: type, length, value. The value is not longer than 253 octets. */
export function encodeAttribute(type: number, value: Uint8Array): Uint8Array {
  if (value.length > maxValueLength)
    throw new RangeError(`attribute ${type} of ${value.length} octets; 253 is the most`);
  const octets = new Uint8Array(2 + value.length);
  octets[0] = type;
  octets[1] = octets.length;
  octets.set(value, 2);
  return octets;
}

/** One Vendor-Specific attribute with one sub-attribute (RFC 2865 §5.26), value up to 247 octets. */
export function encodeVendorAttribute(vendor: number, type: number, value: Uint8Array): Uint8Array {
  if (value.length > maxVendorValueLength)
    throw new RangeError(`vendor attribute of ${value.length} octets; 247 is the most`);
  const octets = Buffer.alloc(8 + value.length);
  octets[0] = 26;
  octets[1] = octets.length;
  octets.writeUInt32BE(vendor, 2);
  octets[6] = type;
  octets[7] = 2 + value.length;
  octets.set(value, 8);
  return octets;
}

/** One attribute as it stands in a packet; `vendor` is absent for those of the RFCs. */
export interface RawAttribute {
  readonly vendor?: number;
  readonly type: number;
  /** A view into the packet. */
  readonly value: Uint8Array;
}

/**
 * The attributes of a section that was walked before, in order, with the sub-attributes of each well-formed
 * Vendor-Specific one in its place. A broken Vendor-Specific attribute comes as type 26, whole.
 */
export function listAttributes(packet: Uint8Array, from: number, end: number): RawAttribute[] {
  const found: RawAttribute[] = [];
  for (let at = from; at < end; at += packet[at + 1] as number) {
    const type = packet[at] as number;
    const value = packet.subarray(at + 2, at + (packet[at + 1] as number));
    const inside = type === 26 ? vendorAttributes(value) : undefined;
    if (inside === undefined) found.push({ type, value });
    else found.push(...inside);
  }
  return found;
}

/** Sub-attributes of one Vendor-Specific value; nothing when it is not in the usual form. */
export function vendorAttributes(value: Uint8Array): RawAttribute[] | undefined {
  if (value.length < 6) return undefined;
  const vendor = Buffer.from(value.buffer, value.byteOffset, 4).readUInt32BE(0);
  const found: RawAttribute[] = [];
  for (let at = 4; at < value.length; at += value[at + 1] as number) {
    const size = value[at + 1];
    if (size === undefined || size < 2 || at + size > value.length) return undefined;
    found.push({ vendor, type: value[at] as number, value: value.subarray(at + 2, at + size) });
  }
  return found;
}

function decodeText(view: Buffer): string | undefined {
  if (view.length === 0) return undefined;
  const text = view.toString('utf8');
  return text.includes('\u{fffd}') && !view.equals(Buffer.from(text)) ? undefined : text;
}

function encodeInteger(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) return undefined;
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function encodeInteger64(value: unknown): Uint8Array | undefined {
  const number = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof number !== 'bigint' || number < 0n || number >= 1n << 64n) return undefined;
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(number);
  return octets;
}

function octetsOf(value: string): Uint8Array {
  return /^0x([0-9a-f]{2})+$/i.test(value) ? Buffer.from(value.slice(2), 'hex') : new TextEncoder().encode(value);
}

function notEmpty(octets: Uint8Array): Uint8Array | undefined {
  return octets.length > 0 ? octets : undefined;
}

/** Four octets of a dotted address without leading zeros. */
export function parseIpv4(text: string): Uint8Array | undefined {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet < 256) ? Uint8Array.from(octets) : undefined;
}

/** Sixteen octets of an IPv6 address, without a zone. */
export function parseIpv6(text: string): Uint8Array | undefined {
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
}

function formatIpv6(octets: Uint8Array): string {
  return new ipaddr.IPv6([...octets]).toRFC5952String();
}

function decodeIpv4Prefix(view: Buffer): string | undefined {
  const length = (view[1] ?? 64) & 0x3f;
  if (view.length !== 6 || length > 32) return undefined;
  return `${masked(view.subarray(2), length).join('.')}/${length}`;
}

function decodeIpv6Prefix(view: Buffer): string | undefined {
  const length = view[1] ?? 255;
  if (view.length < 2 || view.length > 18 || length > 128 || (view.length - 2) * 8 < length) return undefined;
  const address = new Uint8Array(16);
  address.set(view.subarray(2));
  return `${formatIpv6(masked(address, length))}/${length}`;
}

/** Reserved octet, length in bits, address; the shortest form for IPv6, bits behind the prefix zero. */
function encodePrefix(
  text: string,
  bits: 32 | 128,
  parse: (text: string) => Uint8Array | undefined,
): Uint8Array | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = parse(match?.[1] ?? '');
  const length = Number(match?.[2] ?? Number.NaN);
  if (address === undefined || !(length <= bits)) return undefined;
  const kept = masked(address, length).subarray(0, bits === 32 ? 4 : Math.ceil(length / 8));
  return Uint8Array.from([0, length, ...kept]);
}

function masked(address: Uint8Array, bits: number): Uint8Array {
  return Uint8Array.from(address, (octet, index) => {
    const keep = Math.max(0, Math.min(8, bits - index * 8));
    return octet & (0xff << (8 - keep));
  });
}

import ipaddr from 'ipaddr.js';

/** How the octets of an attribute are read (RFC 8044). */
export type AttributeType =
  | 'integer'
  | 'time'
  | 'integer64'
  /** One and two octets: inside a `tlv`, and of vendors. */
  | 'byte'
  | 'short'
  | 'text'
  | 'string'
  | 'ipv4'
  | 'ipv6'
  | 'ipv4-prefix'
  | 'ipv6-prefix'
  | 'interface-id'
  /** Attributes inside an attribute (RFC 6929 §2.3): octets here, read by those who know which. */
  | 'tlv';

/** A decoded value. Addresses and prefixes are text, `string` is octets, `integer64` is a bigint. */
export type AttributeValue = number | bigint | string | Uint8Array;

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
    case 'byte':
      return view.length === 1 ? view[0] : undefined;
    case 'short':
      return view.length === 2 ? view.readUInt16BE(0) : undefined;
    case 'text':
      return decodeText(view);
    case 'string':
    case 'tlv':
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
 * @param value numbers for `integer`, `time`, `byte` and `short`, text for the rest; `0x…` text gives the octets of a `string`
 * @returns nothing when the value does not fit the type
 */
export function encodeValue(type: AttributeType, value: string | number | bigint | Uint8Array): Uint8Array | undefined {
  const size = wholeNumbers[type];
  if (size !== undefined) return encodeInteger(value, size);
  if (type === 'integer64') return encodeInteger64(value);
  if (value instanceof Uint8Array) return type === 'string' || type === 'tlv' ? notEmpty(value) : undefined;
  return typeof value === 'string' ? encodeTextual(type, value) : undefined;
}

function encodeTextual(type: AttributeType, value: string): Uint8Array | undefined {
  switch (type) {
    case 'text':
      return /\p{Cs}/u.test(value) ? undefined : notEmpty(new TextEncoder().encode(value));
    case 'string':
      return notEmpty(octetsOf(value));
    case 'tlv':
      return undefined;
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

function decodeText(view: Buffer): string | undefined {
  if (view.length === 0) return undefined;
  const text = view.toString('utf8');
  return text.includes('\u{fffd}') && !view.equals(Buffer.from(text)) ? undefined : text;
}

/** Octets of a number of each type. */
const wholeNumbers: Partial<Record<AttributeType, number>> = { integer: 4, time: 4, short: 2, byte: 1 };

function encodeInteger(value: unknown, size: number): Uint8Array | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) return undefined;
  const octets = Buffer.alloc(size);
  octets.writeUIntBE(value, 0, size);
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

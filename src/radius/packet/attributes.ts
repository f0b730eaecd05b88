import { type VendorFormat, vendorFormat } from './vendor-format.ts';

/** The most octets one attribute holds; four fewer and two fewer inside a Vendor-Specific one of the usual form. */
export const maxValueLength = 253;
export const maxVendorValueLength = 247;

/** Numbers of the attributes that hold attributes of a second kind (RFC 6929 §2.1, §2.2). */
export type ExtendedType = 241 | 242 | 243 | 244 | 245 | 246;

/** One attribute as it stands in a packet; `vendor` and `extended` are absent for those of 1 to 255. */
export interface RawAttribute {
  readonly vendor?: number;
  readonly extended?: ExtendedType;
  readonly type: number;
  /** A view into the packet, but of a long one in several parts. */
  readonly value: Uint8Array;
}

const vendorSpecific = 26;
/** More-bit of a Long-Extended attribute. */
const more = 0x80;

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

/** One value in as many attributes of a type as it takes, to be joined again in order (RFC 3579 §3.1, RFC 4849 §2). */
export function encodeSplit(type: number, value: Uint8Array): Uint8Array {
  return Buffer.concat(parts(value, maxValueLength).map((part) => encodeAttribute(type, part)));
}

/** One Vendor-Specific attribute with one sub-attribute (RFC 2865 §5.26), value up to 247 octets, fewer for wide vendors. */
export function encodeVendorAttribute(vendor: number, type: number, value: Uint8Array): Uint8Array {
  const format = vendorFormat(vendor);
  const room = maxValueLength - 4 - format.type - format.length;
  if (value.length > room) throw new RangeError(`vendor attribute of ${value.length} octets; ${room} is the most`);
  const octets = Buffer.alloc(6 + format.type + format.length + value.length);
  octets[0] = vendorSpecific;
  octets[1] = octets.length;
  octets.writeUInt32BE(vendor, 2);
  octets.writeUIntBE(type, 6, format.type);
  if (format.length > 0) octets.writeUIntBE(octets.length - 6, 6 + format.type, format.length);
  octets.set(value, 6 + format.type + format.length);
  return octets;
}

/**
 * An attribute of the extended space (RFC 6929), of a vendor or of the RFCs; of 245 and 246 in as many parts as it takes.
 *
 * @throws RangeError when the value does not fit, which those of 245 and 246 always do
 */
export function encodeExtended({
  extended,
  vendor,
  type,
  value,
}: RawAttribute & { extended: ExtendedType }): Uint8Array {
  const content = vendor === undefined ? value : Buffer.concat([vendorHead(vendor, type), value]);
  const kind = vendor === undefined ? type : vendorSpecific;
  if (extended < 245) return encodeAttribute(extended, Buffer.concat([Uint8Array.of(kind), content]));
  const all = parts(content, maxValueLength - 2);
  const flags = (index: number) => (index < all.length - 1 ? more : 0);
  return Buffer.concat(
    all.map((part, index) => encodeAttribute(extended, Buffer.concat([Uint8Array.of(kind, flags(index)), part]))),
  );
}

/** Octets that the value of an attribute may have at most. */
export function roomOf({ extended, vendor }: Pick<RawAttribute, 'extended' | 'vendor'>): number {
  if (extended !== undefined) return extended < 245 ? maxValueLength - (vendor === undefined ? 1 : 6) : 4000;
  if (vendor === undefined) return maxValueLength;
  const { type, length } = vendorFormat(vendor);
  return maxValueLength - 4 - type - length;
}

/**
 * The attributes of a section that was walked before, in order, with the sub-attributes of each well-formed
 * Vendor-Specific one in its place and the parts of a long one joined. A broken Vendor-Specific or extended attribute comes
 * whole, as its type of 26 or 241 to 246.
 */
export function listAttributes(packet: Uint8Array, from: number, end: number): RawAttribute[] {
  const found: RawAttribute[] = [];
  for (let at = from; at < end; ) {
    const type = packet[at] as number;
    const next = at + (packet[at + 1] as number);
    const value = packet.subarray(at + 2, next);
    const long = type === 245 || type === 246 ? longAttribute(packet, at, end, type) : undefined;
    const inside = type === vendorSpecific ? vendorAttributes(value) : undefined;
    if (long !== undefined) found.push(long.attribute);
    else if (inside !== undefined) found.push(...inside);
    else found.push((type > 240 && type < 245 && extendedAttribute(type as ExtendedType, value)) || { type, value });
    at = long?.next ?? next;
  }
  return found;
}

/** Sub-attributes of one Vendor-Specific value; nothing when it is not in the form of its vendor. */
export function vendorAttributes(value: Uint8Array): RawAttribute[] | undefined {
  if (value.length < 6) return undefined;
  const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const vendor = view.readUInt32BE(0);
  const format = vendorFormat(vendor);
  const head = format.type + format.length;
  const found: RawAttribute[] = [];
  for (let at = 4; at < view.length; ) {
    if (at + head > view.length) return undefined;
    const size = sizeAt(view, at, format);
    if (size < head || at + size > view.length) return undefined;
    found.push({ vendor, type: view.readUIntBE(at, format.type), value: value.subarray(at + head, at + size) });
    at += size;
  }
  return found;
}

/** Type, length, value and again: what is in a `tlv`; nothing when it does not come out even, or is empty. */
export function nestedAttributes(value: Uint8Array): RawAttribute[] | undefined {
  const found: RawAttribute[] = [];
  for (let at = 0; at < value.length; at += value[at + 1] as number) {
    const size = value[at + 1];
    if (size === undefined || size < 3 || at + size > value.length) return undefined;
    found.push({ type: value[at] as number, value: value.subarray(at + 2, at + size) });
  }
  return found.length === 0 ? undefined : found;
}

function sizeAt(view: Buffer, at: number, { type, length }: VendorFormat): number {
  return length === 0 ? view.length - at : view.readUIntBE(at + type, length);
}

function vendorHead(vendor: number, type: number): Uint8Array {
  const octets = Buffer.alloc(5);
  octets.writeUInt32BE(vendor);
  octets[4] = type;
  return octets;
}

/** An empty value is no attribute (RFC 6929 §2.1): nothing then, as when a vendor's is too short to have a type. */
function extendedAttribute(extended: ExtendedType, content: Uint8Array): RawAttribute | undefined {
  const [type] = content;
  if (type === undefined || content.length < 2) return undefined;
  if (type !== vendorSpecific) return { extended, type, value: content.subarray(1) };
  if (content.length < 7) return undefined;
  const vendor = Buffer.from(content.buffer, content.byteOffset, content.length).readUInt32BE(1);
  return { extended, vendor, type: content[5] as number, value: content.subarray(6) };
}

/** Joins the parts of a long attribute, which follow one another (RFC 6929 §2.2); nothing when the last is missing. */
function longAttribute(
  packet: Uint8Array,
  from: number,
  end: number,
  extended: ExtendedType,
): { readonly attribute: RawAttribute; readonly next: number } | undefined {
  const type = packet[from + 2];
  const pieces: Uint8Array[] = [];
  for (let at = from; at < end && packet[at] === extended && packet[at + 2] === type; ) {
    const next = at + (packet[at + 1] as number);
    if (next - at < 5) return undefined;
    pieces.push(packet.subarray(at + 4, next));
    if (((packet[at + 3] as number) & more) === 0) {
      const attribute = extendedAttribute(extended, Buffer.concat([Uint8Array.of(type as number), ...pieces]));
      return attribute === undefined ? undefined : { attribute, next };
    }
    at = next;
  }
  return undefined;
}

function parts(value: Uint8Array, room: number): Uint8Array[] {
  const count = Math.max(1, Math.ceil(value.length / room));
  return Array.from({ length: count }, (_, index) => value.subarray(index * room, (index + 1) * room));
}

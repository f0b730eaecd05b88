import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What the `radius` package cannot do, or does too loosely for a router: octets in, octets out. */
export interface RawAttribute {
  readonly type: number;
  readonly value: Buffer;
}

export const mikrotik = 14_988;
export const microsoft = 311;
export const wispr = 14_122;
const messageAuthenticator = 80;

/** The attributes of a packet cut to its Length (RFC 2865 §3); `undefined` when it is malformed. */
export function attributesOf(packet: Buffer): readonly RawAttribute[] | undefined {
  const attributes: RawAttribute[] = [];
  for (let at = 20; at < packet.length; ) {
    const length = packet[at + 1] ?? 0;
    if (length < 2 || at + length > packet.length) return undefined;
    attributes.push({ type: packet[at] ?? 0, value: packet.subarray(at + 2, at + length) });
    at += length;
  }
  return attributes;
}

/** A datagram without what follows its Length; `undefined` when it is no RADIUS packet. */
export function trimmed(datagram: Buffer): Buffer | undefined {
  if (datagram.length < 20) return undefined;
  const length = datagram.readUInt16BE(2);
  return length < 20 || length > 4096 || length > datagram.length ? undefined : datagram.subarray(0, length);
}

/** Values of one vendor's attributes of one kind, in order. Several may share a Vendor-Specific. */
export function vendorValues(attributes: readonly RawAttribute[], vendor: number, type: number): readonly Buffer[] {
  return attributes
    .filter(({ type: outer, value }) => outer === 26 && value.length >= 6 && value.readUInt32BE(0) === vendor)
    .flatMap(({ value }) => subAttributes(value.subarray(4)))
    .filter((sub) => sub.type === type)
    .map((sub) => sub.value);
}

/** Vendor and type of every vendor attribute. */
export function vendorTypes(attributes: readonly RawAttribute[]): readonly (readonly [number, number])[] {
  return attributes
    .filter(({ type, value }) => type === 26 && value.length >= 6)
    .flatMap(({ value }) => subAttributes(value.subarray(4)).map((sub) => [value.readUInt32BE(0), sub.type] as const));
}

/** Fills in the Message-Authenticator that ends an Access-Request (RFC 3579 §3.2). */
export function signAccessRequest(packet: Buffer, secret: string): Buffer {
  packet.fill(0, packet.length - 16);
  createHmac('md5', secret)
    .update(packet)
    .digest()
    .copy(packet, packet.length - 16);
  return packet;
}

/** Whether a reply answers this request, octet for octet (RFC 2865 §3, RFC 3579 §3.2). */
export function isGenuineReply(reply: Buffer, request: Buffer, secret: string, needsAuthenticator: boolean): boolean {
  if (reply[1] !== request[1]) return false;
  const asSigned = Buffer.from(reply);
  request.copy(asSigned, 4, 4, 20);
  const digest = createHash('md5').update(asSigned).update(secret).digest();
  if (!timingSafeEqual(digest, reply.subarray(4, 20))) return false;
  return hasGenuineAuthenticator(asSigned, secret) ?? !needsAuthenticator;
}

/** Whether a Disconnect-, CoA- or Accounting-Request was made with this secret (RFC 5176 §2.3, §3.4). */
export function isGenuineRequest(packet: Buffer, secret: string): boolean {
  const zeroed = Buffer.from(packet).fill(0, 4, 20);
  const digest = createHash('md5').update(zeroed).update(secret).digest();
  if (!timingSafeEqual(digest, packet.subarray(4, 20))) return false;
  return hasGenuineAuthenticator(zeroed, secret) ?? true;
}

/** A reply to a Disconnect- or CoA-Request, signed (RFC 5176 §2.3). */
export function encodeReply(
  code: number,
  request: Buffer,
  attributes: readonly RawAttribute[],
  secret: string,
): Buffer {
  const body = attributes.map(({ type, value }) => Buffer.concat([Buffer.of(type, value.length + 2), value]));
  const reply = Buffer.concat([Buffer.from(request.subarray(0, 20)), ...body]);
  reply[0] = code;
  reply.writeUInt16BE(reply.length, 2);
  createHash('md5').update(reply).update(secret).digest().copy(reply, 4);
  return reply;
}

/** One block of a User-Password with nothing in it: the package would send none at all (RFC 2865 §5.2). */
export function hiddenEmptyPassword(secret: string, authenticator: Buffer): Buffer {
  return createHash('md5').update(secret).update(authenticator).digest();
}

function subAttributes(octets: Buffer): readonly RawAttribute[] {
  const found: RawAttribute[] = [];
  for (let at = 0; at + 2 <= octets.length; ) {
    const length = octets[at + 1] ?? 0;
    if (length < 2 || at + length > octets.length) return found;
    found.push({ type: octets[at] ?? 0, value: octets.subarray(at + 2, at + length) });
    at += length;
  }
  return found;
}

/** `undefined` when the packet has no Message-Authenticator. The packet carries the authenticator field it was made with. */
function hasGenuineAuthenticator(packet: Buffer, secret: string): boolean | undefined {
  const found = attributesOf(packet);
  if (found === undefined) return false;
  const ours = found.filter(({ type }) => type === messageAuthenticator);
  const [only] = ours;
  if (only === undefined) return undefined;
  if (ours.length > 1 || only.value.length !== 16) return false;
  const zeroed = Buffer.from(packet);
  const at = only.value.byteOffset - packet.byteOffset;
  zeroed.fill(0, at, at + 16);
  return timingSafeEqual(createHmac('md5', secret).update(zeroed).digest(), only.value);
}

import { longest, shortest } from './attribute-sizes.ts';
import { headerLength, maxPacketLength } from './codes.ts';

/** Why octets are not a RADIUS packet. */
export type FramingReason =
  | 'too-short'
  | 'length-min'
  | 'length-max'
  | 'length-mismatch'
  | 'attr-header'
  | 'attr-zero'
  | 'attr-short'
  | 'attr-overflow'
  | 'attr-count';

/** A packet of more attributes than this is an attack, not a login. */
export const maxAttributes = 200;

/**
 * Where things are in one packet, by offset: made once by a server and filled again by `readFrame` for every datagram, so
 * that looking at a packet allocates nothing. Valid until the next call.
 */
export interface Frame {
  code: number;
  identifier: number;
  /** The packet's own Length: what follows in the datagram is padding and belongs to no digest (RFC 2865 §3). */
  length: number;
  /** Number of attributes, and the type of each. */
  attributes: number;
  readonly seen: Uint8Array;
  /** Offset of the first attribute of each type that has a count: the rest is of older packets. */
  readonly first: Uint16Array;
  /** How many attributes are longer or shorter than a value of their type. */
  misfits: number;
  /** How many attributes of each type. */
  readonly count: Uint8Array;
}

export function emptyFrame(): Frame {
  return {
    code: 0,
    identifier: 0,
    length: 0,
    attributes: 0,
    misfits: 0,
    seen: new Uint8Array(maxAttributes),
    first: new Uint16Array(256),
    count: new Uint8Array(256),
  };
}

/** A copy that outlives the next packet. */
export function keptFrame(frame: Frame): Frame {
  return { ...frame, seen: frame.seen.slice(), first: frame.first.slice(), count: frame.count.slice() };
}

/** Checks a datagram's size and Length, and notes what its header says. */
export function readHeader(datagram: Uint8Array, frame: Frame): FramingReason | undefined {
  if (datagram.length < headerLength) return 'too-short';
  frame.code = datagram[0] as number;
  frame.identifier = datagram[1] as number;
  frame.length = ((datagram[2] as number) << 8) | (datagram[3] as number);
  if (frame.length < headerLength) return 'length-min';
  if (frame.length > maxPacketLength) return 'length-max';
  return frame.length > datagram.length ? 'length-mismatch' : undefined;
}

/**
 * Checks size, Length and every attribute header of a datagram, in that order, and notes where attributes begin.
 *
 * @returns the first thing wrong, or nothing when the packet is well formed
 */
export function readFrame(datagram: Uint8Array, frame: Frame): FramingReason | undefined {
  return readHeader(datagram, frame) ?? readAttributes(datagram, frame);
}

/** Walks the attributes of a datagram whose header `readHeader` accepted, once, without copying. */
export function readAttributes(datagram: Uint8Array, frame: Frame): FramingReason | undefined {
  const { first, count, seen, length } = frame;
  for (let index = 0; index < frame.attributes; index += 1) count[seen[index] as number] = 0;
  let attributes = 0;
  frame.attributes = 0;
  frame.misfits = 0;
  for (let at = headerLength; at < length; ) {
    if (at + 1 === length) return 'attr-header';
    const type = datagram[at] as number;
    const size = datagram[at + 1] as number;
    if (type === 0) return 'attr-zero';
    if (size < 2) return 'attr-short';
    if (at + size > length) return 'attr-overflow';
    if (attributes === maxAttributes) return 'attr-count';
    seen[attributes] = type;
    attributes += 1;
    frame.attributes = attributes;
    if (size < (shortest[type] as number) || size > (longest[type] as number)) frame.misfits += 1;
    if (count[type] === 0) first[type] = at;
    count[type] = (count[type] as number) + 1;
    at += size;
  }
  return undefined;
}

/** Offset of the first attribute of a type in octets nobody has checked, 0 when it is not found whole. */
export function findAttribute(datagram: Uint8Array, type: number): number {
  for (let at = headerLength; at + 1 < datagram.length; ) {
    const size = datagram[at + 1] as number;
    if (size < 2 || at + size > datagram.length) return 0;
    if (datagram[at] === type) return at;
    at += size;
  }
  return 0;
}

/** Numbers of attributes that are longer or shorter than a value of their type, as often as they occur. */
export function misfitsIn(packet: Uint8Array, frame: Frame): readonly number[] {
  const found: number[] = [];
  for (let at = headerLength; at < frame.length; at += packet[at + 1] as number) {
    const [type, size] = [packet[at] as number, packet[at + 1] as number];
    if (size < (shortest[type] as number) || size > (longest[type] as number)) found.push(type);
  }
  return found;
}

/** Offset of the first attribute of a type, 0 when there is none. */
export function offsetOf(frame: Frame, type: number): number {
  return frame.count[type] === 0 ? 0 : (frame.first[type] as number);
}

/** Offset of the next attribute of the same type after the one at `at`, 0 when there is none. */
export function nextOffset(packet: Uint8Array, frame: Frame, at: number): number {
  const type = packet[at];
  for (let next = at + (packet[at + 1] as number); next < frame.length; next += packet[next + 1] as number) {
    if (packet[next] === type) return next;
  }
  return 0;
}

/** The value of the attribute at `at`: a view, not a copy. */
export function valueAt(packet: Uint8Array, at: number): Uint8Array {
  return packet.subarray(at + 2, at + (packet[at + 1] as number));
}

/** The value of the first attribute of a type, a view; nothing when it is missing or empty. */
export function firstValue(packet: Uint8Array, frame: Frame, type: number): Uint8Array | undefined {
  const at = offsetOf(frame, type);
  if (at === 0 || packet[at + 1] === 2) return undefined;
  return valueAt(packet, at);
}

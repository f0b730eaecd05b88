import { Buffer } from 'node:buffer';
import { maxPacketLength } from './packet/codes.ts';

/**
 * Room for datagrams as recvmmsg(2) and sendmmsg(2) want it: headers, vectors, addresses and octets in one piece of memory
 * that is made once and stays where it is.
 *
 * Offsets are those of Linux on 64 bits, little-endian, where libc and kernel agree on them (x86-64 and AArch64, glibc and
 * musl): `struct mmsghdr` has the name's address, its length, address and number of vectors, control data (none), flags at
 * 48 and the length of the message at 56; `struct iovec` has an address and a length.
 */
export class MessageRing {
  readonly size: number;
  /** Of the headers, which are first. */
  readonly address: number;
  readonly #octets: Buffer;
  readonly #words: Uint32Array;
  readonly #names: number;
  readonly #data: number;

  constructor(size: number, calls: { addressOf(octets: Uint8Array): number }) {
    this.size = size;
    this.#names = size * (headerSize + vectorSize);
    this.#data = this.#names + size * nameStride;
    const memory = new ArrayBuffer(this.#data + size * dataStride);
    this.#octets = Buffer.from(memory);
    this.#words = new Uint32Array(memory);
    this.address = calls.addressOf(new Uint8Array(memory));
    for (let slot = 0; slot < size; slot += 1) this.#layOut(slot);
  }

  /** Octets that were received, a copy; what is longer than any packet is cut there. */
  copyOf(slot: number): Buffer {
    const length = this.#words[(slot * headerSize + messageLengthAt) >> 2] as number;
    const from = this.#data + slot * dataStride;
    const copy = Buffer.allocUnsafe(length);
    const octets = this.#octets;
    // `copy` would make a view first.
    for (let index = 0; index < length; index += 1) copy[index] = octets[from + index] as number;
    return copy;
  }

  /** Octets that were put there, a copy. */
  outgoing(slot: number): Buffer {
    const from = this.#data + slot * dataStride;
    const length = this.#words[(this.size * headerSize + slot * vectorSize + 8) >> 2] as number;
    return Buffer.from(this.#octets.subarray(from, from + length));
  }

  /** Of the header of a slot, and those after it. */
  addressFrom(slot: number): number {
    return this.address + slot * headerSize;
  }

  /** The sender's address of what was received, or where to it is to go: a view. */
  nameAt(slot: number): Buffer {
    const from = this.nameOffset(slot);
    return this.#octets.subarray(from, from + (this.#words[(slot * headerSize + nameLengthAt) >> 2] as number));
  }

  /** Where `nameAt` begins in `octets`, for who makes no view. */
  nameOffset(slot: number): number {
    return this.#names + slot * nameStride;
  }

  get octets(): Buffer {
    return this.#octets;
  }

  /** Makes room for the address of another sender. */
  clearName(slot: number): void {
    this.#words[(slot * headerSize + nameLengthAt) >> 2] = nameRoom;
  }

  /** @param octets at most 4096 @param name as `encodeSocketAddress` gives it */
  put(slot: number, octets: Uint8Array, name: Uint8Array): void {
    this.#words[(slot * headerSize + nameLengthAt) >> 2] = name.length;
    this.#words[(this.size * headerSize + slot * vectorSize + 8) >> 2] = octets.length;
    const to = this.nameOffset(slot);
    for (let index = 0; index < name.length; index += 1) this.#octets[to + index] = name[index] as number;
    this.#octets.set(octets, this.#data + slot * dataStride);
  }

  #layOut(slot: number): void {
    const header = slot * headerSize;
    const vector = this.size * headerSize + slot * vectorSize;
    this.#pointAt(header, this.nameOffset(slot));
    this.clearName(slot);
    this.#pointAt(header + vectorsAt, vector);
    this.#words[(header + vectorsAt + 8) >> 2] = 1;
    this.#pointAt(vector, this.#data + slot * dataStride);
    this.#words[(vector + 8) >> 2] = maxPacketLength;
  }

  #pointAt(at: number, offset: number): void {
    this.#octets.writeBigUInt64LE(BigInt(this.address + offset), at);
  }
}

const headerSize = 64;
const nameLengthAt = 8;
const vectorsAt = 16;
const messageLengthAt = 56;
const vectorSize = 16;
/** Of struct sockaddr_in6, the longest there is here. */
const nameRoom = 28;
const nameStride = 32;
/** Not a power of two: else the beginnings of all packets would share one place in the processor's cache. */
const dataStride = maxPacketLength + 64;

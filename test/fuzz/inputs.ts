import { createHash, createHmac } from 'node:crypto';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { hidePassword } from '../../src/radius/packet/password.ts';
import { secretText, testKey } from '../radius/support.ts';

/** One packet as it may come, and where to. */
export interface FuzzInput {
  readonly service: 'auth' | 'accounting';
  readonly octets: Buffer;
  readonly port: number;
}

/** Numbers from a seed: whole ones below `most`. Not for secrets. */
export type Chance = (most: number) => number;

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (most) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * most);
  };
}

/**
 * Packets of every kind that is served, then broken in zero to four places, and half of the broken ones signed anew: so that
 * they come as far as the code behind the signature. The same seed makes the same packets.
 */
export function fuzzInputs(chance: Chance): () => FuzzInput {
  return () => {
    const service = chance(3) === 0 ? 'accounting' : 'auth';
    const octets = chance(50) === 0 ? octetsBy(chance, chance(300)) : packetBy(chance, service);
    const breaks = chance(5);
    let broken = octets;
    for (let time = 0; time < breaks; time += 1) broken = breakers[chance(breakers.length)]?.(broken, chance) ?? broken;
    if (breaks > 0 && chance(2) === 0) sign(broken);
    return { service, octets: broken, port: chance(100) === 0 ? 0 : 1024 + chance(8) };
  };
}

/** Signs a packet in place, Message-Authenticator and keyed authenticator, as far as it is one. */
export function sign(packet: Buffer): void {
  const length = packet.length < 20 ? 0 : packet.readUInt16BE(2);
  if (length < 20 || length > packet.length) return;
  const keyed = packet[0] === 4 || packet[0] === 40 || packet[0] === 43;
  if (keyed) packet.fill(0, 4, 20);
  const at = signatureAt(packet, length);
  if (at !== undefined) {
    packet.fill(0, at, at + 16);
    createHmac('md5', secretText).update(packet.subarray(0, length)).digest().copy(packet, at);
  }
  if (keyed) createHash('md5').update(packet.subarray(0, length)).update(secretText).digest().copy(packet, 4);
}

/** Where the value of the first Message-Authenticator of a right size is. */
export function signatureAt(packet: Buffer, length: number): number | undefined {
  for (let at = 20; at + 1 < length; at += packet[at + 1] as number) {
    const size = packet[at + 1] as number;
    if (size < 2 || at + size > length) return undefined;
    if (packet[at] === 80 && size === 18) return at + 2;
  }
  return undefined;
}

type Breaker = (packet: Buffer, chance: Chance) => Buffer;

const breakers: readonly Breaker[] = [
  // One bit.
  (packet, chance) => {
    if (packet.length === 0) return packet;
    const at = chance(packet.length);
    packet[at] = (packet[at] as number) ^ (1 << chance(8));
    return packet;
  },
  // One octet, of those that are borders.
  (packet, chance) => {
    if (packet.length > 0) packet[chance(packet.length)] = [0, 1, 2, 3, 127, 128, 254, 255][chance(8)] as number;
    return packet;
  },
  // The Length.
  (packet, chance) => {
    if (packet.length >= 4)
      packet.writeUInt16BE(
        [0, 19, 20, packet.length - 1, packet.length + 1, 4096, 4097, 65_535][chance(8)] as number,
        2,
      );
    return packet;
  },
  (packet, chance) => packet.subarray(0, chance(packet.length + 1)),
  (packet, chance) => Buffer.concat([packet, octetsBy(chance, chance(40))]),
  (packet) => Buffer.concat([packet, packet.subarray(20)]),
  // An attribute more, and a Length that counts it.
  (packet, chance) => longer(packet, attributeBy(chance)),
  (packet, chance) => longer(packet, Buffer.of(chance(256), chance(4), ...octetsBy(chance, chance(6)))),
  (packet, chance) =>
    longer(packet, Buffer.concat(Array.from({ length: chance(220) }, () => Buffer.of(1 + chance(255), 2)))),
];

function longer(packet: Buffer, more: Uint8Array): Buffer {
  const made = Buffer.concat([packet, more]);
  if (made.length >= 20) made.writeUInt16BE(made.length & 0xffff, 2);
  return made;
}

function packetBy(chance: Chance, service: FuzzInput['service']): Buffer {
  const kinds = service === 'accounting' ? accounting : authentication;
  const [code, ...attributes] = kinds[chance(kinds.length)]?.(chance) ?? [12];
  const authenticator = octetsBy(chance, 16);
  const made = attributes.map((each) => (typeof each === 'function' ? each(authenticator) : each));
  for (let more = chance(6); more > 0; more -= 1) made.splice(chance(made.length + 1), 0, attributeBy(chance));
  if (chance(8) > 0) made.splice(chance(2) * chance(made.length + 1), 0, encodeAttribute(80, Buffer.alloc(16)));
  const packet = Buffer.concat([Buffer.of(code, chance(256), 0, 0), authenticator, ...made]);
  packet.writeUInt16BE(packet.length, 2);
  sign(packet);
  return packet;
}

type Part = Uint8Array | ((authenticator: Uint8Array) => Uint8Array);
type Kind = (chance: Chance) => readonly [code: number, ...parts: Part[]];

const names = ['anna', 'berta', 'nobody', '__proto__', '\u202ea', 'AA:BB:CC:00:00:01', 'guest-cafe-aabbcc000001', ''];
const nameBy = (chance: Chance): Uint8Array => encodeAttribute(1, Buffer.from(names[chance(names.length)] ?? ''));

const authentication: readonly Kind[] = [
  (chance) => {
    const password = Buffer.from(chance(2) === 0 ? 'correct horse' : 'guess');
    return [1, nameBy(chance), (authenticator) => encodeAttribute(2, hidePassword(password, authenticator, testKey))];
  },
  (chance) => [1, nameBy(chance), encodeAttribute(3, octetsBy(chance, 17)), encodeAttribute(60, octetsBy(chance, 16))],
  // MS-CHAP, version 1 and 2.
  (chance) => [1, nameBy(chance), microsoft(11, octetsBy(chance, 8)), microsoft(1, octetsBy(chance, 50))],
  (chance) => [1, nameBy(chance), microsoft(11, octetsBy(chance, 16)), microsoft(25, octetsBy(chance, 50))],
  (chance) => [1, nameBy(chance), encodeAttribute(79, eapBy(chance))],
  (chance) => [1, nameBy(chance), encodeAttribute(24, octetsBy(chance, 16)), encodeAttribute(79, eapBy(chance))],
  (chance) => [1, nameBy(chance), encodeAttribute(6, Buffer.of(0, 0, 0, chance(18)))],
  () => [12],
];

const accounting: readonly Kind[] = [
  (chance) => [
    4,
    encodeAttribute(40, Buffer.of(0, 0, 0, chance(16))),
    encodeAttribute(44, Buffer.from(`81${chance(50)}`)),
    nameBy(chance),
    encodeAttribute(42, octetsBy(chance, 4)),
    encodeAttribute(52, octetsBy(chance, 4)),
    encodeAttribute(55, octetsBy(chance, 4)),
    encodeAttribute(41, octetsBy(chance, 4)),
  ],
  () => [12],
];

/** Any attribute, most with a value that fits nothing. */
function attributeBy(chance: Chance): Uint8Array {
  if (chance(4) === 0) return vendorBy(chance);
  return encodeAttribute(1 + chance(255), octetsBy(chance, [0, 1, 3, 4, 6, 8, 16, 18, 50, 253][chance(10)] as number));
}

function vendorBy(chance: Chance): Uint8Array {
  const vendor = [311, 14_988, 14_122, 9, 0, 0xffff_ffff, 429, 4846][chance(8)] as number;
  const value = Buffer.alloc(4 + chance(60));
  value.writeUInt32BE(vendor);
  octetsBy(chance, value.length - 4).copy(value, 4);
  if (chance(2) === 0 && value.length > 6) value[5] = value.length - 4;
  return encodeAttribute(26, value.subarray(0, chance(10) === 0 ? chance(6) : value.length));
}

function microsoft(type: number, value: Uint8Array): Uint8Array {
  return encodeAttribute(26, Buffer.concat([Buffer.of(0, 0, 1, 55, type, value.length + 2), value]));
}

function eapBy(chance: Chance): Uint8Array {
  const data = chance(2) === 0 ? Buffer.from('anna') : octetsBy(chance, chance(60));
  const eap = Buffer.concat([
    Buffer.of(2, chance(256), 0, 0, [1, 3, 4, 26, 13, 21, 25, 254][chance(8)] as number),
    data,
  ]);
  eap.writeUInt16BE(chance(10) === 0 ? chance(400) : eap.length, 2);
  return eap;
}

function octetsBy(chance: Chance, length: number): Buffer {
  const octets = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) octets[at] = chance(256);
  return octets;
}

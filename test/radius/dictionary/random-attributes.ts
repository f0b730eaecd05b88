import fc from 'fast-check';
import type { AttributeDefinition } from '../../../src/radius/dictionary/definition.ts';
import { encodeNamed, type NamedAttribute, roomFor } from '../../../src/radius/dictionary/encode-named.ts';
import { listAttributes } from '../../../src/radius/packet/attributes.ts';

/** An attribute that a declaration could have, with what its dictionary knows of it. */
export interface RandomAttribute {
  readonly definition: AttributeDefinition;
  readonly named: NamedAttribute;
}

/** Any value of one of these attributes, tagged or not. */
export function randomAttribute(definitions: readonly AttributeDefinition[]): fc.Arbitrary<RandomAttribute> {
  return fc.constantFrom(...definitions).chain((definition) =>
    fc.tuple(anyValue(definition), fc.integer({ min: 1, max: 31 }), fc.boolean()).map(([value, tag, hasTag]) => {
      const name = definition.tagged === true && hasTag ? `${definition.name}:${tag}` : definition.name;
      return { definition, named: { name, value } };
    }),
  );
}

/** Those that are neither hidden on the way nor hold others: all other codecs know these alone. */
export function isPlain({ encryption, type, extended }: AttributeDefinition): boolean {
  return encryption === undefined && type !== 'tlv' && extended === undefined;
}

/** An Access-Accept of these attributes, unsigned: peers that check are given a secret otherwise. */
export function packetOf(attributes: readonly NamedAttribute[]): Buffer {
  const encoded = Buffer.concat(attributes.map(encodeNamed));
  const packet = Buffer.concat([Buffer.alloc(20), encoded]);
  packet.set([2, 7]);
  packet.writeUInt16BE(packet.length, 2);
  return packet;
}

/** `vendor:type=hex`, in order: what a packet holds whatever the names. */
export function rawList(packet: Uint8Array): readonly string[] {
  return listAttributes(packet, 20, packet.length).map(
    ({ extended, vendor, type, value }) =>
      `${extended === undefined ? '' : `${extended}.`}${vendor ?? ''}:${type}=${Buffer.from(value).toString('hex')}`,
  );
}

function anyValue(definition: AttributeDefinition): fc.Arbitrary<string | number> {
  const { type, tagged, values } = definition;
  switch (type) {
    case 'integer': {
      const number = fc.nat(tagged === true ? 0xffffff : 0xffffffff);
      return values === undefined ? number : fc.oneof(number, fc.constantFrom(...Object.keys(values)));
    }
    case 'time':
      return fc.nat(0xffffffff);
    case 'byte':
      return fc.nat(255);
    case 'short':
      return fc.nat(65_535);
    case 'integer64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case 'text':
      return text(Math.min(roomFor(definition), 253));
    case 'string':
      return octets(definition);
    case 'ipv4':
      return ipv4;
    case 'ipv6':
      return fc.ipV6().filter((address) => !address.includes('.'));
    case 'ipv4-prefix':
      return fc.tuple(ipv4, fc.nat(32)).map(([address, length]) => `${address}/${length}`);
    case 'ipv6-prefix':
      return fc
        .tuple(
          fc.ipV6().filter((address) => !address.includes('.')),
          fc.nat(128),
        )
        .map(([address, length]) => `${address}/${length}`);
    case 'interface-id':
      return fc.uint8Array({ minLength: 8, maxLength: 8 }).map((id) => hex(id).replace(/(....)(?=.)/g, '$1:'));
    default:
      return nested(definition);
  }
}

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));

/** Printable, of several octets each, and not what stands for octets. */
function text(most: number): fc.Arbitrary<string> {
  return fc
    .string({ unit: fc.constantFrom(...'abcXYZ019 .-/=:äß€'.split('')), minLength: 1, maxLength: most })
    .filter((value) => Buffer.byteLength(value) <= most && !value.startsWith('0x'));
}

function octets(definition: AttributeDefinition): fc.Arbitrary<string> {
  const most = Math.min(roomFor(definition), 253);
  const { size } = definition;
  const lengths = size === undefined ? { minLength: 1, maxLength: most } : { minLength: size, maxLength: size };
  return fc.uint8Array(lengths).map((value) => `0x${hex(value)}`);
}

/** Text inside another's text has no comma. */
function nested({ fields = [] }: AttributeDefinition): fc.Arbitrary<string> {
  const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-'.split('')), minLength: 1, maxLength: 20 });
  const valueIn = (field: AttributeDefinition) =>
    field.type === 'text' || field.type === 'string' ? word : anyValue(field);
  return fc
    .subarray([...fields], { minLength: 1, maxLength: Math.min(4, fields.length) })
    .chain((chosen) => fc.tuple(...chosen.map((field) => valueIn(field).map((value) => `${field.name}=${value}`))))
    .map((parts) => parts.join(', '));
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}

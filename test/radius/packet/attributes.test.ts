import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExtendedType,
  encodeAttribute,
  encodeExtended,
  encodeSplit,
  encodeVendorAttribute,
  listAttributes,
  nestedAttributes,
  type RawAttribute,
  vendorAttributes,
} from '../../../src/radius/packet/attributes.ts';
import { type AttributeType, decodeValue, encodeValue } from '../../../src/radius/packet/value.ts';

const types: readonly AttributeType[] = [
  'integer',
  'time',
  'integer64',
  'text',
  'string',
  'ipv4',
  'ipv6',
  'ipv4-prefix',
  'ipv6-prefix',
  'interface-id',
  'byte',
  'short',
  'tlv',
];

describe('values', () => {
  it.each<[AttributeType, string | number | bigint, string]>([
    ['integer', 4294967295, 'ffffffff'],
    ['time', 4102444800, 'f4865700'],
    ['integer64', 2n ** 63n, '8000000000000000'],
    ['byte', 255, 'ff'],
    ['short', 256, '0100'],
    ['text', 'ångström', 'c3a56e67737472c3b66d'],
    ['ipv4', '192.0.2.7', 'c0000207'],
    ['ipv6', '2001:db8::7', '20010db8000000000000000000000007'],
    ['ipv4-prefix', '192.0.2.0/24', '0018c0000200'],
    ['ipv6-prefix', '2001:db8:7::/48', '003020010db80007'],
    ['ipv6-prefix', '::/0', '0000'],
    ['interface-id', '0000:0000:0000:0001', '0000000000000001'],
  ])('of type %s: %s is 0x%s, and back', (type, value, hex) => {
    const octets = encodeValue(type, value);

    expect(Buffer.from(octets ?? []).toString('hex')).toBe(hex);
    expect(decodeValue(type, octets ?? new Uint8Array())).toBe(value);
  });

  it.each<[AttributeType, string | number]>([
    ['integer', -1],
    ['integer', 1.5],
    ['integer', Number.NaN],
    ['integer', 4294967296],
    ['integer', '12'],
    ['byte', 256],
    ['short', 65536],
    ['integer64', '18446744073709551616'],
    ['tlv', 'text'],
    ['text', ''],
    ['text', '\ud800'],
    ['ipv4', '300.1.1.1'],
    ['ipv4', '01.2.3.4'],
    ['ipv4', 'a.b.c.d'],
    ['ipv6', 'fe80::1%eth0'],
    ['ipv6-prefix', '2001:db8::/129'],
    ['ipv4-prefix', '192.0.2.0'],
  ])('of type %s: %s is refused', (type, value) => {
    expect(encodeValue(type, value)).toBeUndefined();
  });

  it('that do not fit their type count as not there', () => {
    expect(decodeValue('integer', Buffer.of(1, 2, 3))).toBeUndefined();
    expect(decodeValue('ipv6-prefix', Buffer.of(0, 129))).toBeUndefined();
    expect(decodeValue('ipv6-prefix', Buffer.of(0, 64, 1))).toBeUndefined();
    expect(decodeValue('text', Buffer.of(0xff, 0xfe))).toBeUndefined();
  });

  it('accept the long form of a short IPv6 prefix and drop the bits behind it', () => {
    const octets = Buffer.from(`0020${'20010db8ffffffffffffffffffffffff'}`, 'hex');

    expect(decodeValue('ipv6-prefix', octets)).toBe('2001:db8::/32');
  });

  it('decode without throwing, whatever the octets; what decodes encodes to what decodes the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 40 }), (type, octets) => {
        const value = decodeValue(type, octets);
        if (value === undefined) return;

        const again = encodeValue(type, value);

        expect(again).toBeDefined();
        expect(decodeValue(type, again ?? new Uint8Array())).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('attributes of any vendor', () => {
  const octetsOf = (most: number) => fc.uint8Array({ minLength: 1, maxLength: most });
  const type = fc.integer({ min: 1, max: 255 });
  const usualVendor = fc.nat(0xffffffff).filter((vendor) => ![429, 4846, 8164].includes(vendor));
  const plain = fc.record({
    type: type.filter((number) => number !== 26 && (number < 241 || number > 246)),
    value: octetsOf(253),
  });
  const ofVendor = fc.record({ vendor: usualVendor, type, value: octetsOf(247) });
  const wide = fc.oneof(
    fc.record({ vendor: fc.constant(429), type: fc.nat(0xffffffff), value: octetsOf(245) }),
    fc.record({ vendor: fc.constant(4846), type: fc.nat(0xffff), value: octetsOf(246) }),
    fc.record({ vendor: fc.constant(8164), type: fc.nat(0xffff), value: octetsOf(245) }),
  );
  const short = fc.constantFrom<ExtendedType>(241, 242, 243, 244);
  const long = fc.constantFrom<ExtendedType>(245, 246);
  const kind = type.filter((number) => number !== 26);
  const extended = fc.oneof(
    fc.record({ extended: short, type: kind, value: octetsOf(252) }),
    fc.record({ extended: short, vendor: fc.nat(0xffffff), type, value: octetsOf(247) }),
    fc.record({ extended: long, type: kind, value: octetsOf(900) }),
    fc.record({ extended: long, vendor: fc.nat(0xffffff), type, value: octetsOf(900) }),
  );
  const any: fc.Arbitrary<RawAttribute> = fc.oneof(plain, ofVendor, wide, extended);

  it('come back from a list as they were put in', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 10 }), (attributes) => {
        const octets = Buffer.concat(attributes.map(encodeRaw));

        const listed = listAttributes(octets, 0, octets.length);

        expect(listed.map(plainly)).toEqual(attributes.map(plainly));
      }),
      { numRuns: 300 },
    );
  });

  it('are listed without throwing and without losing an octet of a plain one, whatever is in them', () => {
    const anything = fc.record({ type, value: fc.uint8Array({ maxLength: 253 }) });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 10 }), (attributes) => {
        const octets = Buffer.concat(attributes.map(({ type: number, value }) => encodeAttribute(number, value)));

        expect(() => listAttributes(octets, 0, octets.length)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it('in a broken Vendor-Specific are left alone, whole', () => {
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c))).toBeUndefined();
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c, 8, 0))).toBeUndefined();
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c, 8, 9, 1))).toBeUndefined();
    expect(listAttributes(Buffer.of(26, 4, 1, 2), 0, 4)).toEqual([{ type: 26, value: Buffer.of(1, 2) }]);
  });

  it('of the extended space are those of RFC 6929, in parts with a More flag where they are long (§2.2)', () => {
    const value = Buffer.alloc(300, 7);

    const octets = Buffer.from(encodeExtended({ extended: 245, type: 9, value }));

    expect([...octets.subarray(0, 4)]).toEqual([245, 255, 9, 0x80]);
    expect([...octets.subarray(255, 259)]).toEqual([245, 300 - 251 + 4, 9, 0]);
    expect([...encodeExtended({ extended: 241, type: 26, value: Buffer.of(1), vendor: 9 })].slice(0, 3)).toEqual([
      241, 9, 26,
    ]);
  });

  it('of the extended space are octets when they are empty, or their last part is missing', () => {
    const first = encodeExtended({ extended: 245, type: 9, value: Buffer.alloc(300) }).subarray(0, 255);
    const octets = Buffer.concat([Buffer.of(241, 3, 5), Buffer.of(241, 7, 26, 0, 0, 0, 9), first]);

    expect(listAttributes(octets, 0, octets.length).map(plainly)).toEqual([
      { type: 241, value: '05' },
      { type: 241, value: '1a00000009' },
      { type: 245, value: Buffer.from(first.subarray(2)).toString('hex') },
    ]);
  });

  it('that go in several parts are joined by whoever reads them (RFC 3579 §3.1)', () => {
    const octets = encodeSplit(79, Buffer.alloc(600, 1));

    expect(listAttributes(octets, 0, octets.length).map(({ value }) => value.length)).toEqual([253, 253, 94]);
  });

  it('inside an attribute come out even, or count as not there (RFC 6929 §2.3)', () => {
    expect(nestedAttributes(Buffer.of(1, 3, 9, 2, 4, 8, 7))?.map(plainly)).toEqual([
      { type: 1, value: '09' },
      { type: 2, value: '0807' },
    ]);
    for (const broken of [[], [1], [1, 2], [1, 4, 9], [1, 3, 9, 2]]) {
      expect(nestedAttributes(Buffer.from(broken))).toBeUndefined();
    }
  });
});

function encodeRaw(raw: RawAttribute): Uint8Array {
  if (raw.extended !== undefined) return encodeExtended({ ...raw, extended: raw.extended });
  if (raw.vendor !== undefined) return encodeVendorAttribute(raw.vendor, raw.type, raw.value);
  return encodeAttribute(raw.type, raw.value);
}

function plainly({ value, ...rest }: RawAttribute): object {
  return { ...rest, value: Buffer.from(value).toString('hex') };
}

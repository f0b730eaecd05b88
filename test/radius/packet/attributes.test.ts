import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeType,
  decodeValue,
  encodeAttribute,
  encodeValue,
  encodeVendorAttribute,
  listAttributes,
  vendorAttributes,
} from '../../../src/radius/packet/attributes.ts';

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
];

describe('values', () => {
  it.each<[AttributeType, string | number | bigint, string]>([
    ['integer', 4294967295, 'ffffffff'],
    ['time', 4102444800, 'f4865700'],
    ['integer64', 2n ** 63n, '8000000000000000'],
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
  it('come back from a list as they were put in', () => {
    const raw = fc.record(
      {
        vendor: fc.nat(0xffffffff),
        type: fc.integer({ min: 1, max: 255 }),
        value: fc.uint8Array({ minLength: 1, maxLength: 247 }),
      },
      { requiredKeys: ['type', 'value'] },
    );
    fc.assert(
      fc.property(fc.array(raw, { maxLength: 10 }), (attributes) => {
        const plain = attributes.filter(({ vendor, type }) => vendor !== undefined || type !== 26);
        const octets = Buffer.concat(
          plain.map(({ vendor, type, value }) =>
            vendor === undefined ? encodeAttribute(type, value) : encodeVendorAttribute(vendor, type, value),
          ),
        );

        const listed = listAttributes(octets, 0, octets.length);

        expect(listed.map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(value) }))).toEqual(
          plain.map(({ value, ...rest }) => ({ ...rest, value: Buffer.from(value) })),
        );
      }),
    );
  });

  it('in a broken Vendor-Specific are left alone, whole', () => {
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c))).toBeUndefined();
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c, 8, 0))).toBeUndefined();
    expect(vendorAttributes(Buffer.of(0, 0, 0x3a, 0x8c, 8, 9, 1))).toBeUndefined();
    expect(listAttributes(Buffer.of(26, 4, 1, 2), 0, 4)).toEqual([{ type: 26, value: Buffer.of(1, 2) }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMac, macFormats, macOfClientId, macSpellings, parseMac } from '../../src/base/mac.ts';

const octet = fc.integer({ min: 0, max: 255 });
const macs = fc
  .array(octet, { minLength: 6, maxLength: 6 })
  .map((octets) => octets.map((each) => each.toString(16).padStart(2, '0').toUpperCase()).join(':'));

describe('a MAC', () => {
  it('SPL-20: is the same in every format RouterOS writes, in either case', () => {
    fc.assert(
      fc.property(macs, fc.constantFrom(...macFormats), fc.boolean(), (mac, format, lower) => {
        const written = formatMac(mac, format);

        expect(parseMac(lower ? written.toLowerCase() : written)).toBe(mac);
      }),
    );
  });

  it('is the same in every spelling there is of it', () => {
    fc.assert(
      fc.property(macs, (mac) => {
        const spellings = macSpellings(mac);

        expect(spellings).toContain(mac);
        expect(spellings.map(parseMac)).toEqual(spellings.map(() => mac));
      }),
    );
  });

  it.each([
    ['00:0C:42:00:D4:64', '00:0C:42:00:D4:64'],
    ['00 0c 42 00 d4 64', '00:0C:42:00:D4:64'],
    ['000c:4200:D464', '00:0C:42:00:D4:64'],
    ['000c42-00d464', '00:0C:42:00:D4:64'],
    ['000c.4200.d464', '00:0C:42:00:D4:64'],
    ['00.0c.42.00.d4.64', '00:0C:42:00:D4:64'],
    ['000c4200d464', '00:0C:42:00:D4:64'],
  ])('%s is %s', (text, mac) => {
    expect(parseMac(text)).toBe(mac);
  });

  it.each([
    '',
    '000c4200d46',
    '000c4200d4645',
    '00:0c:42:00:d4',
    '00:0c:42:00:d4:64:01',
    '00:0c-42:00:d4:64',
    '000:c42:00d:464',
    '0:00c42:00d464',
    '000c42.00d464',
    '000c42 00d464',
    '000c-4200-d464',
    '00::0c42:00d464',
    ' 00:0c:42:00:d4:64',
    '00:0c:42:00:d4:64\n',
    '00:0c:42:00:d4:6g',
    'guest-000c4200d4',
  ])('is not in %j', (text) => {
    expect(parseMac(text)).toBeUndefined();
  });

  it('is nothing else than twelve digits, whatever is read', () => {
    const digits = fc.constantFrom(...Array.from('0123456789abcdefABCDEF:-. g'));
    fc.assert(
      fc.property(fc.string({ unit: digits, minLength: 10, maxLength: 19 }), (text) => {
        const mac = parseMac(text);

        if (mac !== undefined) expect(text.replace(/[^0-9a-f]/gi, '').toUpperCase()).toBe(mac.replaceAll(':', ''));
      }),
    );
  });
});

describe('a DHCP client identifier', () => {
  it.each([
    ['1:0:c:42:0:d4:64', '00:0C:42:00:D4:64'],
    ['1:00:0C:42:00:D4:64', '00:0C:42:00:D4:64'],
  ])('of type Ethernet has a MAC: %s', (text, mac) => {
    expect(macOfClientId(text)).toBe(mac);
  });

  it.each(['', '1:0:c:42:0:d4', '2:0:c:42:0:d4:64', 'ff:0:c:42:0:d4:64', '1:0:c:42:0:d4:640', '1::c:42:0:d4:64'])(
    'of another kind has none: %j',
    (text) => {
      expect(macOfClientId(text)).toBeUndefined();
    },
  );
});

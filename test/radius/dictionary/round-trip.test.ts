import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeAttributes } from '../../../src/radius/dictionary/describe.ts';
import { allAttributes, attributeNumbered } from '../../../src/radius/dictionary/dictionary.ts';
import { encodeHidden, encodeNamed, type NamedAttribute } from '../../../src/radius/dictionary/encode-named.ts';
import { readValue } from '../../../src/radius/dictionary/read-value.ts';
import { listAttributes } from '../../../src/radius/packet/attributes.ts';
import { revealPassword } from '../../../src/radius/packet/password.ts';
import { revealSalted } from '../../../src/radius/packet/salted.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { randomAttribute } from './random-attributes.ts';

const open = allAttributes.filter(({ encryption }) => encryption === undefined);

describe('an attribute of any type', () => {
  it('says the same once more when what it reads as is written again', () => {
    fc.assert(
      fc.property(randomAttribute(open), ({ definition, named }) => {
        const once = encodeNamed(named);
        const [shown] = describeAttributes(once, 0, once.length);

        if (definition.hidden === true) {
          expect(shown?.value).toBe('[secret]');
          return;
        }
        const again = encodeNamed(shown as NamedAttribute);
        expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(once).toString('hex'));
      }),
      { numRuns: 1500 },
    );
  });

  it('is itself by its number, and fits in an attribute of a packet', () => {
    fc.assert(
      fc.property(randomAttribute(open), ({ definition, named }) => {
        const octets = encodeNamed(named);
        const listed = listAttributes(octets, 0, octets.length);

        for (const { extended, vendor, type, value } of listed) {
          expect(attributeNumbered(vendor, type, extended)).toBe(definition);
          expect(readValue(definition, value)).toBeDefined();
        }
        expect(octets[1]).toBeLessThanOrEqual(255);
      }),
      { numRuns: 800 },
    );
  });

  it('reads or counts as not there, whatever its octets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...allAttributes), fc.uint8Array({ maxLength: 253 }), (definition, value) => {
        expect(() => readValue(definition, value)).not.toThrow();
      }),
      { numRuns: 1500 },
    );
  });
});

describe('an attribute that travels hidden', () => {
  const key = sharedKey('a shared secret of thirty-two ch');
  const requestAuthenticator = Buffer.alloc(16, 0x5a);
  const hiding = { requestAuthenticator, key, salt: () => Uint8Array.of(1, 2) };
  const secret = fc.string({ unit: fc.constantFrom(...'abc019 äß€'.split('')), minLength: 1, maxLength: 60 });

  it('of RFC 2868 comes back with its tag, and its salt is marked', () => {
    fc.assert(
      fc.property(secret, fc.nat(31), (value, tag) => {
        const octets = encodeHidden({ name: `Tunnel-Password:${tag}`, value }, hiding);
        const hidden = octets.subarray(3);

        expect([octets[0], octets[1], octets[2]]).toEqual([69, octets.length, tag]);
        expect((hidden[0] as number) & 0x80).toBe(0x80);
        expect(Buffer.from(revealSalted(hidden, requestAuthenticator, key) ?? []).toString()).toBe(value);
      }),
    );
  });

  it('of RFC 2865 comes back', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const attribute = encodeHidden({ name: 'User-Password', value }, hiding);
        const packet = Buffer.concat([Buffer.alloc(4), requestAuthenticator, attribute]);

        expect(Buffer.from(revealPassword(packet, 20, key) ?? []).toString()).toBe(value);
      }),
    );
  });

  it('is never sent in the clear', () => {
    for (const name of ['Tunnel-Password', 'User-Password', 'Ascend-Send-Secret', 'MS-MPPE-Send-Key']) {
      expect(() => encodeNamed({ name, value: 'hush' })).toThrow(/must be hidden/);
    }
  });
});

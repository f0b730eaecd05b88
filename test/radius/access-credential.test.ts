import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentCredential } from '../../src/radius/access-credential.ts';
import { listAttributes } from '../../src/radius/packet/attributes.ts';
import { emptyFrame, readFrame } from '../../src/radius/packet/framing.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';

const key = sharedKey('secret');
const challenge = 11;
const response = 1;
const response2 = 25;
const newPasswords = [3, 4, 27];

/** A sub-attribute whose length octet may lie. */
const inside = fc
  .tuple(
    fc.constantFrom(challenge, challenge, response, response, response2, response2, 7, 27),
    fc.constantFrom(8, 16, 16, 50, 50, 7),
    fc.constantFrom(0, 0, 0, 0, 1, -1, -60),
  )
  .chain(([type, length, lie]) =>
    fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((value) => Buffer.from([type, Math.max(0, length + 2 + lie), ...value])),
  );
const vendorSpecific = fc
  .tuple(fc.constantFrom(311, 311, 311, 14_988), fc.array(inside, { maxLength: 3 }))
  .map(([vendor, parts]) => {
    const value = Buffer.concat([Buffer.of(0, 0, vendor >> 8, vendor & 255), ...parts]);
    return Buffer.concat([Buffer.of(26, 2 + value.length), value]);
  });

describe('the MS-CHAP of a request', () => {
  it('is of the first attributes of their types, in Vendor-Specific ones that are whole', () => {
    fc.assert(
      fc.property(fc.array(vendorSpecific, { maxLength: 4 }), (attributes) => {
        const packet = Buffer.concat([Buffer.alloc(20), ...attributes]);
        packet[0] = 1;
        packet.writeUInt16BE(packet.length, 2);
        const frame = emptyFrame();
        expect(readFrame(packet, frame)).toBeUndefined();

        const { credential, identifier } = sentCredential(packet, frame, key, 'anna');

        expect([credential, identifier]).toEqual(expected(packet));
      }),
      { numRuns: 500 },
    );
  });
});

/** The same by listing all attributes. */
function expected(packet: Buffer): unknown[] {
  const all = listAttributes(packet, 20, packet.length).filter(({ vendor }) => vendor === 311);
  const first = (wanted: number) => all.find(({ type }) => type === wanted)?.value;
  const [sent, one, two] = [first(challenge), first(response), first(response2)];
  if (two?.length === 50 && sent?.length === 16) {
    const [peerChallenge, ntResponse] = [two.subarray(2, 18), two.subarray(26)];
    return [{ method: 'mschap2', challenge: sent, peerChallenge, ntResponse, username: 'anna' }, two[0]];
  }
  if (one?.length !== 50 || sent?.length !== 8) {
    const change = all.find(({ type }) => newPasswords.includes(type));
    return [{ method: 'none' }, change && (change.value[1] ?? 0)];
  }
  const ntResponse = ((one[1] as number) & 1) === 1 ? { ntResponse: one.subarray(26) } : {};
  return [{ method: 'mschap1', challenge: sent, ...ntResponse }, one[0]];
}

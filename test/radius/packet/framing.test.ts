import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listAttributes } from '../../../src/radius/packet/attributes.ts';
import {
  emptyFrame,
  findAttribute,
  nextOffset,
  offsetOf,
  readFrame,
  valueAt,
} from '../../../src/radius/packet/framing.ts';

const header = (length: number, code = 1): number[] => [code, 7, length >> 8, length & 0xff, ...new Array(16).fill(9)];
const read = (octets: readonly number[]) => readFrame(Buffer.from(octets), emptyFrame());

describe('octets that are not a packet', () => {
  it.each([
    ['nothing', [], 'too-short'],
    ['nineteen octets', header(20).slice(0, 19), 'too-short'],
    ['a Length of 4', [...header(4)], 'length-min'],
    ['a Length of 4097', [...header(4097), ...new Array(4077).fill(0)], 'length-max'],
    ['a Length beyond the datagram', header(26), 'length-mismatch'],
    ['one octet after the last attribute', [...header(21), 1], 'attr-header'],
    ['an attribute of type 0', [...header(23), 0, 3, 1], 'attr-zero'],
    ['an attribute of length 1', [...header(23), 1, 1, 1], 'attr-short'],
    ['an attribute of length 0', [...header(22), 1, 0], 'attr-short'],
    ['an attribute past the end', [...header(23), 1, 4, 1], 'attr-overflow'],
    ['201 attributes', [...header(20 + 402), ...new Array(201).fill([1, 2]).flat()], 'attr-count'],
  ])('%s', (_, octets, reason) => {
    expect(read(octets)).toBe(reason);
  });
});

describe('a well-formed packet', () => {
  const octets = Buffer.from([...header(31), 1, 3, 65, 33, 3, 66, 1, 2, 33, 3, 67, 99, 99, 99]);

  it('is taken with padding after its Length', () => {
    expect(readFrame(octets, emptyFrame())).toBeUndefined();
  });

  it('shows the first and each further attribute of a type, in order', () => {
    const frame = emptyFrame();
    readFrame(octets, frame);

    const first = offsetOf(frame, 33);
    const second = nextOffset(octets, frame, first);

    expect([valueAt(octets, first)[0], valueAt(octets, second)[0]]).toEqual([66, 67]);
    expect(nextOffset(octets, frame, second)).toBe(0);
    expect(frame.count[1]).toBe(2);
    expect(offsetOf(frame, 2)).toBe(0);
  });
});

describe('any octets', () => {
  it('are a packet whose attributes can be listed, or have a reason; nothing throws', () => {
    const frame = emptyFrame();
    const any = fc.uint8Array({ maxLength: 300 }).map((octets) => {
      if (octets.length > 3) octets[2] = 0;
      return octets;
    });
    fc.assert(
      fc.property(any, (octets) => {
        if (readFrame(octets, frame) !== undefined) return;

        const listed = listAttributes(octets, 20, frame.length);

        expect(listed.every(({ type }) => type >= 0 && type < 256)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('have the attribute that is looked for before they are checked where it is found afterwards', () => {
    const frame = emptyFrame();
    const attribute = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .map((octets) => [octets[0], octets.length + 1, ...octets.slice(1)]);
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 8 }), fc.nat(80), fc.nat(255), (attributes, cut, type) => {
        const content = attributes.flat() as number[];
        const octets = Buffer.from([...header(20 + content.length), ...content]);
        const flaw = readFrame(octets, frame);

        if (flaw === undefined) expect(findAttribute(octets, type)).toBe(offsetOf(frame, type));
        const found = findAttribute(octets.subarray(0, octets.length - cut), type);
        if (found !== 0) expect(found + (octets[found + 1] as number)).toBeLessThanOrEqual(octets.length - cut);
      }),
    );
  });
});

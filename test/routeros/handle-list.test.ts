import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HandleList } from '../../src/routeros/handle-list.ts';

const handle = fc.oneof(
  fc.nat().map((number) => `*${number.toString(16).toUpperCase()}`),
  fc.constantFrom('*0', '*00', '*FFFFFFFF', '*100000000', '*1f', '*', '', 'eth1', '*0A', '**1', '*G'),
  fc.string({ maxLength: 10 }),
);

describe('a list of handles', () => {
  it('tells each as it was set last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(handle, handle), { maxLength: 20 }), (pairs) => {
        const list = new HandleList(pairs.length);
        for (const [at, [first]] of pairs.entries()) list.set(at, first);
        for (const [at, [, last]] of pairs.entries()) list.set(at, last);

        expect(pairs.map((_, at) => list.at(at))).toEqual(pairs.map(([, last]) => last));
      }),
    );
  });
});

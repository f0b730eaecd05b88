import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../../src/base/steps.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { diffInSteps } from '../../src/reconcile/diff-in-steps.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';

const ownership = {
  operator: 'demo',
  target: { name: 'directory', references: {}, ordered: [] },
  inventory: new MemoryInventory(),
};

const identities = fc.uniqueArray(fc.integer({ min: 0, max: 2000 }), { maxLength: 900 });
const menuOf = (at: number) => (at % 3 === 0 ? 'login' : 'nas');
const wanted = identities.map((all) =>
  all.map((at): Row => ({ menu: menuOf(at), identity: `${at}`, owner: `Subscriber/${at}`, fields: { rate: `${at}` } })),
);
const present = fc.tuple(identities, fc.nat({ max: 3 })).map(([all, other]) =>
  all.map((at): ObservedRow => {
    const fields = { rate: at % 4 === other ? 'other' : `${at}` };
    return { menu: menuOf(at), identity: `${at}`, ownership: 'ours', fields };
  }),
);

describe('a directory compared in steps', () => {
  it('differs as it does when compared at once', () => {
    fc.assert(
      fc.property(wanted, present, (rows, seen) => {
        const observation = { rows: seen, sessions: [], pendingEffects: [], findings: [] };

        const [whole, inSteps] = [
          diff(rows, observation, ownership),
          finish(diffInSteps(rows, observation, ownership)),
        ];

        expect(inSteps).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/model/kinds/quota.ts';
import { carriedOn, emptyPieces, type Piece, type SlotUse, withUse } from '../../src/quota/pieces.ts';
import { quotaClock } from '../../src/quota/quota-clock.ts';
import { quotaState } from '../../src/quota/quota-state.ts';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const right = Date.UTC(2026, 2, 10, 12);
const since = right - yearMs;
const clock = quotaClock('Europe/Berlin');

const uses: readonly SlotUse[] = [700n, 200n, 100n].map((up, at) => ({
  at: right - (at + 1) * 2 * hourMs,
  up,
  down: 0n,
  online: 0n,
}));

function quotaOf(period: Quota['period']): Quota {
  return {
    ...{ name: 'q', of: 'octets', amount: '1000', direction: 'total', period, carryOver: 'all' },
    anchor: period === 'week' ? 3 : 31,
    steps: [{ from: '1000', effect: { type: 'block' } }],
  };
}

function counted(quota: Quota, now: number): readonly Piece[] {
  const empty = emptyPieces(quota, [], since, now, clock);
  return uses.reduce<readonly Piece[]>((known, use) => withUse(known, quota, use, clock) ?? known, empty);
}

/** Of a second, an hour, or years. */
const jump = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -48 * hourMs, max: 48 * hourMs }),
  fc.integer({ min: -25 * yearMs, max: 25 * yearMs }),
);

describe('a clock that jumps', () => {
  it('SPL-28: 10,000 times by seconds to 25 years leaves every quota as it is once it is right again', () => {
    let jumps = 0;
    fc.assert(
      fc.property(
        fc.array(jump, { minLength: 100, maxLength: 100 }),
        fc.constantFrom('hour', 'day', 'week', 'month'),
        (all, period) => {
          const quota = quotaOf(period);
          const before = quotaState(quota, counted(quota, right), [], { since, now: right }, clock);
          let known = counted(quota, right);
          let now = right;
          for (const by of all) {
            now = Math.max(0, now + by);
            // What is kept in memory says the same as what is read anew, or that it cannot say.
            known = carriedOn(emptyPieces(quota, [], since, now, clock), known) ?? counted(quota, now);
            const state = quotaState(quota, known, [], { since, now }, clock);
            expect(now >= state.from && now < state.till && state.used >= 0n && state.left >= 0n).toBe(true);
            if (state.next !== undefined) expect(state.next).toBeGreaterThan(now);
            jumps += 1;
          }
          expect(quotaState(quota, counted(quota, right), [], { since, now: right }, clock)).toEqual(before);
        },
      ),
      { numRuns: 100, seed: 28 },
    );
    expect(jumps).toBe(10_000);
  });
});

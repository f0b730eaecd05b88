import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/model/kinds/quota.ts';
import type { SlotUse } from '../../src/quota/pieces.ts';
import { quotaClock } from '../../src/quota/quota-clock.ts';
import { Tally } from '../../src/quota/tally.ts';

const quarterMs = 900_000;
const start = Date.UTC(2026, 2, 10, 12);
const zones = ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'Pacific/Chatham', 'Europe/Berlin', 'America/New_York'];
const stepsFrom = (amount: number) =>
  [amount, amount + 50, amount * 4].map((from) => ({ from: String(from), effect: { type: 'limit' as const } }));
const usual: Quota = {
  name: 'q',
  of: 'octets',
  direction: 'total',
  amount: '100',
  period: 'day',
  anchor: 1,
  steps: stepsFrom(100),
};

const quotas: readonly (readonly Quota[])[] = [
  [usual],
  [{ ...usual, carryOver: 'all' }],
  [
    usual,
    { ...usual, name: 'hourly', period: 'hour' },
    { ...usual, name: 'online', of: 'time', amount: '5000', steps: stepsFrom(5000) },
  ],
  [{ ...usual, freeHours: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 765, till: 780 }] }],
];

/** In quarters since the start, with how many of them it comes too late. */
const uses = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 200 }),
    late: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 100 })),
    up: fc.integer({ min: -30, max: 60 }),
    online: fc.integer({ min: 0, max: 900 }),
  }),
  { maxLength: 60 },
);

describe('what is counted record by record', () => {
  it('stands as when all of it is read again, and it is told whenever it may stand otherwise', () => {
    fc.assert(
      fc.property(uses, fc.constantFrom(...quotas), fc.constantFrom(...zones), (all, some, zone) => {
        const clock = quotaClock(zone);
        const held = some.map((quota) => ({ quota, since: start - 40 * 86_400_000 }));
        const sorted = all.toSorted((a, b) => a.at - b.at);
        const seen: SlotUse[] = [];
        let tally = Tally.empty(held, [], start, clock);
        let known = tally.standing(start).mark;
        for (const { at, late, up, online } of sorted) {
          const now = start + at * quarterMs + 1000;
          const use = { at: start + (at - late) * quarterMs, up: BigInt(up), down: 0n, online: BigInt(online) };
          seen.push(use);
          const anew = Tally.empty(held, [], now, clock);
          anew.add(seen, now);
          if (!tally.goTo(now)) {
            tally = Tally.empty(held, [], now, clock);
            tally.add(seen.slice(0, -1), now);
            known = tally.standing(now).mark;
          }
          const before = tally.standing(now).mark;
          known = before;
          if (tally.add([use], now)) known = tally.standing(now).mark;

          expect(known).toEqual(anew.standing(now).mark);
          expect(tally.standing(now)).toEqual(anew.standing(now));
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('is looked at only where it may stand otherwise', () => {
    const clock = quotaClock('UTC');
    const tally = Tally.empty([{ quota: usual, since: 0 }], [], start, clock);
    tally.standing(start);
    const use = (up: bigint, at = start) => tally.add([{ at, up, down: 0n, online: 0n }], start + 1000);

    expect([use(60n), use(39n), use(0n)]).toEqual([false, false, false]);
    expect(use(1n)).toBe(true);
    expect(tally.standing(start + 1000).mark).toEqual({ quota: 'q', step: 1 });
    expect([use(49n), use(1n)]).toEqual([false, true]);
    tally.standing(start + 1000);
    expect(use(-60n)).toBe(true);
    tally.standing(start + 1000);
    expect(tally.add([], start + 86_400_000)).toBe(true);
  });
});

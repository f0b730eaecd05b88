import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/model/kinds/quota.ts';
import { carriedOn, emptyPieces, type Piece, type SlotUse, withUse } from '../../src/quota/pieces.ts';
import { quotaClock } from '../../src/quota/quota-clock.ts';
import { quotaState } from '../../src/quota/quota-state.ts';
import { lotsOf, type TopUp } from '../../src/quota/top-up.ts';
import { NaiveQuota } from './naive-quota.ts';

const slotMs = 1_800_000;
const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 10);
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo', 'Australia/Lord_Howe'];

const period = fc.oneof(
  fc.record({ period: fc.constant('month' as const), anchor: fc.oneof(fc.integer({ min: 1, max: 31 }), signUp()) }),
  fc.record({ period: fc.constant('week' as const), anchor: fc.oneof(fc.integer({ min: 1, max: 7 }), signUp()) }),
  fc.record({ period: fc.constantFrom('day' as const, 'hour' as const), anchor: fc.constant(1) }),
);

function signUp() {
  return fc.constant('sign-up' as const);
}

const window = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
  from: fc.integer({ min: 0, max: 47 }).map((half) => half * 30),
  till: fc.integer({ min: 0, max: 47 }).map((half) => half * 30),
});

const quotas: fc.Arbitrary<Quota> = fc
  .record({
    when: period,
    amount: fc.integer({ min: 1, max: 400 }),
    more: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 3 }),
    carryOver: fc.option(fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 300 }).map(String))),
    freeHours: fc.option(fc.array(window, { minLength: 1, maxLength: 2 })),
  })
  .map(({ when, amount, more, carryOver, freeHours }) => ({
    ...{ name: 'q', of: 'octets', direction: 'total', amount: String(amount), ...when },
    ...(carryOver === null ? {} : { carryOver }),
    ...(freeHours === null ? {} : { freeHours }),
    steps: [0, ...more].map((_, at) => ({
      from: String(amount + more.slice(0, at).reduce((sum, each) => sum + each, 0)),
      effect: { type: 'limit' },
    })),
  }));

/** What happens, and how long after what happened before, in slots of time; `part` of a slot besides. */
const happening = fc.record({
  after: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 3000 })),
  part: fc.integer({ min: 0, max: 3 }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.record({ use: fc.integer({ min: 0, max: 150 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ topUp: fc.integer({ min: 1, max: 300 }), lasts: fc.integer({ min: 1, max: 4000 }) }),
    },
  ),
});

describe('a year of a quota', () => {
  it('IS-02: is as somebody would keep it who looks at the clock on the wall every half hour', () => {
    fc.assert(
      fc.property(
        quotas,
        fc.constantFrom(...zones),
        fc.integer({ min: -300, max: 0 }),
        fc.array(happening, { maxLength: 120 }),
        live,
      ),
      { numRuns: 25, seed: 20260110 },
    );
  });
});

function live(quota: Quota, zone: string, signedUpDays: number, happenings: readonly Happening[]): void {
  const clock = quotaClock(zone);
  const since = start + signedUpDays * dayMs;
  const naive = new NaiveQuota(quota, zone, since, start - 70 * dayMs, slotMs);
  const topUps: TopUp[] = [];
  const uses: SlotUse[] = [];
  let pieces: readonly Piece[] = [];
  let at = start;
  const lots = () => lotsOf(quota, topUps, since, clock);
  const anew = () =>
    uses.reduce(
      (known, use) => withUse(known, quota, use, clock) ?? known,
      emptyPieces(quota, lots(), since, at, clock),
    );
  for (const { after, part, what } of happenings) {
    at = Math.min(at + after * slotMs, start + 365 * dayMs);
    const now = at + part * (slotMs / 4);
    naive.goTo(now);
    const fresh = emptyPieces(quota, lots(), since, now, clock);
    pieces = carriedOn(fresh, pieces) ?? anew();
    if ('use' in what) {
      const use = { at, up: BigInt(what.use), down: 0n, online: 0n };
      uses.push(use);
      naive.use(now, use.up);
      pieces = withUse(pieces, quota, use, clock) ?? [];
    } else {
      const until = at + what.lasts * slotMs;
      const number = topUps.length + 1;
      topUps.push({
        number,
        at: now,
        of: 'octets',
        amount: String(what.topUp),
        until,
        used: { q: String(naive.used) },
        by: 'test',
      });
      naive.topUp(now, number, BigInt(what.topUp), until);
      pieces = anew();
    }
    const state = quotaState(quota, pieces, lots(), { since, now }, clock);
    expect(state).toEqual(quotaState(quota, anew(), lots(), { since, now }, clock));
    const { used, carried, left, step, free } = state;
    expect({ used, carried, left, step, free }).toEqual({
      ...{
        used: naive.used,
        carried: naive.carried,
        left: naive.left(),
        step: naive.step(now),
        free: naive.isFree(now),
      },
    });
    const { from, till } = state;
    expect(now >= from && now < till).toBe(true);
  }
}

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

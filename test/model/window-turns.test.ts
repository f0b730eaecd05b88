import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimeWindow } from '../../src/model/kinds/limits.ts';
import { windowClock } from '../../src/model/window-turns.ts';

const berlin = windowClock('Europe/Berlin');
const at = (text: string) => Date.parse(text);
const isOpen = (window: TimeWindow | undefined) => window !== undefined;
const turns = (windows: readonly TimeWindow[], from: string, count: number) => {
  const found: string[] = [];
  let time = at(from);
  for (let number = 0; number < count; number += 1) {
    time = berlin.nextTurn(windows, time, isOpen) ?? Number.NaN;
    found.push(new Date(time).toISOString());
  }
  return found;
};

describe('windows in local time', () => {
  const nights: readonly TimeWindow[] = [{ days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, till: 6 * 60 }];

  it('open and close by the clock on the wall, before and after it is set', () => {
    expect(turns(nights, '2026-03-28T12:00:00Z', 4)).toEqual([
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T04:00:00.000Z',
      '2026-03-29T20:00:00.000Z',
      '2026-03-30T04:00:00.000Z',
    ]);
  });

  it('open with the clock change that skips their beginning', () => {
    expect(turns([{ days: [0], from: 150, till: 300 }], '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T03:00:00.000Z',
    ]);
  });

  it('are open twice in an hour that occurs twice', () => {
    expect(turns([{ days: [0], from: 120, till: 150 }], '2026-10-24T12:00:00Z', 5)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-11-01T01:00:00.000Z',
    ]);
  });

  it('that follow one another are one', () => {
    const evening = { days: [1], from: 18 * 60, till: 24 * 60 };
    const night = { days: [2], from: 0, till: 120 };

    expect(turns([evening, night], '2026-11-23T12:00:00Z', 2)).toEqual([
      '2026-11-23T17:00:00.000Z',
      '2026-11-24T01:00:00.000Z',
    ]);
  });

  it('that are always open never turn', () => {
    expect(berlin.nextTurn([{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, till: 0 }], 0, isOpen)).toBeUndefined();
    expect(berlin.nextTurn([], 0, isOpen)).toBeUndefined();
  });

  it('turn at no other moment, whatever is declared', () => {
    const minutes = fc.integer({ min: 0, max: 288 }).map((each) => each * 5);
    const window = fc.record({
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
      from: minutes,
      till: minutes,
    });
    const start = fc.constantFrom(at('2026-03-28T00:00:00Z'), at('2026-10-24T00:00:00Z'), at('2026-06-01T00:00:00Z'));
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), start, fc.nat(1440), (windows, day, later) => {
        const now = day + later * 60_000;
        const turn = berlin.nextTurn(windows, now, isOpen) ?? Number.POSITIVE_INFINITY;
        const before = isOpen(berlin.openAt(windows, now));
        const end = Math.min(turn, now + 2 * 86_400_000);
        for (let time = now; time < end; time += 300_000) expect(isOpen(berlin.openAt(windows, time))).toBe(before);
        if (turn < Number.POSITIVE_INFINITY) expect(isOpen(berlin.openAt(windows, turn))).toBe(!before);
      }),
      { numRuns: 60 },
    );
  });
});

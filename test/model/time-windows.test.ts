import { describe, expect, it } from 'vitest';
import type { TimeWindow } from '../../src/model/kinds/limits.ts';
import { isOpen, nextOpening } from '../../src/model/time-windows.ts';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);

describe('a window over midnight', () => {
  // Saturday nights, 22:00 to 04:00.
  const night: readonly TimeWindow[] = [{ days: [6], from: 22 * 60, till: 4 * 60 }];

  it.each([
    { time: '2026-11-21T22:00:00+01:00', open: true },
    { time: '2026-11-21T21:59:59+01:00', open: false },
    { time: '2026-11-22T03:59:59+01:00', open: true },
    { time: '2026-11-22T04:00:00+01:00', open: false },
    { time: '2026-11-22T22:30:00+01:00', open: false },
    { time: '2026-11-21T21:30:00Z', open: true },
  ])('$time: $open', ({ time, open }) => {
    expect(isOpen(night, at(time), berlin)).toBe(open);
  });

  it('next opens at its beginning', () => {
    expect(nextOpening(night, at('2026-11-22T04:00:00+01:00'), berlin)).toBe(at('2026-11-28T22:00:00+01:00'));
    expect(nextOpening(night, at('2026-11-21T23:00:00+01:00'), berlin)).toBe(at('2026-11-21T23:00:00+01:00'));
  });
});

describe('a window in an hour that a clock change skips', () => {
  it('opens a week later', () => {
    const skipped: readonly TimeWindow[] = [{ days: [0], from: 2 * 60, till: 3 * 60 }];

    expect(nextOpening(skipped, at('2026-03-28T12:00:00+01:00'), berlin)).toBe(at('2026-04-05T02:00:00+02:00'));
  });
});

describe('no window', () => {
  it('never opens', () => {
    expect(isOpen([], 0, berlin)).toBe(false);
    expect(nextOpening([], 0, berlin)).toBeUndefined();
  });
});

describe('windows in time zones of their own', () => {
  const three = { days: [0, 1, 2, 3, 4, 5, 6], from: 3 * 60, till: 4 * 60 };
  const windows: readonly TimeWindow[] = [three, { ...three, timezone: 'America/New_York' }];

  it.each([
    // 03:00 in Berlin; in New York, where nobody has set the clock ahead yet; and an hour apart once both have.
    ['in winter, by the operator', '2026-01-10T02:30:00Z', true],
    ['in winter, by their own', '2026-01-10T08:30:00Z', true],
    ['between the two', '2026-01-10T05:30:00Z', false],
    ['in the weeks in which only New York has set its clocks', '2026-03-20T07:30:00Z', true],
    ['an hour later in these weeks', '2026-03-20T08:30:00Z', false],
    ['in summer, by the operator', '2026-07-10T01:30:00Z', true],
    ['when the clocks in New York were set back', '2026-11-01T08:30:00Z', true],
  ])('are open %s (%s): %s', (_, time, open) => {
    expect(isOpen(windows, at(time), berlin)).toBe(open);
  });

  it('open next where the day comes first', () => {
    expect(nextOpening(windows, at('2026-01-10T03:00:00Z'), berlin)).toBe(at('2026-01-10T08:00:00Z'));
    expect(nextOpening(windows, at('2026-01-10T09:00:00Z'), berlin)).toBe(at('2026-01-11T02:00:00Z'));
  });
});

describe('a window when clocks are set', () => {
  const night: readonly TimeWindow[] = [{ days: [0], from: 90, till: 210 }];

  it('is an hour shorter in spring, and not open in the hour that is not there', () => {
    // 01:30 to 03:30, on the day on which 02:00 becomes 03:00.
    const turns = ['00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map((time) =>
      isOpen(night, at(`2026-03-29T${time}:00Z`), berlin),
    );

    expect(turns).toEqual([false, true, true, true, true, false]);
  });

  it('is an hour longer in autumn, through the hour that comes twice', () => {
    // 03:00 becomes 02:00.
    const turns = [
      '2026-10-24T23:29',
      '2026-10-24T23:30',
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:29',
      '2026-10-25T02:30',
    ];

    expect(turns.map((time) => isOpen(night, at(`${time}:00Z`), berlin))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(nextOpening(night, at('2026-10-24T12:00:00Z'), berlin)).toBe(at('2026-10-24T23:30:00Z'));
  });
});

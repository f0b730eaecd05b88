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

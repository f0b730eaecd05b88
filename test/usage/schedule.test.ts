import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetOf, untilNext } from '../../src/usage/schedule.ts';

const anyTime = fc.integer({ min: 0, max: 2 ** 45 });
const anyInterval = fc.integer({ min: 10_000, max: 86_400_000 });

describe('the times of a router', () => {
  it('SPL-23: are the same on every clock, and never far away', () => {
    fc.assert(
      fc.property(anyTime, anyInterval, fc.string(), (now, interval, router) => {
        const offset = offsetOf(router, interval);

        const wait = untilNext(now, interval, offset);

        expect((now + wait - offset) % interval).toBe(0);
        expect(wait).toBeGreaterThanOrEqual(interval / 10);
        expect(wait).toBeLessThan(1.1 * interval);
      }),
    );
  });

  it('SPL-23: are not those of all others', () => {
    const offsets = new Set(Array.from({ length: 100 }, (_, at) => offsetOf(`core-${at}`, 300_000)));

    expect(offsets.size).toBeGreaterThan(90);
    expect(Math.max(...offsets)).toBeLessThan(60_000);
  });
});

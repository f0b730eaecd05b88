import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/model/kinds/quota.ts';
import { quotaClock } from '../../src/quota/quota-clock.ts';
import { usageByPeriod } from '../../src/quota/usage-by-period.ts';

const base = { name: 'q', of: 'octets', amount: '1', direction: 'total', steps: [] } as const;
const uses = ['2026-03-14T22:00Z', '2026-03-14T23:00Z', '2026-04-14T21:00Z', '2026-04-14T22:00Z'].map((time, at) => ({
  at: Date.parse(time),
  up: 1n,
  down: 10n ** BigInt(at),
}));
const shown = (quota: Quota) =>
  usageByPeriod(quota, uses, 0, 'Europe/Berlin', quotaClock('Europe/Berlin')).map(
    ({ period, up, down }) => `${period} ${up} ${down}`,
  );

describe('usage by the periods of a quota', () => {
  it('begins anew on its day by the clock on the wall, in summer and in winter', () => {
    expect(shown({ ...base, period: 'month', anchor: 15 })).toEqual([
      '2026-02-15 1 1',
      '2026-03-15 2 110',
      '2026-04-15 1 1000',
    ]);
  });

  it('has what counts alone: one direction, and not what was free', () => {
    const freeHours = [{ days: [0, 3], from: 0, till: 60 }];

    expect(shown({ ...base, direction: 'down', period: 'day', anchor: 1, freeHours })).toEqual([
      '2026-03-14 0 1',
      '2026-04-14 0 100',
    ]);
  });
});

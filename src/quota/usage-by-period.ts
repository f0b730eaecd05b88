import type { Quota } from '../model/kinds/quota.ts';
import { offsetReader } from '../model/local-time.ts';
import type { SlotUse } from './pieces.ts';
import type { QuotaClock } from './quota-clock.ts';

/** What was used in one period of a quota, as far as it counts. */
export interface QuotaPeriodUsage {
  /** When it began, by the clock on the wall: `2026-03-10`, of hours `2026-03-10 14:00`. */
  readonly period: string;
  readonly up: bigint;
  readonly down: bigint;
}

/**
 * Sums what was used up to periods of a quota, in order: free hours and the direction that does not count are left out.
 *
 * @param uses oldest first
 * @param since when the subscriber signed up, or, of `validity`, when that began
 */
export function usageByPeriod(
  quota: Quota,
  uses: readonly Pick<SlotUse, 'at' | 'up' | 'down'>[],
  since: number,
  timezone: string,
  clock: QuotaClock,
): readonly QuotaPeriodUsage[] {
  const periodOf = quotaPeriods(quota, since, timezone, clock);
  const periods = new Map<number, QuotaPeriodUsage>();
  for (const { at, up, down } of uses) {
    const found = up === 0n && down === 0n ? undefined : periodOf(at);
    if (found === undefined) continue;
    const { from, period } = found;
    const known = periods.get(from) ?? { period, up: 0n, down: 0n };
    periods.set(from, {
      ...known,
      up: known.up + (quota.direction === 'down' ? 0n : up),
      down: known.down + (quota.direction === 'up' ? 0n : down),
    });
  }
  return [...periods.values()];
}

/** The period of a quota that a moment lies in, by its begin and its name; `undefined` in free hours. */
export function quotaPeriods(
  quota: Quota,
  since: number,
  timezone: string,
  clock: QuotaClock,
): (at: number) => { readonly from: number; readonly period: string } | undefined {
  const offsetAt = offsetReader(timezone);
  return (at) => {
    if (clock.isFree(quota, at)) return undefined;
    const { from } = clock.periodOf(quota, at, since);
    return { from, period: nameOf(quota, from + offsetAt(from)) };
  };
}

/** @param local the beginning as if the zone were UTC */
function nameOf({ period }: Quota, local: number): string {
  const text = new Date(local).toISOString();
  return period === 'hour' || period === 'validity' ? text.slice(0, 16).replace('T', ' ') : text.slice(0, 10);
}

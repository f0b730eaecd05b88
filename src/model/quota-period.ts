import { offsetReader } from './local-time.ts';

/** Periods of a quota, in local time. */
export interface QuotaPeriod {
  readonly period: 'hour' | 'day' | 'week' | 'month';
  /** Day of the month 1 to 28, of the week 1 (Monday) to 7; without meaning for the others. */
  readonly anchor: number;
}

/** The period a moment lies in, in milliseconds since 1970. Pure. @throws RangeError when the zone is not known */
export function periodAt(
  quota: QuotaPeriod,
  now: number,
  timezone: string,
): { readonly from: number; readonly till: number } {
  const offsetAt = offsetReader(timezone);
  const local = new Date(now + offsetAt(now));
  const instantOf = (wall: number): number => {
    const [before, after] = [wall - offsetAt(wall - dayMs), wall - offsetAt(wall + dayMs)];
    // A time that is skipped comes with the change, one that occurs twice the first time.
    return before + offsetAt(before) === wall
      ? before
      : after + offsetAt(after) === wall
        ? after
        : Math.max(before, after);
  };
  if (quota.period === 'hour') {
    const from = now - ((((now + offsetAt(now)) % hourMs) + hourMs) % hourMs);
    return { from, till: from + hourMs };
  }
  const [from, till] = wallsOf(quota, local);
  return { from: instantOf(from), till: instantOf(till) };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Beginning and end as if the zone were UTC. */
function wallsOf({ period, anchor }: QuotaPeriod, local: Date): readonly [number, number] {
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  if (period === 'day') return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  if (period === 'week') {
    const since = (local.getUTCDay() - anchor + 7) % 7;
    return [Date.UTC(year, month, day - since), Date.UTC(year, month, day - since + 7)];
  }
  const first = day >= anchor ? month : month - 1;
  return [Date.UTC(year, first, anchor), Date.UTC(year, first + 1, anchor)];
}

import { offsetReader } from './local-time.ts';

/** How often a quota begins anew, in local time. */
export interface QuotaPeriod {
  readonly period: 'hour' | 'day' | 'week' | 'month' | 'validity';
  /**
   * Day of the month 1 to 31, in a month that is shorter its last; of the week 1 (Monday) to 7; `sign-up`: the day of either
   * on which the subscriber signed up. Without meaning for the others.
   */
  readonly anchor: number | 'sign-up';
}

/** Milliseconds since 1970; `till` is not in it. */
export interface Span {
  readonly from: number;
  readonly till: number;
}

/** The end of what has none. */
export const forever = Number.MAX_SAFE_INTEGER;

/**
 * The period a moment lies in. Made once for many questions: a formatter of times is dear, and what was asked last is mostly
 * asked again.
 *
 * @param since when the subscriber signed up; for `validity`, when that began, and it has no end here: whose validity is over
 * has expired
 */
export type PeriodReader = (quota: QuotaPeriod, at: number, since: number) => Span;

/** @throws RangeError when the zone is not known */
export function periodReader(timezone: string): PeriodReader {
  const offsetAt = offsetReader(timezone);
  const last = new Map<string, Span>();
  return ({ period, anchor }, at, since) => {
    if (period === 'validity') return { from: Math.min(since, at), till: forever };
    const day = anchor === 'sign-up' ? dayOf(period, new Date(since + offsetAt(since))) : anchor;
    const key = `${period} ${day}`;
    const known = last.get(key);
    if (known !== undefined && at >= known.from && at < known.till) return known;
    const span = period === 'hour' ? hourOf(at, offsetAt) : spanOf({ period, day }, at, offsetAt);
    last.set(key, span);
    return span;
  };
}

/** The period a moment lies in. Pure. @throws RangeError when the zone is not known */
export function periodAt(quota: QuotaPeriod, now: number, timezone: string, since = 0): Span {
  return periodReader(timezone)(quota, now, since);
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function hourOf(at: number, offsetAt: (at: number) => number): Span {
  const from = at - ((((at + offsetAt(at)) % hourMs) + hourMs) % hourMs);
  return { from, till: from + hourMs };
}

interface Days {
  readonly period: 'day' | 'week' | 'month';
  readonly day: number;
}

function spanOf(days: Days, at: number, offsetAt: (at: number) => number): Span {
  const local = new Date(at + offsetAt(at));
  const walls = [0, 1, 2].map((later) => wallOf(days, local, later));
  const [from = 0, till = 0, next = 0] = walls.map((wall) => instantOf(wall, offsetAt));
  // Clocks that are set back over midnight show the day before once more: what has begun does not begin again.
  return at < till ? { from, till } : { from: till, till: next };
}

/** When the period of a local time begins, or one so many later, as if the zone were UTC. */
function wallOf({ period, day }: Days, local: Date, later: number): number {
  const [year, month, date] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  if (period === 'day') return Date.UTC(year, month, date + later);
  if (period === 'week') return Date.UTC(year, month, date - ((local.getUTCDay() - day + 7) % 7) + 7 * later);
  const first = date >= clamped(year, month, day) ? month : month - 1;
  return Date.UTC(year, first + later, clamped(year, first + later, day));
}

/** A day of a month, which may be too short for it. */
function clamped(year: number, month: number, day: number): number {
  return Math.min(day, new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
}

/** A time that is skipped comes with the change, one that occurs twice the first time. */
function instantOf(wall: number, offsetAt: (at: number) => number): number {
  const [before, after] = [wall - offsetAt(wall - dayMs), wall - offsetAt(wall + dayMs)];
  if (before + offsetAt(before) === wall) return before;
  return after + offsetAt(after) === wall ? after : Math.max(before, after);
}

function dayOf(period: 'hour' | 'day' | 'week' | 'month', local: Date): number {
  return period === 'week' ? local.getUTCDay() || 7 : local.getUTCDate();
}

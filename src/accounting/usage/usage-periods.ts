import { offsetReader, timeReader } from '../../model/local-time.ts';
import { type Correction, joinedCorrections } from './usage-corrections.ts';
import { hourMs, quarterMs, type UsageDelta } from './usage-deltas.ts';

export type Period = 'hour' | 'day' | 'month';

export interface PeriodUsage {
  /** In the operator's time zone: `2026-11-01 14:00`, `2026-11-01`, `2026-11`. */
  readonly period: string;
  readonly up: bigint;
  readonly down: bigint;
}

/**
 * Sums what was used up to periods of a time zone, in order. It is kept by quarters of an hour, which no zone of today splits.
 *
 * @param hours oldest first
 */
export function periodsOf(hours: readonly UsageDelta[], by: Period, timezone: string): readonly PeriodUsage[] {
  const local = localTime(timezone);
  const periods = new Map<string, PeriodUsage>();
  for (const { hour, up, down } of hours) {
    // Somebody was online, and used nothing.
    if (up === 0n && down === 0n) continue;
    const period = cut(local(hour * hourMs), by);
    const known = periods.get(period);
    periods.set(period, { period, up: up + (known?.up ?? 0n), down: down + (known?.down ?? 0n) });
  }
  return [...periods.values()];
}

export interface PeriodCorrection extends Correction {
  /** As of `PeriodUsage`. */
  readonly period: string;
}

/** What of usage was set right, or counted otherwise than the last record says, by periods of a time zone: in order. */
export function correctionsBy(hours: readonly UsageDelta[], by: Period, timezone: string): readonly PeriodCorrection[] {
  const local = localTime(timezone);
  return correctionsIn(hours, (at) => cut(local(at), by));
}

/** The same by whatever periods. @param periodOf of a moment; what has none is left out */
export function correctionsIn(
  hours: readonly Pick<UsageDelta, 'hour' | 'corrections'>[],
  periodOf: (at: number) => string | undefined,
): readonly PeriodCorrection[] {
  const periods = new Map<string, readonly Correction[]>();
  for (const { hour, corrections } of hours) {
    const period = corrections === undefined ? undefined : periodOf(hour * hourMs);
    if (period === undefined) continue;
    periods.set(period, joinedCorrections(periods.get(period), corrections) ?? []);
  }
  return [...periods].flatMap(([period, each]) => each.map((correction) => ({ period, ...correction })));
}

/** Names the period of a time zone that a moment lies in, milliseconds since 1970. */
export function periodNamer(timezone: string): (at: number, by: Period) => string {
  const local = localTime(timezone);
  return (at, by) => cut(local(at), by);
}

/** The quarters of an hour that some time touches, in hours since 1970: from the first on, before the last. */
export function quartersIn(from: number, till: number): { readonly from: number; readonly to: number } {
  return { from: Math.floor(from / quarterMs) / 4, to: Math.ceil(till / quarterMs) / 4 };
}

const usualSpan: Readonly<Record<Period, number>> = {
  hour: 24 * hourMs,
  day: 30 * 24 * hourMs,
  month: 365 * 24 * hourMs,
};

/** From where usage is shown when nothing is said: the begin of the period a day, 30 days or a year ago. */
export function usualSince(now: number, by: Period, timezone: string): number {
  const local = localTime(timezone)(now - usualSpan[by]);
  const begin = {
    hour: `${local.slice(0, 13)}:00`,
    day: `${local.slice(0, 10)}T00:00`,
    month: `${local.slice(0, 7)}-01T00:00`,
  }[by];
  return timeReader(timezone)(begin) ?? now - usualSpan[by];
}

/** A time as `2026-11-01T14:05` in a zone. */
function localTime(timezone: string): (at: number) => string {
  const offsetAt = offsetReader(timezone);
  return (at) => new Date(at + offsetAt(at)).toISOString().slice(0, 16);
}

function cut(local: string, by: Period): string {
  if (by === 'month') return local.slice(0, 7);
  return by === 'day' ? local.slice(0, 10) : `${local.slice(0, 13).replace('T', ' ')}:00`;
}

import { timeReader } from '../model/local-time.ts';
import { hourMs, type UsageDelta } from './usage-deltas.ts';

export type Period = 'hour' | 'day' | 'month';

export interface PeriodUsage {
  /** In the operator's time zone: `2026-11-01 14:00`, `2026-11-01`, `2026-11`. */
  readonly period: string;
  readonly up: bigint;
  readonly down: bigint;
}

/**
 * Sums hours up to periods of a time zone, in order. Usage is kept by hours of UTC: where a zone is off by half an hour, an
 * hour belongs to the period in which it begins.
 *
 * @param hours oldest first
 */
export function periodsOf(hours: readonly UsageDelta[], by: Period, timezone: string): readonly PeriodUsage[] {
  const local = localTime(timezone);
  const periods = new Map<string, PeriodUsage>();
  for (const { hour, up, down } of hours) {
    const period = cut(local(hour * hourMs), by);
    const known = periods.get(period);
    periods.set(period, { period, up: up + (known?.up ?? 0n), down: down + (known?.down ?? 0n) });
  }
  return [...periods.values()];
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
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}`;
  };
}

function cut(local: string, by: Period): string {
  if (by === 'month') return local.slice(0, 7);
  return by === 'day' ? local.slice(0, 10) : local.replace('T', ' ');
}

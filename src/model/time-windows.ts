import type { TimeWindow } from './kinds/limits.ts';
import { timeReader } from './local-time.ts';

/** Whether a moment lies in one of the windows, in local time of each, or of `timezone` (IANA). Pure. */
export function isOpen(windows: readonly TimeWindow[], now: number, timezone: string): boolean {
  return byZone(windows, timezone).some(([zone, own]) => isOpenAt(own, localReader(zone)(now)));
}

/**
 * When the next window opens, milliseconds since 1970; `now` when one is open. One that begins in an hour which a clock
 * change skips opens with the next minute there is, if it is not over by then. Pure.
 *
 * @returns undefined when none opens
 */
export function nextOpening(windows: readonly TimeWindow[], now: number, timezone: string): number | undefined {
  const openings = byZone(windows, timezone).flatMap(([zone, own]) => nextInZone(own, now, zone) ?? []);
  return openings.length === 0 ? undefined : Math.min(...openings);
}

function byZone(
  windows: readonly TimeWindow[],
  timezone: string,
): readonly (readonly [string, readonly TimeWindow[]])[] {
  const zones = new Set(windows.map((window) => window.timezone ?? timezone));
  return [...zones].map((zone) => [zone, windows.filter((window) => (window.timezone ?? timezone) === zone)]);
}

function nextInZone(windows: readonly TimeWindow[], now: number, timezone: string): number | undefined {
  const local = localReader(timezone);
  const today = local(now);
  if (isOpenAt(windows, today)) return now;
  const instantOf = timeReader(timezone);
  const openings = windows.flatMap((window) =>
    daysAhead
      .filter((ahead) => window.days.includes((today.day + ahead) % 7))
      .flatMap((ahead) => {
        const at = instantOf(localText(today.date, ahead, window.from));
        if (at === undefined) return [];
        return local(at).minutes === window.from ? [at] : minutesBefore(at);
      }),
  );
  return openings.sort((a, b) => a - b).find((at) => at > now && isOpenAt(windows, local(at)));
}

/** Today, and this day of the next week: today's window may be over. And one more, where a clock change swallows it. */
const daysAhead = Array.from({ length: 15 }, (_, ahead) => ahead);

/** `2026-11-22T22:00`, so many days after a date. */
function localText([year, month, day]: LocalMinute['date'], ahead: number, minutes: number): string {
  const date = new Date(Date.UTC(year, month - 1, day + ahead)).toISOString().slice(0, 10);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Where the clock was set ahead over the beginning of a window, it may open sooner than by that much later. */
const longestSkip = 120;

function minutesBefore(at: number): readonly number[] {
  return Array.from({ length: longestSkip + 1 }, (_, minutes) => at - (longestSkip - minutes) * 60_000);
}

interface LocalMinute {
  /** 0 is Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minutes: number;
  readonly date: readonly [year: number, month: number, day: number];
}

function isOpenAt(windows: readonly TimeWindow[], { day, minutes }: LocalMinute): boolean {
  return windows.some((window) => contains(window, day, minutes));
}

function contains({ days, from, till }: TimeWindow, day: number, minutes: number): boolean {
  if (from < till) return days.includes(day) && minutes >= from && minutes < till;
  const before = (day + 6) % 7;
  return (days.includes(day) && minutes >= from) || (days.includes(before) && minutes < till);
}

const names = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localReader(timezone: string): (now: number) => LocalMinute {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (now) => {
    const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
    return {
      day: names.indexOf(parts.get('weekday') ?? ''),
      minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
      date: [Number(parts.get('year')), Number(parts.get('month')), Number(parts.get('day'))],
    };
  };
}

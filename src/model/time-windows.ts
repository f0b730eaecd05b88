import type { TimeWindow } from './model.ts';

const minuteMs = 60_000;
const minutesPerDay = 1440;

/** Whether a moment lies in one of the windows, in local time of `timezone` (IANA). Pure. */
export function isOpen(windows: readonly TimeWindow[], now: number, timezone: string): boolean {
  return isOpenAt(windows, localReader(timezone)(now));
}

/**
 * When the next window opens, milliseconds since 1970, to the minute; `now` when one is open. Looked for minute by minute
 * over a week and a day, so clock changes are those of the calendar. Pure.
 *
 * @returns undefined when none opens
 */
export function nextOpening(windows: readonly TimeWindow[], now: number, timezone: string): number | undefined {
  const local = localReader(timezone);
  if (isOpenAt(windows, local(now))) return now;
  const first = Math.floor(now / minuteMs) + 1;
  for (let minute = first; minute <= first + 8 * minutesPerDay; minute += 1) {
    if (isOpenAt(windows, local(minute * minuteMs))) return minute * minuteMs;
  }
  return undefined;
}

interface LocalMinute {
  /** 0 is Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minutes: number;
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
    hour: 'numeric',
    minute: 'numeric',
  });
  return (now) => {
    const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
    return {
      day: names.indexOf(parts.get('weekday') ?? ''),
      minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}

import type { TimeWindow } from './kinds/limits.ts';
import { offsetReader } from './local-time.ts';

/** Windows in local time of one zone. Made once for many questions: a formatter of times is dear. */
export interface WindowClock {
  /** The first of the windows that is open at a moment, milliseconds since 1970. */
  openAt<W extends TimeWindow>(windows: readonly W[], at: number): W | undefined;
  /**
   * When the answer next becomes another, milliseconds since 1970. Local times that a clock change repeats count both
   * times, those it skips not at all: it is always what a clock on the wall says.
   *
   * @param answer what is asked of the window that is open
   * @returns `undefined` when it stays the same for two weeks
   */
  nextTurn<W extends TimeWindow>(
    windows: readonly W[],
    after: number,
    answer: (open: W | undefined) => unknown,
  ): number | undefined;
}

/** @throws RangeError when the zone is not known */
export function windowClock(timezone: string): WindowClock {
  const offsetAt = offsetReader(timezone);
  const openAt = <W extends TimeWindow>(windows: readonly W[], at: number): W | undefined => {
    const local = new Date(at + offsetAt(at));
    const minutes = local.getUTCHours() * 60 + local.getUTCMinutes();
    return windows.find((window) => contains(window, local.getUTCDay(), minutes));
  };
  return {
    openAt,
    nextTurn(windows, after, answer) {
      const now = answer(openAt(windows, after));
      return edges(windows, after, offsetAt).find((at) => answer(openAt(windows, at)) !== now);
    },
  };
}

/** @param day 0 is Sunday */
function contains({ days, from, till }: TimeWindow, day: number, minutes: number): boolean {
  if (from < till) return days.includes(day) && minutes >= from && minutes < till;
  const before = (day + 6) % 7;
  return (days.includes(day) && minutes >= from) || (days.includes(before) && minutes < till);
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** This day of the next week, and one more, where a clock change swallows it. */
const daysAhead = 15;

/** Moments after which a window may be otherwise than before, in order. */
function edges(windows: readonly TimeWindow[], after: number, offsetAt: (at: number) => number): readonly number[] {
  const found = new Set<number>();
  const today = Math.floor((after + offsetAt(after)) / dayMs) * dayMs;
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = today + ahead * dayMs;
    const [before, behind] = [offsetAt(day - dayMs), offsetAt(day + 2 * dayMs)];
    if (before !== behind) found.add(changeBetween(day - dayMs, day + 2 * dayMs, offsetAt));
    for (const { from, till } of windows) {
      for (const minutes of [from, till]) {
        found.add(day + minutes * minuteMs - before);
        found.add(day + minutes * minuteMs - behind);
      }
    }
  }
  return [...found].filter((at) => at > after).sort((a, b) => a - b);
}

/** The moment between two of which clocks are set. */
function changeBetween(low: number, high: number, offsetAt: (at: number) => number): number {
  const before = offsetAt(low);
  let [from, to] = [low, high];
  while (to - from > 1000) {
    const middle = Math.floor((from + to) / 2000) * 1000;
    if (offsetAt(middle) === before) from = middle;
    else to = middle;
  }
  return to;
}

import type { TimeWindow } from './kinds/limits.ts';
import { type WindowClock, windowClock } from './window-turns.ts';

/** When a service can be used. */
export interface Hours {
  /** As declared, for comparing. */
  readonly text: string;
  /**
   * Whether it can be used at a moment, and until when that holds, both milliseconds since 1970; without an end, for longer
   * than a week.
   */
  at(now: number): { readonly open: boolean; readonly until?: number };
}

interface Span {
  readonly open: boolean;
  readonly from: number;
  readonly until?: number;
}

/** @param text made by `hoursText` */
export function hoursOf(text: string): Hours {
  const [timezone, windows] = JSON.parse(text) as readonly [string, readonly TimeWindow[]];
  let clock: WindowClock | undefined;
  // What holds now mostly holds at the next login.
  let span: Span | undefined;
  return {
    text,
    at(now) {
      const known = span !== undefined && now >= span.from && now < (span.until ?? span.from + unknownMs);
      if (span !== undefined && known) return span;
      clock ??= windowClock(timezone);
      const isOpen = (window: TimeWindow | undefined): boolean => window !== undefined;
      const until = clock.nextTurn(windows, now, isOpen);
      span = { open: isOpen(clock.openAt(windows, now)), from: now, ...(until === undefined ? {} : { until }) };
      return span;
    },
  };
}

/** The same hours, the same text. */
export function hoursText(windows: readonly TimeWindow[], timezone: string): string {
  return JSON.stringify([timezone, windows.map(({ days, from, till }) => ({ days, from, till }))]);
}

const unknownMs = 3_600_000;

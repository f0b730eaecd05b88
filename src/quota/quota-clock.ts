import type { Quota } from '../model/kinds/quota.ts';
import { type PeriodReader, periodReader } from '../model/quota-period.ts';
import { windowClock } from '../model/window-turns.ts';

/** Periods and free hours in one time zone. Made once for many questions. */
export interface QuotaClock {
  readonly periodOf: PeriodReader;
  /** Are its free hours open? Where usage is concerned: at the beginning of the slot that it is kept in. */
  isFree(quota: Quota, at: number): boolean;
  /** When they next begin or end. */
  nextTurn(quota: Quota, after: number): number | undefined;
}

/** @throws RangeError when the zone is not known */
export function quotaClock(timezone: string): QuotaClock {
  const windows = windowClock(timezone);
  return {
    periodOf: periodReader(timezone),
    isFree: ({ freeHours = [] }, at) => freeHours.length > 0 && windows.openAt(freeHours, at) !== undefined,
    nextTurn: ({ freeHours = [] }, after) =>
      freeHours.length === 0 ? undefined : windows.nextTurn(freeHours, after, (open) => open !== undefined),
  };
}

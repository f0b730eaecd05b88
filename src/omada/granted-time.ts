import { type TimeUnit, timeIn } from './auth-body.ts';
import { isCurrentRow, rowsOf } from './client-standing.ts';

/**
 * For how many seconds the operator's list of clients says one is let in; `undefined` when it does not say.
 * `start` and `end` are milliseconds since 1970.
 */
export function grantedSeconds(result: unknown, mac: string): number | undefined {
  const times = rowsOf(result, mac)
    .filter(isCurrentRow)
    .map(({ start, end }) => (typeof start === 'number' && typeof end === 'number' ? (end - start) / 1000 : 0));
  return times.findLast((seconds) => seconds > 0);
}

/**
 * Texts for vendors differ on the unit of `time`: what a controller makes of it is compared with what was meant.
 *
 * @returns words when it took it for another unit
 */
export function unitObjection(asked: number, granted: number, unit: TimeUnit): string | undefined {
  const sent = timeIn(unit, asked);
  if (isAbout(granted, secondsOf(sent, unit))) return undefined;
  const taken = units.find((other) => isAbout(granted, secondsOf(sent, other)));
  const mend = taken === undefined ? 'compare timeUnit with its version' : `declare timeUnit: ${taken}`;
  return `let a client in for ${Math.round(granted)} s where ${asked} s were asked in ${unit}: ${mend}`;
}

const units: readonly TimeUnit[] = ['ms', 'us', 's', 'min'];

function secondsOf(time: number, unit: TimeUnit): number {
  return (time * 60) / timeIn(unit, 60);
}

function isAbout(one: number, other: number): boolean {
  return one > other / 2 && one < other * 2;
}

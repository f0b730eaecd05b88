import type { TopUp } from './top-up.ts';

/**
 * When a validity ends that began then: what prolongs it counts from its end, or, where that was past, from when it was given.
 * Milliseconds since 1970. Pure.
 *
 * @param since when the subscriber was given the service: what was given for another one before counts no more, what was given
 * before the validity began does
 */
export function endOfValidity(start: number, lastsMs: number, topUps: readonly TopUp[], since = start): number {
  return topUps
    .filter(({ of, at }) => of === 'validity' && at >= Math.min(since, start))
    .sort((a, b) => a.number - b.number)
    .reduce((end, { at, amount }) => Math.max(end, at) + Number(amount), start + lastsMs);
}

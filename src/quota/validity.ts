import type { TopUp } from './top-up.ts';

/**
 * When a validity ends that began then: what prolongs it counts from its end, or, where that was past, from when it was given.
 * Milliseconds since 1970. Pure.
 */
export function endOfValidity(start: number, lastsMs: number, topUps: readonly TopUp[]): number {
  return topUps
    .filter(({ of, at }) => of === 'validity' && at >= start)
    .sort((a, b) => a.number - b.number)
    .reduce((end, { at, amount }) => Math.max(end, at) + Number(amount), start + lastsMs);
}

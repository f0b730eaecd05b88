import type { Quota } from '../model/kinds/quota.ts';
import type { Span } from '../model/quota-period.ts';
import type { QuotaClock } from './quota-clock.ts';
import type { Lot } from './top-up.ts';

/** What counted for a quota in a part of one of its periods: a whole one, unless a top-up ends within it. */
export interface Piece extends Span {
  /** When its period begins. */
  readonly period: number;
  readonly used: bigint;
}

/** What somebody used in a slot of time, in which nothing is told apart. */
export interface SlotUse {
  /** When the slot begins, milliseconds since 1970. */
  readonly at: number;
  readonly up: bigint;
  readonly down: bigint;
  /** Milliseconds online. */
  readonly online: bigint;
}

/**
 * The pieces that say how a quota stands at a moment, empty, in order and without gaps: the period of that moment, and those
 * before it in which anything was used of a top-up that may not be used up yet.
 */
export function emptyPieces(
  quota: Quota,
  lots: readonly Lot[],
  since: number,
  now: number,
  clock: QuotaClock,
): readonly Piece[] {
  const till = clock.periodOf(quota, now, since).till;
  const ends = lots.map(({ until }) => until).sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let at = horizon(quota, lots, since, now, clock);
  while (at < till) {
    const { from: period, till: end } = clock.periodOf(quota, at, since);
    const from = at;
    at = Math.min(end, ends.find((each) => each > from) ?? end);
    pieces.push({ from, till: at, period, used: 0n });
  }
  return pieces;
}

/** From when on it has to be known what was used. */
function horizon(quota: Quota, lots: readonly Lot[], since: number, now: number, clock: QuotaClock): number {
  const beginOf = (at: number): number => clock.periodOf(quota, Math.min(at, now), since).from;
  let from = beginOf(now);
  // What one top-up had to bear, another did not.
  for (;;) {
    const before = from;
    for (const { at, until } of lots) if (until > before && beginOf(at) < from) from = beginOf(at);
    if (from === before) break;
  }
  if (quota.carryOver === undefined) return from;
  const previous = clock.periodOf(quota, from - 1, since).from;
  return previous < since ? from : previous;
}

/** The same pieces with what else was used; `undefined` when that does not lie within them, and they have to be made anew. */
export function withUse(
  pieces: readonly Piece[],
  quota: Quota,
  use: SlotUse,
  clock: QuotaClock,
): readonly Piece[] | undefined {
  const amount = counted(quota, use);
  const last = pieces.at(-1);
  if (last === undefined || use.at >= last.till) return undefined;
  // Long ago: nothing hangs on it any more.
  if (amount === 0n || use.at < (pieces[0]?.from ?? 0) || clock.isFree(quota, use.at)) return pieces;
  return pieces.map((piece) =>
    use.at >= piece.from && use.at < piece.till ? { ...piece, used: piece.used + amount } : piece,
  );
}

/** Fresh pieces with what is known from older ones; `undefined` when those do not reach back far enough. */
export function carriedOn(fresh: readonly Piece[], known: readonly Piece[]): readonly Piece[] | undefined {
  const [first, oldest, newest] = [fresh[0], known[0], known.at(-1)];
  if (first === undefined || oldest === undefined || newest === undefined || first.from < oldest.from) return undefined;
  const byFrom = new Map(known.map((piece) => [piece.from, piece]));
  const found: Piece[] = [];
  for (const piece of fresh) {
    const same = byFrom.get(piece.from);
    if (same === undefined && piece.from < newest.till) return undefined;
    if (same !== undefined && same.till !== piece.till) return undefined;
    found.push({ ...piece, used: same?.used ?? 0n });
  }
  return found;
}

/** How much of it counts for a quota, were it not free. */
export function counted({ of, direction }: Quota, { up, down, online }: SlotUse): bigint {
  if (of === 'time') return online;
  return direction === 'total' ? up + down : direction === 'up' ? up : down;
}

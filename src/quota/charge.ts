import type { Quota } from '../model/kinds/quota.ts';
import type { Piece } from './pieces.ts';
import type { Lot } from './top-up.ts';

/** What was used of a quota and of its top-ups. */
export interface Charged {
  /** Counted in the period. */
  readonly used: bigint;
  /** Of that, what no top-up bore: it may be more than there is. */
  readonly plan: bigint;
  /** What the period before left for this one. */
  readonly carried: bigint;
  /** What is left of each top-up, expired or not. */
  readonly lots: readonly (Lot & { readonly left: bigint })[];
}

/**
 * Who bears what was used, in the order in which it was: first what the period includes, then what the one before left, then
 * top-ups, the one that ends first before the others; what is left over then is too much. Pure.
 *
 * @param pieces in order; the last is of the period that is asked about
 * @param since of what began before, nothing is left over: it was not had for a whole period
 */
export function charge(quota: Quota, pieces: readonly Piece[], all: readonly Lot[], since: number): Charged {
  const lots = all.map((lot) => ({ ...lot, left: lot.amount }));
  const own = BigInt(quota.amount);
  let [used, plan, carried] = [0n, 0n, 0n];
  let period: number | undefined;
  for (const piece of pieces) {
    if (piece.period !== period) {
      carried = period === undefined || period < since ? 0n : leftOver(quota, own, used);
      [used, plan, period] = [0n, 0n, piece.period];
    }
    const before = used;
    for (const at of [...marksIn(piece, lots, before), before + atLeastNone(piece.used)]) {
      const given = lots.filter((lot) => isGiven(lot, piece, used));
      plan += bear(atLeastNone(at - used), atLeastNone(own + carried - plan), given);
      if (at > used) used = at;
    }
  }
  return { used, plan, carried, lots };
}

interface Left extends Lot {
  left: bigint;
}

/** How much had been used when top-ups were given in this piece: there it must be looked anew who bears the rest. */
function marksIn(piece: Piece, lots: readonly Lot[], before: bigint): readonly bigint[] {
  const end = before + atLeastNone(piece.used);
  return lots
    .filter(({ at }) => at >= piece.from && at < piece.till)
    .map(({ mark }) => (mark < before ? before : mark > end ? end : mark))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function isGiven({ at, until, mark, left }: Left, piece: Piece, used: bigint): boolean {
  if (left === 0n || until <= piece.from) return false;
  return at < piece.from || (at < piece.till && mark <= used);
}

/** @returns what top-ups did not bear */
function bear(amount: bigint, room: bigint, lots: readonly Left[]): bigint {
  let rest = amount - least(amount, room);
  for (const lot of [...lots].sort((a, b) => a.until - b.until || a.number - b.number)) {
    const borne = least(rest, lot.left);
    lot.left -= borne;
    rest -= borne;
  }
  return least(amount, room) + rest;
}

/** What a period of its own leaves for the next: top-ups have their own time. */
function leftOver({ carryOver }: Quota, own: bigint, used: bigint): bigint {
  if (carryOver === undefined) return 0n;
  const left = atLeastNone(own - used);
  return carryOver === 'all' ? left : least(left, BigInt(carryOver));
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function atLeastNone(amount: bigint): bigint {
  return amount > 0n ? amount : 0n;
}

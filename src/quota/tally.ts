import type { Quota } from '../model/kinds/quota.ts';
import { carriedOn, counted, emptyPieces, type Piece, type SlotUse, withUse } from './pieces.ts';
import type { QuotaClock } from './quota-clock.ts';
import { type QuotaStanding, quotaState, standing } from './quota-state.ts';
import { lotsOf, type TopUp } from './top-up.ts';

/** A quota that somebody has, and since when. */
export interface HeldQuota {
  readonly quota: Quota;
  /** When its subscriber signed up; of `validity`, when that began. */
  readonly since: number;
}

/**
 * What somebody used of his quotas. It is counted on with every record of accounting, of which hardly one in a thousand brings
 * another step about: what is known of when the next one comes spares looking, until then.
 */
export class Tally {
  readonly #clock: QuotaClock;
  readonly #topUps: readonly TopUp[];
  #each: readonly Counted[];
  /** As it stood when it was last looked at; that holds from then on, before, and while nothing counts for more than is spare. */
  #holds: { readonly from: number; readonly till: number } | undefined;

  private constructor(each: readonly Counted[], topUps: readonly TopUp[], clock: QuotaClock) {
    this.#each = each;
    this.#topUps = topUps;
    this.#clock = clock;
  }

  /** Nothing is counted yet: what was used `from` on has to be read and added. */
  static empty(quotas: readonly HeldQuota[], topUps: readonly TopUp[], now: number, clock: QuotaClock): Tally {
    return new Tally(
      quotas.map((held) => counting(held, fresh(held, topUps, now, clock))),
      topUps,
      clock,
    );
  }

  /** From when on it has to be known what was used. */
  get from(): number {
    return Math.min(...this.#each.map(({ pieces }) => pieces[0]?.from ?? Number.POSITIVE_INFINITY));
  }

  /** Counts what was used. @returns whether it may stand otherwise by that */
  add(uses: readonly SlotUse[], now: number): boolean {
    let holds = this.#holds !== undefined && now >= this.#holds.from && now < this.#holds.till;
    for (const use of uses) for (const each of this.#each) if (!count(each, use, this.#clock)) holds = false;
    return !holds;
  }

  /**
   * Goes on to the periods of a moment.
   *
   * @returns false where it has to be read again what was used: it does not reach back far enough, or the clock was set
   */
  goTo(now: number): boolean {
    if (this.#each.every(({ pieces }) => isIn(pieces.at(-1), now))) return true;
    const found: Counted[] = [];
    for (const each of this.#each) {
      settle(each);
      const pieces = carriedOn(fresh(each, this.#topUps, now, this.#clock), each.pieces);
      if (pieces === undefined) return false;
      found.push(counting(each, pieces));
    }
    this.#each = found;
    this.#holds = undefined;
    return true;
  }

  /** How all of it stands at a moment that it was brought to. */
  standing(now: number): QuotaStanding {
    for (const each of this.#each) settle(each);
    const states = this.#each.map(({ quota, since, pieces }) =>
      quotaState(quota, pieces, lotsOf(quota, this.#topUps, since, this.#clock), { since, now }, this.#clock),
    );
    const stands = standing(states);
    for (const [at, each] of this.#each.entries()) {
      const spare = states[at]?.spare;
      each.room = spare === undefined ? Number.POSITIVE_INFINITY : Number(spare);
    }
    const till = Math.min(...states.map((state) => state.till), stands.next ?? Number.POSITIVE_INFINITY);
    this.#holds = { from: now, till };
    return stands;
  }
}

interface Counted extends HeldQuota {
  pieces: readonly Piece[];
  /** Used in the last piece besides, and how much more may be before it stands otherwise: as numbers, which cost nothing. */
  extra: number;
  room: number;
  /** Whether the slot that was asked about last is free. */
  slot: { readonly at: number; readonly free: boolean } | undefined;
}

/** @returns false where it may stand otherwise by that */
function count(each: Counted, use: SlotUse, clock: QuotaClock): boolean {
  const amount = counted(each.quota, use);
  if (amount === 0n) return true;
  const last = each.pieces.at(-1);
  const more = Number(amount);
  if (last !== undefined && more > 0 && more < each.room && use.at >= last.from && use.at < last.till) {
    if (isFree(each, use.at, clock)) return true;
    each.extra += more;
    each.room -= more;
    return true;
  }
  settle(each);
  // Of a time that is yet to come: the clock was set back, and it is read again when it is right.
  each.pieces = withUse(each.pieces, each.quota, use, clock) ?? each.pieces;
  return false;
}

function isFree(each: Counted, at: number, clock: QuotaClock): boolean {
  if (each.quota.freeHours === undefined) return false;
  if (each.slot?.at !== at) each.slot = { at, free: clock.isFree(each.quota, at) };
  return each.slot.free;
}

/** What was counted besides goes to its piece. */
function settle(each: Counted): void {
  const last = each.pieces.at(-1);
  if (each.extra === 0 || last === undefined) return;
  each.pieces = each.pieces.with(-1, { ...last, used: last.used + BigInt(each.extra) });
  each.extra = 0;
}

function counting(held: HeldQuota, pieces: readonly Piece[]): Counted {
  return { quota: held.quota, since: held.since, pieces, extra: 0, room: 0, slot: undefined };
}

function isIn(piece: Piece | undefined, at: number): boolean {
  return piece !== undefined && at >= piece.period && at < piece.till;
}

function fresh(
  { quota, since }: HeldQuota,
  topUps: readonly TopUp[],
  now: number,
  clock: QuotaClock,
): readonly Piece[] {
  return emptyPieces(quota, lotsOf(quota, topUps, since, clock), since, now, clock);
}

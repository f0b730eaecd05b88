import type { Quota, QuotaMark } from '../model/kinds/quota.ts';
import { byStrictness, effectAt, isGentle } from '../model/quota.ts';
import { charge } from './charge.ts';
import type { Piece } from './pieces.ts';
import type { QuotaClock } from './quota-clock.ts';
import type { Lot } from './top-up.ts';

/** How one quota stands at a moment. Amounts are octets, or milliseconds online. */
export interface QuotaState {
  readonly name: string;
  readonly quota: Quota;
  /** Of the period, milliseconds since 1970. */
  readonly from: number;
  readonly till: number;
  /** Counted in the period. */
  readonly used: bigint;
  /** What the period includes, and what the one before left for it. */
  readonly own: bigint;
  readonly carried: bigint;
  /** Top-ups that are not over, the one that ends first before the others. */
  readonly topUps: readonly { readonly number: number; readonly left: bigint; readonly until: number }[];
  /** Until its first step, top-ups counted. 0: it is used up. */
  readonly left: bigint;
  /** From 1; 0 when none is in force. */
  readonly step: number;
  /** Its free hours are open. */
  readonly free: boolean;
  /** Until the next step that only the end of a session brings about. Absent: there is none, or no NAS can count it. */
  readonly untilHard?: bigint;
  /** When it next stands otherwise though nothing is used. Absent: it does not. */
  readonly next?: number;
  /** It stands as it does while less than this is used besides. Absent: whatever is used. */
  readonly spare?: bigint;
}

/** Pure. @param pieces as `emptyPieces` makes them for this moment, with what was used */
export function quotaState(
  quota: Quota,
  pieces: readonly Piece[],
  lots: readonly Lot[],
  { since, now }: { readonly since: number; readonly now: number },
  clock: QuotaClock,
): QuotaState {
  const charged = charge(quota, pieces, lots, since);
  const { used, plan, carried } = charged;
  const own = BigInt(quota.amount);
  const topUps = charged.lots
    .filter(({ at, until, left }) => at <= now && until > now && left > 0n)
    .sort((a, b) => a.until - b.until || a.number - b.number);
  const more = topUps.reduce((sum, { left }) => sum + left, 0n);
  const reached = quota.steps.filter(({ from }) => plan >= BigInt(from) + carried).length;
  const free = clock.isFree(quota, now);
  const step = free || more > 0n ? 0 : reached;
  const current = pieces.findLast(({ from }) => from <= now) ?? pieces.at(-1);
  const till = pieces.at(-1)?.till ?? now;
  const rest = own + carried > plan ? own + carried - plan : 0n;
  const hard = hardStepAfter(quota, step);
  const next = reached === 0 ? undefined : nextOf(quota, till, topUps, now, clock);
  const spare = rest > 0n ? rest : more > 0n ? more : untilStep(quota, reached, plan - carried);
  return {
    name: quota.name,
    quota,
    from: current?.period ?? now,
    till,
    used,
    own,
    carried,
    topUps: topUps.map(({ number, left, until }) => ({ number, left, until })),
    left: rest + more,
    step,
    free,
    ...(hard === undefined || quota.freeHours !== undefined
      ? {}
      : { untilHard: atLeast(1n, atLeast(0n, BigInt(hard) + carried - plan) + more) }),
    ...(next === undefined ? {} : { next }),
    ...(spare === undefined ? {} : { spare }),
  };
}

/** How a subscription stands with all its quotas. */
export interface QuotaStanding {
  readonly states: readonly QuotaState[];
  /** The strictest step in force. Absent: none is. */
  readonly mark?: QuotaMark;
  readonly next?: number;
}

/** Pure. @param states in the order declared */
export function standing(states: readonly QuotaState[]): QuotaStanding {
  const quotas = states.map(({ quota }) => quota);
  const marks = states.filter(({ step }) => step > 0).map(({ name, step }) => ({ quota: name, step }));
  const [mark] = marks
    .flatMap((each) => {
      const effect = effectAt({ quotas }, each);
      return effect === undefined ? [] : [{ each, effect }];
    })
    .sort((a, b) => byStrictness(a.effect, b.effect))
    .map(({ each }) => each);
  const nexts = states.flatMap(({ next }) => next ?? []);
  return {
    states,
    ...(mark === undefined ? {} : { mark }),
    ...(nexts.length === 0 ? {} : { next: Math.min(...nexts) }),
  };
}

function nextOf(
  quota: Quota,
  till: number,
  topUps: readonly { readonly until: number }[],
  now: number,
  clock: QuotaClock,
): number {
  const turn = clock.nextTurn(quota, now) ?? till;
  return Math.min(till, turn, ...topUps.map(({ until }) => until));
}

function untilStep({ steps }: Quota, reached: number, used: bigint): bigint | undefined {
  const next = steps[reached];
  return next === undefined ? undefined : BigInt(next.from) - used;
}

/** From how much on the first step is in force, after the one that is, that a running session cannot be told. */
function hardStepAfter({ steps }: Quota, step: number): string | undefined {
  return steps.find(({ effect }, at) => at >= step && !isGentle(effect))?.from;
}

function atLeast(least: bigint, amount: bigint): bigint {
  return amount > least ? amount : least;
}

import type { QuotaRules } from '../model/access-rules.ts';
import { periodAt } from '../model/quota-period.ts';
import { soonest } from './session-time.ts';

/** What logins have used in a span of time, milliseconds since 1970. Both reject when it cannot be told now. */
export interface UsageBook {
  /** Directions are the subscriber's. */
  octets(username: string, from: number, till: number): Promise<{ readonly up: bigint; readonly down: bigint }>;
  secondsOnline(username: string, from: number, till: number): Promise<number>;
}

/** What is left of quotas; each absent where none limits it. */
export interface QuotaLeft {
  readonly seconds?: number;
  readonly up?: bigint;
  readonly down?: bigint;
  readonly total?: bigint;
}

/** What is left to a login of all its quotas, the least of each sort; `undefined` when one of them is used up. */
export async function quotaLeft(
  { timezone, all }: QuotaRules,
  username: string,
  book: UsageBook,
  now: number,
): Promise<QuotaLeft | undefined> {
  const left: { -readonly [K in keyof QuotaLeft]: QuotaLeft[K] } = {};
  for (const quota of all) {
    const { from, till } = periodAt(quota, now, timezone);
    const { direction } = quota;
    if (quota.seconds !== undefined) {
      const seconds = Math.floor(quota.seconds - (await book.secondsOnline(username, from, till)));
      if (seconds <= 0) return undefined;
      left.seconds = Math.min(left.seconds ?? seconds, seconds);
      continue;
    }
    const { up, down } = await book.octets(username, from, till);
    const octets = BigInt(quota.octets ?? '0') - { up, down, total: up + down }[direction];
    if (octets <= 0n) return undefined;
    left[direction] = least(left[direction], octets);
  }
  return left;
}

/**
 * Seconds left to a login of its quotas of time, the least; 0 or less when one is used up.
 *
 * @returns nothing when there is none. Rejects when it cannot be told now
 */
export async function quotaSecondsLeft(
  { timezone, all }: QuotaRules,
  username: string,
  book: Pick<UsageBook, 'secondsOnline'>,
  now: number,
): Promise<number | undefined> {
  let left: number | undefined;
  for (const quota of all) {
    if (quota.seconds === undefined) continue;
    const { from, till } = periodAt(quota, now, timezone);
    const seconds = Math.floor(quota.seconds - (await book.secondsOnline(username, from, till)));
    left = soonest(left, seconds);
  }
  return left;
}

function least(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b < a ? b : a;
}

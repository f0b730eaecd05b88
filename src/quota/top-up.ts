import type { Quota } from '../model/kinds/quota.ts';
import { forever } from '../model/quota-period.ts';
import type { QuotaClock } from './quota-clock.ts';

/** What somebody was given beside what his quotas include. Plain data, as it is on disk. */
export interface TopUp {
  /** Grows with each of the same subscription. */
  readonly number: number;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  /** By how much the clock had been set in all by then. Absent: it had not been. */
  readonly clockSet?: number;
  /** Octets, or milliseconds online, decimal text; of `validity`, milliseconds by which it is longer. */
  readonly of: 'octets' | 'time' | 'validity';
  readonly amount: string;
  /** Absent: every quota of its kind. */
  readonly quota?: string;
  /** Absent: the end of the period in which it was given. */
  readonly until?: number;
  /** What had been used by then in the period of each quota. */
  readonly used: Readonly<Record<string, string>>;
  readonly by: string;
  readonly reason?: string;
}

/** A top-up as one quota has it. */
export interface Lot {
  readonly number: number;
  readonly at: number;
  readonly until: number;
  readonly amount: bigint;
  /** Used in the period when it was given. */
  readonly mark: bigint;
}

/** The longest a top-up of octets or time lasts: as far back as is counted again for it. */
export const longestTopUpMs = 400 * 86_400_000;

/** Top-ups of a quota, in the order given. */
export function lotsOf(quota: Quota, topUps: readonly TopUp[], since: number, clock: QuotaClock): readonly Lot[] {
  return topUps
    .filter(({ of, quota: only = quota.name }) => of === quota.of && only === quota.name)
    .map(({ number, at, until, amount, used }) => ({
      number,
      at,
      until: until ?? endOf(quota, at, since, clock),
      amount: BigInt(amount),
      mark: BigInt(used[quota.name] ?? '0'),
    }))
    .sort((a, b) => a.at - b.at || a.number - b.number);
}

function endOf(quota: Quota, at: number, since: number, clock: QuotaClock): number {
  const { till } = clock.periodOf(quota, at, since);
  return till === forever ? at + longestTopUpMs : till;
}

import type { QuotaPeriod } from '../quota-period.ts';
import type { Rate, SuspendRedirect, TimeWindow } from './limits.ts';

/** What a subscription may use in a period. Amounts are decimal text: octets, or milliseconds online. */
export interface Quota extends QuotaPeriod {
  readonly name: string;
  readonly of: 'octets' | 'time';
  readonly amount: string;
  /** Of octets: which count. */
  readonly direction: 'down' | 'up' | 'total';
  /** Of what is left of one period, so much may be used in the next; `all` of it. Absent: nothing. */
  readonly carryOver?: string;
  /** While one of them is open nothing is counted, and no step is in force. */
  readonly freeHours?: readonly TimeWindow[];
  /** From the least on. The first begins at `amount`. */
  readonly steps: readonly QuotaStep[];
}

export interface QuotaStep {
  /** From so much on, used in the period altogether. */
  readonly from: string;
  readonly effect: QuotaEffect;
}

/** What becomes of somebody who has used up a quota. */
export type QuotaEffect =
  | { readonly type: 'block' }
  | { readonly type: 'redirect'; readonly redirect: SuspendRedirect }
  | { readonly type: 'limit'; readonly rate?: Rate; readonly pool?: string; readonly addressList?: string };

/** The step in force of a quota. */
export interface QuotaMark {
  readonly quota: string;
  /** From 1. */
  readonly step: number;
}

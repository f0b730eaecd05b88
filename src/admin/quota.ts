import type { Ordered } from './ordered.ts';

/** How a quota stands. Amounts are decimal text: octets, or seconds online. Times are RFC 3339. */
export interface QuotaJson {
  readonly name: string;
  readonly of: 'octets' | 'time';
  readonly direction: 'down' | 'up' | 'total';
  readonly period: string;
  readonly from: string;
  /** When it begins anew. Absent: it does not. */
  readonly resets?: string;
  readonly used: string;
  /** What the period includes; and what the one before left for it. */
  readonly included: string;
  readonly carried: string;
  /** Of the period, and of top-ups. */
  readonly left: string;
  readonly topUps: readonly { readonly number: number; readonly left: string; readonly until: string }[];
  /** From 1; 0 while none is in force. */
  readonly step: number;
  /** What the step in force is: `2M down, 512k up`, `blocked`. */
  readonly effect?: string;
  /** Several quotas may have a step in force: the strictest is the one that counts. */
  readonly counts?: true;
  /** Its free hours are open: nothing is counted. */
  readonly free?: true;
}

/** How a subscription stands with its quotas and its validity. */
export interface StandingJson {
  /** `anna`, or `anna/tv`. */
  readonly subscription: string;
  readonly service: string;
  readonly quotas: readonly QuotaJson[];
  /** When its validity ends. Absent: it has none, or it has not begun. */
  readonly validUntil?: string;
  /** It begins with the first session. */
  readonly notBegun?: true;
}

/** Something that somebody is given beside what his quotas include. */
export type TopUpRequest = {
  /** A username, a MAC in any spelling, or the name of a subscriber with one service. */
  readonly user: string;
  /** `10G` of octets, or `5h` of time online. Absent with `extend`. */
  readonly amount?: string;
  /** Only for this quota. Absent: for each of its kind. */
  readonly quota?: string;
  /** How long it lasts: `30d`. Absent: until the period ends. */
  readonly valid?: string;
  /** By how much the validity is longer: `30d`. */
  readonly extend?: string;
} & Ordered;

export interface TopUpAnswer {
  readonly number: number;
  readonly standing: StandingJson;
}

import type { CorrectionKind } from '../accounting/usage/usage-corrections.ts';
import type { Period } from '../accounting/usage/usage-periods.ts';
import type { StandingJson } from './quota.ts';

export interface UsageRequest {
  /** A username, a MAC in any spelling, or a subscriber's name: then of all that it logs in by. */
  readonly username: string;
  readonly by: Period;
  /** Instead, by the periods of this quota, and what it counts. */
  readonly quota?: string;
  /**
   * How long ago (`7d`), a day (`2026-11-01`), or a time, of the operator's zone where it names none. Absent: a day, 30 days or
   * a year ago, from the begin of a period.
   */
  readonly since?: string;
  readonly until?: string;
}

/** Octets are decimal text, times RFC 3339. */
export interface UsageAnswer {
  readonly username: string;
  /** What it logs in by, all counted. */
  readonly logins: readonly string[];
  readonly by: Period;
  /** Whose periods they are. Absent: those of the calendar. */
  readonly quota?: string;
  /** IANA name of the zone whose periods they are. */
  readonly timezone: string;
  readonly since: string;
  readonly until: string;
  /** In order; a period without usage is left out. */
  readonly periods: readonly { readonly period: string; readonly up: string; readonly down: string }[];
  readonly total: { readonly up: string; readonly down: string };
  /** What of that was set right, in order. Absent: nothing was. */
  readonly corrections?: readonly UsageCorrectionJson[];
  /** Open sessions, which go on. */
  readonly openSessions: number;
  /** What they have, each with what was used of it. Present where there are several. */
  readonly services?: readonly {
    readonly login: string;
    readonly service?: string;
    readonly up: string;
    readonly down: string;
  }[];
  /** How their quotas and validity stand. Absent where no daemon was asked. */
  readonly standings?: readonly StandingJson[];
  /** Reasons for which routers may count less than there was. */
  readonly notes: readonly string[];
}

/** It is in the sums already: of `taken-back` they are less by it, of the others they have it. */
export interface UsageCorrectionJson {
  /** By hour, day or month, also where the periods of a quota are asked for. */
  readonly period: string;
  readonly kind: CorrectionKind;
  readonly times: number;
  readonly up: string;
  readonly down: string;
  /** Time online. */
  readonly seconds: number;
}

/** What somebody uses now. */
export interface LiveUsage {
  readonly username: string;
  /** RFC 3339. */
  readonly at: string;
  readonly sessions: readonly LiveSessionUsage[];
  /** Routers that could not be asked, and why. */
  readonly notes: readonly string[];
}

export interface LiveSessionUsage {
  readonly nas: string;
  readonly username: string;
  readonly sessionId: string;
  readonly access: 'ppp' | 'hotspot' | 'dhcp';
  readonly framedIpAddress?: string;
  /** Bit/s, over `overMs`. Absent: nothing counts it. */
  readonly upBps?: number;
  readonly downBps?: number;
  readonly overMs?: number;
  /** Octets of the session so far, as its counter has them. */
  readonly up?: string;
  readonly down?: string;
}

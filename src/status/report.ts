import type { PlanSummary, Refusal } from '../reconcile/plan.ts';
import type { FailedChange } from '../reconcile/reconcile-once.ts';
import type { Finding, SessionResult } from '../reconcile/target.ts';
import type { RunReport } from '../reconcile/target-loop.ts';
import type { Pause } from './pauses.ts';

/** One reconcile of one target, as kept and shown. Plain data. */
export interface TargetReport extends RunReport {
  readonly target: string;
  readonly revision: string;
  /** Why it ran: `revision`, `interval`, `request`, `time`. */
  readonly reason: string;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  /** True when something differed although nothing was committed since the last run. */
  readonly drift: boolean;
  readonly summary: PlanSummary;
  /** Addresses of what changed, the first hundred. */
  readonly changed: readonly string[];
  /** The first hundred. */
  readonly failed: readonly FailedChange[];
  /** How many failed besides; absent when none did. */
  readonly moreFailed?: number;
  /** What differs and is not changed now, the first hundred. Absent: nothing. */
  readonly waiting?: readonly WaitingChange[];
  /** How many wait besides; absent when none do. */
  readonly moreWaiting?: number;
  /** True when something that was committed is among them. */
  readonly commitWaits?: boolean;
  /** The revision that the router took back, because it cut us off. */
  readonly reverted?: string;
  /** A person's word that the target is left alone. */
  readonly pause?: Pause;
  readonly refusals: readonly Refusal[];
  readonly findings: readonly Finding[];
  readonly error?: { readonly code: string; readonly message: string };
}

export interface WaitingChange {
  readonly address: string;
  readonly why: string;
}

/** A session effect with its outcome, as kept and shown. */
export interface SessionEvent {
  readonly at: number;
  readonly username: string;
  readonly action: string;
  readonly why: string;
  readonly nas: string;
  readonly sessionId: string;
  readonly result: SessionResult['result'];
  readonly detail: string;
}

export const noChanges: PlanSummary = { create: 0, update: 0, delete: 0, move: 0, sessions: 0 };

/** How many changes wait, those that are not listed included. */
export function waitingCount({ waiting = [], moreWaiting = 0 }: Pick<TargetReport, 'waiting' | 'moreWaiting'>): number {
  return waiting.length + moreWaiting;
}

/** How many changes failed, those that are not listed included. */
export function failedCount({ failed, moreFailed = 0 }: Pick<TargetReport, 'failed' | 'moreFailed'>): number {
  return failed.length + moreFailed;
}

import type { Clock } from '../base/clock.ts';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { Model, ReconcileMode } from '../model/model.ts';
import type { GuardSettings } from '../reconcile/guard.ts';
import type { Inventory } from '../reconcile/inventory.ts';
import { addressOf, type ChangePlan, type PlanSummary } from '../reconcile/plan.ts';
import { type Outcome, prepare, reconcileOnce } from '../reconcile/reconcile-once.ts';
import type { SessionResult, Target } from '../reconcile/target.ts';
import { noChanges, type TargetReport } from '../status/report.ts';

export interface RunSettings {
  readonly model: Model;
  readonly revision: string;
  /** The revision this target was last in step with. */
  readonly lastRevision?: string;
  readonly mode: ReconcileMode;
  readonly guard: GuardSettings;
  readonly inventory: Inventory;
  readonly reason: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface TargetRun {
  readonly report: TargetReport;
  /** Results for people who were online; settles after the data is in place, never rejects. */
  readonly sessions: Promise<readonly SessionResult[]>;
}

/** One reconcile of one target. A failure is a report, not a rejection, so one router never stops another. */
export async function runTarget(target: Target, settings: RunSettings): Promise<TargetRun> {
  const started = settings.clock.monotonic();
  const base = {
    target: target.name,
    revision: settings.revision,
    reason: settings.reason,
    at: settings.clock.now(),
  };
  try {
    const { outcome, sessions } = await reconcileOrPrepare(target, settings);
    return { report: { ...base, durationMs: settings.clock.monotonic() - started, ...outcome }, sessions };
  } catch (error) {
    if (!(error instanceof LastmileError) && !settings.signal.aborted) throw error;
    const outcome = failure(error);
    return {
      report: { ...base, durationMs: settings.clock.monotonic() - started, ...outcome },
      sessions: Promise.resolve([]),
    };
  }
}

/** Changes that a report names: it is logged, kept with each of the last runs, and shown. */
const listed = 100;

type ReportOutcome = Omit<TargetReport, 'target' | 'revision' | 'reason' | 'at' | 'durationMs'>;

async function reconcileOrPrepare(
  target: Target,
  settings: RunSettings,
): Promise<{ readonly outcome: ReportOutcome; readonly sessions: TargetRun['sessions'] }> {
  const drifted = (plan: ChangePlan) =>
    plan.changes.length > 0 &&
    !target.exclusive &&
    settings.reason !== 'time' &&
    settings.lastRevision === settings.revision;
  if (settings.mode !== 'apply') {
    const { plan } = await prepare(target, settings.model, settings);
    const result = plan.changes.length === 0 ? 'in-sync' : 'planned';
    return { outcome: { ...described(plan, drifted(plan)), result, retry: 'never' }, sessions: Promise.resolve([]) };
  }
  const outcome = await reconcileOnce(target, settings.model, settings);
  const told = described(outcome.plan, drifted(outcome.plan));
  if (outcome.result === 'refused') {
    return {
      outcome: { ...told, result: 'refused', retry: 'never', refusals: outcome.refusals },
      sessions: outcome.sessions,
    };
  }
  return { outcome: { ...told, ...resultOf(outcome) }, sessions: outcome.sessions };
}

function resultOf(
  outcome: Exclude<Outcome, { result: 'refused' }>,
): Pick<TargetReport, 'result' | 'retry' | 'failed' | 'moreFailed'> {
  const quiet = outcome.plan.changes.length === 0 && outcome.failed.length === 0;
  const more = outcome.failed.length - listed;
  return {
    result: quiet ? 'in-sync' : outcome.result,
    retry: 'backoff',
    failed: outcome.failed.slice(0, listed),
    ...(more > 0 ? { moreFailed: more } : {}),
  };
}

function described(plan: ChangePlan, drift: boolean): Omit<ReportOutcome, 'result' | 'retry'> {
  return {
    drift,
    summary: summaryOf(plan),
    changed: plan.changes.slice(0, listed).map((change) => addressOf(plan.target, change)),
    failed: [],
    refusals: [],
    findings: plan.findings,
  };
}

function summaryOf(plan: ChangePlan): PlanSummary {
  const count = (action: string) => plan.changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    delete: count('delete'),
    move: count('move'),
    sessions: plan.sessions.reduce((sum, effect) => sum + effect.sessionIds.length, 0),
  };
}

function failure(error: unknown): ReportOutcome {
  const retry = error instanceof LastmileError ? error.retry : 'backoff';
  return {
    result: 'failed',
    retry,
    drift: false,
    summary: noChanges,
    changed: [],
    failed: [],
    refusals: [],
    findings: [],
    error: { code: codeOf(error) ?? 'LM_FAILED', message: messageOf(error) },
  };
}

import type { Clock } from '../../base/clock.ts';
import { codeOf, LastmileError, messageOf } from '../../base/errors.ts';
import type { ReconcileMode } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import type { GuardSettings } from '../../reconcile/guard.ts';
import type { HoldRule } from '../../reconcile/hold.ts';
import type { Inventory } from '../../reconcile/inventory.ts';
import { addressOf, type ChangePlan, type PlanSummary } from '../../reconcile/plan.ts';
import { type Outcome, prepare, type ReconcileDeps, reconcileOnce, type Turn } from '../../reconcile/reconcile-once.ts';
import type { Row } from '../../reconcile/row.ts';
import { keyOf } from '../../reconcile/row-key.ts';
import type { Change, Finding, SessionResult, Target } from '../../reconcile/target.ts';
import type { AppliedChanges } from '../../status/audited-apply.ts';
import type { DriftEvent, LeftDrift } from '../../status/drift-log.ts';
import type { Pause } from '../../status/pauses.ts';
import { noChanges, type TargetReport, waitingCount } from '../../status/report.ts';
import { driftEvents } from './drift-events.ts';
import { fingerprint, holdRule, isLeft, leftDrift } from './hold-rule.ts';
import { type RunInPart, reconcileInPart } from './in-part.ts';
import { type Found, type LastLook, lookOf, type SinceLook, sinceLook, stillFound } from './last-look.ts';
import { type BriefRun, reconcileBriefly } from './reconcile-briefly.ts';
import { type TargetPolicy, windowState } from './target-policy.ts';

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
  /** What is declared of how it is changed. Absent: at once, and whole. */
  readonly policy?: TargetPolicy;
  /** What was seen before to differ. */
  readonly known?: KnownDifferences;
  /** What is known of it since it was as declared. Absent: a look at the whole must tell. */
  readonly lastLook?: LastLook;
  /** Why a person wants it left alone. */
  readonly pause?: Pause;
  /** Leave to change it, among others. */
  readonly turn?: (signal: AbortSignal) => Promise<Turn>;
  /** Told before the first change. */
  readonly begins?: NonNullable<ReconcileDeps['begins']>;
  /** Leave to look at it, among others. */
  readonly looking?: NonNullable<ReconcileDeps['looking']>;
  /** Told once it was looked: from here on it is done to its end. */
  readonly stays?: NonNullable<ReconcileDeps['stays']>;
  /** Why what would be done is not what was planned, or approved. Absent: it may be anything. */
  readonly declines?: NonNullable<ReconcileDeps['declines']>;
}

export interface KnownDifferences {
  /** Drift that was found and left. */
  readonly left: LeftDrift;
  /** What was committed and not made when a revision was last looked at: whatever else differs now is drift. */
  readonly pending?: PendingChanges;
  /** Of fingerprints. */
  readonly key: Buffer;
}

export interface PendingChanges {
  readonly revision: string;
  readonly rows: ReadonlyMap<string, string>;
}

export interface TargetRun {
  readonly report: TargetReport;
  /** Drift that is news. */
  readonly drift: readonly DriftEvent[];
  /** Drift that is left as it was found; absent when nothing could be seen. */
  readonly left?: LeftDrift;
  /** What was committed and is not made; absent when nothing could be seen. */
  readonly pending?: PendingChanges;
  /** What is known of it from here on; absent when it is not as declared. */
  readonly look?: LastLook;
  /** True when less than the whole was looked at. */
  readonly brief?: boolean;
  /** Results for people who were online; settles after the data is in place, never rejects. */
  readonly sessions: Promise<readonly SessionResult[]>;
  /** What was written, or tried; absent when nothing was to be, or nobody knows. */
  readonly applied?: AppliedChanges;
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
    const { outcome, found: _found, ...rest } = await runSince(target, sinceLook(target, settings), settings);
    return { report: { ...base, durationMs: settings.clock.monotonic() - started, ...outcome }, ...rest };
  } catch (error) {
    if (!(error instanceof LastmileError) && !settings.signal.aborted) throw error;
    const reverted = codeOf(error) === 'LM_REVERTED' ? { reverted: settings.revision } : {};
    const outcome = { ...failure(error), ...reverted };
    return {
      report: { ...base, durationMs: settings.clock.monotonic() - started, ...outcome },
      drift: [],
      sessions: Promise.resolve([]),
    };
  }
}

/** Changes that a report names: it is logged, kept with each of the last runs, and shown. */
const listed = 100;

type ReportOutcome = Omit<TargetReport, 'target' | 'revision' | 'reason' | 'at' | 'durationMs'>;

interface Ran extends Omit<TargetRun, 'report'> {
  readonly outcome: ReportOutcome;
  readonly found: Found;
}

/**
 * Does no more than a commit asks for: nothing where it changes nothing, a look at the rows it touches where these can be
 * told apart. What somebody changed by hand meanwhile, the next look at the whole finds.
 */
async function runSince(target: Target, since: SinceLook, settings: RunSettings): Promise<Ran> {
  if (since.type === 'nothing') return unchanged(since.last);
  if (since.type === 'unknown') {
    const ran = await reconcileOrPrepare(target, settings, (deps) => reconcile(target, deps));
    return target.exclusive && target.since === undefined
      ? ran
      : withLook(target, ran, () => target.desired(settings.model), settings);
  }
  const { part, last, wanted } = since;
  const briefly: Reconcile = (deps) => reconcileBriefly(target, part, settings.model, deps);
  const ran = await reconcileOrPrepare(target, settings, briefly);
  const all = ran.brief === true ? withFindings(ran, stillFound(last, part.touched)) : ran;
  return withLook(target, all, () => wanted, settings);
}

function unchanged(look: LastLook): Ran {
  const { findings } = look;
  const nothing = { drift: false, summary: noChanges, changed: [], failed: [], refusals: [] };
  return {
    outcome: { ...nothing, result: 'in-sync', retry: 'backoff', findings: findings.map(plain) },
    found: { findings, unmet: [] },
    drift: [],
    look,
    brief: true,
    sessions: Promise.resolve([]),
  };
}

/** What was found with the whole holds until it is looked at again. */
function withFindings(ran: Ran, earlier: readonly Finding[]): Ran {
  const findings = [...earlier, ...ran.found.findings];
  return { ...ran, outcome: { ...ran.outcome, findings: findings.map(plain) }, found: { ...ran.found, findings } };
}

function withLook(target: Target, ran: Ran, wanted: () => readonly Row[], settings: RunSettings): Ran {
  const { result, failed, refusals } = ran.outcome;
  const isAsDeclared = result === 'in-sync' || (result === 'applied' && failed.length + refusals.length === 0);
  if (!isAsDeclared || waitingCount(ran.outcome) > 0) return ran;
  return { ...ran, look: lookOf(target, wanted, ran.found, settings) };
}

type Reconcile = (deps: RunSettings & ReconcileDeps) => Promise<RunInPart & Partial<Pick<BriefRun, 'brief'>>>;

async function reconcileOrPrepare(target: Target, settings: RunSettings, run: Reconcile): Promise<Ran> {
  const isDrift = driftOf(target, settings);
  const hold = holdOf(settings, isDrift);
  const deps = {
    ...settings,
    ...(settings.policy === undefined ? {} : { ignore: settings.policy.ignore }),
    ...(hold === undefined ? {} : { hold }),
    asked: settings.reason === 'request',
  };
  if (settings.mode !== 'apply') {
    const { plan } = await prepare(target, settings.model, deps);
    const result = isQuiet(plan) ? 'in-sync' : 'planned';
    const told = { ...described(plan, isDrift, settings), result, retry: 'never' } as const;
    const found = foundIn(plan);
    return { outcome: told, found, sessions: Promise.resolve([]), ...tellDrift(plan, isDrift, settings, []) };
  }
  const { outcome, refusals, brief } = await run(deps);
  const told = described(outcome.plan, isDrift, settings);
  const { sessions } = outcome;
  const found = foundIn(outcome.plan);
  if (outcome.result === 'refused') {
    const refused = { ...told, result: 'refused', retry: 'never', refusals: outcome.refusals } as const;
    return { outcome: refused, found, sessions, ...tellDrift(outcome.plan, isDrift, settings, undefined) };
  }
  const failed = outcome.failed.map(({ address }) => address);
  return {
    outcome: { ...told, ...resultOf(outcome), refusals },
    found,
    sessions,
    applied: { changes: outcome.plan.changes, failed: new Set(failed) },
    ...(brief === true ? { brief } : {}),
    ...tellDrift(outcome.plan, isDrift, settings, failed),
  };
}

const nothingKnown: KnownDifferences = { left: new Map(), key: Buffer.alloc(0) };

/** A plan that is refused is so as a whole where a person or a commit asks for it. */
async function reconcile(target: Target, deps: RunSettings & ReconcileDeps): Promise<RunInPart> {
  if (!['request', 'revision'].includes(deps.reason)) return reconcileInPart(target, deps.model, deps);
  return { outcome: await reconcileOnce(target, deps.model, deps), refusals: [] };
}

/**
 * Nothing was declared anew since the target was in step, or since it was looked at and this was as declared; or this drift
 * was left before.
 */
function driftOf(target: Target, { reason, lastRevision, revision, known = nothingKnown }: RunSettings) {
  if (target.exclusive) return () => false;
  const { left, pending, key } = known;
  const looked = pending?.revision === revision ? pending.rows : undefined;
  const sameRevision = reason !== 'time' && reason !== 'quota' && (lastRevision === revision || looked !== undefined);
  return (change: Change) =>
    isLeft(left, change, key) || (sameRevision && looked?.get(keyOf(change)) !== fingerprint(change, key));
}

/** A person who asks for a run means it: nothing waits then. */
function holdOf(
  { policy, model, clock, reason, mode }: RunSettings,
  isDrift: (change: Change) => boolean,
): HoldRule | undefined {
  if (policy === undefined || reason === 'request' || mode !== 'apply') return undefined;
  const window = windowState(policy, clock.now(), model.operator.timezone);
  return holdRule({ policy, window, isDrift });
}

function isQuiet({ changes, held = [] }: ChangePlan): boolean {
  return changes.length === 0 && held.length === 0;
}

/** @param failed addresses of what the target did not take; absent when nothing was written at all */
function tellDrift(
  { target, changes, held = [] }: ChangePlan,
  isDrift: (change: Change) => boolean,
  { clock, known = nothingKnown, mode, revision }: RunSettings,
  failed: readonly string[] | undefined,
): Pick<TargetRun, 'drift' | 'left' | 'pending'> {
  const written = mode === 'apply' && failed !== undefined;
  const why = new Map(held.map((each) => [each.change, each.why]));
  const all = [...changes, ...why.keys()];
  const drift = all.filter(isDrift);
  const stays = (change: Change) => !written || why.has(change);
  const news = drift.filter((change) => !stays(change) || !isLeft(known.left, change, known.key));
  const outcome = { target, at: clock.now(), held: why, failed: new Set(failed), written };
  const committed = all.filter((change) => !isDrift(change) && stays(change));
  // What came about in part cannot be told from what somebody does by hand.
  const whole = failed === undefined || failed.length === 0;
  return {
    drift: driftEvents({ ...outcome, drift: news }),
    left: leftDrift(drift.filter(stays), known.key),
    ...(whole ? { pending: { revision, rows: leftDrift(committed, known.key) } } : {}),
  };
}

function resultOf(
  outcome: Exclude<Outcome, { result: 'refused' }>,
): Pick<TargetReport, 'result' | 'retry' | 'failed' | 'moreFailed'> {
  const { plan, failed } = outcome;
  const nothing = plan.changes.length === 0 && failed.length === 0;
  const more = failed.length - listed;
  return {
    result: !nothing ? outcome.result : isQuiet(plan) ? 'in-sync' : 'planned',
    retry: 'backoff',
    failed: failed.slice(0, listed),
    ...(more > 0 ? { moreFailed: more } : {}),
  };
}

function described(
  plan: ChangePlan,
  isDrift: (change: Change) => boolean,
  { pause, reason, revision }: RunSettings,
): Omit<ReportOutcome, 'result' | 'retry'> {
  const { target, changes, held = [] } = plan;
  const more = held.length - listed;
  return {
    drift: changes.some(isDrift) || held.some(({ change }) => isDrift(change)),
    summary: summaryOf(plan),
    changed: changes.slice(0, listed).map((change) => addressOf(target, change)),
    failed: [],
    ...(held.length === 0
      ? {}
      : {
          waiting: held.slice(0, listed).map(({ change, why }) => ({ address: addressOf(target, change), why })),
          commitWaits: held.some(({ change }) => !isDrift(change)),
        }),
    ...(more > 0 ? { moreWaiting: more } : {}),
    ...(pause === undefined ? {} : { pause }),
    ...(reason !== 'request' && wasReverted(plan) ? { reverted: revision } : {}),
    refusals: [],
    findings: plan.findings.map(plain),
  };
}

/** As it is told. */
function plain({ code, message }: Finding): Finding {
  return { code, message };
}

function foundIn({ findings, unmet = [] }: ChangePlan): Found {
  return { findings, unmet };
}

function wasReverted({ findings }: ChangePlan): boolean {
  return findings.some(({ code }) => code === 'LM_REVERTED');
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

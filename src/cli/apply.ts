import type { AdminClient } from '../admin/client.ts';
import type { ApplyAnswer, ExactTarget, PlanAnswer } from '../admin/service.ts';
import { compact } from '../base/compact.ts';
import type { Engine } from '../daemon/engine.ts';
import { LastGood } from '../daemon/last-good.ts';
import { commandedHere } from '../daemon/operating/commanded.ts';
import { sessionEvent } from '../daemon/sessions/session-event.ts';
import { declinesOther } from '../daemon/targets/exact-plan.ts';
import { requireKnown, targetNames } from '../daemon/targets/known-targets.ts';
import { isOfPolicy } from '../daemon/targets/plan-policies.ts';
import { chosen, planTargets } from '../daemon/targets/plan-targets.ts';
import { objectNames } from '../daemon/targets/protected-objects.ts';
import { lastRevision } from '../daemon/targets/reconciler.ts';
import { runTarget, type TargetRun } from '../daemon/targets/run-target.ts';
import { modeOf } from '../daemon/targets/target-mode.ts';
import { guardOf, policyOf } from '../daemon/targets/target-policy.ts';
import { Turns } from '../daemon/targets/turns.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { Issue } from '../manifest/issue.ts';
import type { Model } from '../model/model.ts';
import { type ChangePlan, isEmpty, type PlanDocument, settingsName } from '../reconcile/plan.ts';
import type { Target } from '../reconcile/target.ts';
import { planText } from '../review/plan-text.ts';
import { stalenessOf } from '../review/staleness.ts';
import type { SessionEvent, TargetReport } from '../status/report.ts';
import { complain } from './complain.ts';
import { type Declared, loadJudged, readDeclared, tellIssues } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { policiesOf, refuseEmpty } from './plan.ts';
import { isPlanFile, type PlanFile, readPlan } from './plan-file.ts';
import { exitOf, reportLines, sessionLine } from './report-text.ts';
import { keptOutBySignature, SignedApply } from './signed-apply.ts';
import { openEngine, type Surroundings } from './surroundings.ts';
import { trustOf } from './trust-flag.ts';
import { whoOf } from './who-of.ts';

export interface ApplyOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly autoApprove: boolean;
  readonly allowDeletes?: number;
  /** Why now. */
  readonly reason?: string;
  /** Of a saved plan: where its declarations are now. */
  readonly declarations?: string;
  /** A file of this machine that says who may sign, instead of what is declared. */
  readonly trust?: string;
}

/** The daemon answers when every NAS has answered, or has been silent for long enough. */
const applyWaitMs = 15 * 60_000;

/** `lastmile apply DIR`: shows the plan, asks, applies it. A saved plan: just so. Resolves with the exit code. */
export async function applyCommand(path: string, options: ApplyOptions, io: Io, around: Surroundings): Promise<number> {
  if (!(await isPlanFile(path))) return await applyDeclared(path, undefined, options, io, around);
  if (options.target.length + options.exclude.length > 0)
    throw new RangeError('a saved plan is applied just so: give --target and --exclude to lastmile plan --out');
  const saved = await readPlan(path);
  const dir = options.declarations ?? saved.declarations.dir;
  return await applyDeclared(dir, saved, { ...options, target: plannedTargets(saved) }, io, around);
}

async function applyDeclared(
  dir: string,
  saved: PlanFile | undefined,
  options: ApplyOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  if (saved !== undefined && options.target.length === 0) {
    io.out(planText(saved.plan, io.color));
    return saved.plan.refusals.length > 0 ? exitCodes.refused : exitCodes.success;
  }
  const declared = await readDeclared(dir, saved?.declarations.commit);
  if (declared.files.length === 0) return refuseEmpty(dir, io);
  const judged = await loadJudged(dir, declared, options, io);
  const { model } = judged;
  if (model === undefined) return exitCodes.invalid;
  const known = targetNames(model);
  if (saved === undefined) requireKnown(known, options.target, options.exclude);
  // One that is declared no more is told of as what makes a plan stale.
  const wanted = saved === undefined ? options.target : options.target.filter((name) => known.includes(name));
  const asked = { ...options, target: wanted, ...compact({ saved }) };
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon !== undefined) return applyByDaemon(daemon, declared, asked, io, around);
  const trust = await trustOf(options.trust, dir);
  await using engine = await openEngine(options.state, around);
  const signed = new SignedApply(engine, declared, { ...trust, clock: around.clock });
  const objection = await signed.objection();
  if (objection !== undefined) return refuse(objection, io);
  const policies = await policiesOf(engine, { ...judged, model }, (policiesBefore) =>
    loadJudged(dir, declared, { ...options, policiesBefore }, io),
  );
  const exit = await applyHere(engine, model, declared, { ...asked, policies }, io, around);
  if (exit === exitCodes.success) await signed.took(model);
  return exit;
}

function refuse(message: string, io: Io): number {
  complain(new Error(message), io);
  return exitCodes.refused;
}

/** What is asked for, with the plan that it must be. */
type Asked = ApplyOptions & {
  readonly saved?: PlanFile;
  /** What policies go by. */
  readonly policies?: Awaited<ReturnType<typeof policiesOf>>;
};

async function applyHere(
  engine: Engine,
  declaredModel: Model,
  declared: Declared,
  options: Asked,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const model = engine.quotas.asOf(declaredModel, around.clock.now());
  const targets = chosen(engine.targets(model), options.target, options.exclude);
  await engine.directoryTarget.load(model);
  const plan = await planTargets(targets, {
    model,
    revision: declared.id,
    inventory: engine.inventory,
    ...options.policies,
    protection: engine.protection,
    pauseOf: (name) => engine.pauses.of(name, around.clock.now()),
    ...compact({ allowDeletes: options.allowDeletes }),
    now: around.clock.now(),
    signal: around.signal,
    lastRevision: (target) => lastRevision(engine, target).lastRevision,
    sessionsKnown: true,
    ...(isUnsealed(options.saved) ? {} : { seal: engine.planSeal }),
  });
  if (options.saved !== undefined && isStale(options.saved, plan, io)) return exitCodes.stale;
  const stop = await approve(plan, options, io, around);
  if (stop !== undefined) return stop;
  await engine.protection.follow(model.preventDestroy ?? [], objectNames(model));
  const runs = await runAll(engine, targets, model, declared.id, options, around);
  const reports = runs.map((each) => each.report);
  // Told before it is stored: routers are as they are now, also when the disk takes nothing.
  tellReports(reports, io);
  try {
    const { id, author, subject } = declared;
    engine.applies.follow(compact({ id, author, subject }), around.clock.now());
    for (const run of runs) engine.applies.settle(run.report, run.applied);
    await engine.applies.settled();
    const { reason } = options;
    const object = targets.map(({ name }) => name).join(', ');
    const detail = reports.map(({ target, result }) => `${target}: ${result}`).join(', ');
    await commandedHere(engine, around.clock, { who: whoOf(io), action: 'apply-now', object, reason, detail });
    await store(engine, reports, declared, model);
    await storeDrift(engine, runs);
  } finally {
    const results = (await Promise.all(runs.map((each) => each.sessions))).flat();
    tellSessions(
      results.map((each) => sessionEvent(each, around.clock.now())),
      io,
    );
  }
  return exitOfRun(reports);
}

async function store(
  engine: Engine,
  reports: readonly TargetReport[],
  declared: Declared,
  { policies }: Model,
): Promise<void> {
  await engine.policies.took(policies);
  for (const report of reports) {
    await engine.status.record(report);
    await engine.policies.settled(report, policies);
  }
  const directory = reports.find((report) => report.target === directoryName);
  if (directory?.result === 'applied' || directory?.result === 'in-sync') {
    await new LastGood(engine.store.table('meta')).keep(declared.source, declared);
  }
}

async function storeDrift({ drift }: Engine, runs: readonly TargetRun[]): Promise<void> {
  await drift.record(runs.flatMap((run) => run.drift));
  for (const { report, left } of runs) if (left !== undefined) await drift.keepLeft(report.target, left);
}

/** The directory first: who is let in by RADIUS from now on is known there before a router forgets him. */
async function runAll(
  engine: Engine,
  targets: readonly Target[],
  model: Model,
  revision: string,
  options: Asked,
  around: Surroundings,
): Promise<readonly TargetRun[]> {
  const turns = new Turns(() => model.operator.reconcile.routersAtOnce ?? Number.POSITIVE_INFINITY);
  const run = (target: Target) => runOne(engine, target, turns, { model, revision, options, around });
  const isDirectory = ({ name }: Target) => name === directoryName;
  const first = await Promise.all(targets.filter(isDirectory).map(run));
  return [...first, ...(await Promise.all(targets.filter((target) => !isDirectory(target)).map(run)))];
}

interface RunContext {
  readonly model: Model;
  readonly revision: string;
  readonly options: Asked;
  readonly around: Surroundings;
}

function runOne(
  engine: Engine,
  target: Target,
  turns: Turns,
  { model, revision, options, around: { clock, signal } }: RunContext,
): Promise<TargetRun> {
  const pause = target.name === directoryName ? undefined : engine.pauses.of(target.name, clock.now());
  const exact = exactTargets(options.saved)?.find((each) => each.target === target.name);
  return runTarget(target, {
    ...(exact === undefined ? {} : { declines: declinesOther(target.name, exact, engine.planSeal) }),
    model,
    revision,
    ...lastRevision(engine, target.name),
    mode: pause === undefined ? modeOf(target, model) : 'plan',
    guard: guardOf(target, model, {
      protection: engine.protection,
      policiesBefore: (name) => engine.policies.of(name),
      ...compact({ allowDeletes: options.allowDeletes }),
    }),
    policy: policyOf(target, model),
    known: { left: engine.drift.left(target.name), key: engine.drift.key },
    ...compact({ pause }),
    ...(target.name === directoryName
      ? {}
      : {
          begins: ({ changes }: ChangePlan) =>
            engine.applies.begin({ target: target.name, revision, reason: 'request', at: clock.now() }, changes),
          turn: (turn: AbortSignal) => turns.take(turn),
        }),
    inventory: engine.inventory,
    reason: 'request',
    clock,
    signal,
  });
}

async function applyByDaemon(
  daemon: AdminClient,
  { id, files }: Declared,
  options: Asked,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { target: targets, exclude, allowDeletes, saved } = options;
  const unsealed = isUnsealed(saved);
  const planned = await daemon.post<PlanAnswer>('/api/v1/plan', { files, targets, exclude, unsealed });
  if (planned.result === 'invalid') return invalid(planned.issues, files, io);
  if (saved !== undefined && isStale(saved, { ...planned.plan, revision: id }, io)) return exitCodes.stale;
  const stop = await approve(planned.plan, options, io, around);
  if (stop !== undefined) return stop;
  const asked = {
    files,
    targets,
    exclude,
    by: whoOf(io),
    ...compact({ allowDeletes, reason: options.reason, exactly: exactTargets(saved) }),
  };
  const answer = await daemon.post<ApplyAnswer>('/api/v1/apply', asked, { waitMs: applyWaitMs });
  switch (answer.result) {
    case 'invalid':
      return invalid(answer.issues, files, io);
    case 'not-followed': {
      if (answer.waiting !== undefined) {
        complain(
          new Error(`${answer.waiting.revision} waits for approval: lastmile approve ${answer.waiting.checksum}`),
          io,
        );
        return exitCodes.refused;
      }
      const keptOut = await keptOutBySignature(daemon);
      if (keptOut !== undefined) return refuse(keptOut, io);
      complain(
        new Error(
          `the daemon follows ${answer.source}, and these declarations are not in it: commit them there, it applies commits by itself`,
        ),
        io,
      );
      return saved === undefined ? exitCodes.error : exitCodes.stale;
    }
    default:
      tellReports(answer.reports, io);
      tellSessions(answer.sessions, io);
      return exitOfRun(answer.reports);
  }
}

/** What was planned of each target, where a saved plan is applied. */
function exactTargets(saved: PlanFile | undefined): readonly ExactTarget[] | undefined {
  return saved?.plan.targets.flatMap(({ name, checksum }) =>
    checksum === undefined || name === settingsName
      ? []
      : [{ target: name, checksum, sealed: saved.plan.sealed === true }],
  );
}

function plannedTargets(saved: PlanFile): readonly string[] {
  return (exactTargets(saved) ?? []).map(({ target }) => target);
}

/** Was it made where no state folder has a key for secrets? */
function isUnsealed(saved: PlanFile | undefined): boolean {
  return saved !== undefined && saved.plan.sealed !== true;
}

/** Says what is otherwise than it was when the plan was saved. */
function isStale(saved: PlanFile, now: PlanDocument, io: Io): boolean {
  const words = stalenessOf(saved.plan, now);
  if (words.length === 0) return false;
  complain(new Error('the saved plan is stale, and nothing was applied:'), io);
  for (const each of words) io.err(`  ${each}\n`);
  io.err('  lastmile plan --out makes a new one\n');
  return true;
}

/** What became otherwise between the last look and the apply is stale, too. */
function exitOfRun(reports: readonly TargetReport[]): number {
  const isStaleRun = ({ refusals }: TargetReport) => refusals.some(({ code }) => code === 'LM_STALE_PLAN');
  return reports.some(isStaleRun) ? exitCodes.stale : exitOf(reports);
}

function invalid(issues: readonly unknown[], files: Declared['files'], io: Io): number {
  tellIssues(files, issues as readonly Issue[], io);
  return exitCodes.invalid;
}

/** Shows the plan and gets a yes. Returns an exit code when there is nothing to do, or it must not be done. */
async function approve(
  plan: PlanDocument,
  options: ApplyOptions,
  io: Io,
  around: Surroundings,
): Promise<number | undefined> {
  io.out(planText(plan, io.color));
  // What is allowed by number is judged when it is applied, by whoever applies it.
  if (plan.refusals.some(isOfPolicy)) return exitCodes.refused;
  if (plan.refusals.length > 0 && options.allowDeletes === undefined) return exitCodes.refused;
  const unreachable = plan.targets.some(({ state }) => state === 'unreachable');
  if (isEmpty(plan) && !unreachable) return undefined;
  if (options.autoApprove) return undefined;
  if (around.ask === undefined) {
    complain(new Error('not a terminal: give --auto-approve to apply without being asked'), io);
    return exitCodes.usage;
  }
  const answer = await around.ask('Apply this? Only "yes" is taken: ');
  if (answer.trim() === 'yes') return undefined;
  io.err('Nothing was applied.\n');
  return exitCodes.error;
}

function tellReports(reports: readonly TargetReport[], io: Io): void {
  for (const report of reports) for (const line of reportLines(report)) io.out(`${line}\n`);
}

function tellSessions(events: readonly SessionEvent[], io: Io): void {
  for (const event of events) io.out(`  ${sessionLine(event)}\n`);
}

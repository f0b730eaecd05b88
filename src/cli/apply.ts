import type { AdminClient } from '../admin/client.ts';
import type { ApplyAnswer, PlanAnswer } from '../admin/service.ts';
import type { Engine } from '../daemon/engine.ts';
import { requireKnown, targetNames } from '../daemon/known-targets.ts';
import { LastGood } from '../daemon/last-good.ts';
import { chosen, planTargets } from '../daemon/plan-targets.ts';
import { lastRevision } from '../daemon/reconciler.ts';
import { runTarget, type TargetRun } from '../daemon/run-target.ts';
import { sessionEvent } from '../daemon/session-event.ts';
import { modeOf } from '../daemon/target-mode.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { Issue } from '../manifest/issue.ts';
import { asOf } from '../model/as-of.ts';
import type { Model } from '../model/model.ts';
import { isEmpty, type PlanDocument } from '../reconcile/plan.ts';
import type { Target } from '../reconcile/target.ts';
import type { SessionEvent, TargetReport } from '../status/report.ts';
import { complain } from './complain.ts';
import { type Declared, loadDeclared, readDeclared, tellIssues } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { refuseEmpty } from './plan.ts';
import { planText } from './plan-text.ts';
import { exitOf, reportLines, sessionLine } from './report-text.ts';
import { openEngine, type Surroundings } from './surroundings.ts';

export interface ApplyOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly autoApprove: boolean;
  readonly allowDeletes?: number;
}

/** The daemon answers when every NAS has answered, or has been silent for long enough. */
const applyWaitMs = 15 * 60_000;

/** `lastmile apply DIR`: shows the plan, asks, applies it. Resolves with the exit code. */
export async function applyCommand(dir: string, options: ApplyOptions, io: Io, around: Surroundings): Promise<number> {
  const declared = await readDeclared(dir);
  if (declared.files.length === 0) return refuseEmpty(dir, io);
  const model = loadDeclared(dir, declared, options, io);
  if (model === undefined) return exitCodes.invalid;
  requireKnown(targetNames(model), options.target, options.exclude);
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon !== undefined) return applyByDaemon(daemon, declared, options, io, around);
  await using engine = await openEngine(options.state, around);
  return await applyHere(engine, model, declared, options, io, around);
}

async function applyHere(
  engine: Engine,
  declaredModel: Model,
  declared: Declared,
  options: ApplyOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const model = asOf(declaredModel, around.clock.now());
  const targets = chosen(engine.targets(model), options.target, options.exclude);
  await engine.directoryTarget.load(model);
  const guard = guardOf(model, options);
  const plan = await planTargets(targets, {
    model,
    revision: declared.id,
    inventory: engine.inventory,
    guard,
    signal: around.signal,
    lastRevision: (target) => lastRevision(engine, target).lastRevision,
    sessionsKnown: true,
  });
  const stop = await approve(plan, options, io, around);
  if (stop !== undefined) return stop;
  const runs = await Promise.all(targets.map((target) => run(engine, target, model, declared.id, options, around)));
  const reports = runs.map((each) => each.report);
  // Told before it is stored: routers are as they are now, also when the disk takes nothing.
  tellReports(reports, io);
  try {
    await store(engine, reports, declared);
  } finally {
    const results = (await Promise.all(runs.map((each) => each.sessions))).flat();
    tellSessions(
      results.map((each) => sessionEvent(each, around.clock.now())),
      io,
    );
  }
  return exitOf(reports);
}

async function store(engine: Engine, reports: readonly TargetReport[], declared: Declared): Promise<void> {
  for (const report of reports) await engine.status.record(report);
  const directory = reports.find((report) => report.target === directoryName);
  if (directory?.result === 'applied' || directory?.result === 'in-sync') {
    await new LastGood(engine.store.table('meta')).keep(declared.source, declared);
  }
}

function run(
  engine: Engine,
  target: Target,
  model: Model,
  revision: string,
  options: ApplyOptions,
  around: Surroundings,
): Promise<TargetRun> {
  const { clock, signal } = around;
  return runTarget(target, {
    model,
    revision,
    ...lastRevision(engine, target.name),
    mode: modeOf(target, model),
    guard: guardOf(model, options),
    inventory: engine.inventory,
    reason: 'request',
    clock,
    signal,
  });
}

function guardOf(model: Model, { allowDeletes }: ApplyOptions) {
  const { deleteLimits } = model.operator.reconcile;
  return { deleteLimits, ...(allowDeletes === undefined ? {} : { allowDeletes }) };
}

async function applyByDaemon(
  daemon: AdminClient,
  { files }: Declared,
  options: ApplyOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { target: targets, exclude, allowDeletes } = options;
  const planned = await daemon.post<PlanAnswer>('/api/v1/plan', { files, targets, exclude });
  if (planned.result === 'invalid') return invalid(planned.issues, files, io);
  const stop = await approve(planned.plan, options, io, around);
  if (stop !== undefined) return stop;
  const asked = { files, targets, exclude, ...(allowDeletes === undefined ? {} : { allowDeletes }) };
  const answer = await daemon.post<ApplyAnswer>('/api/v1/apply', asked, { waitMs: applyWaitMs });
  switch (answer.result) {
    case 'invalid':
      return invalid(answer.issues, files, io);
    case 'not-followed':
      complain(
        new Error(
          `the daemon follows ${answer.source}, and these declarations are not in it: commit them there, it applies commits by itself`,
        ),
        io,
      );
      return exitCodes.error;
    default:
      tellReports(answer.reports, io);
      tellSessions(answer.sessions, io);
      return exitOf(answer.reports);
  }
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

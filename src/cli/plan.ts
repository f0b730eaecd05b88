import type { AdminClient } from '../admin/client.ts';
import type { PlanAnswer } from '../admin/service.ts';
import { compact } from '../base/compact.ts';
import { unreachable } from '../base/errors.ts';
import type { Engine } from '../daemon/engine.ts';
import { requireKnown, targetNames } from '../daemon/targets/known-targets.ts';
import { OmadaPool } from '../daemon/targets/omada-pool.ts';
import { chosen, type PlanSettings, planTargets } from '../daemon/targets/plan-targets.ts';
import { lastRevision } from '../daemon/targets/reconciler.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { Issue } from '../manifest/issue.ts';
import { asOf } from '../model/as-of.ts';
import type { Model } from '../model/model.ts';
import { isEmpty, type PlanDocument } from '../reconcile/plan.ts';
import { recordedInventory, replayed } from '../reconcile/recorded-target.ts';
import type { Target } from '../reconcile/target.ts';
import { StoredInventory } from '../status/stored-inventory.ts';
import { complain } from './complain.ts';
import { type Declared, judgedBy, loadJudged, readDeclared, tellIssues } from './declared.ts';
import { daemonAt, findDaemon, NoDaemonError } from './find-daemon.ts';
import { Recorder, readFixture } from './fixture.ts';
import { exitCodes, type Io } from './io.ts';
import type { PlanFormat } from './options.ts';
import { savePlan } from './plan-file.ts';
import { planIn } from './plan-output.ts';
import { hasState, openEngine, type Surroundings } from './surroundings.ts';

export interface PlanOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly rev?: string;
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly output: PlanFormat;
  readonly detailedExitcode: boolean;
  /** `live`, `daemon`, or what was recorded. Absent: a daemon where one answers, else live. */
  readonly against?: string;
  /** Where it is recorded what targets hold, for `against`. */
  readonly record?: string;
  /** Where it is saved, to be applied just so. */
  readonly out?: string;
  readonly daemonUrl?: string;
  readonly daemonToken?: string;
}

/** `lastmile plan DIR`: what would change, and whom it touches. Writes nothing. Resolves with the exit code. */
export async function planCommand(dir: string, options: PlanOptions, io: Io, around: Surroundings): Promise<number> {
  const { against = 'live', record } = options;
  if (record !== undefined && against !== 'live')
    throw new RangeError('--record records what is asked from here: --against live');
  const declared = await readDeclared(dir, options.rev);
  if (declared.files.length === 0) return refuseEmpty(dir, io);
  if (against !== 'live' && against !== 'daemon')
    return await planRecorded(dir, against, declared, options, { io, around });
  const from = await planner(options, io, around);
  // Whoever reviews elsewhere has no secrets: the daemon says what is wrong.
  if (from.elsewhere !== true) {
    const judged = await loadJudged(dir, declared, options, io);
    const { model } = judged;
    if (model === undefined) return exitCodes.invalid;
    requireKnown(targetNames(model), options.target, options.exclude);
    if (from.daemon === undefined) {
      const plan = await planHere(
        { ...judged, model },
        declared,
        { ...options, withoutState: from.withoutState, io },
        around,
        (policiesBefore) => loadJudged(dir, declared, { ...options, policiesBefore }, io),
      );
      return await tell(dir, plan, options, io);
    }
  }
  const { files } = declared;
  const path = from.elsewhere === true ? '/api/v1/review' : '/api/v1/plan';
  const asked = { files, targets: options.target, exclude: options.exclude };
  const answer = await from.daemon.post<PlanAnswer>(path, asked);
  switch (answer.result) {
    case 'planned':
      // The daemon names files by their contents, whoever sends them by their commit.
      return await tell(dir, { ...answer.plan, revision: declared.id }, options, io);
    case 'invalid':
      tellIssues(files, answer.issues as readonly Issue[], io);
      complain(new Error('the daemon finds these declarations invalid; it may lack secrets that this shell has'), io);
      return exitCodes.invalid;
    default:
      return unreachable(answer);
  }
}

/** Who makes the plan. */
type Planner =
  | { readonly daemon: AdminClient; readonly elsewhere?: true }
  | { readonly daemon?: undefined; readonly elsewhere?: undefined; readonly withoutState?: string };

/** @throws RangeError, DaemonSilentError, NoDaemonError */
async function planner(options: PlanOptions, io: Io, around: Surroundings): Promise<Planner> {
  if (options.against === 'daemon' && options.daemonUrl !== undefined) {
    return { daemon: daemonAt(options.daemonUrl, options.daemonToken, io, around.signal), elsewhere: true };
  }
  const daemon = await findDaemon(options.state, around.signal);
  if (options.against === 'daemon' && daemon === undefined) throw new NoDaemonError(options.state);
  if (daemon === undefined) return {};
  if (options.against !== 'live' && options.record === undefined) return { daemon };
  return { withoutState: `--against live: the directory is the daemon's, which holds ${options.state}` };
}

/** An empty or half-read repository would delete everything: nothing is planned from it. */
export function refuseEmpty(dir: string, io: Io): number {
  complain(
    new Error(`${dir} declares nothing: there is no YAML file in it. Nothing is planned from an empty repository`),
    io,
  );
  return exitCodes.refused;
}

/** Compares with what targets held when it was recorded. Nothing is asked, and no secret is needed. */
async function planRecorded(
  dir: string,
  path: string,
  declared: Declared,
  options: PlanOptions,
  { io, around }: { readonly io: Io; readonly around: Surroundings },
): Promise<number> {
  const recorded = new Map((await readFixture(path)).map((each) => [each.name, each]));
  const { model: declaredModel, objections } = await loadJudged(dir, declared, { ...options, madeUp: true }, io);
  if (declaredModel === undefined) return exitCodes.invalid;
  requireKnown(targetNames(declaredModel), options.target, options.exclude);
  const now = around.clock.now();
  const model = asOf(declaredModel, now);
  await using routers = new RouterPool(around);
  await using controllers = new OmadaPool(around);
  const all = chosen([...routers.targets(model), ...controllers.targets(model)], options.target, options.exclude);
  const missing = all.filter(({ name }) => !recorded.has(name));
  const reasons = [
    { name: directoryName, reason: `the directory is not recorded in ${path}` },
    ...missing.map(({ name }) => ({ name, reason: `it is not recorded in ${path}` })),
  ];
  const leftOut = chosen(reasons, options.target, options.exclude).map((each) => ({
    ...each,
    state: 'left-out' as const,
  }));
  const known = all.flatMap((target) => {
    const found = recorded.get(target.name);
    return found === undefined ? [] : [replayed(target, found)];
  });
  const plan = await planTargets(known, {
    ...{ model, now, leftOut, revision: declared.id, signal: around.signal, sessionsKnown: false },
    ...compact({ objections }),
    inventory: recordedInventory(StoredInventory.empty(), [...recorded.values()]),
    lastRevision: () => undefined,
  });
  return await tell(dir, plan, options, io);
}

/** Plans without a daemon. The directory is compared with the store where that can be opened. */
export async function planHere(
  { model: declaredModel, objections }: Judged,
  declared: Declared,
  options: PlanOptions & { readonly withoutState: string | undefined; readonly io: Io },
  around: Surroundings,
  again: Parameters<typeof judgedBy>[2] = () => Promise.resolve({}),
): Promise<PlanDocument> {
  const now = around.clock.now();
  const common = { revision: declared.id, now, signal: around.signal };
  if (options.withoutState !== undefined || !(await hasState(options.state))) {
    const model = asOf(declaredModel, now);
    await using routers = new RouterPool(around);
    await using controllers = new OmadaPool(around);
    const reason =
      options.withoutState ??
      `no daemon answers and there is no state folder ${options.state} to compare the directory with`;
    const directory = chosen(
      [{ name: directoryName, state: 'left-out' as const, reason }],
      options.target,
      options.exclude,
    );
    const targets = [...routers.targets(model), ...controllers.targets(model)];
    const inventory = StoredInventory.empty();
    return await planAndRecord(chosen(targets, options.target, options.exclude), options, {
      ...common,
      ...compact({ objections }),
      model,
      inventory,
      lastRevision: () => undefined,
      leftOut: directory,
      sessionsKnown: false,
    });
  }
  await using engine = await openEngine(options.state, around);
  const model = engine.quotas.asOf(declaredModel, now);
  return await planAndRecord(chosen(engine.targets(model), options.target, options.exclude), options, {
    ...common,
    model,
    inventory: engine.inventory,
    ...(await policiesOf(engine, { model: declaredModel, ...compact({ objections }) }, again)),
    protection: engine.protection,
    pauseOf: (name) => engine.pauses.of(name, around.clock.now()),
    lastRevision: (target) => lastRevision(engine, target).lastRevision,
    sessionsKnown: true,
    seal: engine.planSeal,
  });
}

async function planAndRecord(
  targets: readonly Target[],
  { record, io }: { readonly record?: string; readonly io: Io },
  settings: PlanSettings,
): Promise<PlanDocument> {
  if (record === undefined) return await planTargets(targets, settings);
  const recorder = new Recorder(settings.now, settings.inventory);
  const plan = await planTargets(
    // The directory has people's logins: it is compared by a daemon.
    targets.map((target) => (target.exclusive ? target : recorder.watch(target))),
    settings,
  );
  for (const file of await recorder.save(record)) io.err(`lastmile: recorded ${file}\n`);
  return plan;
}

/** Declarations that are true to themselves, and what policies say of them. */
export interface Judged {
  readonly model: Model;
  readonly objections?: readonly Issue[];
}

/** What a state folder adds to what policies say: those that are in force until these declarations are. */
export async function policiesOf({ policies }: Engine, judged: Judged, again: Parameters<typeof judgedBy>[2]) {
  const objections = await judgedBy(policies.inForce, judged, again);
  return {
    policiesBefore: (target: string) => policies.of(target),
    policiesInForce: policies.inForce,
    ...compact({ objections }),
  };
}

async function tell(dir: string, plan: PlanDocument, options: PlanOptions, io: Io): Promise<number> {
  if (options.out !== undefined) await savePlan(options.out, dir, plan);
  io.out(planIn(options.output, plan, { color: io.color, dir }));
  return exitOf(plan, options.detailedExitcode);
}

/** Unknown targets are an error; 1 beats 2. */
export function exitOf(plan: PlanDocument, detailed: boolean): number {
  if (plan.targets.some(({ state }) => state === 'unreachable')) return exitCodes.error;
  if (plan.refusals.length > 0) return exitCodes.refused;
  return detailed && !isEmpty(plan) ? exitCodes.changes : exitCodes.success;
}

import type { PlanAnswer } from '../admin/service.ts';
import { unreachable } from '../base/errors.ts';
import { requireKnown, targetNames } from '../daemon/targets/known-targets.ts';
import { OmadaPool } from '../daemon/targets/omada-pool.ts';
import { chosen, planTargets } from '../daemon/targets/plan-targets.ts';
import { lastRevision } from '../daemon/targets/reconciler.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { Issue } from '../manifest/issue.ts';
import { asOf } from '../model/as-of.ts';
import type { Model } from '../model/model.ts';
import { isEmpty, type PlanDocument } from '../reconcile/plan.ts';
import { StoredInventory } from '../status/stored-inventory.ts';
import { complain } from './complain.ts';
import { type Declared, loadDeclared, readDeclared, tellIssues } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import type { PlanFormat } from './options.ts';
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
}

/** `lastmile plan DIR`: what would change, and whom it touches. Writes nothing. Resolves with the exit code. */
export async function planCommand(dir: string, options: PlanOptions, io: Io, around: Surroundings): Promise<number> {
  const declared = await readDeclared(dir, options.rev);
  if (declared.files.length === 0) return refuseEmpty(dir, io);
  const model = await loadDeclared(dir, declared, options, io);
  if (model === undefined) return exitCodes.invalid;
  requireKnown(targetNames(model), options.target, options.exclude);
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon === undefined) {
    const plan = await planHere(model, declared, options, around);
    return tell(dir, plan, options, io);
  }
  const { files } = declared;
  const answer = await daemon.post<PlanAnswer>('/api/v1/plan', {
    files,
    targets: options.target,
    exclude: options.exclude,
  });
  switch (answer.result) {
    case 'planned':
      return tell(dir, answer.plan, options, io);
    case 'invalid':
      tellIssues(files, answer.issues as readonly Issue[], io);
      complain(new Error('the daemon finds these declarations invalid; it may lack secrets that this shell has'), io);
      return exitCodes.invalid;
    default:
      return unreachable(answer);
  }
}

/** An empty or half-read repository would delete everything: nothing is planned from it. */
export function refuseEmpty(dir: string, io: Io): number {
  complain(
    new Error(`${dir} declares nothing: there is no YAML file in it. Nothing is planned from an empty repository`),
    io,
  );
  return exitCodes.refused;
}

/** Plans without a daemon. The directory is compared with the store where that can be opened. */
async function planHere(
  declaredModel: Model,
  declared: Declared,
  options: PlanOptions,
  around: Surroundings,
): Promise<PlanDocument> {
  const now = around.clock.now();
  const common = { revision: declared.id, now, signal: around.signal };
  if (!(await hasState(options.state))) {
    const model = asOf(declaredModel, now);
    await using routers = new RouterPool(around);
    await using controllers = new OmadaPool(around);
    const reason = `no daemon answers and there is no state folder ${options.state} to compare the directory with`;
    const directory = chosen(
      [{ name: directoryName, state: 'left-out' as const, reason }],
      options.target,
      options.exclude,
    );
    const targets = [...routers.targets(model), ...controllers.targets(model)];
    return await planTargets(chosen(targets, options.target, options.exclude), {
      ...common,
      model,
      inventory: StoredInventory.empty(),
      lastRevision: () => undefined,
      leftOut: directory,
      sessionsKnown: false,
    });
  }
  await using engine = await openEngine(options.state, around);
  const model = engine.quotas.asOf(declaredModel, now);
  return await planTargets(chosen(engine.targets(model), options.target, options.exclude), {
    ...common,
    model,
    inventory: engine.inventory,
    protection: engine.protection,
    pauseOf: (name) => engine.pauses.of(name, around.clock.now()),
    lastRevision: (target) => lastRevision(engine, target).lastRevision,
    sessionsKnown: true,
  });
}

function tell(dir: string, plan: PlanDocument, options: PlanOptions, io: Io): number {
  io.out(planIn(options.output, plan, { color: io.color, dir }));
  return exitOf(plan, options.detailedExitcode);
}

/** Unknown targets are an error; 1 beats 2. */
export function exitOf(plan: PlanDocument, detailed: boolean): number {
  if (plan.targets.some(({ state }) => state === 'unreachable')) return exitCodes.error;
  if (plan.refusals.length > 0) return exitCodes.refused;
  return detailed && !isEmpty(plan) ? exitCodes.changes : exitCodes.success;
}

import { RequestError } from '../../admin/request-error.ts';
import type { Clock } from '../../base/clock.ts';
import { nearest } from '../../base/nearest.ts';
import { checkCollection } from '../../doctor/check-collection.ts';
import { checkController } from '../../doctor/check-controller.ts';
import { checkHeartbeat, type MissedHeartbeat } from '../../doctor/check-heartbeat.ts';
import { checkPackets, strangers } from '../../doctor/check-packets.ts';
import { examineRouter } from '../../doctor/examine.ts';
import { type Diagnosis, findingOf, inOrder } from '../../doctor/finding.ts';
import type { Model } from '../../model/model.ts';
import type { ControllerStanding } from '../../omada/clients.ts';
import type { RadiusFinding } from '../../radius/drops.ts';
import type { CollectionStatus } from '../../status/collection.ts';
import type { RouterPool } from './router-pool.ts';

export interface DiagnoseDeps {
  readonly routers: Pick<RouterPool, 'borrow'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Asks every controller of the model. */
  readonly controllers: (signal: AbortSignal) => Promise<readonly ControllerStanding[]>;
  /** What a daemon knows besides. */
  readonly packets?: readonly RadiusFinding[];
  readonly heartbeats?: readonly MissedHeartbeat[];
  readonly collections?: readonly CollectionStatus[];
  /** What routers ping to see whether they have the Internet. */
  readonly outside?: string;
}

/** For one router, everything included. */
const longestMs = 60_000;

/**
 * Looks over every router with an API and every controller, or one of them. Changes nothing.
 *
 * @throws RequestError when none is called so
 */
export async function diagnose(model: Model, only: string | undefined, deps: DiagnoseDeps): Promise<Diagnosis> {
  requireTarget(model, only);
  const [routers, controllers] = await Promise.all([
    diagnoseRouters(model, only, deps),
    controllersOf(model, only, deps),
  ]);
  const known = new Set(routers.map(({ examined: [router] }) => router?.target));
  const packets = checkPackets(deps.packets ?? [], model).filter(
    ({ target, says }) => only === undefined || target === only || (target === strangers && says.includes(only)),
  );
  const collected = (deps.collections ?? [])
    .filter(({ router }) => known.has(router))
    .flatMap((status) => checkCollection(status).map((trouble) => findingOf(status.router, trouble)));
  const all = [...routers, ...controllers];
  const heartbeats = only === undefined ? checkHeartbeat(deps.heartbeats ?? []) : [];
  return {
    examined: all.flatMap(({ examined }) => examined),
    findings: inOrder([...all.flatMap(({ findings }) => findings), ...packets, ...heartbeats, ...collected]),
  };
}

async function diagnoseRouters(
  model: Model,
  only: string | undefined,
  deps: DiagnoseDeps,
): Promise<readonly Diagnosis[]> {
  const { routers, clock, outside, collections = [] } = deps;
  await using loan = routers.borrow(model);
  const chosen = loan.targets.filter(({ name }) => only === undefined || name === only);
  return await Promise.all(
    chosen.flatMap((target) => {
      const router = model.routers.find(({ name }) => name === target.name);
      if (router === undefined) return [];
      const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(longestMs)]);
      const readings = collections.find((status) => status.router === router.name)?.findings ?? [];
      const managed = [...new Set(target.desired(model).map(({ menu }) => menu))];
      const options = { clock, signal, managed, readings, ...(outside === undefined ? {} : { outside }) };
      return [examineRouter(router, model, (until) => target.session(until), options)];
    }),
  );
}

async function controllersOf(
  model: Model,
  only: string | undefined,
  deps: DiagnoseDeps,
): Promise<readonly Diagnosis[]> {
  const wanted = model.omadaControllers.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0) return [];
  const names = new Set(wanted.map(({ name }) => name));
  return (await deps.controllers(deps.signal)).filter(({ name }) => names.has(name)).map(checkController);
}

function requireTarget({ routers, omadaControllers }: Model, only: string | undefined): void {
  const names = [...routers.filter(({ api }) => api !== undefined), ...omadaControllers].map(({ name }) => name);
  if (only === undefined || names.includes(only)) return;
  const meant = nearest(only, names);
  const perhaps = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new RequestError(`no router with an API and no controller is called ${only}${perhaps}`);
}

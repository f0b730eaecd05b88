import { LastmileError, messageOf } from '../base/errors.ts';
import { inTurns, othersFirst } from '../base/steps.ts';
import type { IgnoreRule } from '../model/kinds/operator.ts';
import type { Model } from '../model/model.ts';
import { diff } from './diff.ts';
import { diffInSteps } from './diff-in-steps.ts';
import { countHeld, type GuardSettings, guard, type HeldRows } from './guard.ts';
import { type HoldRule, partHeld } from './hold.ts';
import { withoutIgnored } from './ignore.ts';
import type { Claim, Inventory } from './inventory.ts';
import { prerequisites } from './order.ts';
import { addressOf, type ChangePlan, planChanges, type Refusal } from './plan.ts';
import { type Broken, brokenRules, neededFirst, toBeSeen } from './precedence.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Armed, Change, HeldBack, Observation, SessionEffect, SessionResult, Target } from './target.ts';
import { unsettled } from './unsettled.ts';

export interface ReconcileDeps {
  readonly inventory: Inventory;
  readonly guard: GuardSettings;
  readonly signal: AbortSignal;
  /** Why a plan is not made that the guard and the target have nothing against. Absent: never. */
  readonly declines?: (seen: Seen) => readonly Refusal[];
  /** What is left as it is, by diff, apply and drift alike. */
  readonly ignore?: readonly IgnoreRule[];
  /** Changes that are not made now. */
  readonly hold?: HoldRule;
  /** A person asks for it: what the target took back is tried once more. */
  readonly asked?: boolean;
  /** Asked before each look, once the target can be talked to: resolves when it may be looked at, until disposed. */
  readonly looking?: (signal: AbortSignal) => Promise<Disposable>;
  /** Told before the first change of a plan that has any. @throws LastmileError when nothing must be changed */
  readonly begins?: (plan: ChangePlan) => Promise<void>;
  /** Told once it was looked: from here on it is done to its end. @throws OvertakenError when something else comes first */
  readonly stays?: () => void;
  /** Asked before the first change of a plan that has any: resolves when this target may be changed, until disposed. */
  readonly turn?: (signal: AbortSignal) => Promise<Turn>;
}

/** Leave to change a target. */
export interface Turn extends Disposable {
  /** True when it had to be waited for: what was seen may be old. */
  readonly waited: boolean;
}

type LookDeps = Pick<
  ReconcileDeps,
  'inventory' | 'guard' | 'signal' | 'declines' | 'ignore' | 'hold' | 'asked' | 'looking'
>;

/** What a target holds, and what would be done about it. */
export interface Seen {
  readonly plan: ChangePlan;
  readonly observation: Observation;
}

/** A plan made from a fresh look at the target. */
export interface Prepared extends Seen {
  readonly refusals: readonly Refusal[];
  /** The same with what is left as it is: what others wrote can let us in, or keep us out. */
  readonly whole: Observation;
  /** Rows with a declared identity that are not ours to touch. */
  readonly refused: ReadonlySet<ObservedRow>;
  /** What should be there: of what is compared. */
  readonly desired: readonly Row[];
}

export interface FailedChange {
  readonly address: string;
  readonly error: string;
}

export type Outcome =
  | {
      readonly result: 'refused';
      readonly plan: ChangePlan;
      readonly refusals: readonly Refusal[];
      /** Of earlier runs, which stay owed. Never rejects. */
      readonly sessions: Promise<readonly SessionResult[]>;
    }
  | {
      /** `partial`: some changes failed, or did not show when the target was read back. */
      readonly result: 'applied' | 'partial';
      readonly plan: ChangePlan;
      readonly failed: readonly FailedChange[];
      /** Settles after the data is in place; never rejects. */
      readonly sessions: Promise<readonly SessionResult[]>;
    };

/** Looks at the target and says what would change. Writes nothing. */
export async function prepare(target: Target, model: Model, deps: LookDeps): Promise<Prepared> {
  const { desired, observation, whole, changes, held: waiting, ...found } = await look(target, model, deps);
  const effects = target.exclusive
    ? await effectsInTurns(target, changes, observation)
    : target.sessionEffects(changes, observation);
  const left = target.leftBehind?.(unclaimed(observation, desired, target, deps.inventory)) ?? [];
  const seen = [...observation.findings, ...found.findings, ...left];
  const underConfirm = (await target.underConfirm?.(changes, whole)) ?? [];
  const bare = planChanges(target, changes, effects, seen);
  const said = changes.length === 0 ? undefined : await deps.guard.judge?.(bare);
  const findings = [...seen, ...(said?.findings ?? [])];
  const plan = { ...bare, findings, held: waiting, unmet: found.unmet, underConfirm };
  if (target.exclusive) await othersFirst();
  // Only deletes are measured against them: most looks find none.
  const deletes = changes.some(({ action }) => action === 'delete');
  const held = deletes ? heldRows(observation, model.operator.name, target, deps.inventory) : new Map<string, number>();
  const objections = (await target.objections?.(changes, whole)) ?? [];
  const refusals = [
    ...guard(plan, held, deps.guard, target.folders),
    ...objections.map((objection) => ({ target: target.name, ...objection })),
    ...(said?.refusals ?? []),
    ...(deps.declines?.({ plan, observation }) ?? []),
  ];
  return { plan, refusals, observation, whole, refused: found.refused, desired };
}

/** Looks at the target and compares: what differs, parted into what is done now and what waits. */
async function look(target: Target, model: Model, deps: LookDeps) {
  if (target.ready !== undefined) await target.ready(deps.signal);
  using _looking = deps.looking === undefined ? undefined : await deps.looking(deps.signal);
  const all = await wantedOf(target, model, deps.signal);
  deps.signal.throwIfAborted();
  const whole = await target.observe(deps.signal, all, deps.inventory.menusOf?.(target.name));
  const wanted = unsettled(all, whole);
  const { desired, observation, findings: ignored } = withoutIgnored(wanted, whole, deps.ignore);
  const { inventory } = deps;
  const ownership = { operator: model.operator.name, target, inventory, observing: isObserved(target, model) };
  const difference = target.exclusive
    ? await inTurns(diffInSteps(desired, observation, ownership), deps.signal)
    : diff(desired, observation, ownership);
  const takenBack = await target.heldBack?.(difference.changes, whole);
  const { changes, held } = partHeld(difference.changes, target, holdWith(takenBack, deps));
  const findings = [...ignored, ...difference.findings, ...(takenBack === undefined ? [] : [takenBack.finding])];
  return { ...difference, desired, observation, whole, changes, held, findings };
}

/** Changes whose effects are looked for together. */
const changesTogether = 2048;

/** Of a target where each effect comes of one change: on a router, one may come of several. */
async function effectsInTurns(
  target: Target,
  changes: readonly Change[],
  observation: Observation,
): Promise<readonly SessionEffect[]> {
  const effects: SessionEffect[] = [];
  for (let at = 0; at < changes.length; at += changesTogether) {
    effects.push(...target.sessionEffects(changes.slice(at, at + changesTogether), observation));
    await othersFirst();
  }
  return effects;
}

function wantedOf(target: Target, model: Model, signal: AbortSignal): readonly Row[] | Promise<readonly Row[]> {
  return target.desiredInSteps === undefined ? target.desired(model) : inTurns(target.desiredInSteps(model), signal);
}

/** What the target took back waits until a person asks. */
function holdWith(takenBack: HeldBack | undefined, { hold, asked }: LookDeps): HoldRule | undefined {
  if (takenBack === undefined || asked === true) return hold;
  const why = `${takenBack.finding.code}: the target took it back`;
  return (change) => (takenBack.changes.has(change) ? why : hold?.(change));
}

/** Is this a router that is only to be looked at, by its own declaration or by the operator's? */
function isObserved({ name, exclusive }: Target, { operator, routers }: Model): boolean {
  const router = routers.find((each) => each.name === name);
  return !exclusive && [operator.reconcile.mode, router?.mode].includes('observe');
}

/** Rows that cannot carry a marker, that nobody declares, and that no record calls ours. */
function unclaimed(
  { rows }: Observation,
  desired: readonly Row[],
  { name }: Target,
  inventory: Inventory,
): readonly ObservedRow[] {
  const wanted = new Set(desired.map(keyOf));
  return rows.filter(
    (row) =>
      row.ownership === 'inventory' &&
      row.identity !== '' &&
      !wanted.has(keyOf(row)) &&
      inventory.ownerOf(name, row.menu, row.identity) === undefined,
  );
}

/**
 * Observe → diff → plan → guard → apply → read back; sessions are settled after the data.
 *
 * @throws LastmileError when the target cannot be looked at; once it was, what fails is in the outcome
 */
export async function reconcileOnce(target: Target, model: Model, deps: ReconcileDeps): Promise<Outcome> {
  const first = await prepare(target, model, deps);
  using turn = first.plan.changes.length === 0 ? undefined : await deps.turn?.(deps.signal);
  const prepared = turn?.waited === true ? await prepare(target, model, deps) : first;
  const { plan, refusals, observation, whole, refused, desired } = prepared;
  deps.stays?.();
  const wanted = [...plan.changes, ...(plan.held ?? []).map(({ change }) => change)];
  await target.settleArmed?.(wanted, whole, deps.signal);
  const pending = [...observation.pendingEffects, ...deps.inventory.effectsDue(target.name)];
  if (refusals.length > 0)
    return { result: 'refused', plan, refusals, sessions: settleSessions(target, pending, deps) };
  if (!target.exclusive) {
    // What goes is claimed as well: once there is an inventory, a marker alone no longer proves that a row is ours.
    const going = plan.changes.filter(({ action }) => action === 'delete');
    const isNew = ({ menu, identity, owner }: Claim) => deps.inventory.ownerOf(target.name, menu, identity) !== owner;
    const held = inPlace(desired, observation, refused, model, isNew);
    await deps.inventory.claim(target.name, [...held, ...going]);
  }
  const armed = plan.changes.length === 0 ? undefined : await target.arm?.(plan.changes, whole, deps.signal);
  // Nobody is owed an end for changes that are never begun.
  if (!target.exclusive) await deps.inventory.expect(target.name, plan.sessions);
  if (plan.changes.length > 0) await deps.begins?.(plan);
  const errors = await applyLevels(target, model, plan, armed, deps);
  await armed?.confirm(deps.signal);
  if (target.exclusive) await othersFirst();
  const { failed, done, seen } = await readBack(target, model, plan, errors, deps);
  if (!target.exclusive) await forget(target, done, deps);
  const effects = target.exclusive
    ? await effectsInTurns(target, done, observation)
    : target.sessionEffects(done, observation);
  if (seen && !target.exclusive) await withdraw(target, plan.sessions, effects, pending, deps);
  const due = target.exclusive ? [...pending, ...effects] : dueNow(target, effects, pending, seen, deps);
  const sessions = settleSessions(target, due, deps);
  return { result: failed.length === 0 ? 'applied' : 'partial', plan, failed, sessions };
}

/** Rows that are seen to be gone are ours no more. An answer is no proof: one that stays is to be deleted again. */
async function forget({ name }: Target, done: readonly Change[], { inventory }: ReconcileDeps): Promise<void> {
  const gone = done.filter(({ action }) => action === 'delete');
  if (gone.length === 0) return;
  await inventory.settle(
    name,
    gone.map((change) => ({ change, result: 'done' })),
  );
}

/**
 * Effects to carry out now. Where the target could not be read back, those of changes that may have come about or not stay
 * due: the next look tells, and a change that is made by then is none any more.
 */
function dueNow(
  { name }: Target,
  came: readonly SessionEffect[],
  pending: readonly SessionEffect[],
  seen: boolean,
  { inventory }: ReconcileDeps,
): readonly SessionEffect[] {
  const certain = new Set([...came, ...pending].map(({ username }) => username));
  return inventory.effectsDue(name).filter(({ username }) => seen || certain.has(username));
}

/** Nobody is put off the line for a change that did not come about. What was due before stays so. */
async function withdraw(
  { name }: Target,
  planned: readonly SessionEffect[],
  came: readonly SessionEffect[],
  pending: readonly SessionEffect[],
  { inventory }: ReconcileDeps,
): Promise<void> {
  const about = new Set(came.map(({ username }) => username));
  const undone = new Set(planned.map(({ username }) => username).filter((username) => !about.has(username)));
  for (const effect of inventory.effectsDue(name).filter(({ username }) => undone.has(username))) {
    const before = pending.find(({ username }) => username === effect.username);
    await inventory.carriedOut(name, effect, before?.sessionIds ?? []);
  }
}

/** Never rejects. Sessions that were not reached stay due. */
async function settleSessions(
  target: Target,
  effects: readonly SessionEffect[],
  { inventory, signal }: ReconcileDeps,
): Promise<readonly SessionResult[]> {
  if (effects.length === 0) return [];
  const results = await target.settleSessions(effects, signal);
  const failed = new Map<string, string[]>();
  for (const { effect, sessionId } of results.filter(({ result }) => result === 'failed')) {
    failed.set(effect.username, [...(failed.get(effect.username) ?? []), sessionId]);
  }
  for (const effect of effects) {
    // Still due it is done again, without harm: the session is gone. That it cannot write the store says itself.
    await inventory.carriedOut(target.name, effect, failed.get(effect.username) ?? []).catch(() => undefined);
  }
  return results;
}

/**
 * Rows that carry our marker and are as wanted, and wanted ones that cannot carry one: held as well, though we may have
 * lost the record of making them. Of a large table most are on record.
 */
function inPlace(
  desired: readonly Row[],
  observed: Observation,
  refused: ReadonlySet<ObservedRow>,
  { operator }: Model,
  isNew: (claim: Claim) => boolean,
): readonly Claim[] {
  const owners = new Map(desired.map((row) => [keyOf(row), row.owner]));
  const claims: Claim[] = [];
  for (const { menu, identity, owner } of observed.agreed?.owners() ?? []) {
    if (isNew({ menu, identity, owner })) claims.push({ menu, identity, owner });
  }
  for (const row of observed.rows) {
    const { menu, identity, marker, ownership } = row;
    const owner = owners.get(keyOf(row));
    if (owner === undefined || identity === '' || refused.has(row)) continue;
    const ours = marker?.operator === operator.name && marker.owner === owner;
    if ((ours || ownership === 'inventory') && isNew({ menu, identity, owner })) claims.push({ menu, identity, owner });
  }
  return claims;
}

/** What went wrong, by change. Changes that need one that failed are not tried, nor is any once the target is lost. */
async function applyLevels(
  target: Target,
  model: Model,
  plan: ChangePlan,
  armed: Armed | undefined,
  deps: ReconcileDeps,
): Promise<Map<Change, unknown>> {
  const made: Change[] = [];
  const errors = new Map<Change, unknown>();
  const inPart = new Map<Change, unknown>();
  const earlier = prerequisites(plan.levels.flat(), target);
  let lost: unknown;
  for (const level of plan.levels) {
    deps.signal.throwIfAborted();
    lost ??= await lookFirst(target, model, toBeSeen(target, level, made), errors, deps);
    const broken = brokenRules(target, errors);
    const tried = new Map<Change, Change>();
    for (const change of level) {
      const { possible, reason } =
        lost === undefined ? attemptOf(target, change, earlier, errors, broken) : { reason: lost };
      if (reason !== undefined) (possible === undefined ? errors : inPart).set(change, reason);
      if (possible !== undefined) tried.set(possible, change);
    }
    if (tried.size === 0) continue;
    const possible = [...tried.keys()];
    // Claimed first: to die in between leaves a claim on nothing, never a row that nobody owns. What moves is ours already.
    const claims = possible.filter(({ action }) => action !== 'move');
    if (!target.exclusive && claims.length > 0) await deps.inventory.claim(target.name, claims);
    await armed?.holds?.([...tried.values()], deps.signal);
    const settled = await target.apply(possible, deps.signal);
    for (const { change, error } of settled.filter((each) => each.result === 'failed')) {
      errors.set(tried.get(change) ?? change, error);
      if (error instanceof LastmileError && error.retry === 'backoff') lost ??= error;
    }
    for (const change of level) if (!errors.has(change)) made.push(change);
  }
  return new Map([...inPart, ...errors]);
}

/**
 * Looks whether changes that others wait for have come about: an answer is no proof. Those that have not are errors.
 *
 * @returns the error that keeps us from looking
 */
async function lookFirst(
  target: Target,
  model: Model,
  changes: readonly Change[],
  errors: Map<Change, unknown>,
  deps: ReconcileDeps,
): Promise<unknown> {
  if (changes.length === 0 || target.exclusive) return undefined;
  try {
    const open = new Set((await look(target, model, deps)).changes.map(keyOf));
    const unseen = new Error(`${target.name} answered that it is done, but it does not show`);
    for (const change of changes.filter((each) => open.has(keyOf(each)))) errors.set(change, unseen);
    return undefined;
  } catch (error) {
    if (!(error instanceof LastmileError)) throw error;
    return error;
  }
}

interface Attempt {
  /** The change, or what can be done of it; absent: nothing. */
  readonly possible?: Change;
  /** Why not all of it. */
  readonly reason?: Error;
}

/** What can be tried of a change where what it names was not made, or what it deletes is still named. */
function attemptOf(
  target: Target,
  change: Change,
  earlier: ReadonlyMap<Change, readonly Change[]>,
  errors: ReadonlyMap<Change, unknown>,
  broken: readonly Broken[],
): Attempt {
  const first = neededFirst(broken, change);
  if (first !== undefined)
    return { reason: new Error(`not tried: ${addressOf(target.name, first)} failed, which comes first`) };
  const failed = (earlier.get(change) ?? []).filter(
    (each) => errors.has(each) && (each.action === 'create' || change.action === 'delete'),
  );
  const [needed] = failed;
  if (needed === undefined) return { possible: change };
  const address = addressOf(target.name, needed);
  const possible = withoutFolders(target, change, failed);
  if (possible === undefined) return { reason: new Error(`not tried: it needs ${address}, which failed`) };
  return { possible, reason: new Error(`not as a whole: it needs ${address}, which failed`) };
}

/** A row that names a folder is of use without it: the other fields do not wait for what is to lie there. */
function withoutFolders(
  { folders = [], references }: Target,
  change: Change,
  failed: readonly Change[],
): Change | undefined {
  const lies = ({ menu }: Change) => folders.includes(menu);
  if (change.action === 'delete' || lies(change) || !failed.every(lies)) return undefined;
  const named = references[change.menu] ?? {};
  const set = Object.entries(change.set).filter(([field]) => !folders.includes(named[field] ?? ''));
  return set.length === 0 ? undefined : { ...change, set: Object.fromEntries(set) };
}

interface ReadBack {
  readonly failed: readonly FailedChange[];
  readonly done: readonly Change[];
  /** False where the target could not be looked at again: what failed may have come about. */
  readonly seen: boolean;
}

/**
 * What the target holds in the end decides: a `!done` is no proof, nor is an error.
 */
async function readBack(
  target: Target,
  model: Model,
  plan: ChangePlan,
  errors: ReadonlyMap<Change, unknown>,
  deps: ReconcileDeps,
): Promise<ReadBack> {
  if (plan.changes.length === 0) return { failed: [], done: [], seen: true };
  // Nobody else writes there and every write was awaited: looking again would tell nothing new.
  if (target.exclusive) return { ...fromErrors(target, plan, errors), seen: true };
  deps.signal.throwIfAborted();
  try {
    const { changes: open } = await look(target, model, deps);
    const openKeys = new Set(open.map(keyOf));
    const reasons = new Map([...errors].map(([change, error]) => [keyOf(change), messageOf(error)]));
    const unseen = `${target.name} answered that it is done, but reading back shows otherwise`;
    return {
      failed: open.map((change) => failure(target, change, reasons.get(keyOf(change)) ?? unseen)),
      done: plan.changes.filter((change) => !openKeys.has(keyOf(change))),
      seen: true,
    };
  } catch (error) {
    if (!(error instanceof LastmileError)) throw error;
    const { failed, done } = fromErrors(target, plan, errors);
    const unread = { address: target.name, error: `not read back: ${messageOf(error)}` };
    return { failed: [...failed, unread], done, seen: false };
  }
}

/** What came about by the answers alone. */
function fromErrors(target: Target, plan: ChangePlan, errors: ReadonlyMap<Change, unknown>) {
  return {
    failed: [...errors].map(([change, reason]) => failure(target, change, messageOf(reason))),
    done: plan.changes.filter((change) => !errors.has(change)),
  };
}

function failure(target: Target, change: Change, error: string): FailedChange {
  return { address: addressOf(target.name, change), error };
}

/** Each row once: nothing but ours is there. */
function countMenus(rows: readonly ObservedRow[]): HeldRows {
  const counts = new Map<string, number>();
  for (const { menu } of rows) counts.set(menu, (counts.get(menu) ?? 0) + 1);
  return counts;
}

function heldRows(observed: Observation, operator: string, target: Target, inventory: Inventory): HeldRows {
  if (target.exclusive) return observed.held ?? countMenus(observed.rows);
  const agreed = [...(observed.agreed?.owners() ?? [])].map(({ menu, identity, owner }) => ({
    ...{ menu, identity },
    owner: inventory.ownerOf(target.name, menu, identity) ?? owner,
  }));
  const owned = observed.rows.flatMap((row) => {
    const held = inventory.ownerOf(target.name, row.menu, row.identity);
    const marked = row.marker?.operator === operator ? row.marker.owner : undefined;
    return row.ownership === 'ours' || held !== undefined || marked !== undefined
      ? [{ menu: row.menu, identity: row.identity, owner: held ?? marked ?? '' }]
      : [];
  });
  return countHeld([...agreed, ...owned]);
}

import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { compact } from '../../base/compact.ts';
import { LastmileError } from '../../base/errors.ts';
import { directoryName } from '../../directory/directory-target.ts';
import { asOf, changedByClock, nextChangeAfter } from '../../model/as-of.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import type { ChangePlan } from '../../reconcile/plan.ts';
import type { SessionResult, Target } from '../../reconcile/target.ts';
import {
  type Course,
  isOvertaken,
  LoopEndedError,
  type RunReport,
  type RunTerms,
  TargetLoop,
} from '../../reconcile/target-loop.ts';
import type { DriftEvent, LeftDrift } from '../../status/drift-log.ts';
import type { Pause } from '../../status/pauses.ts';
import { type SessionEvent, type TargetReport, waitingCount } from '../../status/report.ts';
import type { Engine } from '../engine.ts';
import { sessionEvent } from '../sessions/session-event.ts';
import { untilLocal } from '../until-local.ts';
import { subscriptionsByRouter, subscriptionsByRouterSince } from './by-router.ts';
import { isReviewed, onlyApproved, onlyPlanned, type Reviewed, unlessFull } from './exact-plan.ts';
import { InOrder } from './in-order.ts';
import { type LastLook, lookSince } from './last-look.ts';
import { objectNames } from './protected-objects.ts';
import { type PendingChanges, type RunSettings, runTarget } from './run-target.ts';
import { SetBacks } from './set-backs.ts';
import { modeOf } from './target-mode.ts';
import { guardOf, policyOf, windowState } from './target-policy.ts';
import { touchedBy } from './touched-by.ts';

export interface InForce {
  readonly model: Model;
  readonly revision: string;
}

export interface ReconcilerOptions {
  readonly engine: Pick<
    Engine,
    | 'targets'
    | 'status'
    | 'inventory'
    | 'pauses'
    | 'protection'
    | 'drift'
    | 'applies'
    | 'planSeal'
    | 'approvals'
    | 'policies'
  >;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Called after each run. */
  readonly onReport?: (report: TargetReport) => void;
  /** Is this one let in by RADIUS now? Absent: nobody is. */
  readonly admitted?: (subscription: Subscription) => boolean;
  /** Called when the directory holds this revision. */
  readonly onServed?: (inForce: InForce) => Promise<void>;
  /** What the model is by what was used of it. Absent: nothing is. */
  readonly quotas?: {
    /** With the end of each validity that has begun. */
    readonly aged: (model: Model) => Model;
    readonly asOf: (model: Model, now: number) => Model;
  };
}

/** What came of one run of one target. */
export interface LoopRun extends RunReport {
  readonly report: TargetReport;
  /** What was done to people online; settles after the data is in place, never rejects. */
  readonly sessions: Promise<readonly SessionEvent[]>;
}

interface Running {
  readonly target: Target;
  readonly loop: TargetLoop<LoopRun>;
}

/** A wall-clock wait is taken in steps, so that a jump of the clock is noticed within one. */
const longestWaitMs = 30_000;
const noneChanged: ReadonlySet<Subscription> = new Set();
/** Drift events of one run that the log has singly. */
const loggedDrift = 10;
/** How long a stop waits for answers of NAS. */
const lastWaitMs = 2_000;

/** One loop per target, all following the model in force. */
export class Reconciler implements AsyncDisposable {
  readonly #options: ReconcilerOptions;
  /** Targets of the model in force. A loop of any other runs no more. */
  #targets: ReadonlyMap<string, Target> = new Map();
  readonly #loops = new Map<string, Running>();
  readonly #replacing = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #sessionWork = new Set<Promise<unknown>>();
  readonly #inOrder: InOrder;
  /** What was committed and not made when a target was last looked at. */
  readonly #pending = new Map<string, PendingChanges>();
  /** Of targets that are as declared, as far as is known. */
  readonly #looks = new Map<string, LastLook>();
  /** Who waits for the directory to be brought to the model in force. */
  #serving: { readonly inForce: InForce; readonly served: () => void } | undefined;
  /** Settles when the directory was brought to the model in force, or could not be. */
  #directoryTried: Promise<unknown> = Promise.resolve();
  #inForce: InForce | undefined;
  /** Of the model in force. */
  #local: ReadonlyMap<string, readonly Subscription[]> = new Map();
  /** Who changed by themselves since the directory was last brought in step: of the model in force. */
  #changed = new Set<Subscription>();
  /** What the clock brought until then was acted on: what comes by itself is not missed for something that happens in that moment. */
  #actedUpTo = Number.POSITIVE_INFINITY;
  readonly #setBacks = new SetBacks();
  /** Somebody is let in by RADIUS only until a router holds his row. */
  #bridging = false;
  #timer = new AbortController();
  /** When the next thing comes by itself. */
  #next: number | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#inOrder = new InOrder({
      clock: options.clock,
      routersAtOnce: () => this.#inForce?.model.operator.reconcile.routersAtOnce ?? Number.POSITIVE_INFINITY,
    });
  }

  get inForce(): InForce | undefined {
    return this.#inForce;
  }

  /** Whether a target is being reconciled, or is about to be, or people online are yet to be told. */
  get busy(): boolean {
    return this.#sessionWork.size > 0 || [...this.#loops.values()].some(({ loop }) => loop.busy);
  }

  /** When the next thing comes by itself, milliseconds since 1970: somebody expires, a speed changes, a pause ends, a window opens. */
  get nextDue(): number | undefined {
    return this.#next;
  }

  /** When a declaration next changes by itself, milliseconds since 1970. */
  get nextChange(): number | undefined {
    return this.#changeAfter(this.#options.clock.now());
  }

  /**
   * Takes a new model into force. Resolves when each target of it has its loop and every loop was asked to run, not when
   * they did. Called again meanwhile, the newest model wins.
   */
  async follow(inForce: InForce): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const [before, localBefore] = [this.#inForce?.model, this.#local];
    this.#local =
      before === undefined
        ? subscriptionsByRouter(inForce.model)
        : subscriptionsByRouterSince(this.#local, before, inForce.model);
    const isTouched = touchedBy(before, inForce.model, localBefore, this.#local);
    this.#inForce = inForce;
    // The run that this commit asks for works out all of it.
    this.#changed = new Set();
    this.#actedUpTo = this.#options.clock.now();
    await this.#keepProtection(inForce.model);
    this.#useTargets(this.#options.engine.targets(inForce.model));
    this.#setBacks.keep(new Set(this.#targets.keys()));
    this.#schedule();
    const asked = [...this.#targets.keys()].map((name) => ({
      name,
      run: this.#ask(name, 'revision', undefined, isTouched(name)),
    }));
    for (const { run } of asked) run.catch(ignoreEnd);
    this.#directoryTried = this.#tried(inForce, asked.find(({ name }) => name === directoryName)?.run);
    await Promise.all([...this.#loops.keys(), ...this.#targets.keys()].map((name) => this.#inStep(name)));
    await this.#keepStatus();
  }

  /** Settles when this is served, or the run is over without. */
  #tried(inForce: InForce, run: Promise<LoopRun> | undefined): Promise<unknown> {
    const served = new Promise<void>((resolve) => {
      this.#serving = { inForce, served: resolve };
    });
    return Promise.race([served, run?.catch(ignoreEnd)]);
  }

  /** Reconciles now. @param terms on which each target is. @throws LoopEndedError when stopping */
  async request(
    reason: string,
    targets?: readonly string[],
    terms: (target: string) => RunTerms | undefined = () => undefined,
  ): Promise<readonly LoopRun[]> {
    if (this.#stopping.signal.aborted) throw new LoopEndedError();
    const wanted = this.targetNames.filter((name) => targets === undefined || targets.includes(name));
    return Promise.all(wanted.map((name) => this.#ask(name, reason, terms(name))));
  }

  /**
   * Leaves a target alone, as a person wants it, until somebody resumes it or the time is over. What it does now is done
   * first; from then on differences are told and not mended.
   */
  async suspend(pause: Pause): Promise<void> {
    await this.#options.engine.pauses.begin(pause);
    this.#options.log.warn(pause, 'target suspended');
    this.#schedule();
    this.request('suspended', [pause.target]).catch(ignoreEnd);
  }

  /** Takes up a target again. @returns the pause that is over; `undefined` when there was none */
  async resume(target: string, by: string): Promise<Pause | undefined> {
    const pause = await this.#options.engine.pauses.end(target);
    if (pause === undefined) return undefined;
    this.#options.log.warn({ ...pause, resumedBy: by }, 'target resumed');
    this.#schedule();
    this.request('resumed', [target]).catch(ignoreEnd);
    return pause;
  }

  /** Names of the targets of the model in force. */
  get targetNames(): readonly string[] {
    return [...this.#targets.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.abort();
    this.#stopping.abort();
    this.#useTargets([]);
    await Promise.all([...this.#loops.keys()].map((name) => this.#inStep(name)));
    // What a silent NAS still owes is pending on disk, and taken up at the next start.
    const waited = new AbortController();
    const settled = Promise.all(this.#sessionWork).finally(() => waited.abort());
    await Promise.race([settled, this.#options.clock.sleep(lastWaitMs, waited.signal).catch(() => undefined)]);
  }

  /** From here on no other target is run: one that is not in the model would take its rows for rows too many. */
  #useTargets(targets: readonly Target[]): void {
    this.#targets = new Map(targets.map((target) => [target.name, target]));
    for (const [name, { target, loop }] of this.#loops) {
      if (this.#targets.get(name) !== target) void loop[Symbol.asyncDispose]();
    }
  }

  /** Ends the loop of a target that is no longer and starts that of one that is: in turn, so that none ever has two. */
  #inStep(name: string): Promise<void> {
    const turn = (this.#replacing.get(name) ?? Promise.resolve()).then(async () => {
      const running = this.#loops.get(name);
      if (running !== undefined && running.target !== this.#targets.get(name)) {
        await running.loop[Symbol.asyncDispose]();
        this.#loops.delete(name);
        this.#looks.delete(name);
      }
      const target = this.#targets.get(name);
      if (target !== undefined && !this.#loops.has(name)) this.#loops.set(name, { target, loop: this.#start(target) });
    });
    this.#replacing.set(name, turn);
    return turn;
  }

  #start(target: Target): TargetLoop<LoopRun> {
    const { clock, random } = this.#options;
    return new TargetLoop<LoopRun>({
      clock,
      random,
      intervalMs: () => this.#inForce?.model.operator.reconcile.intervalMs ?? 300_000,
      run: (reason, signal, terms, course) => this.#run(target, reason, signal, terms, course),
    });
  }

  async #ask(name: string, reason: string, terms?: RunTerms, isFirst = false): Promise<LoopRun> {
    await this.#inStep(name);
    const loop = this.#loops.get(name)?.loop;
    if (loop === undefined) throw new LoopEndedError();
    try {
      return await loop.request(reason, terms, isFirst);
    } catch (error) {
      // A commit put another target in the place of this one: it is asked instead.
      if (error instanceof LoopEndedError && this.#targets.has(name)) return this.#ask(name, reason, terms, isFirst);
      throw error;
    }
  }

  /** A disk that takes nothing must not keep a commit from the routers. */
  async #keepStatus(): Promise<void> {
    try {
      await this.#options.engine.status.keepOnly(new Set(this.targetNames));
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      this.#options.log.warn({ err: error }, 'status of targets that are gone not removed');
    }
  }

  async #run(
    target: Target,
    reason: string,
    signal: AbortSignal,
    terms: RunTerms | undefined,
    course: Course,
  ): Promise<LoopRun> {
    const inForce = this.#inForce;
    if (inForce === undefined || this.#targets.get(target.name) !== target) {
      throw new TypeError(`${target.name} is no target of the model in force`);
    }
    if (target.name !== directoryName) await untilAborted(this.#directoryTried, signal);
    const changed = target.name === directoryName ? this.#takeChanged() : noneChanged;
    const told = reason === 'expiry' ? 'time' : reason;
    if ((reason === 'quota' || reason === 'expiry') && this.#isKnownInStep(target, inForce))
      return this.#runOfSome(target, changed, told, inForce, signal);
    const settings = this.#settingsOf(target, inForce, told, terms);
    const order = this.#inOrder.of(target.name, reason, course, () => this.#looks.has(target.name));
    const ran = await runTarget(target, { ...settings, ...order, signal });
    const { sessions, drift, left, pending, look, brief } = ran;
    // Nothing was done, and the loop does it again.
    if (isOvertaken(signal))
      return { result: 'failed', retry: 'backoff', report: ran.report, sessions: this.#eventsOf(sessions) };
    const report = this.#withFlapping(ran.report, drift, inForce);
    this.#options.engine.applies.settle(report, ran.applied);
    this.#lookedAt(target.name, look);
    // What is noted of it keeps no router waiting.
    if (target.name === directoryName && this.#serving?.inForce === inForce) this.#serving.served();
    if (left !== undefined) this.#pendingOn(target.name, pending);
    const events = this.#eventsOf(sessions);
    await this.#settleReport(target, report, inForce);
    // What differs from here on is drift, also when it was away meanwhile.
    if (isReviewed(target.name, inForce.model) && this.#isInStep(target.name, inForce))
      await unlessFull(this.#options.engine.approvals.begin(target.name, inForce.revision, { sync: false }));
    await this.#settleDrift(target, drift, left);
    if (waitingCount(report) > 0) this.#schedule();
    if (this.#bridging && this.#isInStep(target.name, this.#inForce ?? inForce))
      this.#ask(directoryName, 'switch').catch(ignoreEnd);
    return { result: report.result, retry: report.retry, report, sessions: events, ...compact({ brief }) };
  }

  /** What is set back again and again is told with what else was found. */
  #withFlapping(report: TargetReport, drift: readonly DriftEvent[], { model }: InForce): TargetReport {
    const { name, reconcile } = model.operator;
    const { target, findings } = report;
    const told = this.#setBacks.noted(target, drift, name, this.#options.clock.monotonic(), reconcile.intervalMs);
    for (const { code, message } of told)
      this.#options.log.warn({ target, code, why: message }, 'set back again and again');
    return told.length === 0 ? report : { ...report, findings: [...findings, ...told] };
  }

  #takeChanged(): ReadonlySet<Subscription> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Whether the directory needs no look at those who did not change. */
  #isKnownInStep({ name, ofSome }: Target, { revision }: InForce): boolean {
    return (
      name === directoryName &&
      ofSome !== undefined &&
      lastRevision(this.#options.engine, name).lastRevision === revision
    );
  }

  /** The directory, of those alone who changed by themselves: what it costs does not depend on how many there are. */
  async #runOfSome(
    target: Target,
    changed: ReadonlySet<Subscription>,
    reason: string,
    { model, revision }: InForce,
    signal: AbortSignal,
  ): Promise<LoopRun> {
    const wasBridging = this.#bridging;
    // Routers and clients have rows of their own, which nobody changes by himself.
    const some = { ...model, routers: [], portalSites: [], subscriptions: [...changed] };
    const { lastLook: look, ...settings } = this.#settingsOf(target, { model: some, revision }, reason);
    this.#bridging ||= wasBridging;
    const ran = await runTarget(target.ofSome?.(settings.model) ?? target, { ...settings, signal });
    const { report } = ran;
    this.#options.engine.applies.settle(report, ran.applied);
    const isThere = report.result === 'applied' || report.result === 'in-sync';
    this.#lookedAt(
      target.name,
      isThere && look !== undefined ? lookSince(look, settings.model.subscriptions) : undefined,
    );
    const sessions = this.#eventsOf(ran.sessions);
    // One that is no longer in step is looked at as a whole.
    if (report.result !== 'applied' && report.result !== 'in-sync')
      this.request('time', [directoryName]).catch(ignoreEnd);
    this.#log(report);
    this.#options.onReport?.(report);
    return { result: report.result, retry: report.retry, report, sessions, brief: true };
  }

  #settingsOf(
    target: Target,
    { model, revision }: InForce,
    reason: string,
    { allowDeletes, exact }: RunTerms = {},
  ): Omit<RunSettings, 'signal'> {
    const { engine, clock } = this.#options;
    const now = clock.now();
    const policy = policyOf(target, model);
    const pause = target.name === directoryName ? undefined : engine.pauses.of(target.name, now);
    const reviewed = this.#reviewed(target, { model, revision }, exact);
    return {
      model:
        target.name === directoryName
          ? this.#bridged(this.#asOf(model, now), revision)
          : this.#asOf(this.#of(target, model), now),
      revision,
      ...lastRevision(engine, target.name),
      mode: pause !== undefined ? 'plan' : modeOf(target, model),
      guard: guardOf(target, model, {
        ...{ protection: engine.protection, policiesBefore: (name: string) => engine.policies.of(name) },
        ...compact({ allowDeletes }),
      }),
      inventory: engine.inventory,
      reason,
      clock,
      policy,
      known: {
        left: engine.drift.left(target.name),
        key: engine.drift.key,
        ...compact({ pending: this.#pending.get(target.name) }),
      },
      ...compact({ pause, lastLook: this.#looks.get(target.name) }),
      ...compact({ declines: reviewed?.declines }),
      ...(target.name === directoryName
        ? {}
        : {
            begins: async (plan: ChangePlan) => {
              await engine.applies.begin({ target: target.name, revision, reason, at: clock.now() }, plan.changes);
              await reviewed?.begins?.(plan);
            },
          }),
    };
  }

  /**
   * What is done must be what was planned, where that is asked for, or what was approved, until the target was in step with the
   * revision, or it was begun.
   */
  #reviewed(
    { name: target }: Target,
    { model, revision }: InForce,
    exact: RunTerms['exact'],
  ): Partial<Reviewed> | undefined {
    const { approvals, planSeal: seal } = this.#options.engine;
    const reviewed = { target, revision, approvals, seal, now: this.#options.clock.now() };
    if (exact !== undefined) return onlyPlanned(reviewed, exact, isReviewed(target, model));
    if (!isReviewed(target, model) || this.#isInStep(target, { revision })) return undefined;
    return approvals.hasBegun(target, revision) ? undefined : onlyApproved(reviewed);
  }

  #changeAfter(at: number): number | undefined {
    return this.#inForce === undefined ? undefined : nextChangeAfter(this.#aged, at);
  }

  #asOf(model: Model, now: number): Model {
    return this.#options.quotas?.asOf(model, now) ?? asOf(model, now);
  }

  /** The model in force, with the end of each validity that has begun. */
  get #aged(): Model {
    const model = (this.#inForce as InForce).model;
    return this.#options.quotas?.aged(model) ?? model;
  }

  /** As much of the model as concerns a target: a router makes rows of no other subscriptions. */
  #of({ name }: Target, model: Model): Model {
    const subscriptions = this.#local.get(name);
    return subscriptions === undefined ? model : { ...model, subscriptions };
  }

  /** Nobody loses RADIUS before the router that is to let him in by itself holds the row. */
  #bridged(model: Model, revision: string): Model {
    const { admitted = () => false } = this.#options;
    const pending = new Set([...this.#targets.keys()].filter((name) => !this.#isInStep(name, { revision })));
    const bridged = untilLocal(model, (router) => pending.has(router), admitted);
    this.#bridging = bridged !== model;
    return bridged;
  }

  #isInStep(target: string, { revision }: Pick<InForce, 'revision'>): boolean {
    return target !== directoryName && lastRevision(this.#options.engine, target).lastRevision === revision;
  }

  #lookedAt(target: string, look: LastLook | undefined): void {
    if (look === undefined) this.#looks.delete(target);
    else this.#looks.set(target, look);
  }

  #pendingOn(target: string, pending: PendingChanges | undefined): void {
    if (pending === undefined) this.#pending.delete(target);
    else this.#pending.set(target, pending);
  }

  /** A disk that takes nothing must not stop the loops. */
  async #settleDrift(target: Target, events: readonly DriftEvent[], left: LeftDrift | undefined): Promise<void> {
    const { engine, log } = this.#options;
    for (const event of events.slice(0, loggedDrift)) log.warn({ ...event, fields: undefined }, 'drift');
    if (events.length > loggedDrift) log.warn({ target: target.name, more: events.length - loggedDrift }, 'more drift');
    try {
      await engine.drift.record(events);
      if (left !== undefined) await engine.drift.keepLeft(target.name, left);
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      log.warn({ err: error, target: target.name }, 'drift not stored');
    }
  }

  async #keepProtection(model: Model): Promise<void> {
    try {
      const { protection } = this.#options.engine;
      const { preventDestroy = [] } = model;
      if (preventDestroy.length === 0 && protection.list().length === 0) return;
      await protection.follow(preventDestroy, objectNames(model));
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      this.#options.log.warn({ err: error }, 'protection of objects not stored');
    }
  }

  async #settleReport(target: Target, report: TargetReport, inForce: InForce): Promise<void> {
    this.#log(report);
    this.#options.onReport?.(report);
    try {
      await this.#options.engine.status.record(report);
      await this.#options.engine.policies.settled(report, inForce.model.policies);
      const served = report.result === 'applied' || report.result === 'in-sync';
      if (target.name === directoryName && served) await this.#options.onServed?.(inForce);
    } catch (error) {
      // A disk that takes nothing must not stop the loops: authentication goes on from memory.
      if (!(error instanceof LastmileError)) throw error;
      this.#options.log.warn({ err: error, target: target.name }, 'status not stored');
    }
  }

  #eventsOf(sessions: Promise<readonly SessionResult[]>): LoopRun['sessions'] {
    const { engine, clock, log } = this.#options;
    const work = sessions
      .then((results) => {
        const events = results.map((result) => sessionEvent(result, clock.now()));
        engine.status.recordSessions(events);
        for (const event of events) log.info(event, 'session settled');
        return events;
      })
      .catch((error) => {
        log.error({ err: error }, 'sessions not settled; tried again with the next reconcile');
        return [];
      })
      .finally(() => this.#sessionWork.delete(work));
    this.#sessionWork.add(work);
    return work;
  }

  #log(report: TargetReport): void {
    const { target, result, reason, summary, revision, durationMs, drift } = report;
    const fields = { target, result, reason, revision, durationMs: Math.round(durationMs), ...summary };
    if (result === 'failed') this.#options.log.warn({ ...fields, error: report.error }, 'target not reconciled');
    else if (result === 'partial') this.#options.log.warn({ ...fields, failed: report.failed }, 'plan applied in part');
    else if (result === 'refused') this.#options.log.error({ ...fields, refusals: report.refusals }, 'plan refused');
    else if (drift) this.#options.log.warn({ ...fields, changed: report.changed.slice(0, 10) }, 'drift found');
    else if (result === 'applied') this.#options.log.info(fields, 'plan applied');
    else this.#options.log.debug(fields, 'nothing to change');
  }

  /** Wakes the targets it concerns when something comes by itself, also when a jump of the clock brings it. */
  #schedule(): void {
    this.#timer.abort();
    this.#timer = new AbortController();
    const { clock } = this.#options;
    const due = this.#due();
    this.#next = due?.at;
    if (due === undefined || this.#stopping.signal.aborted) return;
    const wait = Math.min(Math.max(0, due.at - clock.now()) + 1, longestWaitMs);
    clock.sleep(wait, this.#timer.signal).then(
      () => {
        if (clock.now() >= due.at) due.act();
        this.#schedule();
      },
      () => undefined,
    );
  }

  /** What comes next: somebody expires, a speed changes, a pause ends, a window opens. */
  #due(): { readonly at: number; readonly act: () => void } | undefined {
    const now = this.#options.clock.now();
    const change = this.#changeAfter(Math.min(this.#actedUpTo, now));
    const pauseEnd = this.#options.engine.pauses.nextEnd(now);
    const opening = this.#nextOpening(now);
    const all = [
      ...(change === undefined ? [] : [{ at: change, act: () => this.#timeChanged(change) }]),
      ...(pauseEnd === undefined ? [] : [{ at: pauseEnd, act: () => void this.#endPauses() }]),
      ...(opening === undefined ? [] : [{ at: opening.at, act: () => this.#wake('window', opening.targets) }]),
    ];
    return all.sort((a, b) => a.at - b.at)[0];
  }

  /** Of the targets where changes wait, those whose window opens first. */
  #nextOpening(now: number): { readonly at: number; readonly targets: readonly string[] } | undefined {
    const model = this.#inForce?.model;
    if (model === undefined) return undefined;
    const waiting = [...this.#targets.keys()].flatMap((name) => {
      const last = this.#options.engine.status.target(name)?.last;
      if (last === undefined || waitingCount(last) === 0) return [];
      const window = windowState(policyOf({ name }, model), now, model.operator.timezone);
      return window.open || window.opens === undefined ? [] : [{ name, at: window.opens }];
    });
    if (waiting.length === 0) return undefined;
    const at = Math.min(...waiting.map((each) => each.at));
    return { at, targets: waiting.filter((each) => each.at === at).map(({ name }) => name) };
  }

  async #endPauses(): Promise<void> {
    const { engine, clock, log } = this.#options;
    const over = await engine.pauses.expire(clock.now()).catch(() => []);
    for (const pause of over) log.warn(pause, 'target resumed: its time is over');
    this.#wake(
      'resumed',
      over.map(({ target }) => target),
    );
  }

  #wake(reason: string, targets: readonly string[]): void {
    this.request(reason, targets).catch(ignoreEnd);
  }

  /**
   * Brings in step who is at another step of a quota by now, or whose validity has begun: their rows of the directory, and of the
   * routers that hold any.
   *
   * @param model whose subscriptions they are
   */
  changedByThemselves(subscriptions: readonly Subscription[], model: Model): void {
    if (this.#inForce === undefined || this.#stopping.signal.aborted) return;
    const isInForce = this.#inForce.model === model;
    if (isInForce) for (const each of subscriptions) this.#changed.add(each);
    this.#scheduleFor(subscriptions);
    const routers = new Set(subscriptions.flatMap(({ localOn }) => localOn));
    this.request(isInForce ? 'quota' : 'time', [directoryName, ...routers]).catch(ignoreEnd);
  }

  /** Something of these may come sooner than what is waited for. */
  #scheduleFor(subscriptions: readonly Subscription[]): void {
    const { model } = this.#inForce as InForce;
    const some = { ...model, subscriptions };
    const aged = this.#options.quotas?.aged(some) ?? some;
    // Speeds that change by the clock are waited for anyway.
    const next = nextChangeAfter({ ...aged, services: [] }, this.#options.clock.now());
    if (next !== undefined && (this.#next === undefined || next < this.#next)) this.#schedule();
  }

  /**
   * Reconciles who expired since then in the directory, or all of it where a speed changed; and the routers with rows of either.
   * What somebody's expiry costs does not depend on how many others there are.
   */
  #timeChanged(since: number): void {
    const now = this.#options.clock.now();
    this.#actedUpTo = now;
    if (this.#inForce === undefined) return;
    const { routers, ended, isPaced } = changedByClock(this.#aged, since, now);
    for (const each of this.#inForce.model.subscriptions) if (ended.has(each.id)) this.#changed.add(each);
    this.#wake(isPaced ? 'time' : 'expiry', [directoryName]);
    this.#wake('time', [...routers]);
  }
}

/** Resolves when `promise` is settled, or the signal is aborted. */
async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const over = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  });
  await Promise.race([promise, aborted]);
  over.abort();
}

/** A loop that ends takes nothing on: whoever comes after it runs by itself. */
export function ignoreEnd(error: unknown): void {
  if (!(error instanceof LoopEndedError)) throw error;
}

/** The revision a target was last in step with. */
export function lastRevision(engine: Pick<Engine, 'status'>, target: string): { readonly lastRevision?: string } {
  const last = engine.status.target(target)?.last;
  const drifted = last?.result === 'planned' && last.drift;
  const inStep = last?.commitWaits !== true && (last?.result === 'applied' || last?.result === 'in-sync' || drifted);
  return last !== undefined && inStep ? { lastRevision: last.revision } : {};
}

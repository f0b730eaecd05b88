import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import { directoryName } from '../directory/directory-target.ts';
import { asOf, nextChangeAfter } from '../model/as-of.ts';
import type { Model } from '../model/model.ts';
import type { SessionResult, Target } from '../reconcile/target.ts';
import { LoopEndedError, type RunReport, TargetLoop } from '../reconcile/target-loop.ts';
import type { SessionEvent, TargetReport } from '../status/report.ts';
import type { Engine } from './engine.ts';
import { runTarget } from './run-target.ts';
import { sessionEvent } from './session-event.ts';
import { modeOf } from './target-mode.ts';

export interface InForce {
  readonly model: Model;
  readonly revision: string;
}

export interface ReconcilerOptions {
  readonly engine: Pick<Engine, 'targets' | 'status' | 'inventory'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Called after each run. */
  readonly onReport?: (report: TargetReport) => void;
  /** Called when the directory holds this revision. */
  readonly onServed?: (inForce: InForce) => Promise<void>;
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
  #inForce: InForce | undefined;
  #timer = new AbortController();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  get inForce(): InForce | undefined {
    return this.#inForce;
  }

  /** When a declaration next changes by itself, milliseconds since 1970. */
  get nextChange(): number | undefined {
    return this.#inForce === undefined ? undefined : nextChangeAfter(this.#inForce.model, this.#options.clock.now());
  }

  /**
   * Takes a new model into force. Resolves when each target of it has its loop and every loop was asked to run, not when
   * they did. Called again meanwhile, the newest model wins.
   */
  async follow(inForce: InForce): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#inForce = inForce;
    this.#useTargets(this.#options.engine.targets(inForce.model));
    this.#schedule();
    for (const name of this.#targets.keys()) this.#ask(name, 'revision').catch(ignoreEnd);
    await Promise.all([...this.#loops.keys(), ...this.#targets.keys()].map((name) => this.#inStep(name)));
    await this.#keepStatus();
  }

  /** Reconciles now. `allowDeletes` lifts the delete guard for these runs. @throws LoopEndedError when stopping */
  async request(reason: string, targets?: readonly string[], allowDeletes?: number): Promise<readonly LoopRun[]> {
    if (this.#stopping.signal.aborted) throw new LoopEndedError();
    const wanted = this.targetNames.filter((name) => targets === undefined || targets.includes(name));
    return Promise.all(wanted.map((name) => this.#ask(name, reason, allowDeletes)));
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
      run: (reason, signal, allowDeletes) => this.#run(target, reason, signal, allowDeletes),
    });
  }

  async #ask(name: string, reason: string, allowDeletes?: number): Promise<LoopRun> {
    await this.#inStep(name);
    const loop = this.#loops.get(name)?.loop;
    if (loop === undefined) throw new LoopEndedError();
    try {
      return await loop.request(reason, allowDeletes);
    } catch (error) {
      // A commit put another target in the place of this one: it is asked instead.
      if (error instanceof LoopEndedError && this.#targets.has(name)) return this.#ask(name, reason, allowDeletes);
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

  async #run(target: Target, reason: string, signal: AbortSignal, allowDeletes?: number): Promise<LoopRun> {
    const { engine, clock } = this.#options;
    const inForce = this.#inForce;
    if (inForce === undefined || this.#targets.get(target.name) !== target) {
      throw new TypeError(`${target.name} is no target of the model in force`);
    }
    const { report, sessions } = await runTarget(target, {
      model: asOf(inForce.model, clock.now()),
      revision: inForce.revision,
      ...lastRevision(engine, target.name),
      mode: modeOf(target, inForce.model),
      guard: {
        deleteLimits: inForce.model.operator.reconcile.deleteLimits,
        ...(allowDeletes === undefined ? {} : { allowDeletes }),
      },
      inventory: engine.inventory,
      reason,
      clock,
      signal,
    });
    const events = this.#eventsOf(sessions);
    await this.#settleReport(target, report, inForce);
    return { result: report.result, retry: report.retry, report, sessions: events };
  }

  async #settleReport(target: Target, report: TargetReport, inForce: InForce): Promise<void> {
    this.#log(report);
    this.#options.onReport?.(report);
    try {
      await this.#options.engine.status.record(report);
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
    else if (drift) this.#options.log.warn({ ...fields, changed: report.changed.slice(0, 10) }, 'drift');
    else if (result === 'applied') this.#options.log.info(fields, 'plan applied');
    else this.#options.log.debug(fields, 'nothing to change');
  }

  /** Wakes the targets it concerns when the next expiry comes, also when a jump of the clock brings it. */
  #schedule(): void {
    this.#timer.abort();
    this.#timer = new AbortController();
    const { clock } = this.#options;
    const next = this.nextChange;
    if (next === undefined || this.#stopping.signal.aborted) return;
    const wait = Math.min(Math.max(0, next - clock.now()) + 1, longestWaitMs);
    clock.sleep(wait, this.#timer.signal).then(
      () => {
        if (clock.now() >= next) this.#expired(next);
        this.#schedule();
      },
      () => undefined,
    );
  }

  /** Reconciles the directory, and the routers with a local row of somebody who expired since then. */
  #expired(since: number): void {
    const now = this.#options.clock.now();
    const over = (this.#inForce?.model.subscriptions ?? []).filter(
      ({ state, expires }) => state === 'active' && expires !== undefined && expires >= since && expires <= now,
    );
    const names = new Set([directoryName, ...over.flatMap(({ localOn }) => localOn)]);
    this.request('time', [...names]).catch(ignoreEnd);
  }
}

/** A loop that ends takes nothing on: whoever comes after it runs by itself. */
function ignoreEnd(error: unknown): void {
  if (!(error instanceof LoopEndedError)) throw error;
}

/** The revision a target was last in step with. */
export function lastRevision(engine: Pick<Engine, 'status'>, target: string): { readonly lastRevision?: string } {
  const last = engine.status.target(target)?.last;
  const inStep = last?.result === 'applied' || last?.result === 'in-sync';
  return last !== undefined && inStep ? { lastRevision: last.revision } : {};
}

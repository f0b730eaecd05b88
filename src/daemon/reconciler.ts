import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import { directoryName } from '../directory/directory-target.ts';
import { asOf, nextChangeAfter } from '../model/as-of.ts';
import type { Model, ReconcileMode } from '../model/model.ts';
import type { SessionResult, Target } from '../reconcile/target.ts';
import { TargetLoop } from '../reconcile/target-loop.ts';
import type { SessionEvent, TargetReport } from '../status/report.ts';
import type { Engine } from './engine.ts';
import { runTarget } from './run-target.ts';

export interface InForce {
  readonly model: Model;
  readonly revision: string;
}

export interface ReconcilerOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** Called after each run. */
  readonly onReport?: (report: TargetReport) => void;
  /** Called when the directory holds this revision. */
  readonly onServed?: (inForce: InForce) => Promise<void>;
}

interface Running {
  readonly target: Target;
  readonly loop: TargetLoop<TargetReport>;
}

/** A wall-clock wait is taken in steps, so that a jump of the clock is noticed within one. */
const longestWaitMs = 30_000;
/** How long a stop waits for answers of NAS. */
const lastWaitMs = 2_000;

/** One loop per target, all following the model in force. */
export class Reconciler implements AsyncDisposable {
  readonly #options: ReconcilerOptions;
  readonly #loops = new Map<string, Running>();
  readonly #stopping = new AbortController();
  readonly #sessionWork = new Set<Promise<void>>();
  #inForce: InForce | undefined;
  #allowDeletes: number | undefined;
  #timer: NodeJS.Timeout | undefined;

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

  /** Takes a new model into force; resolves with the first report of every target. */
  async follow(inForce: InForce): Promise<readonly TargetReport[]> {
    this.#inForce = inForce;
    const targets = this.#options.engine.targets(inForce.model);
    const names = new Set(targets.map((target) => target.name));
    await Promise.all([...this.#loops.keys()].filter((name) => !names.has(name)).map((name) => this.#end(name)));
    await this.#options.engine.status.keepOnly(names);
    this.#schedule();
    return Promise.all(targets.map(async (target) => (await this.#loopOf(target)).request('revision')));
  }

  /** Reconciles now. `allowDeletes` lifts the delete guard for these runs. */
  async request(reason: string, targets?: readonly string[], allowDeletes?: number): Promise<readonly TargetReport[]> {
    const wanted = [...this.#loops].filter(([name]) => targets === undefined || targets.includes(name));
    this.#allowDeletes = allowDeletes;
    try {
      return await Promise.all(wanted.map(([, { loop }]) => loop.request(reason)));
    } finally {
      this.#allowDeletes = undefined;
    }
  }

  /** Resolves when every effect on sessions that is under way has its result. */
  async sessionsSettled(): Promise<void> {
    await Promise.all(this.#sessionWork);
  }

  get targetNames(): readonly string[] {
    return [...this.#loops.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopping.abort();
    await Promise.all([...this.#loops.keys()].map((name) => this.#end(name)));
    // What a silent NAS still owes is pending on disk, and taken up at the next start.
    await Promise.race([this.sessionsSettled(), this.#options.clock.sleep(lastWaitMs)]);
  }

  async #loopOf(target: Target): Promise<TargetLoop<TargetReport>> {
    const running = this.#loops.get(target.name);
    if (running?.target === target) return running.loop;
    await this.#end(target.name);
    const { clock, random } = this.#options;
    const loop = new TargetLoop<TargetReport>({
      clock,
      random,
      intervalMs: () => this.#inForce?.model.operator.reconcile.intervalMs ?? 300_000,
      run: (reason, signal) => this.#run(target, reason, signal),
    });
    this.#loops.set(target.name, { target, loop });
    return loop;
  }

  async #end(name: string): Promise<void> {
    const running = this.#loops.get(name);
    this.#loops.delete(name);
    await running?.loop[Symbol.asyncDispose]();
  }

  async #run(target: Target, reason: string, signal: AbortSignal): Promise<TargetReport> {
    const { engine, clock } = this.#options;
    const inForce = this.#inForce;
    if (inForce === undefined) throw new TypeError('no model in force');
    const { report, sessions } = await runTarget(target, {
      model: asOf(inForce.model, clock.now()),
      revision: inForce.revision,
      ...lastRevision(engine, target.name),
      mode: modeOf(target, inForce.model),
      guard: {
        deleteLimits: inForce.model.operator.reconcile.deleteLimits,
        ...(this.#allowDeletes === undefined ? {} : { allowDeletes: this.#allowDeletes }),
      },
      inventory: engine.inventory,
      reason,
      clock,
      signal,
    });
    this.#follow(sessions);
    await this.#settleReport(target, report, inForce);
    return report;
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

  #follow(sessions: Promise<readonly SessionResult[]>): void {
    const { engine, clock, log } = this.#options;
    const work = sessions
      .then((results) => {
        const events = results.map((result) => sessionEvent(result, clock.now()));
        engine.status.recordSessions(events);
        for (const event of events) log.info(event, 'session settled');
      })
      .catch((error) => log.error({ err: error }, 'sessions not settled; tried again with the next reconcile'))
      .finally(() => this.#sessionWork.delete(work));
    this.#sessionWork.add(work);
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

  /** Wakes every loop when the next expiry comes, also after a jump of the clock. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const next = this.nextChange;
    if (next === undefined || this.#stopping.signal.aborted) return;
    const wait = Math.max(0, next - this.#options.clock.now());
    this.#timer = setTimeout(
      () => {
        if (wait <= longestWaitMs) void this.request('time').catch(() => undefined);
        this.#schedule();
      },
      Math.min(wait + 1, longestWaitMs),
    );
  }
}

/** The stricter of the operator's and the router's mode wins. The directory always applies: RADIUS is served from it. */
export function modeOf(target: Pick<Target, 'name'>, model: Model): ReconcileMode {
  if (target.name === directoryName) return 'apply';
  const router = model.routers.find((each) => each.name === target.name);
  const modes = [model.operator.reconcile.mode, router?.mode ?? 'apply'];
  return modes.includes('observe') ? 'observe' : modes.includes('plan') ? 'plan' : 'apply';
}

export function sessionEvent({ effect, sessionId, nas, result, detail }: SessionResult, at: number): SessionEvent {
  const { username, action, why } = effect;
  return { at, username, action, why, nas, sessionId, result, detail };
}

/** The revision a target was last in step with. */
export function lastRevision(engine: Pick<Engine, 'status'>, target: string): { readonly lastRevision?: string } {
  const last = engine.status.target(target)?.last;
  const inStep = last?.result === 'applied' || last?.result === 'in-sync';
  return last !== undefined && inStep ? { lastRevision: last.revision } : {};
}

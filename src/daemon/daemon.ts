import type { Logger } from 'pino';
import { recentDecisions } from '../access/decision-log.ts';
import { AdminServer } from '../admin/server.ts';
import type { Clock } from '../base/clock.ts';
import { LastmileError, messageOf } from '../base/errors.ts';
import type { Issue } from '../manifest/issue.ts';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { Model } from '../model/model.ts';
import { type RadiusCounters, radiusCounters } from '../radius/counters.ts';
import { RadiusServer } from '../radius/server.ts';
import type { Revision, Source } from '../source/source.ts';
import { Metrics } from '../status/metrics.ts';
import { adminSocketPath } from './admin-socket.ts';
import { DaemonService } from './daemon-service.ts';
import { Engine } from './engine.ts';
import { LastGood } from './last-good.ts';
import { endpointText, type ListenOverrides, type ListenPlan, listenPlan, sameListeners } from './listeners.ts';
import { type LoadSettings, loadFiles } from './load.ts';
import { Reconciler } from './reconciler.ts';

export interface DaemonOptions {
  readonly source: Source;
  readonly stateDir: string;
  readonly load: Omit<LoadSettings, 'mode'>;
  readonly listen: ListenOverrides;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly fillRandom: (octets: Uint8Array) => void;
  readonly version: string;
  /** Instead of the source's own. */
  readonly pollMs?: number;
  /** Called with the addresses each time they change. */
  readonly onListening?: (listeners: Listeners) => void;
  /** Called with what is wrong with a revision that was not taken. */
  readonly onInvalid?: (revision: Revision, issues: readonly Issue[]) => void;
}

/** Bound addresses, as `--print-listeners` shows them. */
export interface Listeners {
  readonly auth: readonly string[];
  readonly accounting: readonly string[];
  readonly admin: string;
  readonly adminSocket: string;
}

/** The daemon: source → model → targets, RADIUS, admin. Started in order, stopped in reverse. */
export class Daemon implements AsyncDisposable {
  readonly #options: DaemonOptions;
  readonly #engine: Engine;
  readonly #reconciler: Reconciler;
  readonly #lastGood: LastGood;
  readonly #decisions = recentDecisions();
  readonly #counters: RadiusCounters = radiusCounters();
  readonly #service: DaemonService;
  readonly #cache: FileCache = new Map();
  #admin: AdminServer | undefined;
  #radius: RadiusServer | undefined;
  #bound: ListenPlan | undefined;
  /** The newest revision that was looked at, taken or not. */
  #seen: string | undefined;
  /** In force, but the directory has not said yet that it holds it. */
  #candidate: Revision | undefined;
  #reading: Promise<void> = Promise.resolve();
  #poll: NodeJS.Timeout | undefined;
  #stopped = false;

  private constructor(options: DaemonOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
    this.#lastGood = new LastGood(engine.store.table('meta'));
    const { clock, log, random, version } = options;
    const metrics = new Metrics(
      {
        openSessions: () => engine.accounting.openCount,
        radius: () => this.#counters.samples(),
        revision: () => this.#reconciler.inForce?.revision,
        logins: () => engine.directory.loginCount,
      },
      version,
    );
    this.#reconciler = new Reconciler({
      engine,
      clock,
      log,
      random,
      onReport: (report) => metrics.observe(report),
      onServed: (inForce) => this.#keepGood(inForce.revision),
    });
    this.#service = new DaemonService({
      engine,
      reconciler: this.#reconciler,
      decisions: this.#decisions,
      metrics,
      clock,
      version,
      source: options.source,
      load: options.load,
      refresh: () => this.refresh(),
      radius: () => this.#radius,
    });
  }

  /**
   * Takes the state folder's lock, opens the admin API, reads the declarations and serves them.
   *
   * A repository that is invalid from the start is no failure: the daemon says so, serves what was good last if anything
   * was, and waits for a good one (docs/architecture.md).
   *
   * @throws LastmileError when the state folder is taken or a port is
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const { stateDir, clock, log, fillRandom } = options;
    const engine = await Engine.open({ stateDir, clock, log, fillRandom });
    const daemon = new Daemon(options, engine);
    try {
      await daemon.#start();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Reads the source now and takes what is new; resolves when that is in force (not when it is applied). */
  refresh(): Promise<void> {
    const next = this.#reading.then(() => this.#read());
    this.#reading = next.catch(() => undefined);
    return next;
  }

  /** Resolves when all that is under way on sessions is done. For tests and for shutting down. */
  async idle(): Promise<void> {
    await this.#reading;
    await this.#reconciler.sessionsSettled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#poll);
    await this.#options.source[Symbol.asyncDispose]();
    await this.#radius?.[Symbol.asyncDispose]();
    await this.#reading;
    await this.#reconciler[Symbol.asyncDispose]();
    await this.#admin?.[Symbol.asyncDispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    const { source, stateDir, listen, log } = this.#options;
    const first = await this.#firstModel();
    this.#admin = await AdminServer.start({
      service: this.#service,
      socketPath: await adminSocketPath(stateDir),
      listen: listen.admin ?? first?.model.operator.admin.listen ?? { host: '127.0.0.1', port: 9812 },
      tokens: () => this.#reconciler.inForce?.model.operator.admin.tokens ?? [],
      log,
    });
    if (first === undefined) this.#tellListeners();
    else await this.#serve(first.model);
    await source.watch(() => void this.#refreshQuietly());
    this.#schedulePoll();
    await this.#refreshQuietly();
  }

  /** What to serve before anything is compared: the last good revision, else the newest if it is valid. */
  async #firstModel(): Promise<{ readonly model: Model } | undefined> {
    const kept = await this.#lastGood.read(this.#options.source);
    const keptModel = kept === undefined ? undefined : this.#load(kept.files).model;
    if (keptModel !== undefined) return { model: keptModel };
    const newest = await this.#options.source.read().catch(() => undefined);
    const model = newest === undefined ? undefined : this.#load(newest.files).model;
    return model === undefined ? undefined : { model };
  }

  #load(files: Revision['files']) {
    return loadFiles(files, { ...this.#options.load, cache: this.#cache, mode: 'use' });
  }

  async #refreshQuietly(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      this.#sourceCondition('False', 'ReadFailed', messageOf(error));
      this.#options.log.error({ err: error }, 'declarations cannot be read; what is in force stays');
    }
  }

  async #read(): Promise<void> {
    if (this.#stopped) return;
    const revision = await this.#options.source.read(this.#seen);
    if (revision === undefined) return;
    this.#seen = revision.id;
    const { model, issues } = this.#load(revision.files);
    if (model === undefined) return this.#reject(revision, issues);
    for (const issue of issues) {
      const place = `${issue.file}:${issue.line}:${issue.column}`;
      this.#options.log.warn({ place, code: issue.code }, issue.message);
    }
    await this.#take(revision, model);
  }

  async #take(revision: Revision, model: Model): Promise<void> {
    const { log } = this.#options;
    log.info({ revision: revision.id, author: revision.author, subject: revision.subject }, 'revision in force');
    this.#service.took(revision);
    this.#sourceCondition('True', 'Succeeded', `following ${revision.id}`);
    if (this.#bound === undefined) await this.#serve(model);
    else if (!sameListeners(this.#bound, listenPlan(model.operator, this.#options.listen))) {
      this.#service.needsRestart('listen addresses changed: they take effect after a restart');
      log.warn('listen addresses changed: they take effect after a restart');
    }
    this.#candidate = revision;
    const following = this.#reconciler.follow({ model, revision: revision.id });
    following.catch((error) => log.debug({ err: error }, 'reconcile ended'));
  }

  async #keepGood(id: string): Promise<void> {
    const revision = this.#candidate;
    if (revision?.id !== id) return;
    await this.#lastGood.keep(this.#options.source, revision);
    this.#candidate = undefined;
  }

  #reject(revision: Revision, issues: readonly Issue[]): void {
    const errors = issues.filter((issue) => issue.severity === 'error');
    const first = errors[0];
    const place = first === undefined ? '' : `: ${first.file}:${first.line}:${first.column} ${first.message}`;
    this.#sourceCondition('False', 'BuildFailed', `${revision.id} has ${errors.length} errors${place}`);
    this.#service.refusedRevision(revision, errors.length);
    this.#options.log.error(
      { revision: revision.id, errors: errors.length },
      'revision refused; what is in force stays',
    );
    this.#options.onInvalid?.(revision, issues);
  }

  /** Opens the RADIUS sockets. Before that a NAS gets no answer and asks its next server. */
  async #serve(model: Model): Promise<void> {
    const { listen, clock, log, fillRandom } = this.#options;
    const plan = listenPlan(model.operator, listen);
    await this.#engine.directoryTarget.load(model);
    this.#radius = await RadiusServer.start({
      listenAuth: plan.auth,
      listenAccounting: plan.accounting,
      directory: this.#engine.directory,
      accounting: this.#engine.accounting,
      accountingAvailable: () => this.#engine.store.broken === undefined,
      decisions: this.#decisions,
      metrics: this.#counters,
      clock,
      random: fillRandom,
      log,
    });
    this.#bound = plan;
    this.#tellListeners();
  }

  #tellListeners(): void {
    const admin = this.#admin;
    if (admin === undefined) return;
    const addresses = this.#radius?.addresses();
    this.#options.onListening?.({
      auth: (addresses?.auth ?? []).map(endpointText),
      accounting: (addresses?.accounting ?? []).map(endpointText),
      admin: endpointText(admin.endpoint),
      adminSocket: admin.socketPath,
    });
  }

  #sourceCondition(status: 'True' | 'False', reason: string, message: string): void {
    this.#engine.status.recordSource({ type: 'SourceReady', status, reason, message }, this.#options.clock.now());
  }

  #schedulePoll(): void {
    if (this.#stopped) return;
    this.#poll = setTimeout(() => {
      void this.#refreshQuietly().finally(() => this.#schedulePoll());
    }, this.#options.pollMs ?? this.#options.source.pollMs);
  }
}

import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { type RecentDecisions, recentDecisions } from '../access/decision-log.ts';
import { RecentAccounting } from '../accounting/recent-accounting.ts';
import type { AdminServer } from '../admin/server.ts';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import type { Nas } from '../directory/reader.ts';
import type { Issue } from '../manifest/issue.ts';
import type { FileCache, LoadMemory } from '../manifest/load-manifest.ts';
import type { Endpoint, Model } from '../model/model.ts';
import type { Slot } from '../radius/coa/request-lanes.ts';
import { type RadiusCounters, radiusCounters } from '../radius/counters.ts';
import { openDatagramCalls } from '../radius/datagram-calls.ts';
import { RadiusServer } from '../radius/server.ts';
import { operationOf } from '../routeros/call-log.ts';
import type { Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { Metrics } from '../status/metrics.ts';
import { folderBytes } from '../store/folder-bytes.ts';
import { adminSocketPath, forgetAdminSocket } from './admin-socket.ts';
import type { DaemonService } from './daemon-service.ts';
import { DeclaredAuthority } from './declared-authority.ts';
import { DeclaredEap, givenUpDecision } from './declared-eap.ts';
import { DeclaredProxy } from './declared-proxy.ts';
import { Engine } from './engine.ts';
import { EventAnswers } from './event-answers.ts';
import { FallbackWatch } from './fallback-watch.ts';
import { Heartbeat, heartbeatNas } from './heartbeat.ts';
import { LastGood } from './last-good.ts';
import {
  defaultAdmin,
  endpointText,
  type ListenOverrides,
  type ListenPlan,
  listenPlan,
  sameListeners,
} from './listeners.ts';
import { LiveUsageMeter } from './live-usage.ts';
import type { LoadSettings } from './load.ts';
import { LoginBooks } from './login-books.ts';
import { loopStalls } from './loop-stalls.ts';
import { PortalGateway } from './portal-gateway.ts';
import { type InForce, Reconciler } from './reconciler.ts';
import type { ServedSettings } from './served-settings.ts';
import { SilentSessions } from './silent-sessions.ts';
import { StandIn } from './stand-in.ts';
import { StoredSigning } from './stored-signing.ts';
import { Telling } from './telling.ts';
import { admittedBy } from './until-local.ts';
import { UntilRead } from './until-read.ts';
import { UsageCollector } from './usage-collector.ts';

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
  /** RADIUS over TLS. Absent: none is declared. */
  readonly radsec?: readonly string[];
  /** Absent as long as there is nothing to show guests. */
  readonly portal?: string;
  readonly admin: string;
  readonly adminSocket: string;
}

/** What takes a look into the state folder to be made. */
interface Beginnings {
  readonly books: LoginBooks;
  readonly telling: Telling;
  readonly standIn: StandIn;
}

/** As long as RADIUS has the process for itself after a restart. */
const firstAnswersMs = 100;
/** As long as RADIUS goes on answering when it stops. */
const lastAnswersMs = 1_000;

/** The daemon: source → model → targets, RADIUS, admin. Started in order, stopped in reverse. */
export class Daemon implements AsyncDisposable {
  readonly #options: DaemonOptions;
  readonly #engine: Engine;
  readonly #reconciler: Reconciler;
  readonly #fallbacks: FallbackWatch;
  readonly #collector: UsageCollector;
  readonly #lastGood: LastGood;
  readonly #decisions: RecentDecisions;
  readonly #accountingResults: RecentAccounting;
  readonly #counters: RadiusCounters = radiusCounters();
  readonly #portal: PortalGateway;
  readonly #authority: DeclaredAuthority;
  readonly #eap: DeclaredEap;
  readonly #proxy: DeclaredProxy;
  readonly #books: LoginBooks;
  readonly #standIn: StandIn;
  /** RADIUS is served from what was applied last, and the declarations are yet to be read. */
  readonly #untilRead = new UntilRead();
  readonly #telling: Telling;
  readonly #silent: SilentSessions;
  readonly #heartbeat: Heartbeat;
  readonly #stalls = loopStalls();
  /** As soon as anybody can ask. */
  #service: DaemonService | undefined;
  #metrics: Metrics | undefined;
  readonly #cache: FileCache = new Map();
  readonly #memory: LoadMemory = {};
  #admin: AdminServer | undefined;
  #radius: RadiusServer | undefined;
  #bound: ListenPlan | undefined;
  #adminListen: Endpoint = defaultAdmin;
  /** The directory's memory holds what the disk says was applied. */
  #loaded = false;
  #watching = false;
  /** The newest revision that was looked at, taken or not. */
  #seen: string | undefined;
  /** Looked at but not taken, for a reason outside of it: looked at again from that time of the monotonic clock. */
  #again: { readonly revision: Revision; readonly from: number } | undefined;
  /** What was told of the newest revision that was refused. */
  #refusal: string | undefined;
  /** What is to be said of the source while it can be read. */
  #judgement: Judgement | undefined;
  /** In force, but the directory has not said yet that it holds it. */
  #candidate: Revision | undefined;
  #reading: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  private constructor(
    options: DaemonOptions,
    engine: Engine,
    decisions: RecentDecisions,
    { books, telling, standIn }: Beginnings,
  ) {
    this.#options = options;
    this.#engine = engine;
    this.#decisions = decisions;
    this.#books = books;
    this.#telling = telling;
    this.#standIn = standIn;
    this.#silent = this.#endSilent();
    this.#lastGood = new LastGood(engine.store.table('meta'));
    const { clock, log, random } = options;
    const { fillRandom } = options;
    this.#accountingResults = new RecentAccounting(engine.accounting, clock);
    this.#portal = new PortalGateway({
      ...{ engine, decisions: this.#decisions, clock, log, fillRandom },
      authority: () => this.#authority.current,
    });
    this.#authority = new DeclaredAuthority({ clock, log });
    this.#proxy = new DeclaredProxy({ directory: engine.directory, clock, log, random: fillRandom });
    this.#eap = new DeclaredEap({
      ...{ clock, log, random: fillRandom },
      givenUp: (what) => this.#decisions.record(givenUpDecision(what, engine.directory, clock.now())),
    });
    this.#heartbeat = new Heartbeat({
      ...{ directory: engine.directory, clock, log, random: fillRandom },
      listeners: () => this.#radius?.addresses() ?? { auth: [], accounting: [] },
      stores: () => engine.store.broken === undefined,
      overloads: () => overloadsOf(this.#counters),
      stalledMs: () => this.#stalls.longest(),
    });
    engine.routers.onCall((router, { command, result, durationMs }) =>
      this.#metrics?.observeCall(router, { operation: operationOf(command), result, durationMs }),
    );
    this.#reconciler = new Reconciler({
      engine,
      clock,
      log,
      random,
      admitted: (subscription) => admittedBy(engine.directory, subscription),
      onReport: (report) => {
        this.#metrics?.observe(report);
        telling.report(report);
      },
      onServed: (inForce) => this.#keepGood(inForce),
      quotas: engine.quotas,
    });
    engine.quotas.onChange((subscriptions) => {
      this.#reconciler.changedByThemselves(subscriptions);
      telling.quotas(subscriptions);
    });
    this.#fallbacks = new FallbackWatch({ routers: engine.routers, clock, log });
    this.#collector = new UsageCollector({ accounting: engine.accounting, routers: engine.routers, clock, log });
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
    const decisions = recentDecisions();
    let daemon: Daemon | undefined;
    const tunnel = (nas: Nas): Slot | undefined => daemon?.tunnel(nas);
    const engine = await Engine.open({ stateDir, clock, log, fillRandom, decisions, tunnel });
    daemon = await Daemon.#made(options, engine, decisions);
    try {
      await daemon.#start();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A way to a NAS through a connection that it has to us. */
  tunnel(nas: Nas): Slot | undefined {
    return this.#radius?.tunnel(nas);
  }

  static async #made(options: DaemonOptions, engine: Engine, decisions: RecentDecisions): Promise<Daemon> {
    const { clock, log, random } = options;
    try {
      const telling = await Telling.start({ engine, clock, log, random });
      const books = await LoginBooks.open({ engine, clock, log });
      const standIn = await StandIn.open({
        ...{
          source: options.source,
          secrets: options.load,
          fillRandom: options.fillRandom,
          version: options.version,
          log,
        },
        meta: engine.store.table('meta'),
        target: engine.directoryTarget,
      });
      return new Daemon(options, engine, decisions, { books, telling, standIn });
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  #endSilent(): SilentSessions {
    const { clock, log } = this.#options;
    const { accounting, directory } = this.#engine;
    const usual = { interimSeconds: 120, staleAfterSeconds: 86_400 };
    const settings = () => this.#reconciler.inForce?.model.operator.accounting ?? usual;
    return new SilentSessions({ accounting, directory, settings, clock, log });
  }

  /** Whoever asks is told of conversations that nobody went on with, too. */
  #decisionsUpToNow(): RecentDecisions {
    return {
      record: (decision) => this.#decisions.record(decision),
      of: (username) => {
        this.#eap.server.sweep();
        return this.#decisions.of(username);
      },
    };
  }

  /** Reads the source now and takes what is new; resolves when every target follows it (not when it is applied). */
  refresh(): Promise<void> {
    const next = this.#reading.then(() => this.#read());
    this.#reading = next.catch(() => undefined);
    return next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    await this.#options.source[Symbol.asyncDispose]();
    // What is being read may open RADIUS.
    await this.#reading;
    await this.#portal[Symbol.asyncDispose]();
    await this.#heartbeat[Symbol.asyncDispose]();
    this.#stalls[Symbol.dispose]();
    await this.#stopRadius();
    this.#eap[Symbol.dispose]();
    await this.#silent[Symbol.asyncDispose]();
    await this.#books[Symbol.asyncDispose]();
    await this.#telling[Symbol.asyncDispose]();
    await this.#fallbacks[Symbol.asyncDispose]();
    await this.#collector[Symbol.asyncDispose]();
    await this.#reconciler[Symbol.asyncDispose]();
    await this.#standIn.settled();
    await this.#admin?.[Symbol.asyncDispose]();
    await forgetAdminSocket(this.#options.stateDir);
    await this.#engine[Symbol.asyncDispose]();
  }

  /** Who waits for a home server, or for a program, has a moment for its answer. After that his NAS asks again. */
  async #stopRadius(): Promise<void> {
    const stopped = new AbortController();
    const over = this.#options.clock.sleep(lastAnswersMs, stopped.signal).catch(() => undefined);
    const letGo = over.then(async () => {
      await this.#proxy[Symbol.asyncDispose]();
      await this.#authority[Symbol.asyncDispose]();
    });
    await this.#radius?.[Symbol.asyncDispose]();
    stopped.abort();
    await letGo;
  }

  async #start(): Promise<void> {
    const { clock } = this.#options;
    const standing = await this.#answerAtOnce();
    const first = standing === undefined ? await this.#firstModel() : undefined;
    // What comes next keeps the process busy: whoever waits already is answered before.
    if (standing !== undefined) await clock.sleep(firstAnswersMs, this.#stopping.signal).catch(() => undefined);
    await this.#openAdmin((standing ?? first)?.operator.admin.listen ?? defaultAdmin);
    if (first === undefined) this.#tellListeners();
    else await this.#serve(first);
    // Not before the first answers: it takes its time.
    this.#engine.directoryTarget.readAhead();
    await this.#watch();
    await this.#refreshQuietly();
    if (this.#untilRead.standsIn !== undefined) await this.#serveLastGood();
    void this.#poll();
  }

  /** RADIUS as it was served last, before a declaration is read. `undefined` where that cannot be. */
  async #answerAtOnce(): Promise<ServedSettings | undefined> {
    const { log, source } = this.#options;
    const settings = await this.#standIn.begin();
    if (settings === undefined) return undefined;
    const revision = (await this.#lastGood.id()) ?? 'an earlier revision';
    this.#untilRead.begin(revision);
    try {
      await this.#openRadius(settings);
    } catch (err) {
      // An address that was declared last may be had no more, and another be declared by now.
      if (!(err instanceof LastmileError)) throw err;
      log.warn({ err }, 'RADIUS is served when the declarations are read');
      this.#untilRead.end();
      return undefined;
    }
    const message = `RADIUS answers by ${revision}, as it was applied last; ${source.description} are being read`;
    this.#judge({ type: 'SourceReady', status: 'Unknown', reason: 'Reading', message });
    log.info({ revision }, 'RADIUS answers by what was applied last; declarations are being read');
    return settings;
  }

  /** The newest declarations cannot be had, or are refused: what was good last stays in force, whole. */
  async #serveLastGood(): Promise<void> {
    const model = this.#reconciler.inForce === undefined ? await this.#lastGoodModel() : undefined;
    if (model !== undefined) await this.#listen(model);
    this.#untilRead.end();
  }

  async #madeService(): Promise<DaemonService> {
    const [{ Metrics }, { DaemonService }] = await Promise.all([
      import('../status/metrics.ts'),
      import('./daemon-service.ts'),
    ]);
    const engine = this.#engine;
    const { clock, log, version, source, load } = this.#options;
    const metrics = new Metrics(
      {
        portal: this.#portal.counters,
        authorize: () => this.#authority.counts(),
        proxy: () => this.#proxy.counts(),
        openSessions: () => engine.accounting.openCount,
        radius: () => this.#counters.samples().filter(({ nas }) => nas !== heartbeatNas),
        heartbeat: () => this.#heartbeat.pulses(),
        batched: () => this.#radius?.batched() ?? [],
        revision: () => this.#reconciler.inForce?.revision,
        logins: () => engine.directory.loginCount,
        targets: () => this.#reconciler.targetNames,
        pauses: () => engine.pauses.all(clock.now()).map(({ target, kind }) => ({ target, kind })),
        driftLeft: () =>
          this.#reconciler.targetNames.map((target) => ({ target, rows: engine.drift.left(target).size })),
        collections: () => this.#collector.status(),
        outbox: () => this.#outbox(),
        webhooks: () => this.#telling.webhooks.states(),
        quotas: () => engine.quotas.counts(),
        stateBytes: () => folderBytes(engine.store.dir),
      },
      version,
    );
    this.#metrics = metrics;
    return new DaemonService({
      engine,
      events: new EventAnswers({ log: engine.events, webhooks: this.#telling.webhooks, clock, audit: engine.audit }),
      reconciler: this.#reconciler,
      decisions: this.#decisionsUpToNow(),
      devices: this.#books.devices,
      log,
      accountingResults: this.#accountingResults,
      metrics,
      clock,
      version,
      source,
      load,
      cache: this.#cache,
      refresh: () => this.#refreshQuietly(),
      radius: () => this.#radius,
      standsIn: () => this.#untilRead.standsIn,
      heartbeats: () => this.#heartbeat.missed(),
      portalFindings: () => [
        ...[this.#portal, this.#authority, this.#eap, this.#proxy, this.#heartbeat, this.#telling.webhooks].flatMap(
          (each) => each.findings(),
        ),
        ...(this.#radius?.tlsFindings() ?? []),
      ],
      controllers: () => this.#portal.controllers(),
      lookAtControllers: (signal) => this.#portal.lookAtControllers(signal),
      collector: this.#collector,
      live: new LiveUsageMeter({ routers: engine.routers, clock }),
    });
  }

  async #openAdmin(declared: Endpoint): Promise<void> {
    const { stateDir, listen, log } = this.#options;
    this.#adminListen = listen.admin ?? declared;
    // Loaded only here: none of it is needed to answer the first login.
    const { AdminServer } = await import('../admin/server.ts');
    this.#service ??= await this.#madeService();
    this.#admin = await AdminServer.start({
      service: this.#service,
      socketPath: await adminSocketPath(stateDir),
      listen: this.#adminListen,
      tokens: () => this.#reconciler.inForce?.model.operator.admin.tokens ?? [],
      log,
    });
    if (this.#bound !== undefined) this.#bound = { ...this.#bound, admin: this.#adminListen };
  }

  /** What to serve before anything is compared: the last good revision, else the newest if it is valid. */
  async #firstModel(): Promise<Model | undefined> {
    this.#engine.directoryTarget.readAhead();
    const kept = await this.#lastGoodModel();
    if (kept !== undefined) return kept;
    const newest = await this.#options.source.read().catch(() => undefined);
    return newest === undefined ? undefined : (await this.#load(newest.files)).model;
  }

  async #lastGoodModel(): Promise<Model | undefined> {
    const kept = await this.#lastGood.read(this.#options.source);
    return kept === undefined ? undefined : (await this.#load(kept.files)).model;
  }

  /** In another thread as far as it goes: a large commit must not hold up logins. */
  async #load(files: Revision['files']) {
    const [{ warmCache }, { loadInTurns }] = await Promise.all([import('./warm-cache.ts'), import('./load.ts')]);
    await warmCache(files, this.#cache);
    return loadInTurns(files, { ...this.#options.load, cache: this.#cache, memory: this.#memory, mode: 'use' });
  }

  /** Without being told of changes the daemon still finds them by polling; it is tried again with each poll. */
  async #watch(): Promise<void> {
    const { source, stateDir, log } = this.#options;
    if (this.#watching) return;
    try {
      await source.watch(() => void this.#refreshQuietly(), [resolve(stateDir)]);
      this.#watching = true;
      if (this.#stopping.signal.aborted) await source[Symbol.asyncDispose]();
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      log.debug({ err: error }, 'the source cannot be watched yet');
    }
  }

  async #refreshQuietly(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      if (this.#stopping.signal.aborted) return;
      const judgement = { type: 'SourceReady', status: 'False', reason: 'ReadFailed', message: error.message } as const;
      if (this.#judge(judgement)) {
        this.#options.log.error({ err: error }, 'declarations cannot be read; what is in force stays');
      }
    }
  }

  async #read(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const revision = (await this.#options.source.read(this.#seen)) ?? this.#dueAgain();
    if (revision !== undefined) await this.#consider(revision);
    if (this.#judgement !== undefined) this.#judge(this.#judgement);
    const model = this.#reconciler.inForce?.model;
    if (model !== undefined) await this.#listen(model);
  }

  async #consider(revision: Revision): Promise<void> {
    const { clock, log } = this.#options;
    this.#seen = revision.id;
    const started = clock.monotonic();
    const { model, issues, secretUses } = await this.#load(revision.files);
    const now = clock.monotonic();
    // Of a large network, this must not take more than a tenth of the time.
    this.#again = issues.some(isOutside) ? { revision, from: now + 10 * (now - started) } : undefined;
    if (model === undefined) return this.#reject(revision, issues);
    if (secretUses !== undefined) await this.#standIn.follow(secretUses, revision);
    for (const issue of issues) {
      const place = `${issue.file}:${issue.line}:${issue.column}`;
      log.warn({ place, code: issue.code }, issue.message);
    }
    await this.#take(revision, model);
  }

  #dueAgain(): Revision | undefined {
    const again = this.#again;
    return again !== undefined && this.#options.clock.monotonic() >= again.from ? again.revision : undefined;
  }

  async #take(revision: Revision, model: Model): Promise<void> {
    const { log } = this.#options;
    log.info({ revision: revision.id, author: revision.author, subject: revision.subject }, 'revision in force');
    this.#refusal = undefined;
    this.#service?.took(revision);
    const message = `following ${revision.id}`;
    this.#judgement = { type: 'SourceReady', status: 'True', reason: 'Succeeded', message };
    await this.#loadDirectory(model);
    await this.#engine.quotas.follow(model);
    this.#candidate = revision;
    await this.#reconciler.follow({ model, revision: revision.id });
    this.#collector.follow(model);
    this.#fallbacks.follow(model);
    this.#engine.delivery.start();
    if (this.#radius !== undefined) this.#heartbeat.use(model);
    this.#authority.use(model);
    this.#eap.use(model);
    this.#proxy.use(model);
    void this.#telling.webhooks.use(model);
    const { radsec } = model.operator.radius;
    if (radsec !== undefined) this.#radius?.renewRadsec(radsec);
  }

  async #keepGood({ revision: id, model }: InForce): Promise<void> {
    const revision = this.#candidate;
    if (revision?.id !== id) return;
    await this.#lastGood.keep(this.#options.source, revision);
    this.#standIn.keep(model);
    this.#candidate = undefined;
  }

  #reject(revision: Revision, issues: readonly Issue[]): void {
    const errors = issues.filter((issue) => issue.severity === 'error');
    const refusal = JSON.stringify([revision.id, errors]);
    if (refusal === this.#refusal) return;
    this.#refusal = refusal;
    const first = errors[0];
    const place = first === undefined ? '' : `: ${first.file}:${first.line}:${first.column} ${first.message}`;
    const message = `${revision.id} has ${errors.length} errors${place}`;
    this.#judgement = { type: 'SourceReady', status: 'False', reason: 'BuildFailed', message };
    this.#service?.refusedRevision(revision, errors.length);
    this.#options.log.error(
      { revision: revision.id, errors: errors.length },
      'revision refused; what is in force stays',
    );
    this.#options.onInvalid?.(revision, issues);
  }

  /** Sees to it that RADIUS is open, and says whether all is listened on that is declared. */
  async #listen(model: Model): Promise<void> {
    const { log, listen } = this.#options;
    try {
      if (this.#radius === undefined || this.#untilRead.standsIn !== undefined) await this.#serve(model);
      else if (await this.#openPortal(model)) this.#tellListeners();
      const same = this.#bound !== undefined && sameListeners(this.#bound, listenPlan(model, listen));
      const message = same ? '' : 'listen addresses, or TLS of the portal, changed: they take effect after a restart';
      const reason = same ? 'Bound' : 'RestartNeeded';
      const news = this.#judge({ type: 'Listening', status: same ? 'True' : 'False', reason, message });
      if (news && !same) log.warn(message);
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      const closed = this.#radius === undefined ? 'RADIUS' : 'the portal';
      const message = `${closed} is closed: ${error.message}`;
      const news = this.#judge({ type: 'Listening', status: 'False', reason: 'ListenFailed', message });
      if (news) log.error({ err: error }, `${closed} is closed; tried again with each poll`);
    }
  }

  async #loadDirectory(model: Model): Promise<void> {
    if (this.#loaded) return;
    await this.#engine.directoryTarget.load(model);
    this.#loaded = true;
  }

  /** Opens the RADIUS sockets, and the portal. Before that a NAS gets no answer and asks its next server. */
  async #serve(model: Model): Promise<void> {
    await this.#loadDirectory(model);
    await this.#engine.quotas.follow(model);
    if (this.#untilRead.standsIn !== undefined) await this.#moveListeners(model);
    if (this.#radius === undefined) await this.#openRadius(model);
    else this.#useSettings(model);
    this.#untilRead.end();
    try {
      await this.#openPortal(model);
    } finally {
      this.#tellListeners();
    }
  }

  /** Addresses that were declared otherwise before this start take effect with it, as after any other. */
  async #moveListeners(model: Model): Promise<void> {
    const plan = listenPlan(model, this.#options.listen);
    const handedOver = [...plan.auth, ...plan.accounting].some(({ fd }) => fd !== undefined);
    const { portal: _, ...radius } = { ...plan, admin: this.#adminListen };
    if (this.#bound !== undefined && !handedOver && !sameListeners(this.#bound, radius)) {
      await this.#radius?.[Symbol.asyncDispose]();
      this.#radius = undefined;
    }
    if (endpointText(plan.admin) === endpointText(this.#adminListen)) return;
    await this.#moveAdmin(plan.admin);
  }

  /** Where that cannot be it stays, and a restart is said to be needed. */
  async #moveAdmin(to: Endpoint): Promise<void> {
    const before = this.#adminListen;
    await this.#admin?.[Symbol.asyncDispose]();
    this.#admin = undefined;
    try {
      await this.#openAdmin(to);
    } catch (err) {
      if (!(err instanceof LastmileError)) throw err;
      this.#options.log.error({ err }, 'the admin API stays where it was');
      await this.#openAdmin(before);
    }
  }

  #useSettings(settings: ServedSettings): void {
    this.#authority.use(settings);
    this.#eap.use(settings);
    this.#proxy.use(settings);
    this.#heartbeat.use(settings);
  }

  async #openRadius(settings: ServedSettings): Promise<void> {
    const { listen, clock, log, fillRandom } = this.#options;
    const plan = listenPlan({ operator: settings.operator, portalSites: [] }, listen);
    this.#authority.use(settings);
    this.#eap.use(settings);
    this.#proxy.use(settings);
    const { radsec: tls } = settings.operator.radius;
    const signing = await StoredSigning.open(this.#engine.store.table('meta'), (err) =>
      log.warn({ err }, 'what was learned of a NAS is not stored'),
    );
    this.#radius = await RadiusServer.start({
      datagramCalls: await openDatagramCalls(log),
      signing,
      listenAuth: plan.auth,
      listenAccounting: plan.accounting,
      ...(tls === undefined || plan.radsec === undefined ? {} : { radsec: { listen: plan.radsec, tls } }),
      directory: this.#engine.directory,
      accounting: this.#accountingResults,
      accountingAvailable: () => this.#engine.store.broken === undefined,
      decisions: { record: (decision) => decision.nas === heartbeatNas || this.#decisions.record(decision) },
      metrics: this.#counters,
      heard: (nas, from) => this.#engine.delivery.heard(nas.name, from),
      clock,
      random: fillRandom,
      log,
      access: {
        authority: () => this.#authority.current,
        proxy: () => this.#proxy.current,
        eap: this.#eap.server,
        online: () => this.#engine.accounting.open(),
        places: this.#books.places,
        devices: this.#books.devices,
        // What subscribers have bought is known when the declarations are.
        quotas: {
          left: (username, now) => this.#untilRead.after(() => this.#engine.quotas.left(username, now)),
        },
      },
    });
    const { auth, accounting, radsec } = plan;
    this.#bound = { auth, accounting, admin: this.#adminListen, ...(radsec === undefined ? {} : { radsec }) };
    this.#heartbeat.use(settings);
  }

  /** Opens the portal once there is something to show. @returns whether it was opened now */
  async #openPortal(model: Model): Promise<boolean> {
    const { portal: listen } = listenPlan(model, this.#options.listen);
    this.#portal.use(model);
    if (listen === undefined || this.#portal.endpoint !== undefined) return false;
    await this.#portal.open(listen, model);
    if (this.#bound !== undefined) this.#bound = { ...this.#bound, portal: listen };
    return true;
  }

  #tellListeners(): void {
    const admin = this.#admin;
    if (admin === undefined) return;
    const addresses = this.#radius?.addresses();
    const portal = this.#portal.endpoint;
    this.#options.onListening?.({
      auth: (addresses?.auth ?? []).map(endpointText),
      accounting: (addresses?.accounting ?? []).map(endpointText),
      ...(addresses === undefined || addresses.radsec.length === 0
        ? {}
        : { radsec: addresses.radsec.map(endpointText) }),
      ...(portal === undefined ? {} : { portal: endpointText(portal) }),
      admin: endpointText(admin.endpoint),
      adminSocket: admin.socketPath,
    });
  }

  #outbox(): readonly { readonly nas: string; readonly waiting: number }[] {
    const { outbox } = this.#engine.directoryTarget;
    return outbox.nas().map((nas) => ({ nas, waiting: outbox.countAt(nas) }));
  }

  /** @returns whether this is news */
  #judge(judgement: Judgement): boolean {
    const { status } = this.#engine;
    const before = status.source.find(({ type }) => type === judgement.type);
    status.recordSource(judgement, this.#options.clock.now());
    return before?.status !== judgement.status || before.message !== judgement.message;
  }

  async #poll(): Promise<void> {
    const { clock, source, pollMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(pollMs ?? source.pollMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#engine.store.check();
      await this.#watch();
      await this.#refreshQuietly();
    }
  }
}

/** Packets dropped because there were too many. */
function overloadsOf(counters: RadiusCounters): number {
  const overloads = counters.samples().filter(({ metric, detail }) => metric === 'dropped' && detail === 'overload');
  return overloads.reduce((sum, { value }) => sum + value, 0);
}

/** May this go away without a new revision? A secret may appear that was not there. */
function isOutside({ code }: Issue): boolean {
  return code === 'LM_SECRET_MISSING' || code === 'LM_SECRET_REFUSED' || code === 'LM_SECRET_EMPTY';
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type RecentDecisions, recentDecisions } from '../access/decision-log.ts';
import { AccountingUnavailableError } from '../accounting/errors.ts';
import { RecentAccounting } from '../accounting/sessions/recent-accounting.ts';
import type { RecordsService } from '../admin/records-service.ts';
import type { AdminServer } from '../admin/server.ts';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { LastmileError } from '../base/errors.ts';
import type { Nas } from '../directory/reader.ts';
import type { Issue } from '../manifest/issue.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import type { TrustRules } from '../model/kinds/trust.ts';
import type { Model } from '../model/model.ts';
import type { Slot } from '../radius/coa/request-lanes.ts';
import { type RadiusCounters, radiusCounters } from '../radius/counters.ts';
import type { RadiusServer } from '../radius/server.ts';
import { operationOf } from '../routeros/call-log.ts';
import type { Revision, Source } from '../source/source.ts';
import type { AuditedRevision } from '../status/audited-apply.ts';
import type { Judgement } from '../status/conditions.ts';
import type { Metrics } from '../status/metrics.ts';
import { dueErasuresFile } from '../store/layout.ts';
import { adminSocketPath, forgetAdminSocket } from './admin-socket.ts';
import { Admission } from './admission.ts';
import { CommitGate } from './commit-gate.ts';
import type { DaemonService } from './daemon-service.ts';
import { Engine } from './engine.ts';
import { LastGood } from './last-good.ts';
import {
  defaultAdmin,
  endpointText,
  type ListenOverrides,
  type ListenPlan,
  listenPlan,
  sameListeners,
} from './listeners.ts';
import type { LoadSettings } from './load.ts';
import { DeclaredAuthority } from './logins/declared-authority.ts';
import { DeclaredEap, givenUpDecision } from './logins/declared-eap.ts';
import { DeclaredProxy } from './logins/declared-proxy.ts';
import { Heartbeat } from './logins/heartbeat.ts';
import { LoginBooks } from './logins/login-books.ts';
import { PortalGateway } from './logins/portal-gateway.ts';
import { loopStalls } from './loop-stalls.ts';
import { metricSources } from './metric-sources.ts';
import { OperationsAnswers } from './operating/operations-answers.ts';
import { SkippedRevision, skippedJudgement } from './operating/skipped-revision.ts';
import { PolicyGate } from './policy-gate.ts';
import { startRadius } from './radius-front.ts';
import type { ServedSettings } from './served-settings.ts';
import { LiveUsageMeter } from './sessions/live-usage.ts';
import { SilentSessions } from './sessions/silent-sessions.ts';
import { UsageCollector } from './sessions/usage-collector.ts';
import { type Accepted, type Instead, SourceFollower } from './source-follower.ts';
import type { RetentionKeeper } from './stored/retention-keeper.ts';
import { FallbackWatch } from './targets/fallback-watch.ts';
import { type InForce, Reconciler } from './targets/reconciler.ts';
import { StandIn } from './targets/stand-in.ts';
import { EventAnswers } from './telling/event-answers.ts';
import { Telling } from './telling/telling.ts';
import { admittedBy } from './until-local.ts';
import { UntilRead } from './until-read.ts';

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
  /** The id of a commit that may come into force although it does not come after the one that is. */
  readonly acceptRewrite?: string;
  /** Who may sign commits, told by a file of this machine instead of what is declared. */
  readonly trust?: () => Promise<TrustRules>;
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
  readonly skipped: SkippedRevision;
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
  /** A revision that a person took back. */
  readonly #skipped: SkippedRevision;
  /** RADIUS is served from what was applied last, and the declarations are yet to be read. */
  readonly #untilRead = new UntilRead();
  /** What was served first, before it was in force. */
  #served: Model | undefined;
  readonly #telling: Telling;
  readonly #silent: SilentSessions;
  readonly #heartbeat: Heartbeat;
  readonly #stalls = loopStalls();
  /** As soon as anybody can ask. */
  #service: DaemonService | undefined;
  #retention: RetentionKeeper | undefined;
  #metrics: Metrics | undefined;
  readonly #declarations: SourceFollower;
  readonly #admission: Admission;
  #admin: AdminServer | undefined;
  #radius: RadiusServer | undefined;
  #bound: ListenPlan | undefined;
  #adminListen: Endpoint = defaultAdmin;
  /** The directory's memory holds what the disk says was applied. */
  #loaded = false;
  /** In force, but the directory has not said yet that it holds it. */
  #candidate: Revision | undefined;
  readonly #stopping = new AbortController();

  private constructor(
    options: DaemonOptions,
    engine: Engine,
    decisions: RecentDecisions,
    { books, telling, standIn, skipped }: Beginnings,
  ) {
    this.#options = options;
    this.#engine = engine;
    this.#decisions = decisions;
    this.#books = books;
    this.#telling = telling;
    this.#standIn = standIn;
    this.#skipped = skipped;
    this.#silent = this.#endSilent();
    this.#lastGood = new LastGood(engine.store.table('meta'));
    const { source } = options;
    this.#admission = new Admission({
      ...{ engine, source, skipped, lastGood: this.#lastGood, clock: options.clock, log: options.log },
      judge: (judgement) => this.#judge(judgement),
      inForce: () => this.#reconciler.inForce,
      modelOf: (files) => this.#declarations.modelOf(files),
      follow: (accepted) => this.#follow(accepted),
      waits: (waiting) => this.#service?.waits(waiting),
    });
    this.#declarations = new SourceFollower({
      ...options,
      lastGood: this.#lastGood,
      gate: new CommitGate({
        ...options,
        meta: engine.store.table('meta'),
        judge: (judgement) => void this.#judge(judgement),
      }),
      policies: new PolicyGate({ engine, clock: options.clock }),
      beforePoll: () => engine.store.check(),
      accept: (accepted) => this.#admission.take(accepted),
      refuse: (revision, issues, errors) => {
        engine.applies.notTaken(auditedRevision(revision), options.clock.now(), `${errors} errors`);
        telling.refused(auditedRevision(revision), `${errors} errors`);
        this.#service?.refusedRevision(revision, errors);
        options.onInvalid?.(revision, issues);
      },
      looked: async () => {
        await this.#admission.askForges();
        const model = this.#reconciler.inForce?.model;
        if (model !== undefined) await this.#listen(model);
      },
      judge: (judgement) => this.#judge(judgement),
      instead: (newest) => this.#instead(newest),
    });
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
      ready: () => engine.accounting.untilRead,
      overloads: () => overloadsOf(this.#counters),
      stalledMs: () => this.#stalls.longest(),
      onTurn: (up, who, words) => telling.heartbeat(up, who, words),
    });
    engine.routers.onCall((router, { command, result, durationMs }) =>
      this.#metrics?.observeCall(router, { operation: operationOf(command), result, durationMs }),
    );
    engine.directoryTarget.outbox.onEffect((result, tookMs) => this.#metrics?.observeEffect(result, tookMs));
    this.#reconciler = new Reconciler({
      engine,
      clock,
      log,
      random,
      admitted: (subscription) => admittedBy(engine.directory, subscription),
      onReport: (report) => {
        this.#metrics?.observe(report);
        telling.report(report, this.#reconciler.targetNames);
      },
      onServed: (inForce) => this.#keepGood(inForce),
      quotas: engine.quotas,
    });
    engine.quotas.onChange((subscriptions, model) => {
      this.#reconciler.changedByThemselves(subscriptions, model);
      telling.quotas(subscriptions);
    });
    this.#fallbacks = new FallbackWatch({ routers: engine.routers, clock, log });
    const { accounting, routers, translations } = engine;
    this.#collector = new UsageCollector({ accounting, routers, translations, clock, log });
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
    const engine = await Engine.open({
      stateDir,
      clock,
      log,
      fillRandom,
      decisions,
      tunnel,
      as: 'daemon',
      sessionsLater: true,
    });
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
      const skipped = await SkippedRevision.open(engine.store.table('meta'), options.source);
      return new Daemon(options, engine, decisions, { books, telling, standIn, skipped });
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #instead(newest: string): Promise<Instead | undefined> {
    const revision = await this.#skipped.instead(newest);
    const { skip } = this.#skipped;
    return revision === undefined || skip === undefined ? undefined : { revision, judgement: skippedJudgement(skip) };
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
    return this.#declarations.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    // What is being read may open RADIUS.
    await this.#declarations[Symbol.asyncDispose]();
    await this.#portal[Symbol.asyncDispose]();
    await this.#heartbeat[Symbol.asyncDispose]();
    this.#stalls[Symbol.dispose]();
    // Of a start that failed: nobody is to wait for what was never read.
    this.#untilRead.giveUp(new AccountingUnavailableError('shutting down'));
    this.#engine.accounting.giveUp();
    await this.#stopRadius();
    this.#eap[Symbol.dispose]();
    await this.#silent[Symbol.asyncDispose]();
    await this.#retention?.[Symbol.asyncDispose]();
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
    // What comes next keeps the process busy: whoever waits already is answered before.
    if (standing !== undefined) await clock.sleep(firstAnswersMs, this.#stopping.signal).catch(() => undefined);
    await this.#engine.readSessions();
    await this.#eraseDue();
    await this.#telling.tellSessions();
    if (standing === undefined) this.#engine.directoryTarget.readAhead();
    const first =
      standing === undefined
        ? await this.#declarations.firstModel(this.#engine.approvals.passed === undefined)
        : undefined;
    await this.#openAdmin((standing ?? first)?.operator.admin.listen ?? defaultAdmin);
    if (first === undefined) this.#tellListeners();
    else await this.#serve(first);
    // Not before the first answers: it takes its time.
    this.#engine.directoryTarget.readAhead();
    await this.#declarations.follow();
    if (this.#untilRead.standsIn !== undefined) await this.#serveLastGood();
    void this.#declarations.poll();
  }

  /** What a restore that was killed has left to do. */
  async #eraseDue(): Promise<void> {
    if (!existsSync(join(this.#options.stateDir, dueErasuresFile))) return;
    const { eraseDueAlone } = await import('./stored/records-alone.ts');
    await eraseDueAlone(this.#engine, this.#options);
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
    const model = this.#reconciler.inForce === undefined ? await this.#declarations.lastGoodModel() : undefined;
    if (model !== undefined) await this.#listen(model);
    this.#untilRead.end();
  }

  async #madeService(): Promise<DaemonService> {
    const [{ Metrics }, { DaemonService }, { explainer }] = await Promise.all([
      import('../status/metrics.ts'),
      import('./daemon-service.ts'),
      import('./operating/explainer.ts'),
    ]);
    const engine = this.#engine;
    const { clock, log, version, source, load } = this.#options;
    const { cache } = this.#declarations;
    const records = await this.#madeRecords();
    const metrics = new Metrics(
      metricSources({
        ...{ engine, records, clock },
        ...{ portal: this.#portal, authority: this.#authority, proxy: this.#proxy, heartbeat: this.#heartbeat },
        ...{ reconciler: this.#reconciler, collector: this.#collector, telling: this.#telling },
        ...{ counters: this.#counters, radius: () => this.#radius },
      }),
      version,
    );
    this.#metrics = metrics;
    return new DaemonService({
      engine,
      records,
      operations: new OperationsAnswers({
        ...{ engine, clock, skipped: this.#skipped },
        inForce: () => this.#reconciler.inForce?.revision,
        newest: () => this.#declarations.newest,
        lookAnew: (decide) => this.#declarations.lookAnew(decide),
        told: (from, words) => this.#telling.rolledBack({ id: from }, words),
        explain: explainer({ source, load, clock, cache, inForce: () => this.#reconciler.inForce?.revision }),
        request: (allowDeletes) => this.#reconciler.request('request', undefined, () => compact({ allowDeletes })),
      }),
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
      cache,
      refresh: () => this.#declarations.refreshQuietly(),
      approvals: {
        waiting: () => this.#admission.waiting,
        tryAgain: () => this.#declarations.inTurn(() => this.#admission.tryAgain()),
      },
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

  async #madeRecords(): Promise<RecordsService> {
    const [{ RetentionKeeper }, { RecordsAnswers }] = await Promise.all([
      import('./stored/retention-keeper.ts'),
      import('./stored/records-answers.ts'),
    ]);
    const { clock, log, fillRandom: random } = this.#options;
    const [engine, devices] = [this.#engine, this.#books.devices];
    const model = () => this.#reconciler.inForce?.model;
    const dropLetters = (before: number) => this.#telling.webhooks.dropLetters(before);
    this.#retention ??= await RetentionKeeper.start({ engine, devices, model, clock, log, dropLetters });
    const decisions = (username: string) => this.#decisionsUpToNow().of(username);
    return new RecordsAnswers({ engine, keeper: this.#retention, devices, decisions, model, random, clock });
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
      hooks: {
        secrets: () => {
          const model = this.#reconciler.inForce?.model ?? this.#served;
          return model && (model.operator.source?.hooks ?? []).map(({ secret }) => secret.reveal());
        },
        pushed: () => this.#declarations.nudge(),
        now: () => this.#options.clock.now() / 1000,
      },
      log,
    });
    if (this.#bound !== undefined) this.#bound = { ...this.#bound, admin: this.#adminListen };
  }

  async #follow(accepted: Accepted): Promise<void> {
    const { revision, model, secretUses } = accepted;
    await this.#declarations.entered(accepted);
    // Not before: what only was there for a while, refused or waiting, brings nothing back that a person took back.
    if (accepted.judged) await this.#skipped.end();
    if (secretUses !== undefined) await this.#standIn.follow(secretUses, revision);
    this.#engine.applies.follow(auditedRevision(revision), this.#options.clock.now());
    this.#telling.took(auditedRevision(revision));
    this.#service?.took(revision);
    await this.#loadDirectory(model);
    await this.#engine.quotas.follow(model);
    this.#candidate = revision;
    await this.#engine.policies.took(model.policies);
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
    await this.#skipped.served(revision);
    this.#standIn.keep(model);
    this.#candidate = undefined;
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
    this.#served = model;
    await this.#loadDirectory(model);
    await this.#engine.quotas.follow(model);
    // Listeners are moved only when nobody waits any more.
    this.#untilRead.known();
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
    this.#radius = await startRadius(plan, settings.operator.radius.radsec, {
      ...{ engine: this.#engine, books: this.#books, untilRead: this.#untilRead },
      ...{ authority: this.#authority, proxy: this.#proxy, eap: this.#eap },
      ...{ decisions: this.#decisions, accountingResults: this.#accountingResults, counters: this.#counters },
      ...{ clock, log, fillRandom },
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

  /** @returns whether this is news */
  #judge(judgement: Judgement): boolean {
    const { status } = this.#engine;
    const before = status.source.find(({ type }) => type === judgement.type);
    status.recordSource(judgement, this.#options.clock.now());
    this.#telling.source(judgement);
    return before?.status !== judgement.status || before.message !== judgement.message;
  }
}

/** What the audit log tells of a revision. */
function auditedRevision({ id, author, signer, subject }: Revision): AuditedRevision {
  return compact({ id, author, signer, subject });
}

/** Packets dropped because there were too many. */
function overloadsOf(counters: RadiusCounters): number {
  const overloads = counters.samples().filter(({ metric, detail }) => metric === 'dropped' && detail === 'overload');
  return overloads.reduce((sum, { value }) => sum + value, 0);
}

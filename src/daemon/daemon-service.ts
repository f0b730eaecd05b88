import type { Logger } from 'pino';
import type { RecentDecisions } from '../access/decision-log.ts';
import type { RecentAccounting } from '../accounting/sessions/recent-accounting.ts';
import { type SessionJson, toSessionJson } from '../accounting/sessions/view.ts';
import { type Visit, visitsOf } from '../accounting/sessions/visits.ts';
import type { EventsService } from '../admin/events-service.ts';
import type { ExportRequest, WhoHadAnswer, WhoHadRequest } from '../admin/evidence.ts';
import type { OperationsService } from '../admin/operations-service.ts';
import type { TopUpAnswer, TopUpRequest } from '../admin/quota.ts';
import type { RecordsService } from '../admin/records-service.ts';
import { RequestError } from '../admin/request-error.ts';
import type {
  AdminService,
  ApplyAnswer,
  ApplyRequest,
  ApprovalsAnswer,
  ApproveRequest,
  CoaRequest,
  ControllerStatus,
  DaemonStatus,
  DeclaredObject,
  DisconnectRequest,
  DisconnectResult,
  DoctorRequest,
  DriftAnswer,
  ForgetDevicesRequest,
  LearnedDeviceJson,
  PlanAnswer,
  PlanRequest,
  Readiness,
  ReconcileRequest,
  ResumeRequest,
  RouterCalls,
  SessionsRequest,
  SuspendRequest,
  WhyAnswer,
} from '../admin/service.ts';
import type { StateAnswer, StateRequest } from '../admin/state-care.ts';
import type { LiveUsage, UsageAnswer, UsageRequest } from '../admin/usage.ts';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { LastmileError } from '../base/errors.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { LearnedDevices } from '../directory/learned-devices.ts';
import type { MissedHeartbeat } from '../doctor/check-heartbeat.ts';
import type { Diagnosis } from '../doctor/finding.ts';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { Model } from '../model/model.ts';
import type { ControllerStanding } from '../omada/clients.ts';
import type { RestAnswer, RestQuestion } from '../radius/rest/rest-front.ts';
import type { RadiusServer } from '../radius/server.ts';
import type { PlannedChange } from '../reconcile/plan.ts';
import { keyOf } from '../reconcile/row-key.ts';
import { folderRevision } from '../source/folder-source.ts';
import type { Revision, Source } from '../source/source.ts';
import type { AuditEntry } from '../status/audit-log.ts';
import { type CollectionStatus, judgeCollection } from '../status/collection.ts';
import type { Condition } from '../status/conditions.ts';
import type { Metrics } from '../status/metrics.ts';
import { withPauses } from '../status/paused.ts';
import type { Pause } from '../status/pauses.ts';
import type { TargetReport } from '../status/report.ts';
import type { TargetStatus } from '../status/status-book.ts';
import { folderBytes } from '../store/folder-bytes.ts';
import { rowFinding } from '../store/state-finding.ts';
import type { WaitingRevision } from './approval-gate.ts';
import { declaredObjects } from './declared-objects.ts';
import type { Engine } from './engine.ts';
import { type LoadSettings, loadFiles } from './load.ts';
import { learnedJson } from './logins/login-books.ts';
import { knownAs, whyOf } from './logins/why.ts';
import { commandedHere, suspended } from './operating/commanded.ts';
import { quotaNamed, standingHints, standingsIfKnown, standingsOf, topUp } from './quota/quota-orders.ts';
import { interimOf } from './sessions/interim-of.ts';
import type { LiveUsageMeter } from './sessions/live-usage.ts';
import { changeSessions, disconnectSessions, outboxStatus, waitingOrders } from './sessions/session-orders.ts';
import { usersNamed } from './sessions/sessions-named.ts';
import { routersOf, usageAnswer } from './sessions/usage-answers.ts';
import type { UsageCollector } from './sessions/usage-collector.ts';
import { auditedExport, auditedWhoHad, type EvidenceSurroundings, sessionQuery } from './stored/evidence.ts';
import { careForState } from './stored/state-care.ts';
import { diagnose } from './targets/diagnose.ts';
import { fewLooks } from './targets/few-looks.ts';
import { requireKnown, requireRouter } from './targets/known-targets.ts';
import { chosen, dialledOtherwise, planTargets } from './targets/plan-targets.ts';
import { ignoreEnd, type LoopRun, lastRevision, type Reconciler } from './targets/reconciler.ts';
import { settingsPart } from './targets/settings-part.ts';
import { policyOf, windowState } from './targets/target-policy.ts';

export interface DaemonServiceOptions {
  readonly events: EventsService;
  readonly records: RecordsService;
  readonly operations: OperationsService;
  readonly engine: Engine;
  readonly reconciler: Reconciler;
  readonly decisions: RecentDecisions;
  readonly devices: LearnedDevices;
  readonly log: Pick<Logger, 'info'>;
  readonly accountingResults: Pick<RecentAccounting, 'of'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly version: string;
  readonly source: Source;
  readonly load: Omit<LoadSettings, 'mode'>;
  /** What is known of the files the daemon follows. */
  readonly cache: Readonly<FileCache>;
  /** Reads the source now; when it cannot be read, what is in force stays. */
  readonly refresh: () => Promise<void>;
  readonly approvals: {
    readonly waiting: () => WaitingRevision | undefined;
    /** Takes what waits into force, where it is approved by now. */
    readonly tryAgain: () => Promise<void>;
  };
  readonly radius: () => RadiusServer | undefined;
  /** The revision that RADIUS is served by until the declarations are read. */
  readonly standsIn: () => string | undefined;
  /** Troubles with what guests are let in by, for people. */
  /** RADIUS listeners that miss their heartbeat. */
  readonly heartbeats: () => readonly MissedHeartbeat[];
  readonly portalFindings: () => readonly string[];
  readonly controllers: () => readonly ControllerStatus[];
  /** Asks the controllers now. */
  readonly lookAtControllers: (signal: AbortSignal) => Promise<readonly ControllerStanding[]>;
  readonly collector: Pick<UsageCollector, 'status' | 'conditions' | 'refresh'>;
  readonly live: LiveUsageMeter;
}

/** There is nothing to reconcile with: no valid declarations have been read. */
export class NothingInForceError extends LastmileError {
  readonly code = 'LM_NOTHING_IN_FORCE';
  readonly retry = 'backoff';

  constructor(refused: string | undefined) {
    super(`no declarations are in force${refused === undefined ? '' : `: ${refused}`}`);
  }
}

/** What the daemon answers to commands, pages and programs. */
export class DaemonService implements AdminService {
  readonly events: EventsService;
  readonly records: RecordsService;
  readonly operations: OperationsService;
  readonly #options: DaemonServiceOptions;
  readonly #startedAt: number;
  #reviewing: Promise<unknown> = Promise.resolve();
  #revision: Omit<Revision, 'files'> | undefined;
  /** What the files of the revision in force come to: worked out when somebody asks. */
  #contents: (() => string) | undefined;
  #refused: string | undefined;

  constructor(options: DaemonServiceOptions) {
    this.#options = options;
    this.events = options.events;
    this.records = options.records;
    this.operations = options.operations;
    this.#startedAt = options.clock.now();
  }

  /** Told by the daemon: a revision came into force. */
  took(revision: Revision): void {
    const { files, ...about } = revision;
    this.#revision = about;
    let contents: string | undefined;
    this.#contents = () => {
      contents ??= folderRevision(files);
      return contents;
    };
    this.#refused = undefined;
  }

  /** Told by the daemon: a revision is not in force, since nobody approved it. */
  waits({ revision, checksum }: WaitingRevision): void {
    this.#refused = `${revision} waits for approval: lastmile approve ${checksum}`;
  }

  /** Told by the daemon: a revision was invalid. */
  refusedRevision(revision: Revision, errors: number): void {
    this.#refused = `${revision.id} is invalid: ${errors} errors (lastmile validate lists them)`;
  }

  async readiness(): Promise<Readiness> {
    const { engine, radius, standsIn } = this.#options;
    await engine.store.check();
    const reasons: string[] = [];
    const closed = engine.status.source.find(({ type, status }) => type === 'Listening' && status === 'False');
    if (radius() === undefined) {
      reasons.push(this.#refused ?? closed?.message ?? 'no declarations have been read yet: RADIUS is closed');
    }
    if (engine.store.broken !== undefined)
      reasons.push(`accounting is not acknowledged: ${engine.store.broken.message}`);
    const revision = standsIn();
    const note = `RADIUS is served by ${revision} as it was applied last: the declarations are being read`;
    return { ready: reasons.length === 0, reasons, ...(revision === undefined ? {} : { notes: [note] }) };
  }

  async status(): Promise<DaemonStatus> {
    const { engine, reconciler, source, version } = this.#options;
    const { author, subject } = this.#revision ?? {};
    const standsIn = this.#options.standsIn();
    const next = reconciler.nextChange;
    const now = this.#options.clock.now();
    const pauses = engine.pauses.all(now);
    return {
      version,
      pid: process.pid,
      startedAt: new Date(this.#startedAt).toISOString(),
      source: source.description,
      ...(reconciler.inForce === undefined ? {} : { revision: reconciler.inForce.revision }),
      ...(standsIn === undefined ? {} : { standsIn }),
      ...(author === undefined ? {} : { author }),
      ...(subject === undefined ? {} : { subject }),
      conditions: engine.status.source,
      targets: withConditions(withPauses(engine.status.targets(), pauses, now), this.#options.collector.conditions()),
      controllers: this.#options.controllers(),
      collections: this.#options.collector.status(),
      pauses,
      openSessions: engine.accounting.openCount,
      stateBytes: await folderBytes(engine.store.dir),
      sessionEvents: engine.status.sessionEvents(),
      outbox: outboxStatus(engine.directoryTarget.outbox),
      ...(next === undefined ? {} : { nextChange: new Date(next).toISOString() }),
      findings: this.#findings(),
    };
  }

  async sessions(query: SessionsRequest): Promise<readonly SessionJson[]> {
    const { engine } = this.#options;
    const users = query.user === undefined ? [undefined] : usersNamed(engine.directory, query.user);
    const wanted = sessionQuery(query, this.#evidence());
    const found = await Promise.all(
      users.map((user) => engine.accounting.find({ ...wanted, ...(user === undefined ? {} : { user }) })),
    );
    return found.flat().slice(0, query.limit).map(toSessionJson);
  }

  visitsOf(sessions: readonly SessionJson[]): readonly Visit[] {
    return visitsOf(sessions, this.#options.clock.now());
  }

  whoHad(request: WhoHadRequest): Promise<WhoHadAnswer> {
    return auditedWhoHad(request, this.#evidence());
  }

  export(request: ExportRequest): Promise<AsyncIterable<string>> {
    return auditedExport(request, this.#evidence());
  }

  async usage(request: UsageRequest): Promise<UsageAnswer> {
    const { engine, clock, collector } = this.#options;
    const logins = usersNamed(engine.directory, request.username);
    const routers = new Set(routersOf(engine.accounting, this.#model, logins));
    await collector.refresh([...routers]);
    const notes = collector
      .status()
      .filter(({ router }) => routers.has(router))
      .flatMap(({ router, findings }) => findings.map(({ message }) => `${router}: ${message}`));
    const timezone = this.#model?.operator.timezone ?? 'UTC';
    const standings = await standingsOf(engine.quotas, logins);
    const quota = request.quota === undefined ? {} : { quota: await quotaNamed(engine.quotas, logins, request.quota) };
    const serviceOf = (login: string) => {
      const service = (engine.directory.login(login) ?? engine.directory.device(login))?.service;
      return service === undefined ? {} : { service };
    };
    const around = { logins, timezone, now: clock.now(), notes, standings, serviceOf, ...quota };
    return usageAnswer(engine.accounting, request, around);
  }

  liveUsage(username: string): Promise<LiveUsage> {
    const { engine, live } = this.#options;
    const logins = usersNamed(engine.directory, username);
    return live.measure(username, logins, routersOf(engine.accounting, this.#model, logins));
  }

  disconnect(which: DisconnectRequest): Promise<readonly DisconnectResult[]> {
    return disconnectSessions(this.#options.engine, this.#options.clock, which);
  }

  topUp(request: TopUpRequest): Promise<TopUpAnswer> {
    return topUp(this.#options.engine, this.#options.clock, request);
  }

  async coa(request: CoaRequest): Promise<readonly DisconnectResult[]> {
    return changeSessions(this.#options.engine, this.#options.clock, request);
  }

  devices(username?: string): readonly LearnedDeviceJson[] {
    return this.#options.devices.list(username).map(learnedJson);
  }

  async forgetDevices({ user, mac, by }: ForgetDevicesRequest): Promise<readonly LearnedDeviceJson[]> {
    const gone = await this.#options.devices.forget(user, mac);
    await this.#commanded({ who: by, action: 'forget-devices', object: user, detail: `${gone.length} forgotten` });
    for (const device of gone) this.#options.log.info({ ...device, by }, 'device forgotten');
    return gone.map(learnedJson);
  }

  async careForState(request: StateRequest): Promise<StateAnswer> {
    const { action, to = 'state', by = 'unknown' } = request;
    const answer = await careForState(this.#options.engine, this.#options.clock, request);
    if (action === 'repair' || action === 'backup')
      await this.#commanded({ who: by, action: `state-${action}`, object: to, detail: '' });
    return answer;
  }

  /** Windows that were closed for these targets. */
  #passedOver(targets: readonly string[]): string {
    const { inForce } = this.#options.reconciler;
    if (inForce === undefined) return '';
    const { model } = inForce;
    const closed = targets.filter(
      (name) => !windowState(policyOf({ name }, model), this.#options.clock.now(), model.operator.timezone).open,
    );
    return closed.length === 0 ? '' : `; outside of the windows of ${closed.join(', ')}`;
  }

  async #commanded(what: Parameters<typeof commandedHere>[2]): Promise<void> {
    await commandedHere(this.#options.engine, this.#options.clock, what);
  }

  async audit(limit: number, actions?: readonly string[]): Promise<readonly AuditEntry[]> {
    const { applies, audit } = this.#options.engine;
    await applies.settled();
    return await audit.last(limit, actions);
  }

  plan(request: PlanRequest): Promise<PlanAnswer> {
    return this.#plan(request);
  }

  /** One after another: whoever may look must not keep routers busy. */
  review(request: PlanRequest): Promise<PlanAnswer> {
    const reviewed = this.#reviewing.then(() => this.#plan(request, 'known'));
    this.#reviewing = reviewed.catch(() => undefined);
    return reviewed;
  }

  async #plan({ files, targets, exclude, unsealed }: PlanRequest, only?: 'known'): Promise<PlanAnswer> {
    const { engine, clock } = this.#options;
    await this.#untilRead();
    const wanted = files === undefined ? this.#inForce() : await this.#loadGiven(files);
    if (wanted.result === 'invalid') return wanted;
    const model = engine.quotas.asOf(wanted.model, clock.now());
    await using loan = engine.borrow(model, only);
    requireKnown([...loan.targets.map(({ name }) => name), ...loan.unknown], targets, exclude);
    const { inForce } = this.#options.reconciler;
    const isReviewed = inForce?.model.operator.reconcile.approved === true;
    const isWhole = (targets ?? []).length + (exclude ?? []).length === 0;
    const settings = isReviewed && isWhole ? settingsPart(inForce?.model, wanted.model) : undefined;
    const plan = await planTargets(chosen(loan.targets, targets, exclude), {
      model,
      revision: wanted.revision,
      inventory: engine.inventory,
      protection: engine.protection,
      policiesBefore: (name) => engine.policies.of(name),
      policiesInForce: engine.policies.inForce,
      ...compact({ objections: wanted.objections }),
      pauseOf: (name) => engine.pauses.of(name, clock.now()),
      now: clock.now(),
      signal: AbortSignal.timeout(120_000),
      lastRevision: (target) => lastRevision(engine, target).lastRevision,
      sessionsKnown: true,
      leftOut: chosen(loan.unknown.map(dialledOtherwise), targets, exclude),
      ...(unsealed === true ? {} : { seal: engine.planSeal }),
      ...compact({ settings }),
      looking: fewLooks(clock),
    });
    if (isReviewed) await engine.approvals.remember(plan, clock.now());
    return { result: 'planned', plan };
  }

  approvals(): ApprovalsAnswer {
    const waiting = this.#options.approvals.waiting();
    return { approvals: this.#options.engine.approvals.list(), ...compact({ waiting }) };
  }

  async approve({ checksum, by = 'unknown', reason }: ApproveRequest): Promise<ApprovalsAnswer> {
    const { engine, clock, approvals } = this.#options;
    if (!engine.approvals.knows(checksum))
      throw new RequestError(
        `no plan with the checksum ${checksum} was made here: lastmile plan --against daemon makes one, lastmile approve lists what waits`,
      );
    await engine.approvals.approve({ checksum, by, at: clock.now(), ...compact({ reason }) });
    await this.#commanded({ who: by, action: 'approve', object: checksum, reason, detail: 'plan approved' });
    await approvals.tryAgain();
    // One that waits for a word of its own need not wait for its interval besides.
    const waiting = engine.status.targets().filter(({ last }) => last.refusals.some(isUnapproved));
    const names = waiting.map(({ name }) => name);
    if (names.length > 0) this.#options.reconciler.request('revision', names).catch(ignoreEnd);
    return this.approvals();
  }

  async apply(request: ApplyRequest): Promise<ApplyAnswer> {
    const { files, targets, exclude, allowDeletes, exactly, by = 'unknown', reason } = request;
    const { reconciler, source } = this.#options;
    await this.#options.refresh();
    if (files !== undefined && !this.#follows(files)) {
      const given = await this.#loadGiven(files);
      if (given.result === 'invalid') return given;
      const waiting = this.#options.approvals.waiting();
      return { result: 'not-followed', source: source.description, ...compact({ waiting }) };
    }
    const known = this.#targetNames();
    requireKnown(known, targets, exclude);
    const names = chosen(
      known.map((name) => ({ name })),
      targets,
      exclude,
    ).map(({ name }) => name);
    const exact = new Map(exactly?.map((each) => [each.target, each]));
    const wanted = exactly === undefined ? names : names.filter((name) => exact.has(name));
    const runs = await reconciler.request('request', wanted, (name) =>
      compact({ allowDeletes, exact: exact.get(name) }),
    );
    const detail = `${resultsOf(runs)}${this.#passedOver(wanted)}`;
    await this.#commanded({ who: by, action: 'apply-now', object: wanted.join(', '), reason, detail });
    const sessions = (await Promise.all(runs.map((run) => run.sessions))).flat();
    return { result: 'applied', reports: runs.map(({ report }) => report), sessions };
  }

  async reconcile({ target, by = 'unknown', reason }: ReconcileRequest): Promise<readonly TargetReport[]> {
    await this.#options.refresh();
    const only = target === undefined ? this.#targetNames() : [target];
    requireKnown(this.#targetNames(), only);
    const runs = await this.#options.reconciler.request('request', only);
    const detail = `${resultsOf(runs)}${this.#passedOver(only)}`;
    await this.#commanded({ who: by, action: 'reconcile', object: target ?? 'all targets', reason, detail });
    return runs.map(({ report }) => report);
  }

  async suspend({ target, ...rest }: SuspendRequest): Promise<Pause> {
    await this.#untilRead();
    requireRouter(target, this.#targetNames());
    const pause = { target, ...rest, since: this.#options.clock.now() };
    await this.#options.reconciler.suspend(pause);
    await suspended(this.#options.engine, pause);
    return pause;
  }

  async resume({ target, by }: ResumeRequest): Promise<Pause | undefined> {
    const over = await this.#options.reconciler.resume(target, by);
    if (over !== undefined) await this.#commanded({ who: by, action: 'resume', object: target, detail: over.kind });
    return over;
  }

  async drift(target?: string): Promise<DriftAnswer> {
    const { engine } = this.#options;
    await this.#untilRead();
    const known = this.#targetNames().filter((name) => name !== directoryName);
    requireKnown(known, target === undefined ? [] : [target]);
    const answer = await this.plan(target === undefined ? { exclude: [directoryName] } : { targets: [target] });
    const events = engine.drift.events(target);
    if (answer.result === 'invalid') return { events };
    const { changes, targets } = answer.plan;
    return {
      open: changes.filter((change) => this.#isDrift(change)),
      unknown: targets.filter(({ state }) => state === 'unreachable'),
      events,
    };
  }

  async doctor({ target, ping }: DoctorRequest): Promise<Diagnosis> {
    const { engine, clock, collector, radius, lookAtControllers } = this.#options;
    await this.#untilRead();
    const { inForce } = this.#options.reconciler;
    if (inForce === undefined) throw new NothingInForceError(this.#refused);
    return diagnose(engine.quotas.asOf(inForce.model, clock.now()), target, {
      routers: engine.routers,
      clock,
      signal: AbortSignal.timeout(120_000),
      controllers: lookAtControllers,
      packets: radius()?.findings() ?? [],
      heartbeats: this.#options.heartbeats(),
      collections: collector.status(),
      ...(ping === undefined ? {} : { outside: ping }),
    });
  }

  /** Where something that was committed waits, what the last look called drift; else all that differs under one revision. */
  #isDrift({ target, menu, identity, cause }: PlannedChange): boolean {
    const { drift, status } = this.#options.engine;
    const left = drift.left(target).has(keyOf({ menu, identity }));
    return left || (cause === 'drift' && status.target(target)?.last.result !== 'planned');
  }

  objects(kind: string, name?: string): readonly DeclaredObject[] | undefined {
    const model = this.#model;
    return model === undefined ? [] : declaredObjects(model, kind, name, this.#options.clock.now());
  }

  async why(username: string): Promise<WhyAnswer> {
    const { engine, decisions, radius, clock } = this.#options;
    const standings = await standingsIfKnown(engine.quotas, usersNamed(engine.directory, username));
    const known = knownAs(engine.directory, username);
    const waiting = waitingOrders(engine.directoryTarget.outbox, username);
    const found = whyOf(username, known, decisions.of(username), radius()?.findings() ?? [], clock.now());
    const why = { ...found, hints: [...found.hints, ...standingHints(standings, clock.now())] };
    return waiting.length === 0 ? why : { ...why, waiting };
  }

  calls(router: string, limit: number): RouterCalls | undefined {
    const { engine, accountingResults } = this.#options;
    const known = this.#model?.routers.some(({ name }) => name === router);
    if (known !== true) return undefined;
    return { router, calls: engine.routers.calls(router, limit), accounting: accountingResults.of(router, limit) };
  }

  async rest(question: RestQuestion): Promise<RestAnswer> {
    const { radius } = this.#options;
    return (await radius()?.rest.ask(question)) ?? { status: 503, body: { error: 'RADIUS is closed' } };
  }

  metrics(): Promise<string> {
    return this.#options.metrics.text();
  }

  get #model(): Model | undefined {
    const { reconciler, clock, engine } = this.#options;
    return reconciler.inForce === undefined ? undefined : engine.quotas.asOf(reconciler.inForce.model, clock.now());
  }

  /** Who asks while a start still reads the declarations is answered by them. */
  async #untilRead(): Promise<void> {
    if (this.#options.reconciler.inForce === undefined && this.#refused === undefined) await this.#options.refresh();
  }

  #inForce() {
    const { inForce } = this.#options.reconciler;
    if (inForce === undefined) return { result: 'invalid' as const, issues: [] };
    return { result: 'loaded' as const, ...inForce, objections: undefined };
  }

  /** @throws NothingInForceError when there is no target because there is no model */
  #targetNames(): readonly string[] {
    const { reconciler } = this.#options;
    if (reconciler.inForce === undefined) throw new NothingInForceError(this.#refused);
    return reconciler.targetNames;
  }

  async #loadGiven(files: Revision['files']) {
    if (this.#follows(files)) return this.#inForce();
    // A copy: what is asked about must not displace what the daemon knows of the files it follows.
    const cache: FileCache = new Map(this.#options.cache);
    const policiesBefore = this.#options.engine.policies.inForce;
    const settings = { ...this.#options.load, cache, mode: 'use' as const, policiesBefore };
    const { model, issues, objections } = await loadFiles(files, settings);
    if (model === undefined) return { result: 'invalid' as const, issues };
    return { result: 'loaded' as const, model, revision: folderRevision(files), objections };
  }

  /** Are these the files of the revision in force? */
  #follows(files: Revision['files']): boolean {
    return this.#contents !== undefined && folderRevision(files) === this.#contents();
  }

  #evidence(): EvidenceSurroundings {
    const { engine, clock } = this.#options;
    const { accounting, translations, directory, audit } = engine;
    const operator = this.#model?.operator;
    const interimSeconds = interimOf(directory, operator?.accounting.interimSeconds ?? 120);
    const timezone = operator?.timezone ?? 'UTC';
    return { accounting, translations, directory, audit, timezone, interimSeconds, now: clock.now() };
  }

  #findings(): readonly string[] {
    const { engine, radius } = this.#options;
    const stored = [...engine.store.damage().map(rowFinding), ...engine.accounting.findings()];
    const accounting = stored.map(({ message }) => message);
    const packets = (radius()?.findings() ?? []).map(
      ({ nas, reason, count, source, hint }) =>
        `RADIUS from ${source} (${nas}): ${count} × ${reason}${hint === undefined ? '' : `; ${hint}`}`,
    );
    const portal = this.#options.portalFindings();
    const clocks = engine
      .wrongClocks()
      .map(
        (nas) =>
          `CoA to ${nas}: answered only without Event-Timestamp; its clock is probably wrong, set an NTP client on it`,
      );
    const readings = this.#options.collector.status().flatMap(findingsOfReadings);
    const rolledBack = engine.status.source.find(({ reason }) => reason === 'RolledBack')?.message;
    const ours = [rolledBack, this.#refused, engine.store.broken?.message, ...engine.routers.unconfirmed()];
    return [...ours, ...accounting, ...packets, ...portal, ...clocks, ...readings].filter((each) => each !== undefined);
  }
}

function isUnapproved({ code }: { readonly code: string }): boolean {
  return code === 'LM_NOT_APPROVED';
}

function resultsOf(runs: readonly LoopRun[]): string {
  return runs.map(({ report: { target, result } }) => `${target}: ${result}`).join(', ');
}

/** What is wrong with the readings of a router, or may be with their numbers. */
function findingsOfReadings(status: CollectionStatus): readonly string[] {
  const { router, findings } = status;
  const { status: collected, message } = judgeCollection(status);
  const missed = collected === 'False' ? [`usage of ${router}: ${message}`] : [];
  return [...missed, ...findings.map((finding) => `usage of ${router}: ${finding.message}`)];
}

/** Targets with what is said of their readings. */
function withConditions(
  targets: readonly TargetStatus[],
  conditions: ReadonlyMap<string, Condition>,
): readonly TargetStatus[] {
  return targets.map((target) => {
    const collected = conditions.get(target.name);
    return collected === undefined ? target : { ...target, conditions: [...target.conditions, collected] };
  });
}

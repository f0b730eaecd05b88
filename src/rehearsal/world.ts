import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type LoggedDecision, type RecentDecisions, recentDecisions } from '../access/decision-log.ts';
import { RecentAccounting } from '../accounting/sessions/recent-accounting.ts';
import { Engine } from '../daemon/engine.ts';
import { DeclaredAuthority } from '../daemon/logins/declared-authority.ts';
import { DeclaredEap } from '../daemon/logins/declared-eap.ts';
import { DeclaredProxy } from '../daemon/logins/declared-proxy.ts';
import { LoginBooks } from '../daemon/logins/login-books.ts';
import { PortalGateway } from '../daemon/logins/portal-gateway.ts';
import { type AnswersRadius, startRadius } from '../daemon/radius-front.ts';
import { interimOf } from '../daemon/sessions/interim-of.ts';
import { Reconciler } from '../daemon/targets/reconciler.ts';
import { admittedBy } from '../daemon/until-local.ts';
import { UntilRead } from '../daemon/until-read.ts';
import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import { radiusCounters } from '../radius/counters.ts';
import type { RadiusServer } from '../radius/server.ts';
import { SimulatedRouterOs } from '../simulator/simulated-routeros.ts';
import type { TargetReport } from '../status/report.ts';
import { apiPort, type Loopback, rehearsed } from './loopback.ts';
import { Stillness } from './stillness.ts';
import { StuckError } from './stuck-error.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface WorldOptions {
  readonly model: Model;
  readonly revision: string;
  readonly clock: VirtualClock;
  readonly loopback: Loopback;
  readonly signal: AbortSignal;
}

/** Looks that see nothing, before it is given up where nobody waits for a time to come. */
const deadLooks = 10_000;
/** Nobody waits longer for anything, in time of the rehearsal. */
const longestWaitMs = 30 * 60_000;
/** Turns of the event loop in which nothing happens, after which nothing will. */
const quietTurns = 4;

/**
 * A network of its own, in time of its own: what the daemon serves and reconciles with, on simulated routers. All that is
 * decided, counted and written is done by the parts that do it in service.
 */
export class World implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly engine: Engine;
  readonly routers: ReadonlyMap<string, SimulatedRouterOs>;
  readonly #options: WorldOptions;
  readonly #folder: string;
  readonly #decisions: RecentDecisions;
  readonly #reconciler: Reconciler;
  readonly #portal: PortalGateway;
  readonly #answers: AnswersRadius;
  readonly #reports = new Map<string, TargetReport>();
  readonly #lifts = new Map<string, () => void>();
  #declared: Model;
  #radius: RadiusServer | undefined;
  #happened = 0;
  /** Something that routers sent, or changed, has not come to its end. */
  #awaitsRouters = false;

  private constructor(
    options: WorldOptions,
    parts: {
      readonly engine: Engine;
      readonly routers: World['routers'];
      readonly folder: string;
      readonly decisions: RecentDecisions;
      readonly books: LoginBooks;
    },
  ) {
    const { clock } = options;
    const { engine, decisions, books } = parts;
    this.#options = options;
    this.clock = clock;
    this.engine = engine;
    this.routers = parts.routers;
    this.#folder = parts.folder;
    this.#decisions = decisions;
    this.#declared = options.model;
    const time = clock.patient;
    const authority = new DeclaredAuthority({ clock: time, log });
    this.#answers = {
      ...{ engine, decisions, books, authority, log, fillRandom, clock: time },
      untilRead: new UntilRead(),
      proxy: new DeclaredProxy({ directory: engine.directory, clock: time, log, random: fillRandom }),
      eap: new DeclaredEap({ clock: time, log, random: fillRandom, givenUp: () => undefined }),
      accountingResults: new RecentAccounting(engine.accounting, time),
      counters: radiusCounters(),
      rejectDelayMs: 0,
      oneByOne: true,
    };
    this.#portal = new PortalGateway({
      ...{ engine, decisions, clock: time, log, fillRandom },
      authority: () => authority.current,
    });
    this.#reconciler = new Reconciler({
      ...{ engine, log, clock: time, random: () => 0.5 },
      admitted: (subscription) => admittedBy(engine.directory, subscription),
      onReport: (report) => {
        this.#happened += 1;
        this.#reports.set(report.target, report);
      },
      quotas: engine.quotas,
    });
    engine.quotas.onChange((subscriptions, model) => this.#reconciler.changedByThemselves(subscriptions, model));
    engine.routers.onCall(() => {
      this.#happened += 1;
    });
    engine.accounting.onStored(() => {
      this.#happened += 1;
    });
  }

  /** Resolves when everything declared is served, and on the routers. */
  static async start(options: WorldOptions): Promise<World> {
    const folder = await mkdtemp(join(await quickFolder(), 'lastmile-rehearsal-'));
    const begun: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
    try {
      const { clock, loopback, revision } = options;
      const model = rehearsed(options.model, loopback);
      const decisions = recentDecisions();
      const routers = new Map<string, SimulatedRouterOs>();
      for (const router of model.routers) {
        const simulated = await simulate(router, clock);
        begun.push(() => simulated[Symbol.asyncDispose]());
        routers.set(router.name, simulated);
      }
      const stateDir = join(folder, 'state');
      const engine = await Engine.open({ stateDir, clock: clock.patient, log, fillRandom, decisions });
      begun.push(() => engine[Symbol.asyncDispose]());
      const books = await LoginBooks.open({ engine, clock: clock.patient, log });
      const world = new World(options, { engine, routers, folder, decisions, books });
      begun.push(() => world.#stop());
      await world.drive(world.#serve(model, revision));
      await world.settle();
      return world;
    } catch (error) {
      for (const undo of begun.reverse()) await undo().catch(() => undefined);
      throw error;
    }
  }

  /** What is in force, as it is declared. */
  get model(): Model {
    return this.#declared;
  }

  /** Takes another revision into force. Resolves with what came of it at each target. */
  async commit(model: Model, revision: string): Promise<readonly TargetReport[]> {
    const here = rehearsed(model, this.#options.loopback);
    this.#declared = model;
    this.#reports.clear();
    await this.drive(this.#follow(here, revision));
    await this.settle();
    return [...this.#reports.values()];
  }

  /** What came of the last run of each target. */
  reports(): readonly TargetReport[] {
    return [...this.#reports.values()];
  }

  /** The last decisions about a login, newest last. */
  decisions(username: string): readonly LoggedDecision[] {
    return this.#decisions.of(username);
  }

  /** Where guests meet the portal. Absent: there is none. */
  get portal(): string | undefined {
    const { endpoint } = this.#portal;
    return endpoint === undefined ? undefined : `${endpoint.host}:${endpoint.port}`;
  }

  /** Time goes by, and whatever is to happen meanwhile happens when it is due. */
  async pass(ms: number): Promise<void> {
    const till = this.clock.monotonic() + ms;
    while (this.clock.monotonic() < till) {
      this.#options.signal.throwIfAborted();
      this.clock.goTo(Math.min(till, this.#nextStop() ?? till));
      await this.settle();
    }
  }

  /** A router's API cannot be reached until `restore`. What it does for subscribers goes on. */
  cutRouter(name: string): void {
    const router = this.routers.get(name);
    if (router === undefined || this.#lifts.has(name)) return;
    this.#lifts.set(name, router.faults.add({ kind: 'close' }));
    router.dropConnections();
  }

  restoreRouter(name: string): void {
    this.#lift(name);
  }

  /** Packets of this kind get lost at a router until `findAt`. */
  loseAt(name: string, kind: 'drop-incoming' | 'drop-accounting'): void {
    const router = this.routers.get(name);
    const lift = `${kind} ${name}`;
    if (router === undefined || this.#lifts.has(lift)) return;
    this.#lifts.set(lift, router.faults.add({ kind }));
  }

  findAt(name: string, kind: 'drop-incoming' | 'drop-accounting'): void {
    this.#lift(`${kind} ${name}`);
  }

  /** How often sessions of this login report, milliseconds. */
  interimMs(username: string): number {
    const usual = this.#declared.operator.accounting.interimSeconds;
    return interimOf(this.engine.directory, usual)({ username }) * 1000;
  }

  /** A value of a row, with addresses as they are declared. */
  shown(text: string): string {
    return this.#options.loopback.shown(text);
  }

  /** Nobody answers RADIUS until `openRadius`. */
  async cutRadius(): Promise<void> {
    const radius = this.#radius;
    this.#radius = undefined;
    await radius?.[Symbol.asyncDispose]();
  }

  async openRadius(): Promise<void> {
    if (this.#radius !== undefined) return;
    const { server } = this.#options.loopback;
    const [first] = this.#declared.operator.radius.servers;
    const { authPort = 1812, accountingPort = 1813 } = first ?? {};
    const { radsec, listenRadsec } = this.#declared.operator.radius;
    const plan = {
      auth: [{ host: server, port: authPort }],
      accounting: [{ host: server, port: accountingPort }],
      ...(listenRadsec === undefined ? {} : { radsec: [{ host: server, port: 2083 }] }),
      admin: { host: server, port: 0 },
    };
    this.#radius = await startRadius(plan, radsec, this.#answers);
  }

  /**
   * Resolves as this does. Where nothing happens any more and it is still under way, somebody waits for an answer that does
   * not come: then time goes on, as for him.
   *
   * @param isWaiting whether it waits for others at all
   * @throws StuckError when it does not end
   */
  async drive<Result>(work: Promise<Result>, isWaiting = () => true): Promise<Result> {
    let over = false;
    const done = work.finally(() => {
      over = true;
    });
    const from = this.clock.monotonic();
    let seen = this.#moves;
    const stillness = new Stillness({ isBusy: () => this.engine.store.busy || this.#radius?.comparing === true });
    const ended = done.then(
      () => undefined,
      () => undefined,
    );
    for (let still = await stillness.look(ended); !over; still = await stillness.look(ended)) {
      if (this.#moves !== seen) stillness.moved();
      const isStill = still && this.#moves === seen;
      seen = this.#moves;
      // Else it goes on by itself: there is no need for another time.
      if (!isStill || !isWaiting()) continue;
      const next = this.clock.nextWake;
      if (next === undefined || next - from > longestWaitMs) {
        if (stillness.looks > deadLooks) throw new StuckError();
        continue;
      }
      this.clock.goTo(next);
      stillness.moved();
      seen = this.#moves;
    }
    return await done;
  }

  /** Resolves when all that followed from what happened has happened. */
  async settle(): Promise<void> {
    await this.drive(this.#quiet(), () => this.#awaitsRouters || this.#isBusy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.engine[Symbol.asyncDispose]();
    for (const router of this.routers.values()) await router[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #moves(): number {
    return this.#happened + this.clock.moves;
  }

  get #isBusy(): boolean {
    return this.#reconciler.busy || this.engine.quotas.busy;
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; ) {
      const before = this.#moves;
      this.#awaitsRouters = true;
      for (const router of this.routers.values()) {
        await router.accountingIdle();
        await router.settled();
      }
      this.#awaitsRouters = false;
      await nextTurn(this.#isBusy);
      quiet = this.#isBusy || this.#moves !== before ? 0 : quiet + 1;
    }
  }

  /** When something is to happen by itself, on the monotonic clock. */
  #nextStop(): number | undefined {
    const { clock, engine } = this;
    const wall = [this.#reconciler.nextDue, engine.quotas.nextDue].flatMap((at) =>
      at === undefined ? [] : [Math.max(clock.monotonic() + 1, at + 1 - clock.now() + clock.monotonic())],
    );
    const all = [...wall, ...(clock.nextStop === undefined ? [] : [clock.nextStop])];
    return all.length === 0 ? undefined : Math.min(...all);
  }

  async #serve(model: Model, revision: string): Promise<void> {
    await this.engine.directoryTarget.load(model);
    await this.openRadius();
    await this.#follow(model, revision);
  }

  async #follow(model: Model, revision: string): Promise<void> {
    const { authority, eap, proxy } = this.#answers;
    await this.engine.quotas.follow(model);
    authority.use(model);
    eap.use(model);
    proxy.use(model);
    if (model.portalSites.length > 0 && this.#portal.endpoint === undefined) {
      const tls = model.operator.portal.tls !== undefined;
      await this.#portal.open({ host: this.#options.loopback.server, port: 0, ...{ tls } }, model);
    } else this.#portal.use(model);
    await this.#reconciler.follow({ model, revision });
    this.engine.delivery.start();
  }

  #lift(what: string): void {
    this.#lifts.get(what)?.();
    this.#lifts.delete(what);
  }

  async #stop(): Promise<void> {
    const { authority, eap, proxy, books } = this.#answers;
    for (const name of [...this.#lifts.keys()]) this.#lift(name);
    await this.#portal[Symbol.asyncDispose]();
    this.engine.accounting.giveUp();
    await this.cutRadius();
    eap[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    await authority[Symbol.asyncDispose]();
    await books[Symbol.asyncDispose]();
    await this.#reconciler[Symbol.asyncDispose]();
  }
}

const log = pino({ level: 'silent' });
const fillRandom = (octets: Uint8Array): void => void randomFillSync(octets);

/** What is busy may be waiting for another thread: it is not to be kept from its processor. */
async function nextTurn(isBusy: boolean): Promise<void> {
  if (isBusy) await new Promise((resolve) => setTimeout(resolve, 1));
  else await new Promise(setImmediate);
}

function simulate(router: Router, clock: VirtualClock): Promise<SimulatedRouterOs> {
  const { api, address, identity, name } = router;
  const users = api === undefined ? [] : [{ name: api.username, password: api.password.reveal() }];
  return SimulatedRouterOs.start({
    ...{ clock, upkeep: clock.patient, users, apiHost: address, apiPort, radiusSourceAddress: address },
    identity: identity ?? name,
  });
}

/** Where files are kept in memory, if there is such a place: nothing of a rehearsal is to last. */
async function quickFolder(): Promise<string> {
  const memory = '/dev/shm';
  try {
    const { access, constants } = await import('node:fs/promises');
    await access(memory, constants.W_OK | constants.X_OK);
    return memory;
  } catch {
    return tmpdir();
  }
}

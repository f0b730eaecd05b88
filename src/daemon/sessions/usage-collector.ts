import type { Logger } from 'pino';
import type { TranslationHistory } from '../../accounting/addresses/translation-history.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import { type CollectionStatus, judgeCollection } from '../../status/collection.ts';
import type { Condition } from '../../status/conditions.ts';
import { endCauses, endReading } from '../../usage/match-sessions.ts';
import { subscriptionsByRouter, subscriptionsByRouterSince } from '../targets/by-router.ts';
import { takeOverSessions } from '../targets/renamed-router.ts';
import type { RouterPool } from '../targets/router-pool.ts';
import { modeOf } from '../targets/target-mode.ts';
import { Turns } from '../targets/turns.ts';
import { RouterCollector } from './router-collector.ts';
import type { ReadRouter } from './router-reader.ts';

export interface UsageCollectorOptions {
  readonly accounting: AccountingStore;
  readonly routers: Pick<RouterPool, 'session'>;
  /** Where it is kept how routers translate addresses. Absent: nowhere. */
  readonly translations?: Pick<TranslationHistory, 'seen'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const readingsAtOnce = 8;
const usualSeconds = 300;
/** Who asks for usage waits so long for routers to be read. */
const refreshMs = 5_000;
/** A wall clock that moved by more than this beside the other was set. */
const jumpMs = 2_000;

/** Reads what routers count of sessions that no RADIUS accounting tells of: one loop per router, none waits for another. */
export class UsageCollector implements AsyncDisposable {
  readonly #options: UsageCollectorOptions;
  readonly #turns = new Turns(() => readingsAtOnce);
  readonly #routers = new Map<string, RouterCollector>();
  readonly #conditions = new Map<string, Condition>();
  readonly #leaving = new Set<Promise<void>>();
  /** Wall time less monotonic time, when last looked at. */
  #clockOffset: number;
  #stopped = false;
  /** The model whose routers are read, and by router whom it lets in by itself. */
  #followed: { readonly model: Model; readonly local: ReadonlyMap<string, readonly Subscription[]> } | undefined;

  constructor(options: UsageCollectorOptions) {
    this.#options = options;
    this.#clockOffset = options.clock.now() - options.clock.monotonic();
  }

  /** Reads the routers of this model from now on. Sessions of routers that are gone end where they were last read. */
  follow(model: Model): void {
    if (this.#stopped) return;
    const local =
      this.#followed === undefined
        ? subscriptionsByRouter(model)
        : subscriptionsByRouterSince(this.#followed.local, this.#followed.model, model);
    this.#followed = { model, local };
    const routers = model.routers.flatMap((router) =>
      router.api === undefined ? [] : readRouterOf(router, model, local.get(router.name)),
    );
    this.#takeOver(model);
    const names = new Set(routers.map(({ name }) => name));
    for (const [name, collector] of [...this.#routers]) {
      if (names.has(name)) continue;
      this.#routers.delete(name);
      this.#leave(collector);
    }
    for (const router of routers) {
      const known = this.#routers.get(router.name);
      if (known === undefined) this.#routers.set(router.name, this.#start(router));
      else known.use(router);
    }
    this.#endOthers(new Set([...names, ...routers.flatMap(({ formerNames }) => formerNames)]));
  }

  /** Reads a router, or all, now; resolves when that has ended, well or not. */
  async collect(router?: string): Promise<void> {
    const wanted = [...this.#routers].filter(([name]) => router === undefined || name === router);
    await Promise.all(wanted.map(([, collector]) => collector.collect()));
  }

  /** Reads those of these routers now that were not read just before. Waits for them, but not for long. */
  async refresh(routers: readonly string[]): Promise<void> {
    const { clock } = this.#options;
    const stale = routers.filter((name) => this.#routers.get(name)?.isFresh === false);
    if (stale.length === 0) return;
    const over = new AbortController();
    const read = Promise.all(stale.map((name) => this.collect(name)));
    await Promise.race([read, clock.sleep(refreshMs, over.signal).catch(() => undefined)]);
    over.abort();
  }

  /** In order of name. */
  status(): readonly CollectionStatus[] {
    return [...this.#routers.values()].map(({ status }) => status).sort((a, b) => (a.router < b.router ? -1 : 1));
  }

  /** What is to be said of each router, since when: looked at whenever somebody asks. */
  conditions(): ReadonlyMap<string, Condition> {
    const now = new Date(this.#options.clock.now()).toISOString();
    for (const status of this.status()) {
      const judgement = judgeCollection(status);
      const before = this.#conditions.get(status.router);
      const lastTransitionTime = before?.status === judgement.status ? before.lastTransitionTime : now;
      this.#conditions.set(status.router, { ...judgement, lastTransitionTime });
    }
    for (const name of [...this.#conditions.keys()]) if (!this.#routers.has(name)) this.#conditions.delete(name);
    return this.#conditions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    for (const collector of this.#routers.values()) this.#leave(collector);
    this.#routers.clear();
    await Promise.all(this.#leaving);
  }

  #start(router: ReadRouter): RouterCollector {
    const { accounting, routers, translations, clock, log } = this.#options;
    return new RouterCollector(router, {
      accounting,
      ...(translations === undefined ? {} : { translations }),
      clock,
      log,
      connect: async (signal) => {
        const session = await routers.session(router.name, signal);
        if (session === undefined) throw new RouterNotDialledError(router.name);
        return session;
      },
      turns: this.#turns,
      watchClock: () => this.#watchClock(),
    });
  }

  #leave(collector: RouterCollector): void {
    const leaving = collector[Symbol.asyncDispose]().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** Times of records follow the clock; intervals and the age of readings never did. */
  #watchClock(): void {
    const { clock, log } = this.#options;
    const offset = clock.now() - clock.monotonic();
    const jumped = Math.round(offset - this.#clockOffset);
    this.#clockOffset = offset;
    if (Math.abs(jumped) > jumpMs) log.warn({ jumpedMs: jumped }, 'the clock was set; usage is collected as before');
  }

  /** Also of routers that are not read: their packets come by the new name. Those that are read see to it again. */
  #takeOver(model: Model): void {
    const { accounting, clock, log } = this.#options;
    for (const { name, previousNames = [] } of model.routers) {
      const formerNames = stillFree(previousNames, model);
      takeOverSessions(accounting, { name, formerNames }, clock.now()).catch((error: unknown) => {
        if (!(error instanceof LastmileError)) throw error;
        log.warn({ err: error, nas: name }, 'sessions of a renamed router not taken over yet');
      });
    }
  }

  #endOthers(read: ReadonlySet<string>): void {
    const { accounting, clock, log } = this.#options;
    const left = [...accounting.open()].filter(({ nas, source }) => source === 'api' && !read.has(nas));
    const now = clock.now();
    for (const session of left) {
      const end = { nas: session.nas, now, everySeconds: session.api?.everySeconds ?? usualSeconds };
      accounting.record(endReading(session, end, endCauses.undeclared, false)).catch((error: unknown) => {
        if (!(error instanceof LastmileError)) throw error;
        log.warn({ err: error, nas: session.nas }, 'session of a router that is read no more not ended');
      });
    }
  }
}

/** A model was put in force whose targets are not there yet. */
class RouterNotDialledError extends LastmileError {
  readonly code = 'LM_ROUTER_NOT_DIALLED';
  readonly retry = 'backoff';

  constructor(router: string) {
    super(`router ${router} is not dialled yet`);
  }
}

function readRouterOf(router: Router, model: Model, here: readonly Subscription[] = []): ReadRouter {
  const { name, previousNames = [], reconcile, dhcp, hotspots } = router;
  return {
    name,
    formerNames: stillFree(previousNames, model),
    everySeconds: reconcile?.collectSeconds ?? model.operator.accounting.collectSeconds ?? usualSeconds,
    devices: new Set(here.flatMap(({ macs, service }) => (service.access.includes('dhcp') ? macs : []))),
    ports: new Set([...dhcp, ...hotspots].map((server) => server.interface)),
    // It empties a table on the router, which whoever only looks does not.
    takesFlows: modeOf({ name }, model) === 'apply',
  };
}

/** A name that another router has by now tells nothing. */
function stillFree(names: readonly string[], { routers }: Model): readonly string[] {
  const taken = new Set(routers.map(({ name }) => name));
  return names.filter((name) => !taken.has(name));
}

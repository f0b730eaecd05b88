import { isDeepStrictEqual } from 'node:util';
import type { Session } from '../../accounting/event.ts';
import type { Clock } from '../../base/clock.ts';
import { compact } from '../../base/compact.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { RemovedFrom, SessionsByApi } from '../../radius/coa/session-control.ts';
import { type ApiCall, CallLog } from '../../routeros/call-log.ts';
import { Inspections } from '../../routeros/config/inspect.ts';
import { RouterTarget } from '../../routeros/router-target.ts';
import type { RouterOsSession } from '../../routeros/session.ts';
import { dialRouter } from './dial-router.ts';
import { RouterMemories } from './router-memories.ts';
import { modeOf } from './target-mode.ts';

interface Pooled {
  readonly router: Router;
  readonly operator: string;
  readonly target: RouterTarget;
}

export interface RouterPoolOptions {
  readonly clock: Clock;
  /** Does a person want this router left alone? Absent: never. */
  readonly isPaused?: (router: string) => boolean;
  /** Absent: nothing is known from before. */
  readonly memories?: RouterMemories;
}

/** One `RouterTarget`, with one connection, for each router of the current model. */
export class RouterPool implements SessionsByApi, AsyncDisposable {
  readonly #options: RouterPoolOptions;
  readonly #memories: RouterMemories;
  /** By router: what it was told last, over whichever connection. */
  readonly #logs = new Map<string, CallLog>();
  readonly #listeners = new Set<(router: string, call: ApiCall) => void>();
  readonly #routers = new Map<string, Pooled>();
  /** What routers told about themselves: those of one version are alike. */
  readonly #inspections = new Inspections();
  /** Names of routers that we may write to. */
  #writable: ReadonlySet<string> = new Set();

  constructor(options: RouterPoolOptions) {
    this.#options = options;
    this.#memories = options.memories ?? new RouterMemories();
  }

  /** Targets for the routers that have an API; connections of routers that are gone or dialled otherwise now are closed. */
  targets(model: Model): readonly RouterTarget[] {
    const targets = model.routers.flatMap((router) => this.#target(router, model.operator.name));
    const names = new Set(targets.map((target) => target.name));
    for (const name of [...this.#routers.keys()].filter((each) => !names.has(each))) this.#drop(name);
    for (const name of [...this.#logs.keys()].filter((each) => !names.has(each))) this.#logs.delete(name);
    this.#writable = new Set([...names].filter((name) => modeOf({ name }, model) === 'apply'));
    return targets;
  }

  /** Of routers whose last changes nobody has confirmed yet, also before the first look after a start. */
  unconfirmed(): readonly string[] {
    return this.#memories
      .unconfirmed()
      .filter(({ router }) => this.#routers.has(router))
      .map(({ router, until }) => {
        const at = new Date(until).toISOString();
        return `router ${router} was told to take our last changes back at ${at} (LM_CONFIRM_PENDING): the next look says whether it did`;
      });
  }

  /** A router whose mode only looks, or that is suspended, is left alone here, too. */
  async remove(router: string, session: Session, signal: AbortSignal): Promise<RemovedFrom | false | undefined> {
    if (!this.#writable.has(router) || this.#options.isPaused?.(router) === true) return undefined;
    const { username, sessionId, callingStationId: mac, framedIpAddress: address, calledStationId: calledAt } = session;
    const name = compact({ username, sessionId, mac, address, calledAt });
    return this.#routers.get(router)?.target.removeSession(name, signal);
  }

  /**
   * Puts off that a router lets subscribers in by itself; false where it is not told to, or only looked at.
   *
   * @throws as connecting does
   */
  async armFallback(router: string, seconds: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#writable.has(router)) return false;
    return (await this.#routers.get(router)?.target.armFallback(seconds, signal)) === true;
  }

  /** The connection to a router, for who only reads; `undefined` when it has no API. @throws as connecting does */
  session(router: string, signal: AbortSignal): Promise<RouterOsSession> | undefined {
    return this.#routers.get(router)?.target.session(signal);
  }

  /** What a router was told last, newest first. */
  calls(router: string, limit?: number): readonly ApiCall[] {
    return this.#logs.get(router)?.calls(limit) ?? [];
  }

  /** Told of each command, after it. */
  onCall(listener: (router: string, call: ApiCall) => void): void {
    this.#listeners.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#routers.values()].map(({ target }) => target[Symbol.asyncDispose]()));
    this.#routers.clear();
  }

  /**
   * Targets for another model: those in force where they are dialled alike; new ones, closed with the loan, elsewhere, or with
   * `known` only the names of these.
   */
  borrow(
    model: Model,
    only?: 'known',
  ): AsyncDisposable & { readonly targets: readonly RouterTarget[]; readonly unknown: readonly string[] } {
    const [own, unknown]: [RouterTarget[], string[]] = [[], []];
    const targets = model.routers.flatMap((router) => {
      if (router.api === undefined) return [];
      const known = this.#routers.get(router.name);
      if (known !== undefined && dialledAlike(known, router, model.operator.name)) return [known.target];
      if (only === 'known') {
        unknown.push(router.name);
        return [];
      }
      const target = this.#dial(router, model.operator.name);
      own.push(target);
      return [target];
    });
    return {
      ...{ targets, unknown },
      async [Symbol.asyncDispose]() {
        await Promise.all(own.map((target) => target[Symbol.asyncDispose]()));
      },
    };
  }

  #target(router: Router, operator: string): readonly RouterTarget[] {
    if (router.api === undefined) return [];
    const known = this.#routers.get(router.name);
    if (known !== undefined && dialledAlike(known, router, operator)) return [known.target];
    this.#drop(router.name);
    const target = this.#dial(router, operator);
    this.#routers.set(router.name, { router, operator, target });
    return [target];
  }

  #dial(router: Router, operator: string): RouterTarget {
    const { clock } = this.#options;
    const [known, log] = [this.#memories.of(router.name), this.#logOf(router.name)];
    const connect = (signal: AbortSignal) => dialRouter(router, { known, log, clock }, signal);
    const kept = { memory: known, digests: known, inspections: this.#inspections };
    return new RouterTarget({ router, operator, clock, connect, ...kept });
  }

  #logOf(name: string): CallLog {
    const { clock } = this.#options;
    const onCall = (call: ApiCall) => {
      for (const listener of this.#listeners) listener(name, call);
    };
    const log = this.#logs.get(name) ?? new CallLog({ clock, onCall });
    this.#logs.set(name, log);
    return log;
  }

  #drop(name: string): void {
    const pooled = this.#routers.get(name);
    this.#routers.delete(name);
    void pooled?.target[Symbol.asyncDispose]();
  }
}

/** Whether a router that is declared so would be reached by the connection there is. */
function dialledAlike(known: Pooled, { address, api }: Router, operator: string): boolean {
  const other = known.router.api;
  if (api === undefined || other === undefined || known.operator !== operator) return false;
  const alike = known.router.address === address && isDeepStrictEqual(withoutPassword(other), withoutPassword(api));
  return alike && other.password.equals(api.password);
}

function withoutPassword({ password: _password, ...rest }: NonNullable<Router['api']>): object {
  return rest;
}

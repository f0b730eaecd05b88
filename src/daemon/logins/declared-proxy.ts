import type { Clock } from '../../base/clock.ts';
import type { DirectoryReader, LoginLimits } from '../../directory/reader.ts';
import type { Operator } from '../../model/kinds/operator.ts';
import type { HomeServerSettings, ProxyRealm } from '../../model/kinds/proxy-settings.ts';
import type { Model } from '../../model/model.ts';
import type { RadiusLog } from '../../radius/drops.ts';
import { type HomeCount, HomeServer, type HomeService } from '../../radius/proxy/home-server.ts';
import { ProxyMemory } from '../../radius/proxy/proxy-memory.ts';
import { type Realm, RealmProxy } from '../../radius/proxy/realm-proxy.ts';
import { type FillRandom, type RandomPool, randomPool } from '../../radius/random-pool.ts';
import { limitsByClock } from '../targets/limits-by-clock.ts';

export interface DeclaredProxyOptions {
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly random: FillRandom;
  readonly log: RadiusLog;
}

/** How often something came of requests to a home server. */
export interface HomeServerCount {
  readonly server: string;
  readonly service: HomeService;
  readonly result: HomeCount;
  readonly value: number;
}

type Pair = Readonly<Record<HomeService, HomeServer>>;

/** The proxy that the model in force declares. Home servers whose declaration did not change stay as they are, and what goes on goes on. */
export class DeclaredProxy implements AsyncDisposable {
  readonly #options: DeclaredProxyOptions;
  readonly #random: RandomPool;
  readonly #instance: Uint8Array;
  readonly #memory = new ProxyMemory();
  readonly #closing = new Set<Promise<void>>();
  #servers = new Map<string, Pair>();
  #current: RealmProxy | undefined;

  constructor(options: DeclaredProxyOptions) {
    this.#options = options;
    this.#random = randomPool(options.random);
    this.#instance = this.#random.take(8);
  }

  get current(): RealmProxy | undefined {
    return this.#current;
  }

  use({ proxy, operator }: Pick<Model, 'proxy' | 'operator'>): void {
    const before = this.#servers;
    this.#servers = new Map((proxy?.homeServers ?? []).map((each) => this.#kept(before, each)));
    const { clock, directory } = this.#options;
    this.#current =
      proxy === undefined
        ? undefined
        : new RealmProxy({
            realms: proxy.realms.map((realm) => this.#realm(realm, operator)),
            isOurs: (username) => directory.login(username) !== undefined,
            clock,
            random: this.#random,
            instance: this.#instance,
            memory: this.#memory,
          });
    const used = new Set(this.#servers.values());
    for (const pair of before.values()) if (!used.has(pair)) this.#close(pair);
  }

  /** What is wrong with home servers, for people. */
  findings(): readonly string[] {
    return this.#all().flatMap(({ settings, service, silentMs, health }) =>
      silentMs === undefined
        ? []
        : [
            `proxy: home server ${settings.name} has not answered (${service}) for ${Math.round(silentMs / 1000)} s${health === 'dead' ? ' and is not asked' : ''}`,
          ],
    );
  }

  counts(): readonly HomeServerCount[] {
    return this.#all().flatMap(({ settings, service, counts }) =>
      [...counts].map(([result, value]) => ({ server: settings.name, service, result, value })),
    );
  }

  /** Foreign people stay foreign: nobody answers them any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#servers.values()) this.#close(pair);
    await Promise.all(this.#closing);
  }

  #all(): readonly HomeServer[] {
    return [...this.#servers.values()].flatMap(({ auth, accounting }) => [auth, accounting]);
  }

  #kept(before: ReadonlyMap<string, Pair>, settings: HomeServerSettings): [string, Pair] {
    const known = before.get(settings.name);
    if (known !== undefined && textOf(known.auth.settings) === textOf(settings)) return [settings.name, known];
    const { clock, log } = this.#options;
    const open = (service: HomeService): HomeServer =>
      new HomeServer({ settings, service, clock, log, random: this.#random });
    return [settings.name, { auth: open('auth'), accounting: open('accounting') }];
  }

  #realm({ realm, servers, strip, service, allow }: ProxyRealm, operator: Operator): Realm {
    const { timezone, accounting } = operator;
    const pairs = servers.flatMap((name) => this.#servers.get(name) ?? []);
    const nothingElse: LoginLimits = { interimSeconds: accounting.interimSeconds, attributes: [] };
    const limits = service === undefined ? () => nothingElse : limitsByClock(service, timezone, this.#options.clock);
    return {
      name: realm,
      servers: { auth: pairs.map(({ auth }) => auth), accounting: pairs.map(({ accounting }) => accounting) },
      strip,
      get limits() {
        return limits();
      },
      ...(service === undefined ? {} : { access: service.access }),
      allow: new Set(allow),
    };
  }

  #close({ auth, accounting }: Pair): void {
    const closed = Promise.all([auth[Symbol.asyncDispose](), accounting[Symbol.asyncDispose]()]).then(() => undefined);
    this.#closing.add(closed);
    void closed.finally(() => this.#closing.delete(closed));
  }
}

/** Equal exactly for equal declarations. */
function textOf({ secret, ...rest }: HomeServerSettings): string {
  return JSON.stringify([rest, secret.reveal()]);
}

import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Directory } from '../directory/directory.ts';
import type { Login, Nas } from '../directory/reader.ts';
import type { Endpoint, HeartbeatSettings, Model } from '../model/model.ts';
import { type RadiusClientOptions, type RadiusClientResult, radiusLogin, radiusStatus } from '../radius/client.ts';
import { endpointText } from './listeners.ts';

/** The NAS that we are to ourselves. No declared name has a space. */
export const heartbeatNas = 'lastmile heartbeat';
/** Of this machine, as all of 127.0.0.0/8 on Linux, and nobody's who is declared as 127.0.0.1. */
const ownAddress = '127.77.77.77';
/** What routers wait (reference: RouterOS `/radius timeout` as we set it), once. */
const patience = { initialMs: 1_500, mostMs: 1_500, sends: 1 };
const defaults: HeartbeatSettings = { intervalMs: 60_000, misses: 3 };

/** Why a listener does not answer as it should. */
export type HeartbeatReason = 'store' | 'overload' | 'socket' | 'refused' | 'silent';

/** A listener as the heartbeat sees it. */
export interface Pulse {
  readonly service: 'auth' | 'accounting';
  readonly listener: string;
  /** Rounds without the right answer, in a row. */
  readonly misses: number;
  /** False from as many misses on as are declared, until it answers. */
  readonly up: boolean;
  readonly reason?: HeartbeatReason;
}

/** Where it is told that RADIUS is down, or again up. A pino logger is one. */
export interface HeartbeatLog {
  error(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface HeartbeatOptions {
  readonly directory: Pick<Directory, 'serveProbe'>;
  readonly clock: Clock;
  readonly log: HeartbeatLog;
  readonly random: (octets: Uint8Array) => void;
  /** Where RADIUS is received now. */
  readonly listeners: () => { readonly auth: readonly Endpoint[]; readonly accounting: readonly Endpoint[] };
  /** Is accounting stored? */
  readonly stores: () => boolean;
  /** Packets that were dropped so far because there were too many. */
  readonly overloads: () => number;
  /** Until a model says otherwise. */
  readonly settings?: HeartbeatSettings;
}

/**
 * Asks our own listeners as a router would, at intervals: a login by PAP where logins are received, Status-Server
 * (RFC 5997) where accounting is. The NAS and the login exist in memory only, with a secret and a password that nobody is
 * told: they are no subscriber's, and are counted nowhere.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #options: HeartbeatOptions;
  readonly #secret: Secret;
  readonly #password: Secret;
  readonly #username: string;
  readonly #pulses = new Map<string, Pulse>();
  readonly #stopping = new AbortController();
  #settings: HeartbeatSettings;
  #overloads = 0;
  #running: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#settings = options.settings ?? defaults;
    const draw = () => {
      const octets = new Uint8Array(16);
      options.random(octets);
      return Buffer.from(octets).toString('hex');
    };
    this.#username = `${heartbeatNas} ${draw()}`;
    [this.#secret, this.#password] = [new Secret(draw()), new Secret(draw())];
    this.#introduce();
  }

  /** Beats as declared from here on; the first time at once. */
  use({ operator }: Pick<Model, 'operator'>): void {
    this.#settings = operator.radius.heartbeat ?? defaults;
    this.#running ??= this.#run();
  }

  /** One round: every listener is asked once. */
  async beat(): Promise<void> {
    const { listeners, overloads } = this.#options;
    const { auth, accounting } = listeners();
    const before = this.#overloads;
    this.#overloads = overloads();
    const crowded = this.#overloads > before;
    await Promise.all([
      ...auth.map((endpoint) => this.#look('auth', endpoint, crowded)),
      ...accounting.map((endpoint) => this.#look('accounting', endpoint, crowded)),
    ]);
  }

  /** Each listener that can be asked, as it was last. */
  pulses(): readonly Pulse[] {
    return [...this.#pulses.values()];
  }

  /** What is down, for people. */
  findings(): readonly string[] {
    return this.pulses().flatMap(({ up, service, listener, reason = 'silent', misses }) =>
      up ? [] : [`RADIUS ${service} at ${listener} has missed ${misses} heartbeats: ${words[reason]}`],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #introduce(): void {
    const nas: Nas = {
      name: heartbeatNas,
      clientAddress: ownAddress,
      secret: this.#secret,
      profile: 'generic',
      messageAuthenticator: 'require',
      coaPort: 3799,
    };
    const login: Login = {
      username: this.#username,
      subscriber: '',
      service: '',
      password: this.#password,
      state: 'active',
      radius: true,
      limits: { interimSeconds: 600, attributes: [] },
    };
    this.#options.directory.serveProbe(nas, login);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.beat();
      await clock.sleep(this.#settings.intervalMs, signal).catch(() => undefined);
    }
  }

  async #look(service: Pulse['service'], endpoint: Endpoint, crowded: boolean): Promise<void> {
    const server = reachedAt(endpoint);
    if (server === undefined) return;
    const reason = await this.#ask(service, server, crowded);
    if (this.#stopping.signal.aborted) return;
    const listener = endpointText(endpoint);
    const key = `${service} ${listener}`;
    const before = this.#pulses.get(key);
    const misses = reason === undefined ? 0 : (before?.misses ?? 0) + 1;
    const up = misses < this.#settings.misses;
    this.#pulses.set(key, { service, listener, misses, up, ...(reason === undefined ? {} : { reason }) });
    const { log } = this.#options;
    if (!up && before?.up !== false) log.error({ service, listener, misses, reason }, 'RADIUS misses its heartbeat');
    if (up && before?.up === false) log.info({ service, listener }, 'RADIUS answers its heartbeat again');
  }

  /** @returns why the answer is not the right one; nothing when it is */
  async #ask(service: Pulse['service'], server: Endpoint, crowded: boolean): Promise<HeartbeatReason | undefined> {
    const { clock, random, stores } = this.#options;
    const options: RadiusClientOptions = {
      ...{ server, secret: this.#secret, clock, random, bindAddress: ownAddress, retry: patience },
    };
    const login = { username: this.#username, password: this.#password, method: 'pap' } as const;
    let answer: RadiusClientResult;
    try {
      answer = service === 'auth' ? await radiusLogin(options, login) : await radiusStatus(options);
    } catch (error) {
      // This machine has no such address: nothing is known then.
      return codeOf(error) === 'LM_RADIUS_LISTEN' || messageOf(error).includes('EADDRNOTAVAIL') ? undefined : 'socket';
    }
    if (answer.result === 'answered') return answer.code === 'Access-Reject' ? 'refused' : undefined;
    if (service === 'accounting' && !stores()) return 'store';
    return crowded ? 'overload' : 'silent';
  }
}

const words: Readonly<Record<HeartbeatReason, string>> = {
  store: 'accounting cannot be stored; see the state folder',
  overload: 'there are more packets than can be answered',
  socket: 'the socket cannot be written to',
  refused: 'the login that nobody may refuse was refused',
  silent: 'no answer within 1.5 s; the process is busy, or the socket is gone',
};

/** Where a listener is reached from our own address; nothing for one of IPv6 alone. */
function reachedAt({ host, port }: Endpoint): Endpoint | undefined {
  if (host === '0.0.0.0' || host === '::') return { host: '127.0.0.1', port };
  return host.includes(':') ? undefined : { host, port };
}

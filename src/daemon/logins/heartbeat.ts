import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { codeOf, messageOf } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Login, Nas } from '../../directory/reader.ts';
import type { HeartbeatPeer, HeartbeatSettings } from '../../model/kinds/operator.ts';
import type { Endpoint, RadsecSettings } from '../../model/kinds/radius.ts';
import type { Model } from '../../model/model.ts';
import { type RadiusClientOptions, type RadiusClientResult, radiusLogin, radiusStatus } from '../../radius/client.ts';
import type { TlsIdentity } from '../../radius/radsec/ask-by-tls.ts';
import { endpointText } from '../listeners.ts';
import { askPeer, type PeerService, questionsOf } from './ask-peer.ts';
import { type HeartbeatReason, heartbeatWords } from './heartbeat-words.ts';

/** The NAS that we are to ourselves. No declared name has a space. */
export const heartbeatNas = 'lastmile heartbeat';
/** Of this machine, as all of 127.0.0.0/8 on Linux, and nobody's who is declared as 127.0.0.1. */
const ownAddress = '127.77.77.77';
const ownIpv6 = '::1';
/** What routers wait (reference: RouterOS `/radius timeout` as we set it), once. */
const patience = { initialMs: 1_500, mostMs: 1_500, sends: 1 };
const defaults: HeartbeatSettings = { intervalMs: 60_000, misses: 3 };

/** A listener as the heartbeat sees it: one of ours, or a declared peer's. */
export interface Pulse {
  readonly peer?: string;
  readonly service: PeerService;
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
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface HeartbeatOptions {
  readonly directory: Pick<Directory, 'serveProbe' | 'nasAt'>;
  readonly clock: Clock;
  readonly log: HeartbeatLog;
  readonly random: (octets: Uint8Array) => void;
  /** Where RADIUS is received now. */
  readonly listeners: () => {
    readonly auth: readonly Endpoint[];
    readonly accounting: readonly Endpoint[];
    readonly radsec?: readonly Endpoint[];
  };
  /** Is accounting stored? */
  readonly stores: () => boolean;
  /** Resolves when all of what it asks about is there after a start. Absent: it is. */
  readonly ready?: () => Promise<void> | undefined;
  /** Packets that were dropped so far because there were too many. */
  readonly overloads: () => number;
  /** The longest time, in milliseconds, that the process could attend to nothing since this was asked last. */
  readonly stalledMs?: () => number;
  /** Until a model says otherwise. */
  readonly settings?: HeartbeatSettings;
  /** Told when one begins to be silent, and when it answers again. @param words for people */
  readonly onTurn?: (up: boolean, who: string, words: string) => void;
}

/**
 * Asks our own listeners as a router would, at intervals: a login by PAP where logins are received, over UDP and TLS,
 * Status-Server (RFC 5997) where accounting is. The NAS and the login exist in memory only, with a secret and a password that
 * nobody is told: they are no subscriber's, and are counted nowhere. Over TLS we show our own certificate, whose key nobody
 * else has. A process that stood still for longer than routers wait has missed a round, although it answers itself after.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #options: HeartbeatOptions;
  readonly #secret: Secret;
  readonly #password: Secret;
  readonly #username: string;
  readonly #pulses = new Map<string, Pulse>();
  readonly #stopping = new AbortController();
  /** From which a listener is asked: each time the same, since it remembers whom it heard. */
  readonly #ports = new Map<string, number>();
  #settings: HeartbeatSettings;
  #identity: TlsIdentity | undefined;
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
    this.#showOurselvesBy(operator.radius.radsec);
    const asked = new Set(
      (this.#settings.peers ?? []).flatMap((peer) => questionsOf(peer).map((each) => keyOf(placeOf(peer, each)))),
    );
    for (const [key, { peer }] of this.#pulses) if (peer !== undefined && !asked.has(key)) this.#pulses.delete(key);
    // What it took to get here is over.
    if (this.#running === undefined) this.#options.stalledMs?.();
    this.#running ??= this.#run();
  }

  /** One round: every listener is asked once. */
  async beat(): Promise<void> {
    const { auth, accounting, radsec = [] } = this.#options.listeners();
    const round = this.#since();
    const { peers = [] } = this.#settings;
    await Promise.all([
      ...peers.flatMap((peer) => questionsOf(peer).map((question) => this.#lookAtPeer(peer, question))),
      ...auth.map((endpoint) => this.#look('auth', endpoint, round)),
      ...accounting.map((endpoint) => this.#look('accounting', endpoint, round)),
      ...radsec.map((endpoint) => this.#look('radsec', endpoint, round)),
    ]);
  }

  /** Each listener that can be asked, as it was last. */
  pulses(): readonly Pulse[] {
    return [...this.#pulses.values()];
  }

  /** What is down, for people. */
  findings(): readonly string[] {
    return this.missed().map(({ says }) => says);
  }

  /** The same, with where it listens. */
  missed(): readonly { readonly service: PeerService; readonly listener: string; readonly says: string }[] {
    return this.pulses().flatMap(({ up, peer, service, listener, reason = 'silent', misses }) => {
      if (up) return [];
      const at = `${service} at ${listener}`;
      const what = peer === undefined ? `RADIUS ${at}` : `RADIUS peer ${peer} (${at})`;
      return [{ service, listener, says: `${what} has missed ${misses} heartbeats: ${heartbeatWords(peer, reason)}` }];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** With our own certificate we know ourselves over TLS, too. */
  #showOurselvesBy(radsec: RadsecSettings | undefined): void {
    const fingerprint = radsec === undefined ? undefined : fingerprintOf(radsec.certificate.reveal());
    if (fingerprint === this.#identity?.fingerprint) return;
    this.#identity = radsec === undefined || fingerprint === undefined ? undefined : { ...radsec, fingerprint };
    this.#introduce();
  }

  #introduce(): void {
    const fingerprint = this.#identity?.fingerprint;
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
    const both = [nas, { ...nas, clientAddress: ownIpv6 }];
    const byTls = { radsec: { ...(fingerprint === undefined ? {} : { fingerprint }) }, isOurselves: true } as const;
    const tunnels = fingerprint === undefined ? [] : both.map((each) => ({ ...each, ...byTls }));
    this.#options.directory.serveProbe(both, login, tunnels);
  }

  /** What happened since the last round that may be why an answer is missing. */
  #since(): Round {
    const { overloads, stalledMs, log } = this.#options;
    const before = this.#overloads;
    this.#overloads = overloads();
    const ms = stalledMs?.() ?? 0;
    const stalled = ms >= patience.initialMs;
    if (stalled) log.warn({ ms }, 'the process stood still; routers got no answer meanwhile');
    return { crowded: this.#overloads > before, stalled };
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    // Nobody is to miss what a start has yet to read.
    await Promise.race([this.#options.ready?.(), stopped]);
    while (!signal.aborted) {
      await this.beat();
      await clock.sleep(this.#settings.intervalMs, signal).catch(() => undefined);
    }
  }

  async #lookAtPeer(peer: HeartbeatPeer, question: ReturnType<typeof questionsOf>[number]): Promise<void> {
    const { clock, random } = this.#options;
    const reason = await askPeer(peer, question, { clock, random });
    // Meanwhile it may be declared no more.
    if (this.#settings.peers?.includes(peer) === true) this.#settle(placeOf(peer, question), reason);
  }

  async #look(service: OwnService, endpoint: Endpoint, round: Round): Promise<void> {
    const server = reachedAt(endpoint);
    if (server === undefined || (service === 'radsec' && this.#identity === undefined)) return;
    // Whoever is declared at ::1 is that NAS there, and not we.
    if (server.host.includes(':') && this.#options.directory.nasAt(ownIpv6).length !== 1) return;
    const reason = await this.#ask(service, server, round);
    this.#settle({ service, listener: endpointText(endpoint) }, reason);
  }

  #settle(place: PulsePlace, reason: HeartbeatReason | undefined): void {
    if (this.#stopping.signal.aborted) return;
    const key = keyOf(place);
    const before = this.#pulses.get(key);
    const misses = reason === undefined ? 0 : (before?.misses ?? 0) + 1;
    const up = misses < this.#settings.misses;
    this.#pulses.set(key, { ...place, misses, up, ...(reason === undefined ? {} : { reason }) });
    const { log } = this.#options;
    const who = place.peer === undefined ? 'RADIUS' : 'RADIUS peer';
    const name =
      place.peer === undefined ? `${who} ${place.service} ${place.listener}` : `${who} ${place.peer} ${place.service}`;
    if (!up && before?.up !== false) {
      log.error({ ...place, misses, reason }, `${who} misses its heartbeat`);
      const why = heartbeatWords(place.peer, reason ?? 'silent');
      this.#options.onTurn?.(false, name, `${name} has missed ${misses} heartbeats: ${why}`);
    }
    if (up && before?.up === false) {
      log.info(place, `${who} answers its heartbeat again`);
      this.#options.onTurn?.(true, name, `${name} answers its heartbeat again`);
    }
  }

  /** @returns why the answer is not the right one; nothing when it is */
  async #ask(service: OwnService, server: Endpoint, round: Round): Promise<HeartbeatReason | undefined> {
    const { clock, random, stores } = this.#options;
    const place = `${service} ${endpointText(server)}`;
    const options: RadiusClientOptions = {
      ...{ server, secret: this.#secret, clock, random, retry: patience },
      ...{ bindPort: this.#ports.get(place) ?? 0, bound: (port) => void this.#ports.set(place, port) },
      bindAddress: server.host.includes(':') ? ownIpv6 : ownAddress,
      ...(service === 'radsec' && this.#identity !== undefined ? { tls: this.#identity } : {}),
    };
    const login = { username: this.#username, password: this.#password, method: 'pap' } as const;
    let answer: RadiusClientResult;
    try {
      answer = service === 'accounting' ? await radiusStatus(options) : await radiusLogin(options, login);
    } catch (error) {
      // This machine has no such address: nothing is known then.
      return codeOf(error) === 'LM_RADIUS_LISTEN' || messageOf(error).includes('EADDRNOTAVAIL') ? undefined : 'socket';
    }
    if (answer.result === 'answered' && answer.code === 'Access-Reject') return 'refused';
    // It answers now: those who asked meanwhile were not answered.
    if (round.stalled) return 'stalled';
    if (answer.result === 'answered') return undefined;
    if (service === 'accounting' && !stores()) return 'store';
    const atTls = answer.flaw === 'closed' || answer.flaw === 'certificate' || answer.flaw === 'tls';
    if (service === 'radsec' && atTls) return answer.flaw;
    return round.crowded ? 'overload' : 'silent';
  }
}

type OwnService = 'auth' | 'accounting' | 'radsec';

/** Since the last round: were packets dropped because there were too many, and did the process stand still? */
interface Round {
  readonly crowded: boolean;
  readonly stalled: boolean;
}

type PulsePlace = Pick<Pulse, 'peer' | 'service' | 'listener'>;

function placeOf({ name, address }: HeartbeatPeer, question: ReturnType<typeof questionsOf>[number]): PulsePlace {
  return { peer: name, service: question.service, listener: endpointText({ host: address, port: question.port }) };
}

function keyOf({ peer = '', service, listener }: PulsePlace): string {
  return `${peer} ${service} ${listener}`;
}

/** SHA-256 of the first certificate of a chain; nothing when it is none. */
function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
  } catch {
    return undefined;
  }
}

/** Where a listener is reached from our own address; nothing for one that belongs to a link. */
function reachedAt({ host, port }: Endpoint): Endpoint | undefined {
  if (host === '0.0.0.0' || host === '::') return { host: '127.0.0.1', port };
  return host.includes('%') ? undefined : { host, port };
}

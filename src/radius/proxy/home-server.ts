import type { Clock } from '../../base/clock.ts';
import type { HomeServerSettings } from '../../model/kinds/proxy-settings.ts';
import type { RadiusLog } from '../drops.ts';
import { code } from '../packet/codes.ts';
import { emptyFrame, type Frame, readFrame } from '../packet/framing.ts';
import { type EncodedRequest, encodeRequest } from '../packet/request.ts';
import { type SharedKey, sharedKey } from '../packet/shared-key.ts';
import { verifyReply, verifyReplyMessageAuthenticator } from '../packet/verify.ts';
import type { RandomPool } from '../random-pool.ts';
import { HomeLane, type Waiting } from './home-lane.ts';
import { type Health, type HealthTimes, ServerHealth } from './server-health.ts';

export type HomeService = 'auth' | 'accounting';

export interface HomeServerOptions {
  readonly settings: HomeServerSettings;
  readonly service: HomeService;
  readonly clock: Clock;
  readonly random: RandomPool;
  readonly log: RadiusLog;
  readonly times?: HealthTimes;
}

/** A reply that proved itself. */
export interface HomeReply {
  readonly packet: Buffer;
  readonly frame: Frame;
  /** Of the request that it answers: keys in it are hidden with that. */
  readonly requestAuthenticator: Uint8Array;
  readonly server: HomeServer;
}

export interface AttemptEvents {
  readonly reply: (reply: HomeReply) => void;
  readonly refused: () => void;
}

/** One request on its way to one home server. */
export interface Attempt {
  /** Sends it once more, unchanged. */
  again(): void;
  /** It took too long. */
  unanswered(): void;
  /** Nobody waits for its reply any more. */
  release(): void;
}

export type HomeCount = 'sent' | 'resent' | 'answered' | 'unanswered' | 'refused' | 'unproven' | 'full';

/** Sockets to one home server at most: with 256 requests each, more than one that works ever leaves open. */
const mostLanes = 16;
const probeEveryMs = 5_000;
/** Between probes of one that has begun to answer. */
const probeAgainMs = 1_000;

const answersTo = new Map<number, readonly number[]>([
  [code.accessRequest, [code.accessAccept, code.accessReject, code.accessChallenge]],
  [code.accountingRequest, [code.accountingResponse]],
  [code.statusServer, [code.accessAccept, code.accountingResponse]],
]);

/** One service of a home server: sends to it, believes what proves itself, and knows whether it is there. */
export class HomeServer implements AsyncDisposable {
  readonly settings: HomeServerSettings;
  readonly service: HomeService;
  readonly key: SharedKey;
  readonly counts = new Map<HomeCount, number>();
  readonly #options: HomeServerOptions;
  readonly #health: ServerHealth;
  readonly #lanes: HomeLane[] = [];
  #opening: Promise<void> = Promise.resolve();
  /** It has signed a reply: one that is not signed is not from it (CVE-2024-3596). */
  #signs: boolean;
  #probing = false;
  readonly #stopping = new AbortController();

  constructor(options: HomeServerOptions) {
    const { settings, service, times } = options;
    this.#options = options;
    this.settings = settings;
    this.service = service;
    this.key = sharedKey(settings.secret.reveal());
    this.#health = new ServerHealth(settings.statusServer, times);
    this.#signs = settings.messageAuthenticator === 'require';
  }

  get health(): Health {
    return this.#health.at(this.#options.clock.monotonic());
  }

  /** For how long it has answered nothing, in milliseconds; `undefined` while it is alive. */
  get silentMs(): number | undefined {
    const now = this.#options.clock.monotonic();
    const since = this.#health.silentSince(now);
    return since === undefined ? undefined : now - since;
  }

  /**
   * Sends a request.
   *
   * @param encode with the Identifier it is to have
   * @returns nothing when it has left too much unanswered already, or no socket can be had
   */
  async attempt(encode: (identifier: number) => EncodedRequest, events: AttemptEvents): Promise<Attempt | undefined> {
    const { clock } = this.#options;
    let request: EncodedRequest | undefined;
    const waiting: Waiting = {
      take: (packet) => request !== undefined && this.#take(packet, request, events),
      refused: () => {
        this.#failed(sentAt, 'refused');
        events.refused();
      },
    };
    let sentAt = clock.monotonic();
    const place = await this.#claim(waiting);
    if (place === undefined) {
      this.#count('full');
      return undefined;
    }
    const { lane, identifier } = place;
    try {
      request = encode(identifier);
    } catch (error) {
      lane.release(identifier);
      throw error;
    }
    const { octets } = request;
    sentAt = clock.monotonic();
    this.#count('sent');
    lane.send(octets);
    return {
      again: () => {
        this.#count('resent');
        lane.send(octets);
      },
      unanswered: () => this.#failed(sentAt, 'unanswered'),
      release: () => lane.release(identifier),
    };
  }

  /** Asks whether it is there (RFC 5997). */
  async probe(): Promise<boolean> {
    const { clock, random } = this.#options;
    const done = new AbortController();
    const request = { code: code.statusServer, authenticator: random.take(16), attributes: [] };
    let answered = false;
    const attempt = await this.attempt((identifier) => encodeRequest({ ...request, identifier }, this.key), {
      reply: () => {
        answered = true;
        done.abort();
      },
      refused: () => done.abort(),
    });
    if (attempt === undefined) return false;
    const signal = AbortSignal.any([done.signal, this.#stopping.signal]);
    await clock.sleep(this.settings.timeoutMs, signal).catch(() => undefined);
    attempt.release();
    return answered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#opening.catch(() => undefined);
    await Promise.all(this.#lanes.splice(0).map((lane) => lane[Symbol.asyncDispose]()));
  }

  async #claim(waiting: Waiting): Promise<{ readonly lane: HomeLane; readonly identifier: number } | undefined> {
    for (;;) {
      for (const lane of this.#lanes) {
        const identifier = lane.claim(waiting);
        if (identifier !== undefined) return { lane, identifier };
      }
      const lanes = this.#lanes.length;
      if (lanes >= mostLanes || this.#stopping.signal.aborted) return undefined;
      // One at a time, or a burst would open a socket for each of its requests.
      this.#opening = this.#opening.then(() => this.#open(lanes));
      await this.#opening;
      if (this.#lanes.length === lanes) return undefined;
    }
  }

  async #open(known: number): Promise<void> {
    if (this.#lanes.length > known || this.#stopping.signal.aborted) return;
    const { settings, service, log } = this.#options;
    const port = service === 'auth' ? settings.authPort : settings.accountingPort;
    try {
      this.#lanes.push(await HomeLane.open({ host: settings.address, port }));
    } catch (err) {
      log.warn({ err, server: settings.name }, 'no socket to a home server');
    }
  }

  #take(packet: Buffer, request: EncodedRequest, events: AttemptEvents): boolean {
    const frame = emptyFrame();
    const expected = answersTo.get(request.octets[0] as number) ?? [];
    if (readFrame(packet, frame) !== undefined || !expected.includes(frame.code)) return false;
    if (!this.#isProven(packet, frame, request)) {
      this.#count('unproven');
      return false;
    }
    const { clock } = this.#options;
    if (request.octets[0] === code.statusServer) this.#health.probeAnswered(clock.monotonic());
    else {
      this.#count('answered');
      this.#health.answered(clock.monotonic());
    }
    events.reply({ packet, frame, requestAuthenticator: request.authenticator, server: this });
    return true;
  }

  #isProven(packet: Buffer, frame: Frame, request: EncodedRequest): boolean {
    // Over what it is in an Accounting-Response is not agreed upon: FreeRADIUS takes zeros. The authenticator proves as much.
    if (frame.code === code.accountingResponse) return verifyReply(packet, frame, this.key, request.authenticator);
    const sign = verifyReplyMessageAuthenticator(packet, frame, this.key, request.authenticator);
    if (sign === 'wrong' || sign === 'invalid') return false;
    if (sign === 'missing' && this.#signs) return false;
    if (!verifyReply(packet, frame, this.key, request.authenticator)) return false;
    if (sign === 'valid') this.#signs = true;
    return true;
  }

  #failed(sentAt: number, how: 'unanswered' | 'refused'): void {
    const { clock, log } = this.#options;
    const { name } = this.settings;
    if (this.#stopping.signal.aborted) return;
    const before = this.health;
    this.#count(how);
    this.#health.unanswered(sentAt, clock.monotonic());
    if (before !== 'alive' || this.health === 'alive') return;
    log.warn({ server: name, service: this.service }, 'home server does not answer');
    if (this.settings.statusServer && !this.#probing) void this.#watch();
  }

  /** Asks a silent one now and then whether it is back. */
  async #watch(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    this.#probing = true;
    while (!signal.aborted && this.health !== 'alive') {
      const answered = await this.probe();
      if (signal.aborted || this.silentMs === undefined) break;
      await clock.sleep(answered ? probeAgainMs : probeEveryMs, signal).catch(() => undefined);
    }
    this.#probing = false;
    if (!signal.aborted) log.info({ server: this.settings.name, service: this.service }, 'home server answers again');
  }

  #count(what: HomeCount): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

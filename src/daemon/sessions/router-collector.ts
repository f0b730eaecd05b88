import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { LastmileError, messageOf } from '../../base/errors.ts';
import type { Listening, RouterOsSession } from '../../routeros/session.ts';
import type { CollectionStatus } from '../../status/collection.ts';
import { offsetOf, untilNext } from '../../usage/schedule.ts';
import type { Turns } from '../targets/turns.ts';
import { type ReaderOptions, type ReadResult, type ReadRouter, RouterReader } from './router-reader.ts';

export interface RouterCollectorOptions extends ReaderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The connection to the router. */
  readonly connect: (signal: AbortSignal) => Promise<RouterOsSession>;
  /** Readings under way at once, of all routers. */
  readonly turns: Turns;
  /** Called when a reading begins: is the wall clock still what it was? */
  readonly watchClock: () => void;
}

interface LastReading extends ReadResult {
  /** Wall time. */
  readonly at: number;
  readonly monotonic: number;
  readonly durationMs: number;
}

/** Menus that tell by themselves who comes and goes. */
const pushing = ['/ppp/active', '/ip/hotspot/active'];
/** After so long a router is read again out of turn, when it told that somebody came or went; and more, if that takes long. */
const shortestGapMs = 3_000;
const gapPerReading = 10;
/** A reading of this length counts as of now for so many times as long as it took. */
const longReadingMs = 2_000;
const freshPerReading = 3;
/** A start does not read all routers in one moment. */
const firstWithinMs = 10_000;

/** Reads one router for ever: at its times, and out of turn when it tells that somebody came or went. */
export class RouterCollector implements AsyncDisposable {
  readonly #options: RouterCollectorOptions;
  readonly #reader: RouterReader;
  readonly #stop = new AbortController();
  readonly #startedAt: number;
  readonly #listening = new Set<Listening>();
  #router: ReadRouter;
  /** Somebody wants it read now. */
  #wanted = new AbortController();
  /** The router told that somebody came or went. */
  #told = new AbortController();
  readonly #asked: (() => void)[] = [];
  #heardOn: RouterOsSession | undefined;
  /** One at a time: who arrives is told of between readings. */
  #turn: Promise<unknown> = Promise.resolve();
  #last: LastReading | undefined;
  #reason: string | undefined;
  #failures = 0;
  readonly #ended: Promise<void>;

  constructor(router: ReadRouter, options: RouterCollectorOptions) {
    this.#router = router;
    this.#options = options;
    this.#reader = new RouterReader(options);
    this.#startedAt = options.clock.monotonic();
    this.#ended = this.#loop();
  }

  /** What is declared of it has changed. */
  use(router: ReadRouter): void {
    const sooner = router.everySeconds < this.#router.everySeconds;
    this.#router = router;
    if (sooner) this.#wanted.abort();
  }

  /** Reads it out of turn; resolves when a reading that began after this call has ended, well or not. */
  collect(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stop.signal.aborted) return resolve();
      this.#asked.push(resolve);
      this.#wanted.abort();
    });
  }

  /** Read just now, and that took long: whoever asks again and again must not keep the router busy. */
  get isFresh(): boolean {
    const last = this.#last;
    if (last === undefined || last.durationMs < longReadingMs) return false;
    return this.#options.clock.monotonic() - last.monotonic < freshPerReading * last.durationMs;
  }

  get status(): CollectionStatus {
    const { name: router, everySeconds } = this.#router;
    const last = this.#last;
    const ageMs = this.#options.clock.monotonic() - (last?.monotonic ?? this.#startedAt);
    return {
      router,
      everySeconds,
      ...(last === undefined ? {} : { lastCollected: new Date(last.at).toISOString() }),
      ageSeconds: Math.floor(ageMs / 1000),
      // A reading takes time, and the first comes when the interval comes.
      missed: Math.floor(Math.max(0, ageMs - everySeconds * 100) / (everySeconds * 1000)),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      failures: this.#failures,
      ...(last === undefined ? {} : { sessions: last.sessions, durationMs: Math.round(last.durationMs) }),
      findings: last?.findings ?? [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    for (const resolve of this.#asked.splice(0)) resolve();
    await Promise.all([...this.#listening].map((listening) => listening.stop()));
    await this.#turn;
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options;
    await this.#sleep(offsetOf(this.#router.name, firstWithinMs), [this.#wanted.signal]);
    while (!this.#stop.signal.aborted) {
      const asked = this.#asked.splice(0);
      this.#wanted = new AbortController();
      this.#told = new AbortController();
      const started = clock.monotonic();
      await this.#collect();
      for (const resolve of asked) resolve();
      await this.#wait(clock.monotonic() - started);
    }
  }

  async #wait(tookMs: number): Promise<void> {
    const { clock } = this.#options;
    const { name, everySeconds } = this.#router;
    const intervalMs = everySeconds * 1000;
    const until = untilNext(clock.now(), intervalMs, offsetOf(name, intervalMs));
    const from = clock.monotonic();
    await this.#sleep(until, [this.#wanted.signal, this.#told.signal]);
    const gap = Math.min(until, Math.max(shortestGapMs, gapPerReading * tookMs)) - (clock.monotonic() - from);
    if (gap > 0) await this.#sleep(gap, [this.#wanted.signal]);
  }

  async #sleep(ms: number, until: readonly AbortSignal[]): Promise<void> {
    const signal = AbortSignal.any([...until, this.#stop.signal]);
    if (signal.aborted) return;
    await this.#options.clock.sleep(ms, signal).catch(() => undefined);
  }

  async #collect(): Promise<void> {
    const { clock, connect, turns } = this.#options;
    const { signal } = this.#stop;
    try {
      // Before its turn: a router that is not there takes nobody's.
      const session = await connect(signal);
      // Before it is read: who comes meanwhile is told of.
      this.#listen(session);
      using _turn = await turns.take(signal);
      this.#options.watchClock();
      const started = clock.monotonic();
      const result = await this.#inTurn(() => this.#reader.read(this.#router, session, signal));
      const monotonic = clock.monotonic();
      this.#succeeded({ ...result, at: clock.now(), monotonic, durationMs: monotonic - started });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LastmileError)) throw error;
      this.#failed(error);
    }
  }

  #succeeded(last: LastReading): void {
    const { log } = this.#options;
    const known = new Set((this.#last?.findings ?? []).map(({ code }) => code));
    for (const { code, message } of last.findings) {
      if (!known.has(code))
        log.warn({ router: this.#router.name, code, finding: message }, 'usage may be counted short');
    }
    if (this.#reason !== undefined) log.info({ router: this.#router.name }, 'usage collected again');
    this.#last = last;
    this.#reason = undefined;
  }

  #failed(error: LastmileError): void {
    const { log } = this.#options;
    const fields = { router: this.#router.name, err: error };
    if (this.#reason === undefined) log.warn(fields, 'usage not collected; tried again at the next time');
    else log.debug(fields, 'usage not collected');
    this.#failures += 1;
    this.#reason = messageOf(error);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** From now on the router tells by itself, as long as this connection lasts; where it cannot, there are its times. */
  #listen(session: RouterOsSession): void {
    if (this.#heardOn === session) return;
    this.#heardOn = session;
    for (const menu of pushing) {
      const listening = session.listen(`${menu}/listen`, {}, (row) => this.#heard(menu, row));
      this.#listening.add(listening);
      listening.ended.catch(() => undefined).finally(() => this.#listening.delete(listening));
    }
    void session.closed.then(() => {
      if (this.#heardOn === session) this.#heardOn = undefined;
    });
  }

  #heard(menu: string, row: Readonly<Record<string, string>>): void {
    if (this.#stop.signal.aborted) return;
    this.#told.abort();
    if (row['.dead'] !== undefined) return;
    this.#inTurn(() => this.#reader.arrived(this.#router, menu, row)).catch((error: unknown) => {
      if (!(error instanceof LastmileError)) throw error;
      this.#options.log.debug({ router: this.#router.name, err: error }, 'somebody who came online not stored yet');
    });
  }
}

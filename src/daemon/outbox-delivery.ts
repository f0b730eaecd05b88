import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { DirectoryTarget } from '../directory/directory-target.ts';
import type { StatusBook } from '../status/status-book.ts';
import { sessionEvent } from './session-event.ts';

export interface OutboxDeliveryOptions {
  readonly target: Pick<DirectoryTarget, 'outbox' | 'deliver'>;
  readonly status: Pick<StatusBook, 'recordSessions'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A NAS whose sessions could not be told something. Times are monotonic. */
interface Standing {
  failures: number;
  nextAt: number;
  heardAt: number;
  /** The longest pause between two words of it, milliseconds; what was long ago counts for less. */
  pauseMs: number;
  /** It was asked for seconds, did not answer, and said nothing else since that began. */
  missed: boolean;
  attemptAt: number;
  /** Ends the attempt under way. */
  running?: AbortController;
  /** It came back during that attempt. */
  again: boolean;
}

const firstRetryMs = 2_000;
const longestRetryMs = 300_000;
/** Whoever says nothing for so long was away; who speaks often, already after twice his pauses. */
const silentMs = 15_000;
/** Nobody is taken to be away sooner: packets are late, and are lost. */
const leastSilentMs = 5_000;
const longestSleepMs = 60_000;

/**
 * Delivers what sessions could not be told: at once when their NAS is heard again after it was away, whatever it says, and
 * else from time to time. A NAS that is heard all the while and still does not answer is asked ever more seldom, with one
 * session ahead.
 */
export class OutboxDelivery implements AsyncDisposable {
  readonly #options: OutboxDeliveryOptions;
  readonly #standings = new Map<string, Standing>();
  readonly #attempts = new Set<Promise<void>>();
  readonly #unsubscribe: () => void;
  #waking = new AbortController();
  #loop: Promise<void> | undefined;
  #closed = false;

  constructor(options: OutboxDeliveryOptions) {
    this.#options = options;
    this.#unsubscribe = options.target.outbox.onChange((nas, what) => this.#look(nas, what));
  }

  /** Begins with what is left of an earlier run. Only once it is known what holds: what is due is seen against it. */
  start(): void {
    if (this.#loop !== undefined || this.#closed) return;
    const now = this.#options.clock.monotonic();
    for (const nas of this.#options.target.outbox.nas()) this.#standings.set(nas, standing(now + firstRetryMs));
    this.#loop = this.#run();
  }

  /** A packet of this NAS proved itself, or its API answered. One comparison where nobody waits for anything. */
  heard(nas: string): void {
    if (this.#standings.size === 0) return;
    const waiting = this.#standings.get(nas);
    if (waiting === undefined) return;
    const now = this.#options.clock.monotonic();
    if (!wasAway(waiting, now)) return;
    waiting.failures = 0;
    waiting.nextAt = now;
    waiting.again = waiting.running !== undefined;
    waiting.running?.abort();
    this.#waking.abort();
  }

  /** What is under way is kept on disk and taken up at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const { running } of this.#standings.values()) running?.abort();
    this.#waking.abort();
    await this.#loop;
    await Promise.all(this.#attempts);
  }

  /** Something was tried in vain, by whomever; or there is less to do. */
  #look(nas: string, what: 'tried' | 'gone'): void {
    const known = this.#standings.get(nas);
    if (what === 'gone') {
      if (known?.running === undefined && this.#options.target.outbox.countAt(nas) === 0) this.#standings.delete(nas);
    } else if (known === undefined && this.#loop !== undefined) {
      this.#standings.set(nas, standing(this.#options.clock.monotonic() + firstRetryMs));
      this.#waking.abort();
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closed) {
      const now = clock.monotonic();
      this.#waking = new AbortController();
      let next = now + longestSleepMs;
      for (const [nas, waiting] of this.#standings) {
        if (waiting.running !== undefined) continue;
        if (waiting.nextAt <= now) this.#attempt(nas, waiting);
        else next = Math.min(next, waiting.nextAt);
      }
      await clock.sleep(next - now, this.#waking.signal).catch(() => undefined);
    }
  }

  #attempt(nas: string, waiting: Standing): void {
    const running = new AbortController();
    waiting.running = running;
    waiting.again = false;
    waiting.attemptAt = this.#options.clock.monotonic();
    const attempt = this.#deliver(nas, running.signal).finally(() => {
      delete waiting.running;
      this.#attempts.delete(attempt);
      this.#after(nas, waiting);
    });
    this.#attempts.add(attempt);
  }

  async #deliver(nas: string, signal: AbortSignal): Promise<void> {
    const { target, status, clock, log } = this.#options;
    try {
      const results = await target.deliver(nas, signal);
      const events = results.filter(({ result }) => result !== 'failed').map((each) => sessionEvent(each, clock.now()));
      status.recordSessions(events);
      for (const event of events) log.info(event, 'session settled');
      if (events.length < results.length)
        log.debug({ nas, failed: results.length - events.length }, 'outbox not empty');
    } catch (error) {
      log.warn({ nas, reason: messageOf(error) }, 'outbox not delivered; tried again');
    }
  }

  #after(nas: string, waiting: Standing): void {
    const now = this.#options.clock.monotonic();
    if (this.#options.target.outbox.countAt(nas) === 0) this.#standings.delete(nas);
    else if (waiting.again) waiting.nextAt = now;
    else {
      waiting.failures += 1;
      waiting.missed = waiting.heardAt <= waiting.attemptAt && now - waiting.attemptAt >= leastSilentMs;
      waiting.nextAt = now + Math.min(firstRetryMs * 2 ** waiting.failures, longestRetryMs);
    }
    this.#waking.abort();
  }
}

function standing(nextAt: number): Standing {
  const never = Number.NEGATIVE_INFINITY;
  return { failures: 0, nextAt, heardAt: never, pauseMs: silentMs, missed: false, attemptAt: never, again: false };
}

/** Takes note that it is heard now. @returns whether it was away before, as far as can be told */
function wasAway(waiting: Standing, now: number): boolean {
  const { heardAt, pauseMs, missed } = waiting;
  const pause = now - heardAt;
  waiting.heardAt = now;
  waiting.missed = false;
  waiting.pauseMs = Math.max(Math.min(pause, silentMs), pauseMs * 2 ** (-pause / silentMs));
  return missed || pause > Math.min(Math.max(2 * pauseMs, leastSilentMs), silentMs);
}

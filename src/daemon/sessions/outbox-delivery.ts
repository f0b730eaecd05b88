import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { anyDevice, type DirectoryTarget } from '../../directory/directory-target.ts';
import { foldAddress } from '../../radius/source-address.ts';
import type { StatusBook } from '../../status/status-book.ts';
import { sessionEvent } from './session-event.ts';

export interface OutboxDeliveryOptions {
  readonly target: Pick<DirectoryTarget, 'outbox' | 'deliver' | 'devicesAt'>;
  readonly status: Pick<StatusBook, 'recordSessions'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A device whose sessions could not be told something. Times are monotonic. */
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
 * session ahead. Of a NAS that is declared as a prefix each device is heard and asked by itself.
 */
export class OutboxDelivery implements AsyncDisposable {
  readonly #options: OutboxDeliveryOptions;
  /** By NAS, and by device of it. */
  readonly #standings = new Map<string, Map<string, Standing>>();
  /** NAS at which something was tried in vain since their devices were counted, and when the next try is due. */
  readonly #uncounted = new Map<string, number>();
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
    const due = this.#options.clock.monotonic() + firstRetryMs;
    for (const nas of this.#options.target.outbox.nas()) this.#uncounted.set(nas, due);
    this.#loop = this.#run();
  }

  /**
   * A packet of this NAS proved itself, or its API answered. A look or two where nobody waits for anything.
   *
   * @param from the address it came from: of those that one declaration stands for, who it is. Absent: all of them
   */
  heard(nas: string, from?: string): void {
    if (this.#uncounted.has(nas)) this.#count(nas);
    const devices = this.#standings.get(nas);
    if (devices === undefined) return;
    const one = from === undefined ? undefined : (devices.get(foldAddress(from)) ?? devices.get(anyDevice));
    const heard = from === undefined ? [...devices.values()] : one === undefined ? [] : [one];
    for (const waiting of heard) this.#heard(waiting);
  }

  /** What is under way is kept on disk and taken up at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const devices of this.#standings.values()) for (const { running } of devices.values()) running?.abort();
    this.#waking.abort();
    await this.#loop;
    await Promise.all(this.#attempts);
  }

  #heard(waiting: Standing): void {
    const now = this.#options.clock.monotonic();
    if (!wasAway(waiting, now)) return;
    waiting.failures = 0;
    waiting.nextAt = now;
    waiting.again = waiting.running !== undefined;
    waiting.running?.abort();
    this.#waking.abort();
  }

  /** Something was tried in vain, by whomever; or there is less to do. */
  #look(nas: string, what: 'tried' | 'gone'): void {
    if (what === 'gone') {
      if (this.#options.target.outbox.countAt(nas) === 0) this.#count(nas);
    } else if (this.#loop !== undefined && !this.#uncounted.has(nas)) {
      this.#uncounted.set(nas, this.#options.clock.monotonic() + firstRetryMs);
      this.#waking.abort();
    }
  }

  /** Which devices of a NAS wait for something. Those that are new to it are asked when a try is due. */
  #count(nas: string): void {
    const { outbox } = this.#options.target;
    const due = this.#uncounted.get(nas) ?? this.#options.clock.monotonic() + firstRetryMs;
    this.#uncounted.delete(nas);
    const waiting = outbox.countAt(nas) === 0 ? new Set<string>() : this.#options.target.devicesAt(nas);
    const known = this.#standings.get(nas) ?? new Map<string, Standing>();
    for (const [device, { running }] of known) {
      if (running === undefined && !waiting.has(device)) known.delete(device);
    }
    for (const device of waiting) if (!known.has(device)) known.set(device, standing(due));
    if (known.size === 0) this.#standings.delete(nas);
    else this.#standings.set(nas, known);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closed) {
      const now = clock.monotonic();
      this.#waking = new AbortController();
      for (const [nas, due] of this.#uncounted) if (due <= now) this.#count(nas);
      let next = Math.min(now + longestSleepMs, ...this.#uncounted.values());
      for (const [nas, devices] of this.#standings) {
        for (const [device, waiting] of devices) {
          if (waiting.running !== undefined) continue;
          if (waiting.nextAt <= now) this.#attempt(nas, device, waiting);
          else next = Math.min(next, waiting.nextAt);
        }
      }
      await clock.sleep(next - now, this.#waking.signal).catch(() => undefined);
    }
  }

  #attempt(nas: string, device: string, waiting: Standing): void {
    const running = new AbortController();
    waiting.running = running;
    waiting.again = false;
    waiting.attemptAt = this.#options.clock.monotonic();
    const attempt = this.#deliver(nas, device, running.signal).finally(() => {
      delete waiting.running;
      this.#attempts.delete(attempt);
      this.#after(nas, waiting);
    });
    this.#attempts.add(attempt);
  }

  async #deliver(nas: string, device: string, signal: AbortSignal): Promise<void> {
    const { target, status, clock, log } = this.#options;
    try {
      const results = await target.deliver(nas, signal, device);
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
    if (waiting.again) waiting.nextAt = now;
    else {
      waiting.failures += 1;
      waiting.missed = waiting.heardAt <= waiting.attemptAt && now - waiting.attemptAt >= leastSilentMs;
      waiting.nextAt = now + Math.min(firstRetryMs * 2 ** waiting.failures, longestRetryMs);
    }
    this.#count(nas);
    this.#waking.abort();
  }
}

function standing(nextAt: number): Standing {
  const never = Number.NEGATIVE_INFINITY;
  return { failures: 0, nextAt, heardAt: never, pauseMs: 0, missed: false, attemptAt: never, again: false };
}

/**
 * Takes note that it is heard now. How often it speaks is learned from pauses in which it may only have said nothing: after a
 * long absence the next, shorter one is seen for what it is.
 *
 * @returns whether it was away before, as far as can be told
 */
function wasAway(waiting: Standing, now: number): boolean {
  const { heardAt, pauseMs, missed } = waiting;
  const pause = now - heardAt;
  const away = missed || pause > Math.min(Math.max(2 * pauseMs, leastSilentMs), silentMs);
  waiting.heardAt = now;
  waiting.missed = false;
  if (pause <= silentMs) waiting.pauseMs = Math.max(pause, pauseMs * 2 ** (-pause / silentMs));
  return away;
}

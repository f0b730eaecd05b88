import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { isChosen } from '../model/event-types.ts';
import type { Webhook } from '../model/kinds/operator.ts';
import type { Table } from '../store/table.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import type { StoredEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import { type Outcome, waitAfter } from './retry.ts';
import { mostTogether, type ToldRequest, toldAs } from './told-as.ts';

/** How far a webhook has been told. */
export interface CursorRow {
  readonly series: string;
  /** All up to this number are settled: taken, given up, or of no interest to it. */
  readonly upTo: number;
}

export interface WebhookConnectionLike {
  post(request: ToldRequest, signal: AbortSignal): Promise<Outcome>;
}

export interface WebhookSenderOptions {
  readonly webhook: Webhook;
  readonly connection: WebhookConnectionLike;
  readonly log: EventLog;
  readonly cursors: Table<CursorRow>;
  readonly letters: DeadLetters;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told when it begins to fail, and when it is taken again. */
  readonly onTrouble?: (trouble: string | undefined) => void;
}

/** How it goes, for people. */
export interface WebhookState {
  readonly name: string;
  /** Events that it is behind. */
  readonly pending: number;
  /** Told since the start, each once. */
  readonly taken: number;
  readonly failures: number;
  readonly deadLetters: number;
  /** Events that were deleted before it could be told, since the start: too many waited. */
  readonly lost: number;
  /** What is wrong, while it is. */
  readonly trouble?: { readonly why: string; readonly since: number; readonly nextTry: number };
}

/** Events looked at in one step. */
const readTogether = 100;
/** A request that is refused so often is at fault itself, not the day it came on. */
const mostRefusals = 5;
/** How many uninteresting events are passed before that is written down. */
const mostUnwritten = 1000;

/**
 * Tells one program what happens: in order, as many at a time as wait, and again until it takes them. What it refuses again and
 * again is tried alone and then put aside; what it was not there for in all the time that is declared, too.
 */
export class WebhookSender implements AsyncDisposable {
  readonly #options: WebhookSenderOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #hurry = new AbortController();
  #isHurried = false;
  #upTo = 0;
  #written = 0;
  #taken = 0;
  #failures = 0;
  #lost = 0;
  #inRow = 0;
  #refusals = 0;
  /** Fewer at a time, to find the one that is refused. */
  #together: number;
  #trouble: WebhookState['trouble'];

  private constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#together = mostTogether[options.webhook.format];
  }

  /** A webhook that was not known is told what happens from now on. @throws LastmileError of the store */
  static async start(options: WebhookSenderOptions): Promise<WebhookSender> {
    const { webhook, log, cursors } = options;
    const sender = new WebhookSender(options);
    const row = await cursors.get(webhook.name);
    sender.#upTo = row?.series === log.series ? Math.min(row.upTo, log.last) : log.last;
    await sender.#write();
    sender.#running = sender.#run();
    return sender;
  }

  /** All up to this number are settled, also after a crash. */
  get settledUpTo(): number {
    return this.#written;
  }

  state(): WebhookState {
    const { webhook, log, letters } = this.#options;
    return {
      name: webhook.name,
      pending: log.last - this.#upTo,
      taken: this.#taken,
      failures: this.#failures,
      deadLetters: letters.countOf(webhook.name),
      lost: this.#lost,
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
    };
  }

  /** Does not wait any longer for the next try. */
  tryNow(): void {
    this.#isHurried = true;
    this.#hurry.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#hurry.abort();
    await this.#running;
    await this.#write().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#retryLetters();
        await this.#next();
      } catch (error) {
        // The disk: it is being opened again.
        if (!signal.aborted) await this.#pause({ result: 'failed', why: messageOf(error) });
      }
    }
  }

  /** Tells what comes next, or waits for it. */
  async #next(): Promise<void> {
    const { log, webhook } = this.#options;
    const { signal } = this.#stopping;
    if (log.first - 1 > this.#upTo) return await this.#lose(log.first - 1);
    const newest = log.last;
    const read = await log.after(this.#upTo, readTogether);
    const last = read.at(-1);
    if (last === undefined) return await (newest > this.#upTo ? this.#lose(newest) : this.#idle(signal));
    const chosen = read.filter(({ type }) => isChosen(webhook.events, type));
    const together = chosen.slice(0, this.#together);
    if (together.length === 0) return await this.#settle(last.number);
    const outcome = await this.#tell(together);
    if (signal.aborted && outcome.result !== 'taken') return;
    const upTo = together.length < chosen.length ? (together.at(-1)?.number ?? 0) : last.number;
    await this.#after(outcome, together, upTo);
  }

  /** What is up to there is deleted, or damaged: to wait for it would be for ever. */
  async #lose(upTo: number): Promise<void> {
    this.#lost += upTo - this.#upTo;
    await this.#settle(upTo);
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (this.#written < this.#upTo) await this.#write();
    const { letters, webhook, log } = this.#options;
    if (letters.hasDue(webhook.name)) return;
    await log.beyond(this.#upTo, AbortSignal.any([signal, this.#hurriedFrom()]));
  }

  /** Fires when nobody should wait any longer: at once, when that was said since the last time. */
  #hurriedFrom(): AbortSignal {
    this.#hurry = new AbortController();
    if (this.#isHurried) this.#hurry.abort();
    this.#isHurried = false;
    return this.#hurry.signal;
  }

  async #after(outcome: Outcome, events: readonly StoredEvent[], upTo: number): Promise<void> {
    if (outcome.result === 'taken') {
      this.#taken += events.length;
      this.#recovered();
      this.#together = Math.min(mostTogether[this.#options.webhook.format], this.#together * 2);
      return await this.#settle(upTo, true);
    }
    this.#failures += 1;
    const [first] = events as readonly [StoredEvent, ...StoredEvent[]];
    if (outcome.result === 'refused' && events.length > 1) {
      this.#together = Math.ceil(events.length / 2);
      return;
    }
    this.#refusals = outcome.result === 'refused' ? this.#refusals + 1 : 0;
    if (this.#refusals >= mostRefusals) return await this.#giveUp(first, outcome.why);
    if (outcome.result === 'failed') for (const event of this.#tooOld(events)) await this.#giveUp(event, outcome.why);
    await this.#pause(outcome);
  }

  /** Those at the beginning that have been tried long enough. */
  #tooOld(events: readonly StoredEvent[]): readonly StoredEvent[] {
    const before = this.#options.clock.now() - this.#options.webhook.giveUpMs;
    const young = events.findIndex(({ at }) => at >= before);
    return young < 0 ? events : events.slice(0, young);
  }

  async #giveUp(event: StoredEvent, why: string): Promise<void> {
    const { letters, webhook, clock } = this.#options;
    await letters.put({ webhook: webhook.name, event, why, at: clock.now() });
    this.#refusals = 0;
    await this.#settle(event.number, true);
  }

  async #tell(events: readonly StoredEvent[]): Promise<Outcome> {
    const { log, webhook, connection, clock } = this.#options;
    const some = events as readonly [StoredEvent, ...StoredEvent[]];
    const request = toldAs(webhook, some, { series: log.series, now: clock.now() });
    return request === undefined ? { result: 'taken' } : await connection.post(request, this.#stopping.signal);
  }

  /** Those that a person wants tried again: each alone, in order, before what is new; while it is away, one in between. */
  async #retryLetters(): Promise<void> {
    const { letters, webhook } = this.#options;
    for (;;) {
      const letter = await letters.due(webhook.name);
      if (letter === undefined || this.#stopping.signal.aborted) return;
      if ((await this.#retry(letter)) === 'failed') return;
    }
  }

  async #retry(letter: DeadLetter): Promise<Outcome['result']> {
    const { letters, clock } = this.#options;
    const outcome = await this.#tell([letter.event]);
    if (outcome.result === 'taken') {
      this.#taken += 1;
      await letters.remove(letter);
    } else if (!this.#stopping.signal.aborted) {
      const { again: _again, ...rest } = letter;
      await letters.put({ ...rest, why: outcome.why, at: clock.now() });
    }
    return outcome.result;
  }

  async #pause(outcome: Exclude<Outcome, { readonly result: 'taken' }>): Promise<void> {
    const { clock, random, onTrouble } = this.#options;
    this.#inRow += 1;
    const asked = outcome.result === 'failed' ? (outcome.waitMs ?? 0) : 0;
    const waitMs = Math.max(waitAfter(this.#inRow, random()), asked);
    const since = this.#trouble?.since ?? clock.now();
    const isNew = this.#trouble?.why !== outcome.why;
    this.#trouble = { why: outcome.why, since, nextTry: clock.now() + waitMs };
    if (isNew) onTrouble?.(outcome.why);
    const until = AbortSignal.any([this.#stopping.signal, this.#hurriedFrom()]);
    await clock.sleep(waitMs, until).catch(() => undefined);
  }

  #recovered(): void {
    this.#inRow = 0;
    this.#refusals = 0;
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#options.onTrouble?.(undefined);
  }

  async #settle(upTo: number, now = false): Promise<void> {
    this.#upTo = upTo;
    if (now || this.#upTo - this.#written >= mostUnwritten) await this.#write();
  }

  async #write(): Promise<void> {
    const { cursors, webhook, log } = this.#options;
    const upTo = this.#upTo;
    await cursors.put(webhook.name, { series: log.series, upTo });
    this.#written = upTo;
  }
}

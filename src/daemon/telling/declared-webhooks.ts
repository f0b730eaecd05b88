import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { Secret } from '../../base/secret.ts';
import type { DeadLetter, DeadLetters } from '../../events/dead-letters.ts';
import type { EventLog } from '../../events/event-log.ts';
import { WebhookConnection } from '../../events/post.ts';
import { type CursorRow, WebhookSender, type WebhookState } from '../../events/webhook-sender.ts';
import { type EventType, eventTypes, isChosen } from '../../model/event-types.ts';
import type { Webhook } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import type { Table } from '../../store/table.ts';

export interface DeclaredWebhooksOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: EventLog;
  readonly cursors: Table<CursorRow>;
  readonly letters: DeadLetters;
}

interface Open {
  readonly webhook: Webhook;
  readonly declared: string;
  readonly sender: WebhookSender;
  readonly connection: WebhookConnection;
}

const trimEveryMs = 60_000;
/** How long what happened is kept for those who were away from the stream. */
const leastKeptMs = 86_400_000;
/** So many are kept whatever happens: then the oldest go, told or not. */
const mostKept = 5_000_000;
const trimmedTogether = 4000;

/** The webhooks that the model in force declares, and how long events are kept. */
export class DeclaredWebhooks implements AsyncDisposable {
  readonly #options: DeclaredWebhooksOptions;
  readonly #open = new Map<string, Open>();
  readonly #stopping = new AbortController();
  readonly #trimming: Promise<void>;
  #changing: Promise<void> = Promise.resolve();
  #wantedUntil = 0;
  #keptMs = leastKeptMs;

  constructor(options: DeclaredWebhooksOptions) {
    this.#options = options;
    this.#trimming = this.#keepTrimmed();
  }

  /** Another declaration of one goes on where the one before was. Resolves when that is so. */
  use({ webhooks = [], operator }: Pick<Model, 'webhooks'> & Partial<Pick<Model, 'operator'>>): Promise<void> {
    this.#keptMs = operator?.accounting.retention?.eventsMs ?? leastKeptMs;
    this.#changing = this.#changing
      .then(() => this.#change(webhooks))
      .catch((err: unknown) => {
        this.#options.log.error({ err }, 'webhooks are not told anything: the state folder cannot be read');
      });
    return this.#changing;
  }

  states(): readonly WebhookState[] {
    return [...this.#open.values()].map(({ sender }) => sender.state());
  }

  /** What is wrong, for people. */
  findings(): readonly string[] {
    return this.states().flatMap(({ name, trouble, pending, deadLetters, lost }) => [
      ...(lost === 0 ? [] : [`webhook ${name}: ${lost} events were deleted before it was told: too many waited`]),
      ...(trouble === undefined
        ? []
        : [`webhook ${name}: ${trouble.why}; ${pending} events wait since ${new Date(trouble.since).toISOString()}`]),
      ...(deadLetters === 0
        ? []
        : [`webhook ${name}: ${deadLetters} events were given up: lastmile webhooks letters ${name}`]),
    ]);
  }

  /** `undefined` when no such webhook is declared. */
  async letters(name: string, limit: number): Promise<readonly DeadLetter[] | undefined> {
    return this.#open.has(name) ? await this.#options.letters.of(name, limit) : undefined;
  }

  /** Has dead letters told again; `undefined` when no such webhook is declared. @returns how many */
  async retry(name: string, numbers?: ReadonlySet<number>): Promise<number | undefined> {
    const open = this.#open.get(name);
    if (open === undefined) return undefined;
    const count = await this.#options.letters.again(name, numbers);
    open.sender.tryNow();
    return count;
  }

  /** Forgets dead letters; `undefined` when no such webhook is declared. @returns how many */
  async discard(name: string, numbers?: ReadonlySet<number>): Promise<number | undefined> {
    return this.#open.has(name) ? await this.#options.letters.discard(name, numbers) : undefined;
  }

  /** Forgets dead letters of all webhooks, also of those that are declared no more. @returns how many */
  dropLetters(before: number): Promise<number> {
    return this.#options.letters.dropBefore(before);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#changing;
    await Promise.all([...this.#open.values()].map(close));
    await this.#trimming;
  }

  async #change(webhooks: readonly Webhook[]): Promise<void> {
    const wanted = new Map(webhooks.map((webhook) => [webhook.name, webhook]));
    this.#keepFor([...webhooks, ...[...this.#open.values()].map(({ webhook }) => webhook)]);
    for (const open of [...this.#open.values()]) {
      const { name } = open.webhook;
      const next = wanted.get(name);
      if (next !== undefined && textOf(next) === open.declared) continue;
      await close(open);
      this.#open.delete(name);
      // Declared again some day, it is told what happens from then on.
      if (next === undefined) await this.#options.cursors.del(name);
    }
    for (const webhook of webhooks) {
      if (!this.#open.has(webhook.name) && !this.#stopping.signal.aborted) await this.#start(webhook);
    }
    this.#keepFor(webhooks);
    this.#wantedUntil = 0;
    await this.#keepWanted();
  }

  #keepFor(webhooks: readonly Webhook[]): void {
    const chosen = webhooks.flatMap(({ events }) => events);
    const types = new Set(Object.keys(eventTypes).filter((type) => isChosen(chosen, type)));
    this.#options.events.keepFor((type) => types.has(type));
  }

  async #start(webhook: Webhook): Promise<void> {
    const { log, clock, random, events, cursors, letters } = this.#options;
    const connection = new WebhookConnection(webhook);
    const { name } = webhook;
    const sender = await WebhookSender.start({
      ...{ webhook, connection, log: events, cursors, letters, clock, random },
      onTrouble: (trouble) => {
        if (trouble === undefined) log.info({ webhook: name }, 'webhook takes events again');
        else log.warn({ webhook: name, why: trouble }, 'webhook does not take events; they are kept and tried again');
      },
    });
    this.#open.set(name, { webhook, declared: textOf(webhook), sender, connection });
  }

  async #keepTrimmed(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // A start must not miss what happens before the declarations are read.
      await this.#keepWanted().catch(() => undefined);
      await clock.sleep(trimEveryMs, signal).catch(() => undefined);
      if (!signal.aborted)
        await this.#trim().catch((err: unknown) => log.debug({ err }, 'old events are not deleted yet'));
    }
  }

  async #keepWanted(): Promise<void> {
    const { events, clock } = this.#options;
    const until = clock.now() + this.#keptMs;
    if (until - this.#wantedUntil < leastKeptMs / 24) return;
    const chosen = [...this.#open.values()].flatMap(({ webhook }) => webhook.events);
    const types = (Object.keys(eventTypes) as EventType[]).filter((type) => isChosen(chosen, type));
    await events.wantUntil(types, until);
    if (types.length > 0) this.#wantedUntil = until;
  }

  /** What is old and settled goes; beyond the most that is kept, the oldest. */
  async #trim(): Promise<void> {
    const { events, clock } = this.#options;
    const settled = Math.min(events.last, ...[...this.#open.values()].map(({ sender }) => sender.settledUpTo));
    const before = clock.now() - this.#keptMs;
    const tooMany = events.last - mostKept;
    while (!this.#stopping.signal.aborted && events.first <= events.last) {
      const oldest = await events.after(events.first - 1, trimmedTogether);
      const last = oldest.findLast(({ number, at }) => number <= tooMany || (number <= settled && at < before));
      if (last === undefined) return;
      await events.trim(last.number);
    }
  }
}

async function close({ sender, connection }: Open): Promise<void> {
  await sender[Symbol.asyncDispose]();
  await connection[Symbol.asyncDispose]();
}

/** Equal exactly for equal declarations. */
function textOf({ secret, previousSecret, token, url, ...rest }: Webhook): string {
  const secrets = [secret, previousSecret, token, url].map((each) => (each instanceof Secret ? each.reveal() : each));
  return JSON.stringify([rest, ...secrets]);
}

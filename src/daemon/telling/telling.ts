import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { DeadLetters } from '../../events/dead-letters.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import { lastingKey } from '../../quota/quota-facts.ts';
import type { TargetReport } from '../../status/report.ts';
import type { Engine } from '../engine.ts';
import { DeclaredWebhooks } from './declared-webhooks.ts';
import { quotaEvent } from './quota-telling.ts';
import { SessionTelling } from './session-telling.ts';
import { TargetTelling } from './target-telling.ts';

export interface TellingOptions {
  readonly engine: Pick<Engine, 'store' | 'accounting' | 'events' | 'quotas'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

/** Makes events of what happens, and tells the webhooks. */
export class Telling implements AsyncDisposable {
  readonly webhooks: DeclaredWebhooks;
  readonly #options: TellingOptions;
  #sessions: SessionTelling | undefined;
  readonly #targets = new TargetTelling();
  #quotas: Promise<void> = Promise.resolve();

  private constructor(options: TellingOptions, webhooks: DeclaredWebhooks) {
    this.#options = options;
    this.webhooks = webhooks;
  }

  /** Tells of no session before `tellSessions`. @throws LastmileError of the store */
  static async start(options: TellingOptions): Promise<Telling> {
    const { engine, clock, log, random } = options;
    const { store, events } = engine;
    const letters = await DeadLetters.open(store.table('letters'));
    const cursors = store.table<never>('webhooks');
    return new Telling(options, new DeclaredWebhooks({ log, clock, random, events, cursors, letters }));
  }

  /** Once sessions are read. @throws LastmileError of the store */
  async tellSessions(): Promise<void> {
    const { engine, clock, log } = this.#options;
    const { store, accounting, events } = engine;
    this.#sessions = await SessionTelling.start({ accounting, events, store, clock, log });
  }

  /** What came of a reconcile. Kept in the status anyway: a disk that is full costs the event. */
  report(report: TargetReport): void {
    const events = this.#targets.eventsOf(report);
    if (events.length === 0) return;
    const { engine, log } = this.#options;
    engine.events.add(events).catch((err: unknown) => log.warn({ err }, 'what came of a reconcile is not told'));
  }

  /** Subscriptions that stand otherwise with their quotas by now. */
  quotas(changed: readonly Subscription[]): void {
    const { log } = this.#options;
    this.#quotas = this.#quotas
      .then(() => this.#tellQuotas(changed))
      .catch((err: unknown) => log.warn({ err }, 'a step of a quota is not told'));
  }

  async #tellQuotas(changed: readonly Subscription[]): Promise<void> {
    const { engine, clock } = this.#options;
    const { events, quotas, store } = engine;
    for (const subscription of changed) {
      const { username, macs } = subscription;
      const key = lastingKey(subscription);
      const news = quotas.newsOf(key);
      const held = await quotas.standingOf(username ?? macs[0] ?? '');
      if (held === undefined) continue;
      const event = quotaEvent(subscription, held, clock.now());
      // All or nothing: what a kill keeps from being told is told after the next start.
      await events.add([event], (writes) => store.write([...writes, ...quotas.told(key, news)]));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#quotas;
    await this.#sessions?.[Symbol.asyncDispose]();
    await this.webhooks[Symbol.asyncDispose]();
  }
}

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { DeadLetters } from '../events/dead-letters.ts';
import type { TargetReport } from '../status/report.ts';
import { DeclaredWebhooks } from './declared-webhooks.ts';
import type { Engine } from './engine.ts';
import { SessionTelling } from './session-telling.ts';
import { TargetTelling } from './target-telling.ts';

export interface TellingOptions {
  readonly engine: Pick<Engine, 'store' | 'accounting' | 'events'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

/** Makes events of what happens, and tells the webhooks. */
export class Telling implements AsyncDisposable {
  readonly webhooks: DeclaredWebhooks;
  readonly #options: TellingOptions;
  readonly #sessions: SessionTelling;
  readonly #targets = new TargetTelling();

  private constructor(options: TellingOptions, webhooks: DeclaredWebhooks, sessions: SessionTelling) {
    this.#options = options;
    this.webhooks = webhooks;
    this.#sessions = sessions;
  }

  /** @throws LastmileError of the store */
  static async start(options: TellingOptions): Promise<Telling> {
    const { engine, clock, log, random } = options;
    const { store, accounting, events } = engine;
    const letters = await DeadLetters.open(store.table('letters'));
    const sessions = await SessionTelling.start({ accounting, events, store, clock, log });
    const cursors = store.table<never>('webhooks');
    return new Telling(options, new DeclaredWebhooks({ log, clock, random, events, cursors, letters }), sessions);
  }

  /** What came of a reconcile. Kept in the status anyway: a disk that is full costs the event. */
  report(report: TargetReport): void {
    const events = this.#targets.eventsOf(report);
    if (events.length === 0) return;
    const { engine, log } = this.#options;
    engine.events.add(events).catch((err: unknown) => log.warn({ err }, 'what came of a reconcile is not told'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
    await this.webhooks[Symbol.asyncDispose]();
  }
}

import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { DeadLetters } from '../../events/dead-letters.ts';
import type { NewEvent } from '../../events/event.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import { lastingKey } from '../../quota/quota-facts.ts';
import type { AuditedRevision } from '../../status/audited-apply.ts';
import type { Judgement } from '../../status/conditions.ts';
import type { TargetReport } from '../../status/report.ts';
import type { Write } from '../../store/table.ts';
import type { Engine } from '../engine.ts';
import { DeclaredWebhooks } from './declared-webhooks.ts';
import { quotaEvent } from './quota-telling.ts';
import { type RevisionMark, RevisionTelling } from './revision-telling.ts';
import { SessionTelling } from './session-telling.ts';
import { SourceTelling } from './source-telling.ts';
import { TargetTelling } from './target-telling.ts';

export interface TellingOptions {
  readonly engine: Pick<Engine, 'store' | 'accounting' | 'events' | 'quotas' | 'status'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

/** In `meta`. */
const revisionKey = 'revision-told';

/** Makes events of what happens, and tells the webhooks. */
export class Telling implements AsyncDisposable {
  readonly webhooks: DeclaredWebhooks;
  readonly #options: TellingOptions;
  #sessions: SessionTelling | undefined;
  readonly #targets: TargetTelling;
  readonly #revisions: RevisionTelling;
  readonly #source = new SourceTelling();
  #quotas: Promise<void> = Promise.resolve();

  private constructor(options: TellingOptions, webhooks: DeclaredWebhooks, mark: RevisionMark | undefined) {
    this.#options = options;
    this.webhooks = webhooks;
    this.#targets = new TargetTelling(options.engine.status.targets().map(({ last }) => last));
    this.#revisions = new RevisionTelling(mark);
  }

  /** Tells of no session before `tellSessions`. @throws LastmileError of the store */
  static async start(options: TellingOptions): Promise<Telling> {
    const { engine, clock, log, random } = options;
    const { store, events } = engine;
    const letters = await DeadLetters.open(store.table('letters'));
    const cursors = store.table<never>('webhooks');
    const mark = await store.table<RevisionMark>('meta').get(revisionKey);
    return new Telling(options, new DeclaredWebhooks({ log, clock, random, events, cursors, letters }), mark);
  }

  /** Once sessions are read. @throws LastmileError of the store */
  async tellSessions(): Promise<void> {
    const { engine, clock, log } = this.#options;
    const { store, accounting, events } = engine;
    this.#sessions = await SessionTelling.start({ accounting, events, store, clock, log });
  }

  /** What came of a reconcile. @param targets names of all that follow the revision in force */
  report(report: TargetReport, targets: readonly string[]): void {
    this.#tell(this.#targets.eventsOf(report));
    this.#tellOfRevision(this.#revisions.report(report, targets));
  }

  /** A revision came into force. */
  took(revision: AuditedRevision): void {
    this.#tellOfRevision(this.#revisions.took(revision, this.#options.clock.now()));
  }

  /** A revision was not taken. */
  refused(revision: AuditedRevision, message: string): void {
    this.#tellOfRevision(this.#revisions.refused(revision, message, this.#options.clock.now()));
  }

  /** A person took a revision back. */
  rolledBack(revision: AuditedRevision, message: string): void {
    this.#tellOfRevision(this.#revisions.rolledBack(revision, message, this.#options.clock.now()));
  }

  /** What is said of the source. */
  source(judgement: Judgement): void {
    this.#tell(this.#source.eventsOf(judgement, this.#options.clock.now()));
  }

  /** RADIUS, or another server that is looked after, is silent, or answers again. */
  heartbeat(up: boolean, who: string, message: string): void {
    const type = up ? 'heartbeat.recovered' : 'heartbeat.missed';
    this.#tell([{ type, at: this.#options.clock.now(), subject: `heartbeat/${who}`, data: { message } }]);
  }

  /** It is kept in the status anyway: a disk that is full costs the event. */
  #tell(events: readonly NewEvent[], also: readonly Write[] = []): void {
    if (events.length === 0) return;
    const { engine, log } = this.#options;
    engine.events
      .add(events, (writes) => engine.store.write([...writes, ...also]))
      .catch((err: unknown) => log.warn({ err }, 'what happened is not told'));
  }

  #tellOfRevision(events: readonly NewEvent[]): void {
    const { mark } = this.#revisions;
    const table = this.#options.engine.store.table<RevisionMark>('meta');
    this.#tell(events, mark === undefined ? [] : [table.toPut(revisionKey, mark)]);
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

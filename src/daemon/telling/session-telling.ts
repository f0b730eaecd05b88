import type { Logger } from 'pino';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewEvent } from '../../events/event.ts';
import type { EventLog } from '../../events/event-log.ts';
import { sessionEvents } from '../../events/session-events.ts';
import type { Store } from '../../store/store.ts';

export interface SessionTellingOptions {
  readonly accounting: Pick<AccountingStore, 'onStored' | 'sequence' | 'touchedAfter'>;
  readonly events: EventLog;
  readonly store: Pick<Store, 'table' | 'write'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Up to which commit of accounting events were made. */
interface Mark {
  readonly sequence: number;
}

const markKey = 'events-told';
/** What waits for its turn: beyond that it is read again from the journal. */
const mostWaiting = 50_000;
const againMs = 1_000;
const noteEveryMs = 10_000;

/**
 * Makes events of what accounting stores. With them goes how far they reach: what a crash, or a full disk, kept from being
 * told is found in the journal, and told as it is by then.
 */
export class SessionTelling implements AsyncDisposable {
  readonly #options: SessionTellingOptions;
  readonly #unsubscribe: () => void;
  readonly #stopping = new AbortController();
  #waiting: NewEvent[] = [];
  #told: number;
  #upTo: number;
  #missed: boolean;
  #running: Promise<void> | undefined;
  readonly #noting: Promise<void>;

  private constructor(options: SessionTellingOptions, told: number) {
    const { accounting, clock } = options;
    this.#options = options;
    this.#told = told;
    this.#upTo = accounting.sequence;
    this.#missed = told < accounting.sequence;
    const wants = (type: NewEvent['type']) => options.events.wants(type);
    this.#unsubscribe = accounting.onStored((_session, _isNew, change) => {
      this.#upTo = accounting.sequence;
      if (this.#missed) return;
      const events = sessionEvents(change, clock.now(), wants);
      if (events.length === 0) return;
      this.#waiting.push(...events);
      if (this.#waiting.length > mostWaiting) this.#miss();
      this.#wake();
    });
    this.#noting = this.#note();
  }

  /** Of a folder that had no events yet, nothing of the past is told. @throws LastmileError of the store */
  static async start(options: SessionTellingOptions): Promise<SessionTelling> {
    const { store, accounting } = options;
    const table = store.table<Mark>('meta');
    const mark = await table.get(markKey);
    if (mark === undefined) await table.put(markKey, { sequence: accounting.sequence });
    const telling = new SessionTelling(options, mark?.sequence ?? accounting.sequence);
    if (telling.#missed) telling.#wake();
    return telling;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    // What is left is told at the next start.
    this.#stopping.abort();
    await Promise.all([this.#running, this.#noting]);
    if (!this.#missed && this.#waiting.length === 0) await this.#add([], this.#upTo).catch(() => undefined);
  }

  /** What nobody wants to hear of is told by that: a start after a crash must not go through all of it. */
  async #note(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(noteEveryMs, signal).catch(() => undefined);
      const isIdle = this.#running === undefined && !this.#missed && this.#waiting.length === 0;
      if (!signal.aborted && isIdle && this.#upTo > this.#told)
        await this.#add([], this.#upTo).catch(() => this.#miss());
    }
  }

  #miss(): void {
    this.#missed = true;
    this.#waiting = [];
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { log, clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted && (this.#missed || this.#waiting.length > 0)) {
      try {
        if (this.#missed) await this.#catchUp();
        else await this.#tell();
      } catch (err) {
        if (signal.aborted) return;
        this.#miss();
        log.debug({ err }, 'what happened cannot be written now; it is read again from the journal');
        await clock.sleep(againMs, signal).catch(() => undefined);
      }
    }
  }

  async #tell(): Promise<void> {
    const [events, upTo] = [this.#waiting, this.#upTo];
    this.#waiting = [];
    await this.#add(events, upTo);
  }

  async #catchUp(): Promise<void> {
    const { accounting, clock } = this.#options;
    const upTo = accounting.sequence;
    // From here on what comes is told as it comes; some of it may be in both.
    this.#missed = false;
    const sessions = await accounting.touchedAfter(this.#told);
    const at = clock.now();
    const events = sessions.flatMap((session) => sessionEvents({ before: undefined, after: session }, at).slice(-1));
    await this.#add(events, upTo);
  }

  async #add(events: readonly NewEvent[], upTo: number): Promise<void> {
    const { store } = this.#options;
    const mark = store.table<Mark>('meta').toPut(markKey, { sequence: upTo });
    await this.#options.events.add(events, (writes) => store.write([...writes, mark]));
    this.#told = upTo;
  }
}

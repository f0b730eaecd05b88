import type { Logger } from 'pino';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import type { Table } from '../../store/table.ts';

export interface QuotaCatchUpOptions {
  readonly accounting: Pick<AccountingStore, 'sequence' | 'touchedAfter'>;
  readonly meta: Pick<Table<Mark>, 'get' | 'put'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with each user that may have used something that was not looked at before the last stop. */
  readonly missed: (username: string) => void;
  /** Resolves when what came of all that was stored by now is on disk; rejects where it will not be. */
  readonly settled: () => Promise<void>;
}

/** Up to which commit of accounting quotas were looked at, and what came of it is on disk. */
interface Mark {
  readonly sequence: number;
}

const markKey = 'quotas-counted';
const noteEveryMs = 10_000;

/**
 * What accounting stored just before a kill may have brought somebody to another step of whom nothing more is heard: after a
 * start it is gone through once more.
 */
export class QuotaCatchUp implements AsyncDisposable {
  readonly #options: QuotaCatchUpOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #noted: number | undefined;

  constructor(options: QuotaCatchUpOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#note().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (this.#noted === undefined) await this.#lookBack();
        await this.#note();
      } catch (err) {
        if (!(err instanceof LastmileError)) throw err;
        log.debug({ err }, 'how far quotas were looked at is not noted; tried again');
      }
      await clock.sleep(noteEveryMs, signal).catch(() => undefined);
    }
  }

  async #lookBack(): Promise<void> {
    const { accounting, meta, missed } = this.#options;
    const { sequence } = accounting;
    const mark = await meta.get(markKey);
    if (mark !== undefined && mark.sequence < sequence) {
      for (const { username } of await accounting.touchedAfter(mark.sequence)) missed(username);
    }
    this.#noted = mark?.sequence ?? -1;
  }

  async #note(): Promise<void> {
    const { accounting, meta, settled } = this.#options;
    const { sequence } = accounting;
    if (this.#noted === undefined || sequence === this.#noted) return;
    await settled();
    await meta.put(markKey, { sequence });
    this.#noted = sequence;
  }
}

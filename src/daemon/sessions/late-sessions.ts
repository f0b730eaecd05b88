import type { Logger } from 'pino';
import type { Session } from '../../accounting/event.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import type { DirectoryTarget } from '../../directory/directory-target.ts';
import type { SessionEffect } from '../../reconcile/target.ts';
import type { StatusBook } from '../../status/status-book.ts';
import { sessionEvent } from './session-event.ts';

export interface LateSessionsOptions {
  readonly accounting: Pick<AccountingStore, 'onStored'>;
  readonly target: Pick<DirectoryTarget, 'unwanted' | 'end' | 'outbox'>;
  readonly status: Pick<StatusBook, 'recordSessions'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Mends sessions of people who were suspended, or whose limits changed, between their Access-Accept and their Start: when the
 * commit was applied nobody knew that they are online.
 */
export class LateSessions implements AsyncDisposable {
  readonly #options: LateSessionsOptions;
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(options: LateSessionsOptions) {
    this.#options = options;
    this.#unsubscribe = options.accounting.onStored((session, isNew) => this.#look(session, isNew));
  }

  /** What is under way is kept on disk and taken up at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
  }

  #look(session: Session, isNew: boolean): void {
    const { target, log } = this.#options;
    if (session.stoppedAt !== undefined) {
      void target.outbox.over(session)?.catch((err: unknown) => log.debug({ err }, 'outbox not written'));
      return;
    }
    const effect = this.#unwanted(session, isNew);
    if (effect !== undefined) void this.#end(effect);
  }

  /** Whose login it is may not be known while the disk is away: it is looked at again with its next record. */
  #unwanted(session: Session, isNew: boolean): SessionEffect | undefined {
    try {
      return this.#options.target.unwanted(session, isNew);
    } catch (err) {
      if (!(err instanceof LastmileError)) throw err;
      this.#options.log.debug({ err }, 'a session was not looked at');
      return undefined;
    }
  }

  async #end(effect: SessionEffect): Promise<void> {
    const { target, status, clock, log } = this.#options;
    try {
      const events = (await target.end(effect, this.#stopping.signal)).map((each) => sessionEvent(each, clock.now()));
      status.recordSessions(events);
      for (const event of events) log.info(event, 'session settled');
    } catch (error) {
      log.warn({ err: error, username: effect.username }, 'session not told; tried again with its next record');
    }
  }
}

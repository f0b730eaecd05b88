import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SessionState } from '../../accounting/sessions/session-state.ts';
import { deviceOf } from '../../accounting/sessions/session-user.ts';
import { isOverBySilence, silentMs, staleMs } from '../../accounting/sessions/silence.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import { lostStop, nasRebooted, notHeardOf, replaced } from '../../accounting/terminate-cause.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Directory } from '../../directory/directory.ts';
import { interimOf } from './interim-of.ts';

export interface SilentSessionsOptions {
  readonly accounting: Pick<AccountingStore, 'open' | 'openOf' | 'isOpenAlone' | 'end' | 'onStored' | 'clockSet'>;
  readonly directory: Pick<Directory, 'login' | 'device'>;
  /** Of the declarations in force. */
  readonly settings: () => { readonly interimSeconds: number; readonly staleAfterSeconds: number };
  readonly clock: Clock;
  readonly log: Logger;
}

const lookEveryMs = 60_000;
/** Sessions that are looked at, or ended, in one go: packets come in between. */
const perSlice = 500;
/** Whoever has not been missed two reports after a boot by then has been heard. */
const bootsRememberedMs = 3_600_000;

/**
 * Ends sessions whose Stop never came: those that are silent for too long, those of a device that is online anew, and those of
 * a NAS that has booted without a word. They end where they were last heard of; one that is heard of all the same goes on.
 */
export class SilentSessions implements AsyncDisposable {
  readonly #options: SilentSessionsOptions;
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;
  readonly #ended: Promise<void>;
  readonly #startedAt: number;
  /** NAS → monotonic time at which an id of its came back, as ids do when a NAS counts anew. */
  readonly #boots = new Map<string, number>();

  constructor(options: SilentSessionsOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    this.#unsubscribe = options.accounting.onStored((session, isNew) => this.#heard(session, isNew));
    this.#ended = this.#loop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#ended;
  }

  /** Looks at every open session now. @returns how many it ended */
  async look(): Promise<number> {
    const { accounting } = this.#options;
    this.#forgetBoots();
    let [seen, count] = [0, 0];
    let ending: Promise<boolean>[] = [];
    for (const session of accounting.open()) {
      if (this.#stopping.signal.aborted) break;
      const cause = this.#causeOf(session);
      if (cause !== undefined) ending.push(this.#end(session, cause));
      seen += 1;
      if (seen % perSlice !== 0) continue;
      count += ended(await Promise.all(ending));
      ending = [];
      await setImmediate();
    }
    return count + ended(await Promise.all(ending));
  }

  async #loop(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await clock.sleep(lookEveryMs, signal);
        const count = await this.look();
        if (count > 0) log.info({ count }, 'sessions ended that nothing was heard of any more');
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, 'silent sessions not looked at');
      }
    }
  }

  #causeOf(session: SessionState): string | undefined {
    const { clock, settings } = this.#options;
    const booted = this.#boots.get(session.nas);
    const over = isOverBySilence(session, this.#silence(session), {
      staleAfterMs: settings().staleAfterSeconds * 1000,
      interimSeconds: this.#interimOf(session),
      listeningMs: clock.monotonic() - this.#startedAt,
      ...(booted === undefined ? {} : { bootedMs: clock.monotonic() - booted }),
    });
    if (over === undefined) return undefined;
    return over === 'booted' ? nasRebooted : notHeardOf;
  }

  #heard(session: SessionState, isNew: boolean): void {
    if (session.terminateCause === lostStop && session.source === undefined) {
      this.#boots.set(session.nas, this.#options.clock.monotonic());
    }
    if (isNew && session.stoppedAt === undefined && session.source === undefined) this.#takeOver(session);
  }

  /** A device is in one place: what it left behind, and is silent, is over. */
  #takeOver(session: SessionState): void {
    const { accounting } = this.#options;
    // Nearly always there is nothing that it could have left behind.
    if (accounting.isOpenAlone(session)) return;
    const device = deviceOf(session);
    if (device === undefined) return;
    for (const other of accounting.openOf(session.username)) {
      if (other.key === session.key || other.source !== undefined || deviceOf(other) !== device) continue;
      if (this.#silence(other) > staleMs(this.#interimOf(other))) void this.#end(other, replaced);
    }
  }

  #silence(session: SessionState): number {
    const { accounting, clock } = this.#options;
    return silentMs(session, clock.now(), accounting.clockSet);
  }

  #interimOf(session: SessionState): number {
    const { directory, settings } = this.#options;
    return interimOf(directory, settings().interimSeconds)(session);
  }

  #forgetBoots(): void {
    const now = this.#options.clock.monotonic();
    for (const [nas, at] of this.#boots) if (now - at > bootsRememberedMs) this.#boots.delete(nas);
  }

  /** What cannot be stored now is looked at again. */
  async #end(session: SessionState, cause: string): Promise<boolean> {
    try {
      await this.#options.accounting.end(session.key, cause);
      return true;
    } catch (error) {
      this.#options.log.debug({ nas: session.nas, error: messageOf(error) }, 'silent session not ended yet');
      return false;
    }
  }
}

function ended(results: readonly boolean[]): number {
  return results.filter((each) => each).length;
}

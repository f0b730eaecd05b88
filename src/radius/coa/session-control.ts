import type { Session, SessionEnder, SessionReader } from '../../accounting/event.ts';
import { notOnNas } from '../../accounting/terminate-cause.ts';
import { messageOf } from '../../base/errors.ts';
import type { SessionControl } from '../../directory/directory-target.ts';
import type { DirectoryReader, Login, Nas } from '../../directory/reader.ts';
import type { SessionEffect, SessionResult } from '../../reconcile/target.ts';
import type { NamedAttribute } from '../dictionary/encode-named.ts';

/** What came of a CoA or Disconnect, after all retransmissions. */
export type DynamicAnswer =
  /** `without`: what it was not told, since it knows nothing of that. */
  | { readonly result: 'ack'; readonly without?: readonly string[] }
  /**
   * `gone`: asked by every identification there is, the NAS has no such session. That is what a
   * Disconnect is for (RFC 5176 §3.5). `later`: it cannot now, and may in a while.
   */
  | { readonly result: 'nak'; readonly errorCause?: string; readonly gone?: boolean; readonly later?: boolean }
  | { readonly result: 'timeout' }
  /** It could not even be sent, as when there is no socket. */
  | { readonly result: 'unsent'; readonly reason: string };

/** Sends CoA and Disconnect. */
export interface DynamicAuthorization {
  /** @param isOnlyOne whether no other session of this user is open on this NAS: asked when it matters, not before */
  disconnect(nas: Nas, session: Session, isOnlyOne: () => boolean): Promise<DynamicAnswer>;
  /** Tells the NAS the limits of `login`; `undefined` when this NAS cannot be told so. */
  change(nas: Nas, session: Session, login: Login, isOnlyOne: () => boolean): Promise<DynamicAnswer | undefined>;
  /** Tells the NAS just these attributes. @throws RangeError when one of them cannot be encoded */
  changeOfAuthorization(
    nas: Nas,
    session: Session,
    changes: readonly NamedAttribute[],
    isOnlyOne: () => boolean,
  ): Promise<DynamicAnswer>;
}

/** The other way to a router's sessions, when RADIUS does not reach them. */
export interface SessionsByApi {
  /**
   * The menu a session was removed from, false when it was in none; `undefined` when the router has no API for us.
   */
  remove(router: string, session: Session, signal: AbortSignal): Promise<RemovedFrom | false | undefined>;
}

export interface RemovedFrom {
  /** `/ip/hotspot/active`. */
  readonly menu: string;
}

/** The way to sessions of guests whom Omada controllers let in. */
export interface SessionsAtControllers {
  /**
   * Takes the guest's right to be let through, sees that it is gone, and ends the session in accounting. Never rejects.
   *
   * @returns undefined where the controller is no longer declared
   */
  end(session: Session, signal: AbortSignal): Promise<Told | undefined>;
}

export interface NasSessionControlOptions {
  readonly directory: DirectoryReader;
  readonly sessions: SessionReader & SessionEnder;
  readonly dynamic: DynamicAuthorization;
  readonly api: SessionsByApi;
  /** Absent: there are none. */
  readonly controllers?: SessionsAtControllers;
  /** How long after an ACK its Stop is awaited before the router itself is asked. */
  readonly stopWithinMs?: number;
}

export type Told = Pick<SessionResult, 'detail' | 'unreached'> & {
  readonly result: Exclude<SessionResult['result'], 'stale'>;
};

/**
 * Carries out effects on sessions: CoA where that does it, else Disconnect, else the router's API. An ACK is no proof
 * (routers were seen to send one and keep the session): the Stop is awaited, then the router is looked at. A session that
 * its NAS turns out not to have is ended in accounting, too.
 */
export class NasSessionControl implements SessionControl {
  readonly #options: NasSessionControlOptions;

  constructor(options: NasSessionControlOptions) {
    this.#options = options;
  }

  async settle(
    effect: SessionEffect,
    login: Login | undefined,
    signal: AbortSignal,
  ): Promise<readonly SessionResult[]> {
    const concerned = new Set(effect.sessionIds);
    const open = this.#options.sessions
      .openOf(effect.username)
      .filter(({ sessionId, nas }) => concerned.has(sessionId) && (effect.nas ?? nas) === nas);
    return Promise.all(
      open.map(async (session) => {
        const told = await this.#settleOne(effect, session, login, signal);
        return { effect, sessionId: session.sessionId, nas: session.nas, ...told };
      }),
    );
  }

  /** Ends one session, as `lastmile disconnect` asks. Never rejects. */
  async disconnect(session: Session, signal: AbortSignal): Promise<Told> {
    if (session.source === 'omada') return this.#atController(session, signal);
    const nas = this.#options.directory.nas(session.nas);
    if (nas === undefined) return { result: 'failed', detail: `NAS ${session.nas} is no longer declared` };
    // RADIUS knows nothing of it.
    if (session.source !== undefined)
      return this.#byApi(nas, session, { result: 'nak' }, 'not a session of RADIUS', signal);
    const answer = await this.#options.dynamic.disconnect(nas, session, this.#isOnlyOne(session)).catch(unsent);
    const words = wordsOf('Disconnect', answer, nas);
    if (answer.result === 'ack' && (await this.#stops(session, signal))) {
      return { result: 'disconnected', detail: `${words}, Stop received` };
    }
    return this.#byApi(nas, session, answer, words, signal);
  }

  /** Tells one session just these attributes, as `lastmile coa` asks; nothing else is tried when it does not take them. */
  async tell(session: Session, changes: readonly NamedAttribute[]): Promise<Told> {
    const nas = this.#options.directory.nas(session.nas);
    if (session.source !== undefined) return { result: 'failed', detail: 'not a session of RADIUS' };
    if (nas === undefined) return { result: 'failed', detail: `NAS ${session.nas} is no longer declared` };
    const { dynamic } = this.#options;
    const answer = await dynamic.changeOfAuthorization(nas, session, changes, this.#isOnlyOne(session)).catch(unsent);
    return { result: answer.result === 'ack' ? 'changed' : 'failed', detail: wordsOf('CoA', answer, nas) };
  }

  /** Gives one session the limits of its login, as `lastmile coa` asks; nothing else is tried when it does not take them. */
  async refresh(session: Session, login: Login): Promise<Told> {
    const nas = this.#options.directory.nas(session.nas);
    if (session.source !== undefined) return { result: 'failed', detail: 'not a session of RADIUS' };
    if (nas === undefined) return { result: 'failed', detail: `NAS ${session.nas} is no longer declared` };
    const answer = await this.#options.dynamic.change(nas, session, login, this.#isOnlyOne(session)).catch(unsent);
    if (answer === undefined) return { result: 'failed', detail: 'it has no limit that a running session can be told' };
    return { result: answer.result === 'ack' ? 'changed' : 'failed', detail: wordsOf('CoA', answer, nas) };
  }

  async #settleOne(
    effect: SessionEffect,
    session: Session,
    login: Login | undefined,
    signal: AbortSignal,
  ): Promise<Told> {
    // Limits it was told once, when it let somebody in.
    if (session.source === 'omada' && effect.action === 'change')
      return { result: 'gone', detail: 'a controller is told no limits after a login' };
    if (session.source === 'omada') return this.#atController(session, signal);
    const nas = this.#options.directory.nas(session.nas);
    // Nobody is left to tell, however often it is tried.
    if (nas === undefined) return { result: 'gone', detail: `NAS ${session.nas} is no longer declared` };
    if (effect.action === 'disconnect' || login === undefined) return this.disconnect(session, signal);
    const answer = await this.#options.dynamic.change(nas, session, login, this.#isOnlyOne(session)).catch(unsent);
    const words = answer === undefined ? 'no CoA for this NAS' : wordsOf('CoA', answer, nas);
    if (answer?.result === 'ack') return { result: 'changed', detail: words };
    if (answer?.result === 'nak' && answer.later === true) return { result: 'failed', detail: words };
    // Whoever does not answer one request does not answer the other, and one whom it does not know it cannot end.
    const isPointless = answer !== undefined && (answer.result !== 'nak' || answer.gone === true);
    if (isPointless) return this.#byApi(nas, session, answer, words, signal);
    const ended = await this.disconnect(session, signal);
    return { ...ended, detail: `${words}; ${ended.detail}` };
  }

  async #atController(session: Session, signal: AbortSignal): Promise<Told> {
    const told = await this.#options.controllers?.end(session, signal);
    return told ?? { result: 'gone', detail: `Omada controller ${session.nas} is no longer declared` };
  }

  async #byApi(nas: Nas, session: Session, answer: DynamicAnswer, words: string, signal: AbortSignal): Promise<Told> {
    const removed = nas.router === undefined ? undefined : await this.#remove(nas.router, session, signal);
    if (typeof removed === 'object') return { result: 'disconnected', detail: `${words}; ${removed.menu}/remove` };
    if (removed === false) {
      const result = answer.result === 'ack' ? 'disconnected' : 'gone';
      return this.#over(session, { result, detail: `${words}; not in ${menuOf(session)}` });
    }
    const detail = removed === undefined ? words : `${words}; API: ${removed}`;
    if (answer.result === 'nak' && answer.gone === true) return this.#over(session, { result: 'gone', detail });
    if (answer.result === 'ack') return { result: 'disconnected', detail: `${detail}, no Stop seen yet` };
    const unreached = answer.result === 'timeout' || answer.result === 'unsent';
    return { result: 'failed', detail, ...(unreached ? { unreached } : {}) };
  }

  /** As the router's API has it; text says why it could not be asked. */
  async #remove(
    router: string,
    session: Session,
    signal: AbortSignal,
  ): Promise<RemovedFrom | false | string | undefined> {
    return this.#options.api.remove(router, session, signal).catch(messageOf);
  }

  /** Accounting waits in vain for its Stop; one that comes after all has the last word there. */
  async #over(session: Session, told: Told): Promise<Told> {
    try {
      await this.#options.sessions.end(session.key, notOnNas);
      return told;
    } catch (error) {
      return { ...told, detail: `${told.detail}; open in accounting: ${messageOf(error)}` };
    }
  }

  #isOnlyOne(session: Session): () => boolean {
    return () => this.#options.sessions.isOnlyOne(session);
  }

  /** A signal of its own: the one given may live for long, and would remember every wait there was. */
  async #stops(session: Session, signal: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const end = () => over.abort();
    const limit = AbortSignal.timeout(this.#options.stopWithinMs ?? 3_000);
    limit.addEventListener('abort', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      return await this.#options.sessions.stopped(session.key, over.signal);
    } finally {
      limit.removeEventListener('abort', end);
      signal.removeEventListener('abort', end);
    }
  }
}

const menus: Readonly<Record<string, string>> = { 80: '/ip/hotspot/active', 82: '/ip/dhcp-server/lease' };

/** Where RouterOS shows such a session, whose id begins with the number of the service that made it. */
function menuOf({ sessionId }: Session): string {
  return menus[sessionId.slice(0, 2)] ?? '/ppp/active';
}

function unsent(error: unknown): DynamicAnswer {
  return { result: 'unsent', reason: messageOf(error) };
}

function wordsOf(kind: 'CoA' | 'Disconnect', answer: DynamicAnswer, { radsec }: Pick<Nas, 'radsec'>): string {
  switch (answer.result) {
    case 'ack':
      return `${kind}-ACK${answer.without === undefined ? '' : ` without ${answer.without.join(', ')}`}`;
    case 'nak':
      return `${kind}-NAK${answer.errorCause === undefined ? '' : ` ${answer.errorCause}`}`;
    case 'unsent':
      return `${kind}-Request not sent: ${answer.reason}`;
    default:
      return radsec === undefined
        ? `${kind}-Request: no answer (wrong secret or port, or /radius/incoming accept=no)`
        : `${kind}-Request: no answer down its RadSec connection (/radius/incoming accept=no, or it is cut off)`;
  }
}

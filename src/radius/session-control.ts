import type { Session, SessionEnder, SessionReader } from '../accounting/event.ts';
import { notOnNas } from '../accounting/terminate-cause.ts';
import { messageOf } from '../base/errors.ts';
import type { SessionControl } from '../directory/directory-target.ts';
import type { DirectoryReader, Login, Nas } from '../directory/reader.ts';
import type { SessionEffect, SessionResult } from '../reconcile/target.ts';

/** What came of a CoA or Disconnect, after all retransmissions. */
export type DynamicAnswer =
  | { readonly result: 'ack' }
  /** `gone`: asked by every identification there is, the NAS has no such session. That is what a Disconnect is for (RFC 5176 §3.5). */
  | { readonly result: 'nak'; readonly errorCause?: string; readonly gone?: boolean }
  | { readonly result: 'timeout' }
  /** It could not even be sent, as when there is no socket. */
  | { readonly result: 'unsent'; readonly reason: string };

/** Sends CoA and Disconnect. */
export interface DynamicAuthorization {
  /** @param isOnlyOne whether no other session of this user is open on this NAS: asked when it matters, not before */
  disconnect(nas: Nas, session: Session, isOnlyOne: () => boolean): Promise<DynamicAnswer>;
  /** Tells the NAS the limits of `login`; `undefined` when this NAS cannot be told so. */
  change(nas: Nas, session: Session, login: Login, isOnlyOne: () => boolean): Promise<DynamicAnswer | undefined>;
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

export interface NasSessionControlOptions {
  readonly directory: DirectoryReader;
  readonly sessions: SessionReader & SessionEnder;
  readonly dynamic: DynamicAuthorization;
  readonly api: SessionsByApi;
  /** How long after an ACK its Stop is awaited before the router itself is asked. */
  readonly stopWithinMs?: number;
}

type Told = Pick<SessionResult, 'result' | 'detail'>;

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
    const open = this.#options.sessions.openOf(effect.username).filter(({ sessionId }) => concerned.has(sessionId));
    return Promise.all(
      open.map(async (session) => {
        const told = await this.#settleOne(effect, session, login, signal);
        return { effect, sessionId: session.sessionId, nas: session.nas, ...told };
      }),
    );
  }

  /** Ends one session, as `lastmile disconnect` asks. Never rejects. */
  async disconnect(session: Session, signal: AbortSignal): Promise<Told> {
    const nas = this.#options.directory.nas(session.nas);
    if (nas === undefined) return { result: 'failed', detail: `NAS ${session.nas} is no longer declared` };
    // RADIUS knows nothing of it.
    if (session.source === 'api')
      return this.#byApi(nas, session, { result: 'nak' }, 'not a session of RADIUS', signal);
    const answer = await this.#options.dynamic.disconnect(nas, session, this.#isOnlyOne(session)).catch(unsent);
    const words = wordsOf('Disconnect', answer);
    if (answer.result === 'ack' && (await this.#stops(session, signal))) {
      return { result: 'disconnected', detail: `${words}, Stop received` };
    }
    return this.#byApi(nas, session, answer, words, signal);
  }

  async #settleOne(
    effect: SessionEffect,
    session: Session,
    login: Login | undefined,
    signal: AbortSignal,
  ): Promise<Told> {
    const nas = this.#options.directory.nas(session.nas);
    // Nobody is left to tell, however often it is tried.
    if (nas === undefined) return { result: 'gone', detail: `NAS ${session.nas} is no longer declared` };
    if (effect.action === 'disconnect' || login === undefined) return this.disconnect(session, signal);
    const answer = await this.#options.dynamic.change(nas, session, login, this.#isOnlyOne(session)).catch(unsent);
    if (answer?.result === 'ack') return { result: 'changed', detail: 'CoA-ACK' };
    const ended = await this.disconnect(session, signal);
    const before = answer === undefined ? 'no CoA for this NAS' : wordsOf('CoA', answer);
    return { ...ended, detail: `${before}; ${ended.detail}` };
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
    return { result: 'failed', detail };
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

  async #stops(session: Session, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.timeout(this.#options.stopWithinMs ?? 3_000);
    return this.#options.sessions.stopped(session.key, AbortSignal.any([limit, signal]));
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

function wordsOf(kind: 'CoA' | 'Disconnect', answer: DynamicAnswer): string {
  switch (answer.result) {
    case 'ack':
      return `${kind}-ACK`;
    case 'nak':
      return `${kind}-NAK${answer.errorCause === undefined ? '' : ` ${answer.errorCause}`}`;
    case 'unsent':
      return `${kind}-Request not sent: ${answer.reason}`;
    default:
      return `${kind}-Request: no answer (wrong secret or port, or /radius/incoming accept=no)`;
  }
}

import type { Clock } from '../base/clock.ts';
import type { EapSettings } from '../model/kinds/radius.ts';
import { eapMethods, type MethodTable } from './eap-methods.ts';
import { type EapJudge, type EapReason, type FillRandom, type MethodStep, rejected, type Turn } from './method.ts';
import { type EapPacket, eapCode, eapType, encodeEap, encodeOutcome, methodsOfNak, parseEap } from './packet.ts';
import { type EapSession, type SessionTable, sessionTable } from './session-table.ts';

export interface EapServerOptions {
  readonly clock: Clock;
  readonly random: FillRandom;
  /** Conversations at once. Default 4096. */
  readonly most?: number;
  /** Of those, how many may have got as far as a method. Default 1024: one that stopped amid TLS holds 75 kB. */
  readonly mostEngaged?: number;
  /** Told of a conversation whose peer did not go on for a minute. */
  readonly givenUp?: (conversation: GivenUp) => void;
}

/** What is known of a conversation that nobody ended. */
export interface GivenUp {
  /** What the peer said that it is; it may hide that. */
  readonly identity: string;
  /** Address of the NAS. */
  readonly source: string;
  /** That it was in, or that was proposed to it. */
  readonly method: string;
  /** Requests that it answered. */
  readonly rounds: number;
}

/** One Response, as a NAS passed it on. */
export interface EapRequest {
  /** All of EAP-Message; empty for a NAS that wants the conversation begun (RFC 3579 §2.1). */
  readonly eap: Buffer;
  /** As the NAS gave it back. */
  readonly state?: Buffer;
  /** Address of the NAS. */
  readonly source: string;
  /** Framed-MTU: what fits between peer and NAS. */
  readonly framedMtu?: number;
  readonly judge: EapJudge;
}

export type EapStep =
  | { readonly next: 'challenge'; readonly eap: Buffer; readonly state: Buffer }
  /** There is no room for it now: whoever gets no answer asks again, or another server. */
  | { readonly next: 'silent' }
  | {
      readonly next: 'accept';
      readonly eap: Buffer;
      /** As proved, which is not what the peer called itself outside of a tunnel. */
      readonly username: string;
      readonly outer: string | undefined;
      readonly method: string;
      /** 64 octets; absent: the method gives none. */
      readonly msk?: Buffer;
    }
  | {
      readonly next: 'reject';
      /** EAP-Failure. */
      readonly eap: Buffer;
      readonly reason: EapReason;
      readonly username?: string;
      readonly method: string;
    };

/** As `why` has them, as far as is known before a method is done. */
const names: Readonly<Record<number, string>> = {
  [eapType.md5]: 'eap-md5',
  [eapType.tls]: 'eap-tls',
  [eapType.ttls]: 'ttls',
  [eapType.peap]: 'peap',
  [eapType.mschapv2]: 'eap-mschapv2',
};

/** More than any handshake with any chain of certificates takes. */
const mostRounds = 200;
const mostOctets = 1020;
/** A NAS that says less than this is not believed. */
const fewestOctets = 100;

/**
 * The server's side of EAP (RFC 3748, 3579) behind a RADIUS server: keeps conversations, lets a peer choose among the
 * declared methods, and says what came of it. Whether somebody may on is the judge's to say.
 */
export class EapServer {
  readonly #options: EapServerOptions;
  readonly #sessions: SessionTable<EapStep>;
  #settings: EapSettings | undefined;
  #methods: MethodTable = [];

  constructor(options: EapServerOptions) {
    this.#options = options;
    const { clock, random, most = 4096, mostEngaged = 1024, givenUp } = options;
    this.#sessions = sessionTable({
      ...{ clock, random, most, mostEngaged },
      givenUp: ({ identity, source, method, rounds }) => {
        if (identity !== undefined) givenUp?.({ identity, source, method: names[method?.type ?? 0] ?? 'eap', rounds });
      },
    });
  }

  /**
   * Goes on with these settings. Conversations under way end by those they began with; with other certificates no session is
   * resumed.
   *
   * @param settings absent: every conversation is rejected
   * @throws EapCertificateError, and goes on with what it had
   */
  use(settings: EapSettings | undefined): void {
    if (sameSettings(settings, this.#settings)) return;
    this.#methods = settings === undefined ? [] : eapMethods(settings, this.#options);
    this.#settings = settings;
  }

  /** Conversations under way. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Tells of conversations that nobody went on with, up to now. */
  sweep(): void {
    this.#sessions.sweep();
  }

  async answer(request: EapRequest): Promise<EapStep> {
    const { eap, source } = request;
    if (this.#methods.length === 0) return failure(eap, 'eap-off');
    if (eap.length === 0) return this.#begin(source);
    const response = parseEap(eap);
    if (response?.code !== eapCode.response) return failure(eap, 'eap-malformed');
    const known = request.state === undefined ? undefined : this.#sessions.find(request.state, source);
    const state = request.state?.toString('hex') ?? '';
    if (known?.last?.state === state && known.last.eap.equals(eap)) return known.last.answer;
    const session = known !== undefined && isNext(known, state, response) ? known : undefined;
    // With a State of old, too: a NAS gives back that of an accept when it authenticates anew.
    if (session === undefined && response.type !== eapType.identity) return failure(eap, 'eap-session');
    const current = session ?? this.#sessions.open(source);
    return current === undefined ? noRoom : this.#turn(current, state, response, request);
  }

  [Symbol.dispose](): void {
    this.#sessions.closeAll();
  }

  /** The NAS has not asked for the identity itself. */
  #begin(source: string): EapStep {
    const session = this.#sessions.open(source);
    if (session === undefined) return noRoom;
    const state = this.#sessions.renew(session);
    const { identifier } = session;
    const eap = encodeEap({ code: eapCode.request, identifier, type: eapType.identity, data: Buffer.alloc(0) });
    return { next: 'challenge', eap, state };
  }

  #turn(
    session: EapSession<EapStep>,
    state: string,
    response: EapPacket,
    request: EapRequest,
  ): EapStep | Promise<EapStep> {
    // From here on it may cost memory; to want another method costs none.
    if (response.type === session.method?.type && !this.#sessions.engage(session)) return noRoom;
    const next = (response.identifier + 1) & 0xff;
    const { judge, framedMtu = mostOctets + 4 } = request;
    const maxOctets = Math.max(fewestOctets, Math.min(mostOctets, framedMtu - 4));
    const turn: Turn = { judge, identifier: response.identifier, next, maxOctets };
    const answer = this.#step(session, response, turn).then((step) => this.#conclude(session, step, turn));
    session.busy = true;
    this.#sessions.answered(session, { state, eap: request.eap, answer });
    return answer;
  }

  async #step(session: EapSession<EapStep>, response: EapPacket, turn: Turn): Promise<MethodStep> {
    const { method } = session;
    session.rounds += 1;
    if (session.rounds > mostRounds) return aborted;
    if (method === undefined) {
      if (response.type !== eapType.identity) return malformed;
      session.identity = response.data.toString('utf8');
      return this.#propose(session, turn, undefined);
    }
    const wanted = methodsOfNak(response);
    // Only what was just proposed can be declined.
    if (wanted !== undefined && session.fresh) return this.#propose(session, turn, wanted);
    session.fresh = false;
    return response.type === method.type ? method.answer(response.data, turn) : malformed;
  }

  /** The first of the declared methods that was not tried yet, and that the peer wants. */
  #propose(session: EapSession<EapStep>, turn: Turn, wanted: readonly number[] | undefined): MethodStep {
    const offer = this.#methods.find(
      ({ type }) => !session.tried.has(type) && (wanted === undefined || wanted.includes(type)),
    );
    session.method?.close();
    session.method = undefined;
    if (offer === undefined) return noMethod;
    session.tried.add(offer.type);
    session.fresh = true;
    session.method = offer.open(session.identity ?? '');
    return session.method.start(turn.next, turn.maxOctets);
  }

  #conclude(session: EapSession<EapStep>, step: MethodStep, { identifier, next }: Turn): EapStep {
    session.busy = false;
    const { method, identity } = session;
    if (step.next === 'request' && method !== undefined) {
      session.identifier = next;
      const state = this.#sessions.renew(session);
      const eap = encodeEap({ code: eapCode.request, identifier: next, type: method.type, data: step.data });
      return { next: 'challenge', eap, state };
    }
    this.#sessions.close(session);
    if (step.next === 'accept') return { ...step, outer: identity, eap: encodeOutcome('success', identifier) };
    const { reason, method: name, username = identity } = step.next === 'reject' ? step : malformed;
    const eap = encodeOutcome('failure', identifier);
    return { next: 'reject', reason, method: name, eap, ...(username === undefined ? {} : { username }) };
  }
}

const malformed = rejected('eap', 'eap-malformed');
const aborted = rejected('eap', 'eap-aborted');
const noMethod = rejected('eap', 'eap-method');
const noRoom: EapStep = { next: 'silent' };

/** An identity always begins anew, unless we asked for it. A State has one answer: two at once would work on the same TLS. */
function isNext(session: EapSession<EapStep>, state: string, { identifier, type }: EapPacket): boolean {
  if (session.busy || (type === eapType.identity && session.method !== undefined)) return false;
  return session.state === state && session.identifier === identifier;
}

/** A reject of octets that belong to no conversation; their Identifier, if they have one. */
function failure(eap: Buffer, reason: EapReason): EapStep {
  return { next: 'reject', reason, method: 'eap', eap: encodeOutcome('failure', eap[1] ?? 0) };
}

function sameSettings(a: EapSettings | undefined, b: EapSettings | undefined): boolean {
  const text = (settings: EapSettings | undefined): string =>
    JSON.stringify([settings, settings?.certificate?.reveal(), settings?.key?.reveal()]);
  return text(a) === text(b);
}

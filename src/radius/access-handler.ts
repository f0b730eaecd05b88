import { authorise, type Decision, type RejectReason } from '../access/authorise.ts';
import type { DecisionLog, LoggedDecision } from '../access/decision-log.ts';
import type { Clock } from '../base/clock.ts';
import type { DirectoryReader, Login } from '../directory/reader.ts';
import { type PreparedReply, preparedReplies } from './access-accept.ts';
import { type SentCredential, sentCredential } from './access-credential.ts';
import { appendClass } from './class-attribute.ts';
import { appendMschapError, appendMschapProof } from './ms-chap-reply.ts';
import type { NasContext } from './nas-context.ts';
import { attribute, code } from './packet/codes.ts';
import { type Frame, offsetOf } from './packet/framing.ts';
import {
  appendAttribute,
  appendEncoded,
  appendInteger,
  appendProxyStates,
  finishReply,
  type ReplyWriter,
  startReply,
} from './packet/reply.ts';
import type { RandomPool } from './random-pool.ts';

/** Rejects for what a request is rather than for who it is about (RFC 2865 §4.1, 5080 §2.1.1). */
export type RequestFlaw = 'no-username' | 'ambiguous-request' | 'authorize-only';

export interface AccessAnswer {
  readonly reason?: RejectReason | RequestFlaw;
  /** Absent when it would be longer than a packet. */
  readonly reply: Buffer | undefined;
}

export interface AccessHandlerDeps {
  readonly directory: DirectoryReader;
  readonly decisions: DecisionLog;
  readonly clock: Clock;
  readonly random: RandomPool;
  readonly writer: ReplyWriter;
}

/** One Access-Request while it is answered. */
interface Exchange {
  readonly packet: Buffer;
  readonly frame: Frame;
  readonly context: NasContext;
  readonly username: string;
  readonly sent: SentCredential;
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
}

type Accept = Decision & { readonly verdict: 'accept' };

/** Answers Access-Requests that were verified: from the first octet to the last without waiting for anything. */
export class AccessHandler {
  readonly #deps: AccessHandlerDeps;
  readonly #prepared = preparedReplies();

  constructor(deps: AccessHandlerDeps) {
    this.#deps = deps;
  }

  answer(packet: Buffer, frame: Frame, context: NasContext): AccessAnswer {
    const now = this.#deps.clock.now();
    const username = textOf(packet, frame, attribute.userName);
    const flaw = username === undefined ? 'no-username' : requestFlaw(packet, frame);
    if (username === undefined || flaw !== undefined) {
      const exchange = { packet, frame, context, username: username ?? '', sent: nothingSent, now };
      return this.#reject(exchange, flaw ?? 'no-username');
    }
    const sent = sentCredential(packet, frame, context.key, username);
    return this.#decide({ packet, frame, context, username, sent, now });
  }

  #decide(exchange: Exchange): AccessAnswer {
    const login = this.#deps.directory.login(exchange.username);
    const decision = authorise(exchange.sent, login, exchange.now);
    if (decision.verdict === 'reject') return this.#reject(exchange, decision.reason);
    // An accept is always somebody's.
    return this.#accept(exchange, decision, login as Login);
  }

  #accept(exchange: Exchange, decision: Accept, login: Login): AccessAnswer {
    const { packet, context } = exchange;
    const { writer, random, decisions } = this.#deps;
    const prepared = this.#prepared(login, context.nas.profile);
    const timeout = decision.limits.sessionTimeoutSeconds;
    startReply(writer, code.accessAccept, packet);
    appendEncoded(writer, prepared.encoded);
    if (timeout !== undefined) appendInteger(writer, attribute.sessionTimeout, timeout);
    appendClass(writer, packet, offsetOf(exchange.frame, attribute.userName), context.key, random);
    if (decision.proof !== undefined) {
      appendMschapProof(writer, decision.proof, exchange.sent.identifier ?? 0, packet, context.key, random);
    }
    appendProxyStates(writer, packet, exchange.frame);
    decisions.record(acceptRecord(exchange, login, prepared, timeout));
    return { reply: finishReply(writer, context.key) };
  }

  #reject(exchange: Exchange, reason: RejectReason | RequestFlaw): AccessAnswer {
    const { packet, frame, context, sent } = exchange;
    const { writer, random, decisions } = this.#deps;
    startReply(writer, code.accessReject, packet);
    appendMschapError(writer, reason, sent, random);
    appendAttribute(writer, attribute.replyMessage, Buffer.from(rejectText[reason]));
    appendProxyStates(writer, packet, frame);
    decisions.record(rejectRecord(exchange, reason));
    return { reason, reply: finishReply(writer, context.key) };
  }
}

const nothingSent: SentCredential = { credential: { method: 'none' } };

/** What a rejected subscriber may be shown: nothing of our insides, nothing that tells a wrong name from a password. */
const rejectText: Readonly<Record<RejectReason | RequestFlaw, string>> = {
  'unknown-subscriber': 'Wrong username or password',
  'wrong-password': 'Wrong username or password',
  'method-not-possible': 'This way of logging in is not possible',
  'local-only': 'This account cannot be used here',
  disabled: 'This account is disabled',
  suspended: 'This account is suspended',
  expired: 'This account has expired',
  'no-username': 'No username was sent',
  'ambiguous-request': 'The request is ambiguous',
  'authorize-only': 'The request cannot be authorised',
};

/** Service-Type Authorize-Only. */
const authorizeOnly = 17;

function requestFlaw(packet: Buffer, frame: Frame): RequestFlaw | undefined {
  const { count } = frame;
  if (count[attribute.userName] !== 1) return 'ambiguous-request';
  if (count[attribute.userPassword] !== 0 && count[attribute.chapPassword] !== 0) return 'ambiguous-request';
  const service = offsetOf(frame, attribute.serviceType);
  if (service === 0 || packet[service + 1] !== 6 || offsetOf(frame, attribute.state) !== 0) return undefined;
  return packet.readUInt32BE(service + 2) === authorizeOnly ? 'authorize-only' : undefined;
}

function textOf(packet: Buffer, frame: Frame, type: number): string | undefined {
  const at = offsetOf(frame, type);
  const size = packet[at + 1] as number;
  return at === 0 || size === 2 ? undefined : packet.toString('utf8', at + 2, at + size);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function acceptRecord(
  exchange: Exchange,
  login: Login,
  prepared: PreparedReply,
  sessionTimeoutSeconds: number | undefined,
): LoggedDecision {
  // The declared name rather than the one just decoded: nothing new to keep in memory.
  const record = recordOf(exchange, 'accept', login.username);
  record.reply = prepared.summary;
  if (sessionTimeoutSeconds !== undefined) record.sessionTimeoutSeconds = sessionTimeoutSeconds;
  return record;
}

function rejectRecord(exchange: Exchange, reason: string): LoggedDecision {
  const record = recordOf(exchange, 'reject', exchange.username);
  record.reason = reason;
  return record;
}

/** Filled in place: spreading objects into one another was a tenth of the time of a login. */
function recordOf(exchange: Exchange, verdict: LoggedDecision['verdict'], username: string): Mutable<LoggedDecision> {
  const { packet, frame, context, sent } = exchange;
  const record: Mutable<LoggedDecision> = {
    at: exchange.now,
    username,
    nas: context.nas.name,
    method: sent.credential.method,
    verdict,
  };
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  if (callingStationId !== undefined) record.callingStationId = callingStationId;
  return record;
}

import { admit, grantsOf } from '../access/admit.ts';
import { authorise, authoriseInTime, type Decision, type RejectReason, takesTime } from '../access/authorise.ts';
import type { Authority } from '../access/authority.ts';
import type { DecisionLog, LoggedDecision, MadeDecision } from '../access/decision-log.ts';
import { type GuessLimit, type GuessPlace, guessLimit } from '../access/guess-limit.ts';
import type { DeviceMemory } from '../access/place.ts';
import type { QuotaBook, QuotaLeft, QuotaVerdict } from '../access/quota.ts';
import { rejectText } from '../access/reject-text.ts';
import type { SessionPlaces } from '../access/session-places.ts';
import type { StationOctets } from '../access/station-octets.ts';
import type { UsedPasswords } from '../access/used-passwords.ts';
import type { Clock } from '../base/clock.ts';
import { parseMac } from '../base/mac.ts';
import type { Secret } from '../base/secret.ts';
import { eachInSteps, inTurns } from '../base/steps.ts';
import type { DirectoryReader, Login, LoginLimits } from '../directory/reader.ts';
import type { EapServer } from '../eap/eap-server.ts';
import type { EapFlaw } from '../eap/method.ts';
import type { AccessRules } from '../model/kinds/access-rules.ts';
import type { AccessAnswer } from './access-answer.ts';
import { type SentCredential, sentCredential } from './access-credential.ts';
import { type AskedVerdict, askAboutAccepted, askAboutUnknown, shortened } from './ask-authority.ts';
import type { Peer } from './channel.ts';
import { encodeNamed } from './dictionary/encode-named.ts';
import { doorOf, doorOfEap } from './door.ts';
import { appendEap, converse, failureFor, hasEap } from './eap-access.ts';
import type { EapReply } from './eap-reply.ts';
import { type Exchange, keptExchange, redirectsAt, signsReply, textOf } from './exchange.ts';
import { leftOfQuotas, refusalByRules } from './held-rules.ts';
import type { NasContext } from './nas-context.ts';
import { encodeAttribute } from './packet/attributes.ts';
import { attribute, code, headerLength } from './packet/codes.ts';
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
import { askHome, judgeRealm } from './proxy/proxied-access.ts';
import type { Realm, RealmProxy } from './proxy/realm-proxy.ts';
import type { RandomPool } from './random-pool.ts';
import { appendHidden } from './reply/access-accept.ts';
import { appendClass } from './reply/class-attribute.ts';
import { appendMschapError, appendMschapProof } from './reply/ms-chap-reply.ts';
import { preparedReplies } from './reply/prepared-replies.ts';
import { quotaAttributes } from './reply/quota-attributes.ts';
import { type RequestFlaw, requestFlaw } from './request-flaw.ts';
import { foldAddress } from './source-address.ts';

/** What else may be there to decide with, each for itself. */
export interface AccessHelpers {
  /** A program of the operator's, if one is declared now. */
  readonly authority?: () => Authority<LoginLimits> | undefined;
  /** Absent: whoever comes by EAP is rejected. */
  readonly eap?: EapServer;
  /** Who is online at the start, and from where: nobody is held up there by what others guess. Absent: nobody. */
  readonly online?: () => Iterable<GuessPlace> | Promise<Iterable<GuessPlace>>;
  /** Resolves when it is known who is online, or never will be: until then rules cannot be held to. `undefined`, or absent: it is. */
  readonly untilOnlineKnown?: () => Promise<void> | undefined;
  /** Absent: sessions of a login are not counted. */
  readonly places?: SessionPlaces;
  /** Absent: no login is bound to the devices it came with first. */
  readonly devices?: DeviceMemory;
  /** Absent: quotas are not held to. */
  readonly quotas?: QuotaBook;
  /** Home servers of foreign realms, if any are declared now. */
  readonly proxy?: () => RealmProxy | undefined;
}

export interface AccessHandlerDeps extends AccessHelpers {
  readonly directory: DirectoryReader;
  readonly decisions: DecisionLog;
  readonly used: UsedPasswords;
  readonly clock: Clock;
  /** Wall time of the packet at hand, milliseconds since 1970. */
  readonly now: () => number;
  readonly random: RandomPool;
  readonly writer: ReplyWriter;
}

type Accept = Decision & { readonly verdict: 'accept' };
type AboutRequest = Pick<Exchange, 'packet' | 'frame' | 'context' | 'now' | 'username'>;

/**
 * Answers Access-Requests that were verified: from the first octet to the last without waiting for anything, unless somebody
 * else must be asked. What waits keeps a frame of its own (`keptFrame`).
 */
export class AccessHandler {
  readonly #deps: AccessHandlerDeps;
  readonly #prepared = preparedReplies();
  /** Passwords being compared in other threads. */
  #slow = 0;
  /** The last of each username: one at a time, so that of many who log in at once by one account none looks like a guess. */
  readonly #slowOf = new Map<string, Promise<void>>();
  readonly #guesses: GuessLimit;
  /** Where the packet at hand has its Calling-Station-Id. */
  readonly #station: Mutable<StationOctets> = { octets: new Uint8Array(0), from: 0, end: 0 };
  /** By username: how many wait for others of the same account. */
  readonly #waiting = new Map<string, number>();

  constructor(deps: AccessHandlerDeps) {
    this.#deps = deps;
    const seed = Buffer.from(deps.random.take(4)).readInt32BE();
    this.#guesses = guessLimit(seed, {}, (username, mac) => isOwnDevice(deps, username, mac));
    const online = deps.online?.() ?? [];
    if (online instanceof Promise) void online.then((places) => this.#letPlaces(places));
    else this.#letPlaces(online);
  }

  /** Of tens of thousands it takes its time: logins are answered in between. */
  #letPlaces(places: Iterable<GuessPlace>): void {
    void inTurns(eachInSteps(places, (session) => this.#guesses.succeeded(session)));
  }

  /** Whether a thread of its own works on a password that takes its time. */
  get comparing(): boolean {
    return this.#slow > 0;
  }

  answer(packet: Buffer, frame: Frame, context: NasContext, from: Peer): AccessAnswer | Promise<AccessAnswer> {
    const now = this.#deps.now();
    const proxy = this.#deps.proxy?.();
    // Of foreign realms the directory knows nothing.
    const login = proxy === undefined ? this.#loginOf(packet, frame) : undefined;
    const username = login?.username ?? textOf(packet, frame, attribute.userName);
    const flaw = username === undefined ? 'no-username' : requestFlaw(packet, frame);
    if (username === undefined || flaw !== undefined) {
      const { method } = nothingSent.credential;
      const about = { username: username ?? '', sent: nothingSent, method, door: undefined };
      return this.#reject({ packet, frame, context, now, ...about }, flaw ?? 'no-username');
    }
    const realm = proxy?.realmOf(username);
    if (proxy !== undefined && realm !== undefined) {
      return this.#askHome(proxy, realm, { packet, frame, context, now, username });
    }
    if (hasEap(frame)) return this.#converse({ packet, frame, context, now, username }, from);
    const sent = sentCredential(packet, frame, context.key, username);
    const door = doorOf(packet, frame, context.nas.profile);
    return this.#decide({ packet, frame, context, username, sent, method: sent.credential.method, door, now }, login);
  }

  /** By its octets: of most logins no text need be made of them. */
  #loginOf(packet: Buffer, frame: Frame): Login | undefined {
    const at = offsetOf(frame, attribute.userName);
    return at === 0 ? undefined : this.#deps.directory.loginAt(packet, at + 2, at + (packet[at + 1] as number));
  }

  /** Somebody whom servers of others know. */
  #askHome(proxy: RealmProxy, realm: Realm, about: AboutRequest): AccessAnswer | Promise<AccessAnswer> {
    const { packet, frame, context } = about;
    const door = hasEap(frame) ? doorOfEap(packet, frame) : doorOf(packet, frame, context.nas.profile);
    const exchange = keptExchange({ ...about, sent: nothingSent, method: 'proxy', door });
    const granted = judgeRealm(realm, exchange);
    if (granted.verdict === 'reject') return this.#reject(exchange, granted.reason);
    const { decisions, random, writer } = this.#deps;
    return askHome({ proxy, decisions, random, writer, prepared: this.#prepared }, realm, exchange, granted);
  }

  /** One round of EAP: it goes over several requests, and waits for TLS. */
  async #converse(about: AboutRequest, from: Peer): Promise<AccessAnswer> {
    const door = doorOfEap(about.packet, about.frame);
    const exchange = keptExchange({ ...about, sent: nothingSent, method: 'eap', door });
    const { eap: server, directory, authority } = this.#deps;
    const guesses = { limit: this.#guesses, now: this.#deps.clock.monotonic() };
    const verdict = await converse(server, directory, exchange, foldAddress(from.address), guesses);
    if (verdict.next === 'silent') return { reply: undefined, drop: 'overload' };
    if (verdict.next === 'challenge') return this.#challenge(exchange, verdict.eap, verdict.state);
    if (verdict.next === 'reject') return this.#reject(verdict.exchange, verdict.reason);
    const { decision, login } = verdict;
    const named = { ...verdict.exchange, eap: verdict.eap };
    const limits = grantsOf(login, decision);
    const asked = authority?.();
    if (asked?.asks === 'all') return this.#confirm(asked, named, decision, limits);
    return this.#hold(named, decision, login, limits);
  }

  #challenge(exchange: Exchange, eap: EapReply, state: Buffer): AccessAnswer {
    const { packet, frame, context } = exchange;
    const { writer, random } = this.#deps;
    startReply(writer, code.accessChallenge, packet, signsReply(exchange));
    appendAttribute(writer, attribute.state, state);
    appendEap(writer, eap, packet, context.key, random);
    appendProxyStates(writer, packet, frame);
    return { reply: finishReply(writer, context.key) };
  }

  /** @param found the login of this name, where it was found just now */
  #decide(exchange: Exchange, found?: Login): AccessAnswer | Promise<AccessAnswer> {
    const { sent, door, now } = exchange;
    if (this.#guesses.isWatching() && this.#refuses(exchange)) {
      const known = this.#guesses.whenKnown(placeOf(exchange));
      if (known === undefined) return this.#decideOtherwise(exchange, 'too-many-guesses');
      return this.#decideLater(keptExchange(exchange), known);
    }
    const login = found ?? this.#deps.directory.login(exchange.username);
    const redirects = redirectsAt(exchange);
    const decision = authorise({ credential: sent.credential, door, redirects }, login, now);
    if (decision.verdict === 'accept') {
      const limits = grantsOf(login as Login, decision);
      const authority = this.#deps.authority?.();
      // A login that is no subscriber's is our own, by which we see whether we answer: nobody else is bothered with it.
      if (authority?.asks === 'all' && login?.subscriber !== '') {
        return this.#confirm(authority, keptExchange(exchange), decision, limits);
      }
      // The declared name rather than the one just decoded: nothing new to keep in memory.
      return this.#hold(exchange, decision, login as Login, limits);
    }
    if (decision.reason === 'method-not-possible' && takesTime(sent, login)) {
      return this.#decideSlowly(keptExchange(exchange), login as Login);
    }
    return unproven.has(decision.reason)
      ? this.#decideOtherwise(exchange, decision.reason)
      : this.#reject(exchange, decision.reason);
  }

  /** Others of this account are being decided about: many who log in by one account at once are no guesses. */
  async #decideLater(exchange: Exchange, known: Promise<void>): Promise<AccessAnswer> {
    const { username } = exchange;
    const others = this.#waiting.get(username) ?? 0;
    if (others >= mostWaiting) return { reply: undefined, drop: 'overload' };
    this.#waiting.set(username, others + 1);
    await known;
    // What it was is counted by then.
    await new Promise(setImmediate);
    const left = (this.#waiting.get(username) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(username);
    else this.#waiting.set(username, left);
    return this.#decide(exchange);
  }

  /** A password that is kept in a form that takes its time. Few at once: each holds a thread, and a good deal of memory. */
  async #decideSlowly(exchange: Exchange, login: Login): Promise<AccessAnswer> {
    if (this.#slow >= mostSlow) return { reply: undefined, drop: 'overload' };
    this.#slow += 1;
    const { username } = exchange;
    const before = this.#slowOf.get(username) ?? Promise.resolve();
    // Until it is counted what it was; whoever else must be asked is not waited for: hence the list of one.
    const turn = before
      .then(() => this.#compareSlowly(exchange, login))
      .then((decision) => [this.#concludeSlowly(exchange, login, decision)] as const);
    const over = turn.then(ignore, ignore);
    this.#slowOf.set(username, over);
    const [answer] = await turn.finally(() => {
      this.#slow -= 1;
      if (this.#slowOf.get(username) === over) this.#slowOf.delete(username);
    });
    return answer;
  }

  #concludeSlowly(exchange: Exchange, login: Login, decision: Decision): AccessAnswer | Promise<AccessAnswer> {
    if (decision.verdict === 'reject') return this.#decideOtherwise(exchange, decision.reason);
    const limits = grantsOf(login, decision);
    const authority = this.#deps.authority?.();
    if (authority?.asks === 'all') return this.#confirm(authority, exchange, decision, limits);
    return this.#hold(exchange, decision, login, limits);
  }

  /** Those that came before may have been guesses. */
  async #compareSlowly(exchange: Exchange, login: Login): Promise<Decision> {
    if (this.#refuses(exchange)) return { verdict: 'reject', reason: 'too-many-guesses' };
    const { sent, door, now } = exchange;
    const known = this.#openGuess(exchange, true);
    const asked = { credential: sent.credential, door, redirects: redirectsAt(exchange) };
    return Promise.resolve(authoriseInTime(asked, login, now)).finally(known);
  }

  /** Nobody guesses at a DHCP server: it asks by itself. */
  #refuses(exchange: Exchange): boolean {
    if (exchange.door === 'dhcp') return false;
    return this.#guesses.refuses(placeOf(exchange), this.#deps.clock.monotonic());
  }

  /** What waits for its answer may be a guess: else there could be as many as fit into the wait. @returns when it is known */
  #openGuess(exchange: Exchange, exists: boolean): () => void {
    if (exchange.door === 'dhcp') return () => undefined;
    return this.#guesses.open(placeOf(exchange), exists, this.#deps.clock.monotonic());
  }

  /** Nobody's username and password. Whoever comes with them may be let in by something else. */
  #decideOtherwise(exchange: Exchange, reason: RejectReason): AccessAnswer | Promise<AccessAnswer> {
    const { packet, frame, context, username, sent, door, now } = exchange;
    const callingStationId = textOf(packet, frame, attribute.callingStationId);
    const calledStationId = textOf(packet, frame, attribute.calledStationId);
    const { credential } = sent;
    const { nas } = context;
    const redirects = redirectsAt(exchange);
    const attempt = { username, credential, door, nas, redirects, callingStationId, calledStationId, now };
    const admission = admit<LoginLimits>(attempt, this.#deps.directory);
    if (admission === undefined) return this.#decideElsewhere(exchange, reason, isUnknownDevice(attempt, reason));
    const { decision, grants, method, uses, passphrase } = admission;
    // Nobody guesses a password that a portal made.
    if (reason === 'too-many-guesses' && method !== 'portal') return this.#reject(exchange, reason);
    const named = { ...exchange, method, username: admission.username ?? username };
    if (decision.verdict === 'reject') return this.#reject(named, decision.reason);
    if (uses !== undefined && !this.#deps.used.consume(uses, now)) return this.#reject(named, 'password-used');
    return this.#hold(named, decision, named, grants, passphrase);
  }

  /** Nobody whom we know. */
  #decideElsewhere(exchange: Exchange, reason: RejectReason, prompt: boolean): AccessAnswer | Promise<AccessAnswer> {
    const authority = reason === 'unknown-subscriber' ? this.#deps.authority?.() : undefined;
    if (authority === undefined) return this.#reject(exchange, reason, prompt);
    const kept = { ...keptExchange(exchange), method: 'hook' };
    const known = prompt ? () => undefined : this.#openGuess(kept, false);
    return askAboutUnknown(authority, kept, () => this.#deps.clock.now())
      .finally(known)
      .then((verdict) => this.#asked(kept, verdict));
  }

  async #confirm(
    authority: Authority<LoginLimits>,
    exchange: Exchange,
    decision: Accept,
    limits: LoginLimits,
  ): Promise<AccessAnswer> {
    return this.#asked(exchange, await askAboutAccepted(authority, exchange, { decision, limits }));
  }

  #asked(exchange: Exchange, verdict: AskedVerdict): AccessAnswer | Promise<AccessAnswer> {
    switch (verdict.verdict) {
      case 'accept':
        return this.#hold(exchange, verdict.decision, exchange, verdict.limits);
      case 'reject':
        return this.#reject(exchange, verdict.reason);
      case 'silent':
        return { reply: undefined, drop: 'cannot-decide' };
    }
  }

  /** Whom the account lets in, its rules may not. */
  #hold(
    exchange: Exchange,
    decision: Accept,
    login: Pick<Login, 'username'>,
    limits: LoginLimits,
    passphrase?: Secret,
  ): AccessAnswer | Promise<AccessAnswer> {
    const { rules } = limits;
    if (rules === undefined) return this.#accept(exchange, decision, login, limits, passphrase);
    const named = { ...exchange, username: login.username };
    const { quotas, untilOnlineKnown } = this.#deps;
    const unknown = untilOnlineKnown?.();
    if (unknown !== undefined) {
      const kept = keptExchange(named);
      return unknown.then(() =>
        untilOnlineKnown?.() === undefined
          ? this.#hold(kept, decision, kept, limits, passphrase)
          : { reply: undefined, drop: 'cannot-decide' },
      );
    }
    if (rules.quotas === undefined || quotas === undefined)
      return this.#holdTo(rules, named, decision, limits, passphrase);
    const left = leftOfQuotas(quotas, login.username, exchange.now);
    const hold = (known: QuotaVerdict, about: Exchange): AccessAnswer =>
      known === 'used'
        ? this.#reject(about, 'quota-used')
        : this.#holdTo(rules, about, decision, limits, passphrase, known);
    if (!(left instanceof Promise)) return hold(left, named);
    const kept = keptExchange(named);
    return left.then((known) => hold(known, kept));
  }

  /** Without waiting from here to the answer: who takes the last place has it. */
  #holdTo(
    rules: AccessRules,
    exchange: Exchange,
    decision: Accept,
    limits: LoginLimits,
    passphrase: Secret | undefined,
    left: QuotaLeft = nothingLimited,
  ): AccessAnswer {
    const refusal = refusalByRules(rules, limits, exchange, exchange.username, this.#deps);
    if (refusal !== undefined) return this.#reject(exchange, refusal);
    return this.#accept(exchange, shortened(decision, left.seconds), exchange, limits, passphrase, left);
  }

  #accept(
    exchange: Exchange,
    decision: Accept,
    { username }: Pick<Login, 'username'>,
    limits: LoginLimits,
    passphrase?: Secret,
    left: QuotaLeft = nothingLimited,
  ): AccessAnswer {
    const { packet, context } = exchange;
    const { writer, random, decisions } = this.#deps;
    const prepared = this.#prepared(limits, context.nas);
    const timeout = decision.limits.sessionTimeoutSeconds;
    const { remainingSeconds } = decision;
    const endsAt = remainingSeconds === undefined ? 0 : endOf(exchange.now, remainingSeconds);
    startReply(writer, code.accessAccept, packet, signsReply(exchange));
    appendEncoded(writer, prepared.encoded);
    if (passphrase !== undefined) appendEncoded(writer, encodePassphrase(passphrase));
    const octets = left === nothingLimited ? undefined : quotaAttributes(left, context.nas.profile);
    if (octets !== undefined) for (const each of octets) appendEncoded(writer, encodeNamed(each));
    if (timeout !== undefined) appendInteger(writer, attribute.sessionTimeout, timeout);
    if (exchange.eap === undefined) {
      appendClass(
        writer,
        packet,
        offsetOf(exchange.frame, attribute.userName),
        context.key,
        random,
        prepared.mark,
        endsAt,
      );
    } else {
      // The one that was proved, by which the NAS is to account (RFC 2865 §5.1), and which Class is about.
      const name = encodeAttribute(attribute.userName, Buffer.from(username));
      appendEncoded(writer, name);
      appendClass(writer, name, 0, context.key, random, prepared.mark, endsAt);
      appendEap(writer, exchange.eap, packet, context.key, random);
    }
    if (decision.proof !== undefined) {
      appendMschapProof(writer, decision.proof, exchange.sent.identifier ?? 0, packet, context.key, random);
    }
    if (prepared.hidden !== undefined) {
      appendHidden(writer, prepared.hidden, packet.subarray(4, headerLength), context.key, random);
    }
    appendProxyStates(writer, packet, exchange.frame);
    const record = acceptOf(exchange, username, this.#station);
    record.reply = passphrase === undefined ? prepared.summary : `${prepared.summary}, ${pskAttribute}=[secret]`;
    if (prepared.ownAddress === true && limits.address !== undefined) record.address = limits.address;
    if (octets !== undefined) for (const { name, value } of octets) record.reply += `, ${name}=${String(value)}`;
    if (decision.redirected !== undefined) record.reason = decision.redirected;
    else if (decision.inGrace === true) record.reason = 'grace';
    if (timeout !== undefined) record.sessionTimeoutSeconds = timeout;
    decisions.record(record);
    this.#guesses.succeeded(record);
    return { reply: finishReply(writer, context.key), provesSecret: exchange.method === 'pap' };
  }

  #reject(exchange: Exchange, reason: RejectReason | RequestFlaw | EapFlaw, prompt = false): AccessAnswer {
    const { packet, frame, context, sent } = exchange;
    const { writer, random, decisions } = this.#deps;
    startReply(writer, code.accessReject, packet, signsReply(exchange));
    // Not both (RFC 3579 §2.6.5).
    if (hasEap(frame)) appendEap(writer, failureFor(packet, frame), packet, context.key, random);
    else {
      const text = replyMessages[reason as RejectReason | RequestFlaw];
      appendMschapError(writer, reason, text, sent, random);
      appendAttribute(writer, attribute.replyMessage, Buffer.from(text));
    }
    appendProxyStates(writer, packet, frame);
    const record = recordOf(exchange, 'reject', exchange.username);
    record.reason = reason;
    decisions.record(record);
    if (!prompt && !hasEap(frame) && guesses.has(reason)) this.#countGuess(record, exchange);
    return { reason, prompt, reply: finishReply(writer, context.key) };
  }

  #countGuess(record: LoggedDecision, { door }: Exchange): void {
    if (door === 'dhcp') return;
    this.#guesses.failed(record, record.reason === 'wrong-password', this.#deps.clock.monotonic());
  }
}

/** Reasons that tell a guesser that he has guessed wrong. Of EAP they are counted where the password is looked at. */
const guesses: ReadonlySet<string> = new Set(['wrong-password', 'unknown-subscriber', 'refused-elsewhere']);

const pskAttribute = 'Mikrotik-Wireless-PSK';

function encodePassphrase(passphrase: Secret): Uint8Array {
  return encodeNamed({ name: pskAttribute, value: passphrase.reveal() });
}

/** Logins whose passwords are compared in other threads at the same time, of which there are four. */
const mostSlow = 32;

/** Logins that may wait for others of their account, as when a crowd of guests comes by one that a program decides about. */
const mostWaiting = 64;

const ignore = (): void => undefined;

const nothingLimited: QuotaLeft = {};

const nothingSent: SentCredential = { credential: { method: 'none' } };

/** Reasons of `authorise` that say no more than that username and password are not somebody's. */
const unproven: ReadonlySet<RejectReason> = new Set(['unknown-subscriber', 'wrong-password', 'method-not-possible']);

const replyMessages: Readonly<Record<RejectReason | RequestFlaw, string>> = {
  ...rejectText,
  'no-username': 'No username was sent',
  'ambiguous-request': 'The request is ambiguous',
  'authorize-only': 'The request cannot be authorised',
};

/** A NAS asks about every device that appears, by the MAC it saw: nobody typed that, and nobody guesses. */
function isUnknownDevice(
  { username, door, callingStationId }: Pick<Exchange, 'username' | 'door'> & { callingStationId: string | undefined },
  reason: RejectReason,
): boolean {
  const mac = reason === 'unknown-subscriber' ? parseMac(username) : undefined;
  return mac !== undefined && (door === 'dhcp' || parseMac(callingStationId ?? '') === mac);
}

/** Seconds since 1970, in the four octets that there are for them. */
function endOf(now: number, seconds: number): number {
  return Math.min(Math.floor(now / 1000) + Math.max(1, Math.floor(seconds)), 0xffff_ffff);
}

/** Declared for the same subscriber, or learned as the account's. */
function isOwnDevice({ directory, devices }: AccessHandlerDeps, username: string, mac: string): boolean {
  if (devices?.has?.(username, mac) === true) return true;
  const subscriber = directory.device(mac)?.subscriber;
  return subscriber !== undefined && subscriber === directory.login(username)?.subscriber;
}

function placeOf({ packet, frame, context, username }: Exchange): GuessPlace {
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  return { username, nas: context.nas.name, ...(callingStationId === undefined ? {} : { callingStationId }) };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** With all that there may be, to be filled in place: spreading objects into one another was a tenth of the time of a login. */
function acceptOf(exchange: Exchange, username: string, station: Mutable<StationOctets>): Mutable<MadeDecision> {
  const { packet, frame, context, method, now } = exchange;
  const hasStation = findStation(packet, frame, station);
  return {
    at: now,
    username,
    nas: context.nas.name,
    callingStationId: hasStation ? undefined : textOf(packet, frame, attribute.callingStationId),
    method,
    verdict: 'accept',
    reason: undefined,
    reply: undefined,
    address: undefined,
    sessionTimeoutSeconds: undefined,
    station: hasStation ? station : undefined,
  };
}

/** @returns false when there is none, or one that is not plain ASCII */
function findStation(packet: Buffer, frame: Frame, out: Mutable<StationOctets>): boolean {
  const at = offsetOf(frame, attribute.callingStationId);
  if (at === 0) return false;
  out.octets = packet;
  out.from = at + 2;
  out.end = at + (packet[at + 1] as number);
  let seen = out.end === out.from ? 0x80 : 0;
  for (let index = out.from; index < out.end; index += 1) seen |= packet[index] as number;
  return seen < 0x80;
}

function recordOf(exchange: Exchange, verdict: LoggedDecision['verdict'], username: string): Mutable<LoggedDecision> {
  const { packet, frame, context, method, now } = exchange;
  const record: Mutable<LoggedDecision> = { at: now, username, nas: context.nas.name, method, verdict };
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  if (callingStationId !== undefined) record.callingStationId = callingStationId;
  return record;
}

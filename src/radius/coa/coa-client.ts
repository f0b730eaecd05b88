import type { QuotaBook } from '../../access/quota.ts';
import { longestSessionSeconds, sessionSecondsLeft } from '../../access/session-time.ts';
import type { Session } from '../../accounting/event.ts';
import type { Clock } from '../../base/clock.ts';
import { NasIndex } from '../../directory/nas-index.ts';
import type { Login, Nas } from '../../directory/reader.ts';
import { valueName } from '../dictionary/dictionary.ts';
import { encodeNamed, type NamedAttribute } from '../dictionary/encode-named.ts';
import { doorOfSession } from '../door.ts';
import type { RadiusLog } from '../drops.ts';
import { attribute, code, codeName } from '../packet/codes.ts';
import { firstValue } from '../packet/framing.ts';
import { encodeRequest } from '../packet/request.ts';
import { type SharedKey, sharedKey } from '../packet/shared-key.ts';
import { type FillRandom, randomPool } from '../random-pool.ts';
import { grantedAttributes } from '../reply/access-accept.ts';
import { classKey, endInClass } from '../reply/class-attribute.ts';
import { isChangeable, isDispensable } from '../reply/granted-mark.ts';
import type { Answer, RetryTimes } from '../udp-requester.ts';
import { errorCauses, meaningOfCause } from './error-cause.ts';
import { RequestLanes, type Slot } from './request-lanes.ts';
import type { DynamicAnswer, DynamicAuthorization } from './session-control.ts';
import { type Identification, type SessionIdentity, sessionKeys } from './session-keys.ts';

export interface CoaClientOptions {
  /** Source of the requests: RouterOS takes them only from an address of its `/radius`. Default any. */
  readonly bindAddress?: string;
  readonly clock: Clock;
  readonly random: FillRandom;
  readonly log: RadiusLog;
  /** Default: sent at 0, 1, 3 and 5 seconds, given up at 7. */
  readonly retry?: RetryTimes;
  /** After a time-out, once more without Event-Timestamp. Default: sent at 0 and 1 second, given up at 3. */
  readonly retryWithoutTimestamp?: RetryTimes;
  /** Requests open at one NAS at a time; more wait. Default 32. */
  readonly inFlight?: number;
  /** Another way to a NAS than UDP, as a connection it has open to us. Absent, or `undefined` for a NAS: there is none. */
  readonly tunnel?: (nas: Nas) => Slot | undefined;
  /** What was used of quotas. Absent: they are not held to. */
  readonly quotas?: QuotaBook;
}

/** So long a NAS that answered only without Event-Timestamp is asked without at first: its clock is set seldom. */
const clockBelievedMs = 600_000;

const defaultRetry: RetryTimes = { initialMs: 1000, mostMs: 2000, sends: 4 };
const defaultRetryWithoutTimestamp: RetryTimes = { initialMs: 1000, mostMs: 2000, sends: 2 };

interface Order {
  readonly nas: Nas;
  readonly code: number;
  /** Attributes beside the identification. */
  readonly changes: readonly NamedAttribute[];
  /** Where the NAS listens. */
  readonly host: string;
}

/** Client of RFC 5176: ends sessions on a NAS and changes them. */
export class CoaClient implements DynamicAuthorization {
  readonly #options: CoaClientOptions;
  readonly #lanes: RequestLanes;
  readonly #keys = new WeakMap<Nas, SharedKey>();
  readonly #gates = new Map<string, Gate>();
  /** NAS that answer only without Event-Timestamp, and until when (monotonic) that is taken for so. */
  readonly #wrongClocks = new Map<string, number>();
  /** By name of the NAS: is it its clock, or was it away? */
  readonly #clockProofs = new Map<string, Promise<void>>();

  private constructor(options: CoaClientOptions) {
    const tools = { clock: options.clock, random: randomPool(options.random) };
    this.#options = options;
    this.#lanes = new RequestLanes(options.bindAddress, tools);
  }

  /** @throws RadiusListenError when `bindAddress` is not an address of this machine */
  static async start(options: CoaClientOptions): Promise<CoaClient> {
    const client = new CoaClient(options);
    // The first port now, so that a wrong address is known at the start and not at the first suspension.
    await client.#lanes.ready();
    return client;
  }

  /**
   * Ends a session. An ACK is a promise, not a proof: its Stop is.
   *
   * @param isOnlyOne asked before a request without Acct-Session-Id is sent; none is sent unless it is true
   */
  disconnect(nas: Nas, session: SessionIdentity, isOnlyOne = () => false): Promise<DynamicAnswer> {
    return this.#order({ nas, code: code.disconnectRequest, changes: [] }, session, isOnlyOne);
  }

  /**
   * Gives a running session the limits of `login`; nothing when there is none that a NAS can be told. Octets that are left of a
   * quota it was told at its login, and counts by itself.
   */
  async change(nas: Nas, session: Session, login: Login, isOnlyOne = () => false): Promise<DynamicAnswer | undefined> {
    const changes = grantedAttributes(login.limits, nas).filter(({ name }) => isChangeable(name));
    const seconds = await this.#secondsLeft(nas, session, login);
    const all = seconds === undefined ? changes : [...changes, { name: 'Session-Timeout', value: seconds }];
    return all.length === 0 ? undefined : this.changeOfAuthorization(nas, session, all, isOnlyOne);
  }

  /**
   * Sends attributes to a running session.
   *
   * @throws RangeError when an attribute cannot be encoded
   */
  changeOfAuthorization(
    nas: Nas,
    session: SessionIdentity,
    changes: readonly NamedAttribute[],
    isOnlyOne = () => false,
  ): Promise<DynamicAnswer> {
    return this.#order({ nas, code: code.coaRequest, changes }, session, isOnlyOne);
  }

  /** Names of NAS whose clock is wrong, or that know no Event-Timestamp, as far as is known. */
  wrongClocks(): readonly string[] {
    return [...this.#wrongClocks.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lanes[Symbol.asyncDispose]();
    await Promise.all(this.#clockProofs.values());
  }

  /** What is declared, but no longer than somebody else gave with its login. */
  async #secondsLeft(nas: Nas, session: Session, login: Login): Promise<number | undefined> {
    const { class: repeated, username } = session;
    const end = repeated === undefined ? undefined : endInClass(Buffer.from(repeated, 'hex'), username, classKey(nas));
    const declared = await this.#declaredSecondsLeft(nas, session, login);
    if (end === undefined) return declared;
    const given = Math.max(1, Math.floor((end - this.#options.clock.now()) / 1000));
    return Math.min(declared ?? given, given, longestSessionSeconds);
  }

  /** A time that cannot be told now is left as it is: what the NAS has may be the soonest. */
  async #declaredSecondsLeft(nas: Nas, session: Session, login: Login): Promise<number | undefined> {
    const { quotas, clock } = this.#options;
    const isHeld = login.limits.rules?.quotas !== undefined;
    const { startedAt, sessionSeconds } = session;
    const door = doorOfSession(session.sessionId, nas.profile);
    if (!isHeld || quotas === undefined) return sessionSecondsLeft(login, door, clock.now(), startedAt);
    try {
      const verdict = await quotas.left(login.username, clock.now());
      const left = verdict === 'used' ? 0 : verdict.seconds;
      const now = clock.now();
      // The book ends where the NAS last told of it.
      const untold = Math.max(0, Math.floor((now - startedAt) / 1000) - sessionSeconds);
      return sessionSecondsLeft(login, door, now, startedAt, left === undefined ? undefined : left - untold);
    } catch {
      return undefined;
    }
  }

  /** What a NAS does not know it is asked again without: better a new speed alone than none, or than a session cut. */
  async #order(
    { nas, code: requestCode, changes }: Omit<Order, 'host'>,
    session: SessionIdentity,
    isOnlyOne: () => boolean,
  ): Promise<DynamicAnswer> {
    const host = hostOf(nas, session);
    if (typeof host !== 'string') return host;
    const order = { nas, code: requestCode, changes, host };
    const { answer, causes } = await this.#byAnyKeys(order, session, isOnlyOne);
    const fewer = changes.filter(({ name }) => !isDispensable(name));
    const unsupported = answer.result === 'nak' && causes.includes(errorCauses.unsupportedAttribute);
    if (!unsupported || fewer.length === 0 || fewer.length === changes.length) return answer;
    const second = await this.#byAnyKeys({ ...order, changes: fewer }, session, isOnlyOne);
    const without = changes.filter(({ name }) => isDispensable(name)).map(({ name }) => name);
    return second.answer.result === 'ack' ? { result: 'ack', without } : answer;
  }

  /** Tries every identification in turn, until one is understood. The first NAK is what is reported. */
  async #byAnyKeys(order: Order, session: SessionIdentity, isOnlyOne: () => boolean): Promise<Tried> {
    const causes: number[] = [];
    let refused: Refusal | undefined;
    for (const { keys, vague } of sessionKeys(session, order.nas.profile)) {
      // What a Stop that was lost leaves open must not cost the user the session that came after it.
      if (vague && !isOnlyOne()) break;
      const answer = await this.#askWithKeys(order, { keys, vague });
      if (answer === undefined) return { answer: refused ?? this.#silence(order.nas), causes };
      if (answer.packet[0] === order.code + 1) return { answer: { result: 'ack' }, causes };
      const cause = errorCause(answer);
      const meaning = meaningOfCause(cause);
      refused ??= nak(cause);
      if (cause === undefined || meaning === 'final') return { answer: refused, causes };
      if (meaning === 'later') return { answer: { ...refused, later: true }, causes };
      causes.push(cause);
    }
    if (refused === undefined) return { answer: { result: 'timeout' }, causes };
    const gone = causes.includes(errorCauses.notFound);
    return { answer: gone ? { ...nak(errorCauses.notFound), gone } : refused, causes };
  }

  /**
   * A NAS drops what seems older or newer than 300 seconds to it, and says nothing (RFC 5176 §6.3): one whose clock is wrong
   * is asked without Event-Timestamp, after the other way when nothing is known of it.
   */
  async #askWithKeys(order: Order, { keys, vague }: Identification): Promise<Answer | undefined> {
    const { retry = defaultRetry, retryWithoutTimestamp = defaultRetryWithoutTimestamp, clock } = this.#options;
    const changes = order.changes.map(encodeNamed);
    const stamped = () => [...keys, eventTimestamp(clock.now()), ...changes];
    const unstamped = () => [...keys, ...changes];
    if ((this.#wrongClocks.get(order.nas.name) ?? 0) > clock.monotonic()) {
      const answer = await this.#ask(order, unstamped(), retry);
      return answer ?? this.#askStamped(order, stamped(), retryWithoutTimestamp);
    }
    const answer = await this.#askStamped(order, stamped(), retry);
    if (answer !== undefined) return answer;
    const late = await this.#ask(order, unstamped(), retryWithoutTimestamp);
    // What may mean another session by now is not asked twice.
    if (late !== undefined && !vague) this.#proveClock(order, stamped);
    return late;
  }

  async #askStamped(order: Order, attributes: readonly Uint8Array[], times: RetryTimes): Promise<Answer | undefined> {
    const answer = await this.#ask(order, attributes, times);
    if (answer !== undefined) this.#wrongClocks.delete(order.nas.name);
    return answer;
  }

  /** It may have been away, and have come back between the two: it is there now, so it is asked with the stamp once more. */
  #proveClock(order: Order, stamped: () => readonly Uint8Array[]): void {
    const { retryWithoutTimestamp = defaultRetryWithoutTimestamp } = this.#options;
    const { name } = order.nas;
    // One answer is enough, however many of its sessions are told something.
    if (this.#clockProofs.has(name)) return;
    const proof = this.#askStamped(order, stamped(), retryWithoutTimestamp)
      .then((answer) => {
        if (answer === undefined && !this.#lanes.closed) this.#suspectClock(name);
      })
      // Where nothing could be sent, nothing is known.
      .catch(() => undefined)
      .finally(() => this.#clockProofs.delete(name));
    this.#clockProofs.set(name, proof);
  }

  #suspectClock(nas: string): void {
    const hint = 'its clock is probably wrong: set an NTP client on it';
    if (!this.#wrongClocks.has(nas)) this.#options.log.warn({ nas, hint }, 'NAS answers only without Event-Timestamp');
    this.#wrongClocks.set(nas, this.#options.clock.monotonic() + clockBelievedMs);
  }

  async #ask(order: Order, attributes: readonly Uint8Array[], times: RetryTimes): Promise<Answer | undefined> {
    const { nas, host } = order;
    const gate = this.#gate(nas.name);
    await gate.enter();
    try {
      const slot = await this.#slot(order);
      if (slot === undefined) return undefined;
      const { requester, identifier } = slot;
      const key = slot.key ?? this.#keyOf(nas);
      const request = encodeRequest({ code: order.code, identifier, attributes }, key);
      const codes = [order.code + 1, order.code + 2];
      const answer = await requester.ask({ request, to: { host, port: nas.coaPort }, key, codes }, times);
      const reply = answer === undefined ? 'none' : codeName(answer.packet[0] as number);
      this.#options.log.debug({ nas: nas.name, code: codeName(order.code), identifier, reply }, 'request to NAS ended');
      return answer;
    } finally {
      gate.leave();
    }
  }

  /** Who asks by TLS is never told in clear. */
  async #slot({ nas, host }: Order): Promise<Slot | undefined> {
    if (nas.radsec !== undefined) return this.#options.tunnel?.(nas);
    return this.#lanes.take(host, nas.coaPort);
  }

  #silence(nas: Nas): DynamicAnswer {
    return nas.radsec !== undefined && this.#options.tunnel?.(nas) === undefined ? noTunnel : { result: 'timeout' };
  }

  #keyOf(nas: Nas): SharedKey {
    const key = this.#keys.get(nas) ?? sharedKey(nas.secret.reveal());
    this.#keys.set(nas, key);
    return key;
  }

  #gate(nas: string): Gate {
    const gate = this.#gates.get(nas) ?? openGate(this.#options.inFlight ?? 32);
    this.#gates.set(nas, gate);
    return gate;
  }
}

const noTunnel: DynamicAnswer = { result: 'unsent', reason: 'it has no RadSec connection to us' };

/**
 * Where a NAS takes requests: its address, or of those declared as one prefix, the address that packets of the session came
 * from. What a packet says of itself is believed only inside the prefix.
 */
function hostOf(nas: Nas, { nasIpAddress }: SessionIdentity): string | DynamicAnswer {
  const { clientAddress } = nas;
  // By TLS the connection says where it is.
  if (nas.radsec !== undefined || !clientAddress.includes('/')) return clientAddress;
  if (nasIpAddress === undefined) {
    return { result: 'unsent', reason: `it is not known where in ${clientAddress} it is` };
  }
  if (new NasIndex([nas]).at(nasIpAddress).length > 0) return nasIpAddress;
  return { result: 'unsent', reason: `it says that it is at ${nasIpAddress}, which is not in ${clientAddress}` };
}

/** Lets so many in at a time, in order of arrival. */
interface Gate {
  enter(): Promise<void>;
  leave(): void;
}

function openGate(places: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  return {
    async enter() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free -= 1;
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}

function eventTimestamp(now: number): Uint8Array {
  return encodeNamed({ name: 'Event-Timestamp', value: Math.floor(now / 1000) });
}

function errorCause({ packet, frame }: Answer): number | undefined {
  const value = firstValue(packet, frame, attribute.errorCause);
  return value?.length === 4 ? Buffer.from(value).readUInt32BE(0) : undefined;
}

interface Tried {
  readonly answer: DynamicAnswer;
  /** Of the NAKs after which another identification was tried. */
  readonly causes: readonly number[];
}

type Refusal = Extract<DynamicAnswer, { readonly result: 'nak' }>;

function nak(cause: number | undefined): Refusal {
  return cause === undefined
    ? { result: 'nak' }
    : { result: 'nak', errorCause: valueName('Error-Cause', cause) ?? String(cause) };
}

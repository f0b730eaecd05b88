import type { DecisionLog } from '../access/decision-log.ts';
import { usedPasswords } from '../access/used-passwords.ts';
import type { AccountingEvent, AccountingSink } from '../accounting/event.ts';
import { printable } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import type { DirectoryReader, Nas } from '../directory/reader.ts';
import type { AccessAnswer } from './access-answer.ts';
import { AccessHandler, type AccessHelpers } from './access-handler.ts';
import { accountingEvent } from './accounting-event.ts';
import type { KeptPacket } from './backlog.ts';
import type { Channel, Peer } from './channel.ts';
import { type RadiusCounters, radiusCounters } from './counters.ts';
import { attributeNumbered } from './dictionary/dictionary.ts';
import {
  type DropFields,
  type DropLog,
  type DropReason,
  dropLog,
  type RadiusFinding,
  type RadiusLog,
} from './drops.ts';
import type { ClientPort } from './duplicate-cache.ts';
import { textOf } from './exchange.ts';
import { Intake } from './intake.ts';
import { mayAskStatus, type NasContext, nasContexts, pickNas } from './nas-context.ts';
import { attribute, code, codeName } from './packet/codes.ts';
import {
  emptyFrame,
  type Frame,
  findAttribute,
  misfitsIn,
  offsetOf,
  readAttributes,
  readHeader,
} from './packet/framing.ts';
import { appendProxyStates, finishReply, replyWriter, startReply } from './packet/reply.ts';
import type { Forwarded } from './proxy/realm-proxy.ts';
import { type FillRandom, type RandomPool, randomPool } from './random-pool.ts';
import { RejectQueue } from './reject-queue.ts';
import { integrityFlaw, proofOf } from './signing/integrity.ts';
import type { LearnedSigning } from './signing/learned-signing.ts';
import { type NasSigning, SigningWatch } from './signing/signing-watch.ts';
import { silentDecision } from './silence.ts';
import { foldAddress } from './source-address.ts';

export interface PipelineOptions {
  readonly directory: DirectoryReader;
  readonly accounting: AccountingSink;
  readonly decisions: DecisionLog;
  readonly clock: Clock;
  readonly random: FillRandom;
  readonly log: RadiusLog;
  /** Default: counters of its own. */
  readonly metrics?: RadiusCounters;
  /** How long an Access-Reject is held back, give or take a tenth. Default 1000. */
  readonly rejectDelayMs?: number;
  /** False while accounting cannot be stored: Status-Server on its port then gets no answer (RFC 5997 §4.2). */
  readonly accountingAvailable?: () => boolean;
  /** Told of every packet that passed its checks, before it is answered: the NAS can be reached, at that address. Must be quick. */
  readonly heard?: (nas: Nas, from?: string) => void;
  /** What was learned of NAS that may sign their requests or not. Default: known to this process alone. */
  readonly signing?: LearnedSigning;
  /** Ways to decide beyond the directory. */
  readonly access?: AccessHelpers;
}

/** How long a NAS waits for an answer when it does not say. */
const defaultTimeoutMs = 1500;
/** So many answers may wait for the disk, or for somebody who is asked. */
const mostOpen = 16_384;
/** So many are sent in one turn of the loop. */
const mostSends = 512;

/** Where the answer to a request goes, and what it is remembered as. */
interface Answered {
  readonly channel: Channel;
  readonly from: Peer;
  readonly identifier: number;
  readonly context: NasContext;
  readonly client: ClientPort;
  /** The number under which it is remembered. */
  readonly request: number;
  /** Unsigned: a password that was hidden by the secret proves that its NAS does not sign. */
  readonly teaches: boolean;
}

/** One packet that passed every check. */
interface Received extends Answered {
  readonly packet: Buffer;
}

/** Requests whose records go to the disk together, and the answers they get then. */
interface Waiting {
  readonly stored: Promise<void>;
  readonly received: Received[];
  readonly replies: Buffer[];
}

interface Outgoing {
  readonly channel: Channel;
  readonly reply: Buffer;
  readonly from: Peer;
  readonly context: NasContext;
}

/**
 * What becomes of a packet, whichever way it came: checked, told from its retransmissions, answered. Authentication is
 * answered from the directory, at once wherever nobody else need be asked; accounting when its record is on disk.
 */
export class RequestPipeline implements AsyncDisposable {
  readonly #options: PipelineOptions;
  readonly #counters: RadiusCounters;
  readonly #signing: SigningWatch;
  readonly #contextOf: (nas: Nas) => NasContext;
  readonly #drops: DropLog;
  readonly #frame: Frame = emptyFrame();
  readonly #writer = replyWriter();
  readonly #random: RandomPool;
  readonly #access: AccessHandler;
  readonly #rejects: RejectQueue;
  readonly #rejectDelayMs: number;
  /** Answers that wait for the disk, or for somebody who is asked. */
  readonly #open = new Set<Promise<void>>();
  /** Records that the disk has yet to take, those that came last. */
  #waiting: Waiting | undefined;
  /** Answers that wait beside others for one promise of `#open`. */
  #together = 0;
  readonly #intake: Intake;
  /** Of packets that came together, those that are yet to be looked at, and the time at which all of them came. */
  readonly #batch = { left: 0, now: 0, monotonic: 0 };
  /** When the packet at hand came, of one that waited. */
  #keptAt = Number.POSITIVE_INFINITY;
  /** Where usernames are in packets that came together. */
  readonly #names = { from: new Uint16Array(64), end: new Uint16Array(64) };
  #outbox: Outgoing[] = [];
  #closing = false;
  #draining = false;
  #storing = true;

  constructor(options: PipelineOptions) {
    const { directory, decisions, clock } = options;
    this.#options = options;
    this.#counters = options.metrics ?? radiusCounters();
    this.#signing = new SigningWatch(options);
    this.#contextOf = nasContexts(this.#counters, this.#signing.learned);
    this.#drops = dropLog(options.log, clock, () => directory.allNas());
    this.#random = randomPool(options.random);
    const [random, writer, used, batch] = [this.#random, this.#writer, usedPasswords(), this.#batch];
    const now = (): number => (batch.left > 0 ? batch.now : clock.now());
    this.#access = new AccessHandler({ directory, decisions, used, clock, now, random, writer, ...options.access });
    this.#intake = new Intake({
      clock,
      handle: (kept) => this.#receiveKept(kept),
      drop: ({ channel, from }) => this.#dropKept(channel, from),
      patience: (channel, from) => this.#patience(channel, from),
    });
    this.#rejects = new RejectQueue(clock);
    this.#rejectDelayMs = options.rejectDelayMs ?? 1000;
  }

  /** Whether a thread of its own works on a password that takes its time. */
  get comparing(): boolean {
    return this.#access.comparing;
  }

  get counters(): RadiusCounters {
    return this.#counters;
  }

  /** What was dropped, by NAS and reason, with what to do about it. Doubts about a shared secret end by later proofs of it. */
  findings(): readonly RadiusFinding[] {
    return [...this.#drops.findings(), ...this.#signing.findings()];
  }

  /** What was learned of NAS that may sign their requests or not. */
  signing(): readonly NasSigning[] {
    return this.#signing.state();
  }

  /** Counts and tells of somebody who got no answer because he got no channel. */
  refused(reason: DropReason, source: string, fields: DropFields = {}): void {
    this.#counters.of('unknown').add('dropped', reason, fields.socket);
    this.#drops.note(undefined, reason, source, fields);
  }

  /** Logins have come together: what they will be answered from is fetched together, before any of them is looked at. */
  ahead(packets: readonly Buffer[]): void {
    const { from, end } = this.#names;
    for (let index = 0; index < packets.length; index += 1) {
      const packet = packets[index] as Buffer;
      const at = findAttribute(packet, attribute.userName);
      from[index] = at + 2;
      end[index] = at === 0 ? 0 : at + (packet[at + 1] as number);
    }
    this.#options.directory.fetchLogins(packets, from, end);
    const { clock } = this.#options;
    this.#batch.left = packets.length;
    this.#batch.now = clock.now();
    this.#batch.monotonic = clock.monotonic();
  }

  /** Takes in one packet. */
  receive(channel: Channel, packet: Buffer, from: Peer): void {
    if (this.#closing) return;
    if (this.#intake.admits(channel)) this.#receive(channel, packet, from);
    else this.#intake.keep(channel, packet, from);
    if (this.#batch.left > 0) this.#batch.left -= 1;
  }

  /** To look at the clock takes as long as to hash: packets that came together have come at one time. */
  #monotonic(): number {
    return this.#batch.left > 0 ? this.#batch.monotonic : this.#options.clock.monotonic();
  }

  #receiveKept({ channel, packet, from, at }: KeptPacket): void {
    this.#keptAt = at;
    this.#receive(channel, packet, from);
    this.#keptAt = Number.POSITIVE_INFINITY;
  }

  #dropKept(channel: Channel, from: Peer): void {
    const source = foldAddress(from.address);
    const nas = this.#candidates(channel, source)[0];
    if (nas === undefined) this.#dropUnknown(channel, 'overload', source, from);
    else this.#drop(channel, this.#contextOf(nas), 'overload', from);
  }

  #patience(channel: Channel, from: Peer): number | undefined {
    const nas = this.#candidates(channel, foldAddress(from.address))[0];
    return nas === undefined ? undefined : (nas.timeoutMs ?? defaultTimeoutMs);
  }

  /** Who may send on this channel from there. */
  #candidates(channel: Channel, source: string): readonly Nas[] {
    return channel.nas === undefined ? this.#options.directory.nasAt(source) : channel.nas();
  }

  #receive(channel: Channel, packet: Buffer, from: Peer): void {
    const context = this.#admit(channel, packet, from);
    if (context === undefined) return;
    context.counters.addCode('requests', this.#frame.code);
    this.#options.heard?.(context.nas, from.address);
    if (this.#frame.code === code.statusServer) this.#answerStatus(channel, packet, from, context);
    else this.#handleOnce(channel, packet, from, context);
  }

  /**
   * Goes on answering until nothing waits for the disk or for somebody who is asked, and rejects that were held back are
   * out: whoever closes its channels in the same turn leaves no request that was taken in without its answer. Status-Server
   * is told no more that this is a server to turn to.
   *
   * @param mostMs after that, accounting that comes in is left to be sent again
   * @returns whether nothing waits
   */
  async drain(mostMs: number): Promise<boolean> {
    this.#draining = true;
    const over = new AbortController();
    const late = this.#options.clock.sleep(mostMs, over.signal).then(
      () => true,
      () => false,
    );
    let isLate = false;
    while (this.#open.size > 0 && !isLate) {
      const done = Promise.all(this.#open).then(() => false);
      isLate = await Promise.race([done, late]);
    }
    over.abort();
    // There is always another record under way: from here on none is begun, and its NAS will send it again.
    this.#storing = false;
    await Promise.all(this.#open);
    this.#rejects.sendAll();
    this.#flush();
    return this.#open.size === 0;
  }

  /** Takes in nothing more. Answers on their way still go out: channels must stay open meanwhile. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#intake.stop();
    await this.#rejects[Symbol.asyncDispose]();
    await Promise.all(this.#open);
    while (this.#outbox.length > 0) this.#flush();
  }

  /** The checks of a datagram, in an order that lets nothing unverified change any state. */
  #admit(channel: Channel, packet: Buffer, from: Peer): NasContext | undefined {
    const frame = this.#frame;
    const source = foldAddress(from.address);
    const candidates = this.#candidates(channel, source);
    const first = candidates[0];
    if (first === undefined) return this.#dropUnknown(channel, 'unknown-client', source, from);

    // Over UDP nothing can be sent there, and to try is an exception.
    if (from.port === 0 && channel.nas === undefined)
      return this.#drop(channel, this.#contextOf(first), 'source-port', from);
    const malformed = readHeader(packet, frame) ?? this.#codeFlaw(channel) ?? readAttributes(packet, frame);
    if (malformed !== undefined) return this.#drop(channel, this.#contextOf(first), malformed, from);
    const nas = pickNas(candidates, packet, frame);
    if (nas === undefined) {
      const nasIdentifier = printable(textOf(packet, frame, attribute.nasIdentifier) ?? '');
      return this.#dropUnknown(channel, 'unknown-nas-identifier', source, from, { nasIdentifier });
    }

    const context = this.#contextOf(nas);
    const flaw = integrityFlaw(packet, frame, context);
    if (flaw !== undefined) return this.#drop(channel, context, flaw, from);
    const proof = proofOf(frame);
    if (proof !== undefined) this.#drops.verified(nas, proof);
    if (frame.misfits !== 0) this.#countMisfits(packet, context);
    if (context.signing !== 'require') this.#signing.note(context, frame, source);
    return context;
  }

  /** Values that do not fit are as good as not there (RFC 6929 §2.8). Those of accounting are counted as they are read. */
  #countMisfits(packet: Buffer, { counters }: NasContext): void {
    if (this.#frame.code !== code.accessRequest) return;
    for (const type of misfitsIn(packet, this.#frame)) {
      const name = type === attribute.vendorSpecific ? 'Vendor-Specific' : attributeNumbered(undefined, type)?.name;
      counters.add('attr-invalid', name ?? String(type));
    }
  }

  #codeFlaw(channel: Channel): DropReason | undefined {
    const { code: sent } = this.#frame;
    return sent === code.statusServer || channel.codes.includes(sent) ? undefined : 'bad-code';
  }

  #handleOnce(channel: Channel, packet: Buffer, from: Peer, context: NasContext): void {
    const frame = this.#frame;
    const now = this.#monotonic();
    const client = channel.duplicates.port(from.address, from.port, now);
    if (client !== undefined && channel.duplicates.knows(client, packet, frame, now))
      this.#repeat(channel, packet, from, context, client);
    else if (client === undefined || this.#open.size + this.#together >= mostOpen)
      this.#drop(channel, context, 'overload', from);
    else {
      const request = client.remember(packet, frame, now);
      const teaches = this.#signing.teaches(context, frame);
      const received = { channel, packet, from, identifier: frame.identifier, context, client, request, teaches };
      if (frame.code === code.accessRequest) this.#authenticate(received);
      else this.#account(received);
    }
  }

  #repeat(channel: Channel, packet: Buffer, from: Peer, context: NasContext, client: ClientPort): void {
    const { identifier } = this.#frame;
    const reply = client.replyTo(identifier);
    context.counters.add('duplicates', reply === undefined ? 'working' : 'resent');
    // It waited while a later copy of it was answered.
    if (this.#keptAt <= client.arrivedAt(identifier)) return;
    if (reply !== undefined) this.#send(channel, reply, from, context);
    else this.#options.access?.proxy?.()?.again(packet, context.nas);
  }

  #authenticate(received: Received): void {
    const answer = this.#decided(received);
    if (answer instanceof Promise) this.#answerWhenKnown(received, answer);
    else this.#answer(received, answer);
  }

  /** Of rows that are on a disk until they are in memory it may be impossible to tell whether they are there. */
  #decided(received: Received): AccessAnswer | Promise<AccessAnswer> {
    const { packet, context, from } = received;
    try {
      return this.#access.answer(packet, this.#frame, context, from);
    } catch (err) {
      if (!(err instanceof LastmileError)) throw err;
      return Promise.reject(err);
    }
  }

  /** Somebody else is asked first. Whoever cannot be decided about gets no answer: his NAS asks its next server. */
  #answerWhenKnown(received: Received, answer: Promise<AccessAnswer>): void {
    this.#hold(
      answer.then(
        (known) => this.#answer(received, known),
        (err: unknown) => this.#silence(received, 'cannot-decide', { err }),
      ),
    );
  }

  #answer(received: Received, { reply, reason, prompt, provesSecret, drop }: AccessAnswer): void {
    if (reason !== undefined) received.context.counters.add('rejected', reason);
    if (drop !== undefined) this.#silence(received, drop);
    else if (reply === undefined) this.#silence(received, 'reply-too-long');
    else if (received.teaches && provesSecret === true) this.#replyAndLearn(received, reply);
    else if (reason === undefined || prompt === true || this.#rejectDelayMs === 0 || received.channel.prompt === true)
      this.#reply(received, reply);
    else this.#replyLater(received, reply);
  }

  #replyAndLearn(received: Received, reply: Buffer): void {
    this.#signing.taught(received.context);
    this.#reply(received, reply);
  }

  #hold(work: Promise<void>): void {
    this.#open.add(work);
    // Not `finally`, which takes three promises more for each record.
    void work.then(
      () => this.#open.delete(work),
      (error: unknown) => {
        this.#open.delete(work);
        throw error;
      },
    );
  }

  #replyLater(received: Received, reply: Buffer): void {
    const { channel, from, context, client, request, identifier, teaches } = received;
    const later = { channel, from, context, client, request, identifier, teaches };
    const jitter = ((this.#random.take(1)[0] as number) / 255 - 0.5) / 5;
    const queued = this.#rejects.push(this.#rejectDelayMs * (1 + jitter), () => this.#reply(later, reply));
    if (!queued) this.#dropAfter(received, 'overload');
  }

  #account(received: Received): void {
    if (!this.#storing) {
      received.client.forget(received.identifier, received.request);
      return;
    }
    const { packet, context, from } = received;
    const frame = this.#frame;
    const event = accountingEvent(packet, frame, context, foldAddress(from.address), this.#options.clock.now());
    const reply = this.#accountingReply(packet, frame, context);
    if (event === undefined) this.#dropAfter(received, 'acct-incomplete');
    else if (reply === undefined) this.#dropAfter(received, 'reply-too-long');
    else {
      const passedOn = this.#options.access?.proxy?.()?.account(packet, frame, context, event.username);
      if (passedOn === undefined) this.#replyWhenStored(received, event, reply);
      else this.#replyWhenPassedOn(received, event, reply, passedOn);
    }
  }

  /** No reply unless the record is on disk (RFC 2866 §4.2): the NAS will send it again. */
  #replyWhenStored(received: Received, event: AccountingEvent, reply: Buffer): void {
    const waiting = this.#waitingFor(this.#options.accounting.record(event));
    waiting.received.push(received);
    waiting.replies.push(reply);
    if (waiting.received.length > 1) this.#together += 1;
  }

  /** Records that are stored together come one after the other, and have one promise. */
  #waitingFor(stored: Promise<void>): Waiting {
    if (this.#waiting?.stored === stored) return this.#waiting;
    const waiting: Waiting = { stored, received: [], replies: [] };
    this.#waiting = waiting;
    this.#hold(
      stored.then(
        () => this.#afterAll(waiting, (received, reply) => this.#reply(received, reply)),
        (err: unknown) => this.#afterAll(waiting, (received) => this.#dropAfter(received, 'store-down', { err })),
      ),
    );
    return waiting;
  }

  #afterAll(waiting: Waiting, answer: (received: Received, reply: Buffer) => void): void {
    if (this.#waiting === waiting) this.#waiting = undefined;
    this.#together -= waiting.received.length - 1;
    for (let at = 0; at < waiting.received.length; at += 1) {
      answer(waiting.received[at] as Received, waiting.replies[at] as Buffer);
    }
  }

  /** Of somebody whom servers of others know: they have it stored, too, or the NAS sends it again (RFC 2866 §2.3). */
  #replyWhenPassedOn(received: Received, event: AccountingEvent, reply: Buffer, passedOn: Promise<Forwarded>): void {
    this.#hold(
      Promise.all([passedOn, this.#options.accounting.record(event)]).then(
        ([{ result }]) => {
          if (result === 'replied') this.#reply(received, reply);
          else this.#dropAfter(received, notPassedOn[result]);
        },
        (err: unknown) => this.#dropAfter(received, 'store-down', { err }),
      ),
    );
  }

  /**
   * Signed like the request: some NAS that send no Message-Authenticator in accounting know none there. Never signed for a
   * proxy: FreeRADIUS (3.2.1) takes it to be over zeros, where others take the Request Authenticator.
   */
  #accountingReply(packet: Buffer, frame: Frame, context: NasContext): Buffer | undefined {
    const signed = offsetOf(frame, attribute.messageAuthenticator) !== 0 && offsetOf(frame, attribute.proxyState) === 0;
    startReply(this.#writer, code.accountingResponse, packet, signed);
    appendProxyStates(this.#writer, packet, frame);
    return finishReply(this.#writer, context.key);
  }

  /** Not remembered: each probe asks anew (RFC 5997 §4.1). */
  #answerStatus(channel: Channel, packet: Buffer, from: Peer, context: NasContext): void {
    if (this.#draining) return;
    const flaw = this.#statusFlaw(channel, context);
    if (flaw !== undefined) {
      this.#drop(channel, context, flaw, from);
      return;
    }
    const answer = channel.service === 'accounting' ? code.accountingResponse : code.accessAccept;
    startReply(this.#writer, answer, packet);
    appendProxyStates(this.#writer, packet, this.#frame);
    const reply = finishReply(this.#writer, context.key);
    if (reply === undefined) this.#drop(channel, context, 'reply-too-long', from);
    else this.#send(channel, reply, from, context);
  }

  #statusFlaw(channel: Channel, context: NasContext): DropReason | undefined {
    if (context.nas.statusServer === false) return 'status-off';
    if (!mayAskStatus(context, this.#options.clock.monotonic())) return 'status-limit';
    const able = channel.service !== 'accounting' || this.#options.accountingAvailable?.() !== false;
    return able ? undefined : 'store-down';
  }

  #reply(answered: Answered, reply: Buffer): void {
    const { client, identifier, request, context, channel, from } = answered;
    if (!client.answer(identifier, request, reply)) {
      context.counters.add('duplicates', 'conflict');
      return;
    }
    this.#send(channel, reply, from, context);
  }

  #send(channel: Channel, reply: Buffer, from: Peer, context: NasContext): void {
    context.counters.addCode('replies', reply[0] as number);
    if (channel.batched === true) channel.send(reply, from, context.sent);
    else {
      if (this.#outbox.length === 0) setImmediate(this.#flush);
      this.#outbox.push({ channel, reply, from, context });
    }
    const { log } = this.#options;
    if (!log.isLevelEnabled('debug')) return;
    log.debug({ nas: context.nas.name, code: codeName(reply[0] as number), identifier: reply[1] }, 'reply sent');
  }

  /**
   * Sends what a turn of the loop has answered. One after the other, replies wake a sleeping NAS once and find the system's
   * sending path warm: about a sixth less time for a login than with each sent at once.
   */
  readonly #flush = (): void => {
    const batch = this.#outbox;
    // A commit of the store can answer thousands at once.
    this.#outbox = batch.length > mostSends ? batch.splice(mostSends) : [];
    if (this.#outbox.length > 0) setImmediate(this.#flush);
    for (const { channel, reply, from, context } of batch) {
      channel.send(reply, from, context.sent);
    }
  };

  /** Dropped after it was remembered: forgotten again, so that the retransmission has its chance. */
  /** Of a login: kept for whoever asks why. */
  #silence(received: Received, reason: DropReason, fields?: object): void {
    const { decisions, clock } = this.#options;
    const silent = silentDecision(received.packet, received.context.nas, reason, clock.now());
    if (silent !== undefined) decisions.record(silent);
    this.#dropAfter(received, reason, fields);
  }

  #dropAfter(received: Received, reason: DropReason, fields?: object): void {
    received.client.forget(received.identifier, received.request);
    this.#drop(received.channel, received.context, reason, received.from, fields);
  }

  #drop(channel: Channel, context: NasContext, reason: DropReason, from: Peer, fields?: object): undefined {
    context.counters.add('dropped', reason, channel.service);
    this.#drops.note(context.nas, reason, foldAddress(from.address), { socket: channel.service, ...fields });
    channel.dropped?.(reason);
  }

  #dropUnknown(channel: Channel, reason: DropReason, source: string, from: Peer, fields: DropFields = {}): undefined {
    this.#counters.of('unknown').add('dropped', reason, channel.service);
    this.#drops.note(undefined, reason, source, { socket: channel.service, port: from.port, ...fields });
    channel.dropped?.(reason);
  }
}

const notPassedOn: Readonly<Record<Exclude<Forwarded['result'], 'replied'>, DropReason>> = {
  silence: 'home-server-down',
  loop: 'proxy-loop',
  unreadable: 'cannot-decide',
};

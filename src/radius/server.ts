import type { RemoteInfo, Socket } from 'node:dgram';
import type { DecisionLog } from '../access/decision-log.ts';
import { usedPasswords } from '../access/used-passwords.ts';
import type { AccountingEvent, AccountingSink } from '../accounting/event.ts';
import type { Clock } from '../base/clock.ts';
import type { DirectoryReader } from '../directory/reader.ts';
import type { Endpoint } from '../model/model.ts';
import { AccessHandler } from './access-handler.ts';
import { accountingEvent } from './accounting-event.ts';
import { type RadiusCounters, radiusCounters } from './counters.ts';
import { type DropLog, type DropReason, dropLog, type RadiusFinding, type RadiusLog } from './drops.ts';
import {
  type ClientPort,
  DuplicateCache,
  forget,
  isCurrent,
  type RememberedRequest,
  remember,
} from './duplicate-cache.ts';
import { integrityFlaw, proofOf } from './integrity.ts';
import { type NasContext, nasContexts, pickNas } from './nas-context.ts';
import { attribute, code, codeName } from './packet/codes.ts';
import { emptyFrame, type Frame, offsetOf, readAttributes, readHeader } from './packet/framing.ts';
import { appendProxyStates, finishReply, replyWriter, startReply } from './packet/reply.ts';
import { type FillRandom, type RandomPool, randomPool } from './random-pool.ts';
import { RejectQueue } from './reject-queue.ts';
import { foldAddress } from './source-address.ts';
import { bindUdp, boundTo, closeUdp } from './udp.ts';

export interface RadiusServerOptions {
  readonly listenAuth: readonly Endpoint[];
  readonly listenAccounting: readonly Endpoint[];
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
}

type Service = 'auth' | 'accounting';

/** One bound socket with the memory of what it answered. */
interface Listener {
  readonly service: Service;
  readonly socket: Socket;
  readonly duplicates: DuplicateCache;
  /** The code of its requests, beside Status-Server. */
  readonly code: number;
}

/** Where the answer to a request goes, and what it is remembered as. */
interface Answered {
  readonly listener: Listener;
  readonly from: RemoteInfo;
  readonly identifier: number;
  readonly context: NasContext;
  readonly client: ClientPort;
  readonly request: RememberedRequest;
}

/** One datagram that passed every check. */
interface Received extends Answered {
  readonly packet: Buffer;
}

interface Outgoing {
  readonly listener: Listener;
  readonly reply: Buffer;
  readonly from: RemoteInfo;
  readonly context: NasContext;
}

const keepAuthMs = 10_000;
const keepAccountingMs = 30_000;

/** RADIUS over UDP: authentication answered at once from the directory, accounting when its record is on disk. */
export class RadiusServer {
  readonly #options: RadiusServerOptions;
  readonly #listeners: Listener[] = [];
  readonly #counters: RadiusCounters;
  readonly #contextOf: (nas: NasContext['nas']) => NasContext;
  readonly #drops: DropLog;
  readonly #frame: Frame = emptyFrame();
  readonly #writer = replyWriter();
  readonly #random: RandomPool;
  readonly #access: AccessHandler;
  readonly #rejects: RejectQueue;
  readonly #rejectDelayMs: number;
  readonly #storing = new Set<Promise<void>>();
  #outbox: Outgoing[] = [];
  #closing = false;

  private constructor(options: RadiusServerOptions) {
    const { directory, decisions, clock } = options;
    this.#options = options;
    this.#counters = options.metrics ?? radiusCounters();
    this.#contextOf = nasContexts(this.#counters);
    this.#drops = dropLog(options.log, clock, () => directory.allNas());
    this.#random = randomPool(options.random);
    const [random, writer, used] = [this.#random, this.#writer, usedPasswords()];
    this.#access = new AccessHandler({ directory, decisions, used, clock, random, writer });
    this.#rejects = new RejectQueue(clock);
    this.#rejectDelayMs = options.rejectDelayMs ?? 1000;
  }

  /**
   * Binds every address and begins to answer.
   *
   * @throws RadiusListenError when one of them cannot be had; none stays bound then
   */
  static async start(options: RadiusServerOptions): Promise<RadiusServer> {
    const server = new RadiusServer(options);
    try {
      for (const endpoint of options.listenAuth) await server.#listen('auth', endpoint);
      for (const endpoint of options.listenAccounting) await server.#listen('accounting', endpoint);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Where it listens, with the ports the system gave. */
  addresses(): { readonly auth: readonly Endpoint[]; readonly accounting: readonly Endpoint[] } {
    const of = (service: Service): Endpoint[] =>
      this.#listeners.filter((listener) => listener.service === service).map(({ socket }) => boundTo(socket));
    return { auth: of('auth'), accounting: of('accounting') };
  }

  get counters(): RadiusCounters {
    return this.#counters;
  }

  /** What was dropped, by NAS and reason, with what to do about it. Doubts about a shared secret end by later proofs of it. */
  findings(): readonly RadiusFinding[] {
    return this.#drops.findings();
  }

  /** Stops listening. Records that are being stored are still answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await this.#rejects[Symbol.asyncDispose]();
    await Promise.all(this.#storing);
    this.#flush();
    await Promise.all(this.#listeners.map(({ socket }) => closeUdp(socket)));
    this.#listeners.length = 0;
  }

  async #listen(service: Service, endpoint: Endpoint): Promise<void> {
    const socket = await bindUdp(endpoint);
    const duplicates = new DuplicateCache(service === 'auth' ? keepAuthMs : keepAccountingMs);
    const listener = {
      service,
      socket,
      duplicates,
      code: service === 'auth' ? code.accessRequest : code.accountingRequest,
    };
    this.#listeners.push(listener);
    socket.on('message', (packet, from) => this.#receive(listener, packet, from));
    socket.on('error', (err) => this.#options.log.warn({ err, service }, 'radius socket error'));
  }

  #receive(listener: Listener, packet: Buffer, from: RemoteInfo): void {
    if (this.#closing) return;
    const context = this.#admit(listener, packet, from);
    if (context === undefined) return;
    context.counters.add('requests', codeName(this.#frame.code));
    if (this.#frame.code === code.statusServer) this.#answerStatus(listener, packet, from, context);
    else this.#handleOnce(listener, packet, from, context);
  }

  /** The checks of a datagram, in an order that lets nothing unverified change any state. */
  #admit(listener: Listener, packet: Buffer, from: RemoteInfo): NasContext | undefined {
    const frame = this.#frame;
    const source = foldAddress(from.address);
    const candidates = this.#options.directory.nasAt(source);
    const first = candidates[0];
    if (first === undefined) return this.#dropUnknown(listener, 'unknown-client', source, from);

    const malformed = readHeader(packet, frame) ?? this.#codeFlaw(listener) ?? readAttributes(packet, frame);
    if (malformed !== undefined) return this.#drop(listener, this.#contextOf(first), malformed, from);
    const nas = pickNas(candidates, packet, frame);
    if (nas === undefined) return this.#dropUnknown(listener, 'unknown-nas-identifier', source, from);

    const context = this.#contextOf(nas);
    const flaw = integrityFlaw(packet, frame, context);
    if (flaw !== undefined) return this.#drop(listener, context, flaw, from);
    const proof = proofOf(frame);
    if (proof !== undefined) this.#drops.verified(nas, proof);
    return context;
  }

  #codeFlaw(listener: Listener): DropReason | undefined {
    const { code: sent } = this.#frame;
    return sent === listener.code || sent === code.statusServer ? undefined : 'bad-code';
  }

  #handleOnce(listener: Listener, packet: Buffer, from: RemoteInfo, context: NasContext): void {
    const frame = this.#frame;
    const now = this.#options.clock.monotonic();
    const client = listener.duplicates.port(from.address, from.port, now);
    const known = client === undefined ? undefined : listener.duplicates.find(client, packet, frame, now);
    if (client === undefined) this.#drop(listener, context, 'overload', from);
    else if (known !== undefined) this.#repeat(listener, from, context, known);
    else {
      const request = remember(client, packet, frame, now);
      const received = { listener, packet, from, identifier: frame.identifier, context, client, request };
      if (listener.service === 'auth') this.#authenticate(received);
      else this.#account(received);
    }
  }

  #repeat(listener: Listener, from: RemoteInfo, context: NasContext, known: RememberedRequest): void {
    context.counters.add('duplicates', known.reply === undefined ? 'working' : 'resent');
    if (known.reply !== undefined) this.#send(listener, known.reply, from, context);
  }

  #authenticate(received: Received): void {
    const { reply, reason, prompt } = this.#access.answer(received.packet, this.#frame, received.context);
    if (reason !== undefined) received.context.counters.add('rejected', reason);
    if (reply === undefined) this.#dropAfter(received, 'reply-too-long');
    else if (reason === undefined || prompt === true || this.#rejectDelayMs === 0) this.#reply(received, reply);
    else this.#replyLater(received, reply);
  }

  #replyLater(received: Received, reply: Buffer): void {
    const { listener, from, context, client, request, identifier } = received;
    const later = { listener, from, context, client, request, identifier };
    const jitter = ((this.#random.take(1)[0] as number) / 255 - 0.5) / 5;
    const queued = this.#rejects.push(this.#rejectDelayMs * (1 + jitter), () => this.#reply(later, reply));
    if (!queued) this.#dropAfter(received, 'overload');
  }

  #account(received: Received): void {
    const { packet, context, from } = received;
    const frame = this.#frame;
    const event = accountingEvent(packet, frame, context, foldAddress(from.address), this.#options.clock.now());
    const reply = this.#accountingReply(packet, frame, context);
    if (event === undefined) this.#dropAfter(received, 'acct-incomplete');
    else if (reply === undefined) this.#dropAfter(received, 'reply-too-long');
    else this.#replyWhenStored(received, event, reply);
  }

  /** No reply unless the record is on disk (RFC 2866 §4.2): the NAS will send it again. */
  #replyWhenStored(received: Received, event: AccountingEvent, reply: Buffer): void {
    const stored = this.#options.accounting.record(event).then(
      () => this.#reply(received, reply),
      (err: unknown) => this.#dropAfter(received, 'store-down', { err }),
    );
    this.#storing.add(stored);
    void stored.finally(() => this.#storing.delete(stored));
  }

  /** Signed like the request: some NAS that send no Message-Authenticator in accounting know none there. */
  #accountingReply(packet: Buffer, frame: Frame, context: NasContext): Buffer | undefined {
    const signed = offsetOf(frame, attribute.messageAuthenticator) !== 0;
    startReply(this.#writer, code.accountingResponse, packet, signed);
    appendProxyStates(this.#writer, packet, frame);
    return finishReply(this.#writer, context.key);
  }

  /** Not remembered: each probe asks anew (RFC 5997 §4.1). */
  #answerStatus(listener: Listener, packet: Buffer, from: RemoteInfo, context: NasContext): void {
    const auth = listener.service === 'auth';
    const able = auth || this.#options.accountingAvailable?.() !== false;
    startReply(this.#writer, auth ? code.accessAccept : code.accountingResponse, packet);
    appendProxyStates(this.#writer, packet, this.#frame);
    const reply = finishReply(this.#writer, context.key);
    if (!able) this.#drop(listener, context, 'store-down', from);
    else if (reply === undefined) this.#drop(listener, context, 'reply-too-long', from);
    else this.#send(listener, reply, from, context);
  }

  #reply(answered: Answered, reply: Buffer): void {
    const { client, identifier, request, context, listener, from } = answered;
    if (!isCurrent(client, identifier, request)) {
      context.counters.add('duplicates', 'conflict');
      return;
    }
    request.reply = reply;
    this.#send(listener, reply, from, context);
  }

  #send(listener: Listener, reply: Buffer, from: RemoteInfo, context: NasContext): void {
    context.counters.add('replies', codeName(reply[0] as number));
    if (this.#outbox.length === 0) setImmediate(this.#flush);
    this.#outbox.push({ listener, reply, from, context });
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
    this.#outbox = [];
    for (const { listener, reply, from, context } of batch) {
      listener.socket.send(reply, from.port, from.address, context.sent);
    }
  };

  /** Dropped after it was remembered: forgotten again, so that the retransmission has its chance. */
  #dropAfter(received: Received, reason: DropReason, fields?: object): void {
    forget(received.client, received.identifier, received.request);
    this.#drop(received.listener, received.context, reason, received.from, fields);
  }

  #drop(listener: Listener, context: NasContext, reason: DropReason, from: RemoteInfo, fields?: object): undefined {
    context.counters.add('dropped', reason);
    this.#drops.note(context.nas, reason, foldAddress(from.address), { socket: listener.service, ...fields });
  }

  #dropUnknown(listener: Listener, reason: DropReason, source: string, from: RemoteInfo): undefined {
    this.#counters.of('unknown').add('dropped', reason);
    this.#drops.note(undefined, reason, source, { socket: listener.service, port: from.port, octets: from.size });
  }
}

import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Nas } from '../../directory/reader.ts';
import type { Channel, Peer } from '../channel.ts';
import type { Slot } from '../coa/request-lanes.ts';
import type { DropReason } from '../drops.ts';
import { DuplicateCache } from '../duplicate-cache.ts';
import { code } from '../packet/codes.ts';
import { emptyFrame, type Frame, readFrame } from '../packet/framing.ts';
import { type SharedKey, sharedKey } from '../packet/shared-key.ts';
import { verifyReply, verifyReplyMessageAuthenticator } from '../packet/verify.ts';
import type { Answer, Question } from '../udp-requester.ts';
import { PacketStream } from './packet-stream.ts';

export interface RadsecConnectionOptions {
  readonly socket: TLSSocket;
  /** As it talks through a tunnel. */
  readonly nas: () => Nas | undefined;
  readonly from: Peer;
  /** Known by exactly its certificate, whoever signed it. */
  readonly pinned: boolean;
  readonly clock: Clock;
  readonly receive: (channel: Channel, packet: Buffer, from: Peer) => void;
  /** Why we close it. */
  readonly closing: (reason: string) => void;
}

interface Pending extends Question {
  readonly settle: (answer: Answer | undefined) => void;
}

const requests: ReadonlySet<number> = new Set([code.accessRequest, code.accountingRequest, code.statusServer]);
const answers: ReadonlySet<number> = new Set([code.disconnectAck, code.disconnectNak, code.coaAck, code.coaNak]);
/** A peer that does not read what we answer must not fill our memory. */
const mostUnread = 1 << 20;
/** Nothing is sent again on a stream: the answer comes, or the connection is gone. */
const answerWithinMs = 10_000;
const keepMs = 10_000;

/** Octets that a stream of packets cannot go on after: what follows is no longer known to be what it seems (RFC 6614 §3). */
const fatal: ReadonlySet<DropReason> = new Set([
  ...(['attr-header', 'attr-zero', 'attr-short', 'attr-overflow', 'attr-count', 'bad-code'] as const),
  ...(['ma-missing', 'ma-invalid', 'ma-wrong', 'authenticator-wrong', 'auth-conflict'] as const),
]);

/** One NAS at the other end of a TLS connection: its requests come up it, and ours go down. */
export class RadsecConnection implements Channel {
  readonly service = 'radsec';
  readonly codes = [code.accessRequest, code.accountingRequest];
  readonly duplicates = new DuplicateCache(keepMs);
  readonly #options: RadsecConnectionOptions;
  readonly #stream = new PacketStream();
  readonly #pending = new Map<number, Pending>();
  readonly #key: SharedKey = sharedKey('radsec');
  #next = 0;
  #closed = false;

  constructor(options: RadsecConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on('data', (octets: Buffer) => this.#read(octets));
    socket.once('close', () => this.#ended());
  }

  get pinned(): boolean {
    return this.#options.pinned;
  }

  nas(): readonly Nas[] {
    const nas = this.#options.nas();
    if (nas === undefined) this.close('no NAS with its certificate is declared any more');
    return nas === undefined ? [] : [nas];
  }

  send(reply: Buffer, _to: Peer, sent: (error: Error | null) => void): void {
    const { socket } = this.#options;
    if (socket.writableLength > mostUnread) this.close('it does not read its answers');
    if (this.#closed) sent(Object.assign(new Error('the connection is closed'), { code: 'ECONNRESET' }));
    else socket.write(reply, (error) => sent(error ?? null));
  }

  dropped(reason: DropReason): void {
    if (fatal.has(reason)) this.close(`a packet was no good: ${reason}`);
  }

  /** A place to send a request to the NAS from; nothing when 256 are open. */
  slot(): Slot | undefined {
    if (this.#closed || this.#pending.size === 256) return undefined;
    while (this.#pending.has(this.#next)) this.#next = (this.#next + 1) % 256;
    const identifier = this.#next;
    this.#next = (this.#next + 1) % 256;
    return { requester: { ask: (question) => this.#ask(question) }, identifier, key: this.#key };
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#options.closing(reason);
    this.#options.socket.destroy();
    this.#ended();
  }

  async #ask(question: Question): Promise<Answer | undefined> {
    const { identifier } = question.request;
    const { clock, socket } = this.#options;
    if (this.#closed || this.#pending.has(identifier)) return undefined;
    const started = clock.monotonic();
    const done = new AbortController();
    const answer = await new Promise<Answer | undefined>((resolve) => {
      this.#pending.set(identifier, { ...question, settle: resolve });
      socket.write(question.request.octets);
      void clock.sleep(answerWithinMs, done.signal).then(
        () => resolve(undefined),
        () => undefined,
      );
    });
    done.abort();
    this.#pending.delete(identifier);
    return answer === undefined ? undefined : { ...answer, roundTripMs: clock.monotonic() - started };
  }

  #read(octets: Buffer): void {
    const packets = this.#stream.push(octets);
    if (packets === undefined) this.close('what it sends is no RADIUS');
    for (const packet of packets ?? []) if (!this.#closed) this.#take(packet);
  }

  #take(packet: Buffer): void {
    const kind = packet[0] as number;
    if (requests.has(kind)) this.#options.receive(this, packet, this.#options.from);
    else if (answers.has(kind)) this.#settle(packet);
    else this.close(`it sent a packet of code ${kind}`);
  }

  #settle(packet: Buffer): void {
    const frame = emptyFrame();
    const isPacket = readFrame(packet, frame) === undefined;
    const pending = this.#pending.get(packet[1] as number);
    if (!isPacket) this.close('an answer was no RADIUS');
    // Else of a question that was given up.
    else if (pending?.codes.includes(frame.code) === true) {
      if (isProven(packet, frame, pending)) pending.settle({ packet, frame, sends: 1, roundTripMs: 0 });
      else this.close('an answer was not signed by it');
    }
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { settle } of this.#pending.values()) settle(undefined);
    this.#pending.clear();
  }
}

function isProven(packet: Buffer, frame: Frame, { key, request }: Pending): boolean {
  const sign = verifyReplyMessageAuthenticator(packet, frame, key, request.authenticator);
  if (sign === 'wrong' || sign === 'invalid') return false;
  return verifyReply(packet, frame, key, request.authenticator);
}

import type { RemoteInfo, Socket } from 'node:dgram';
import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/errors.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import { emptyFrame, type Frame, readFrame } from './packet/framing.ts';
import type { EncodedRequest } from './packet/request.ts';
import type { SharedKey } from './packet/shared-key.ts';
import { verifyReply, verifyReplyMessageAuthenticator } from './packet/verify.ts';
import type { RandomPool } from './random-pool.ts';
import { foldAddress } from './source-address.ts';
import { bindUdp, boundTo, closeUdp } from './udp.ts';

/** When a request is sent again (RFC 5080 §2.2.1): after `initialMs`, twice that, … at most `mostMs`, each ± 10 %. */
export interface RetryTimes {
  readonly initialMs: number;
  readonly mostMs: number;
  /** How often it is sent in all. */
  readonly sends: number;
}

export interface Question {
  readonly request: EncodedRequest;
  /** An address, not a name: the reply must come from it. */
  readonly to: Endpoint;
  readonly key: SharedKey;
  /** The codes that answer it. */
  readonly codes: readonly number[];
  /** A reply without Message-Authenticator is not believed. Default false. */
  readonly signedOnly?: boolean;
  /** Told why there may be no answer. */
  readonly flaw?: (flaw: ReplyFlaw) => void;
}

/**
 * `secret`: a reply that the shared secret does not prove. `unsigned`: one without Message-Authenticator. `closed`: nobody
 * listens there. Over TLS also `certificate`: it shows another one than it should; `tls`: it closed the connection.
 */
export type ReplyFlaw = 'secret' | 'unsigned' | 'closed' | 'certificate' | 'tls';

/** The first reply that proved itself. */
export interface Answer {
  readonly packet: Buffer;
  readonly frame: Frame;
  readonly sends: number;
  readonly roundTripMs: number;
}

export interface RequesterTools {
  readonly clock: Clock;
  readonly random: RandomPool;
}

interface Pending extends Question {
  readonly settle: (packet: Buffer, frame: Frame) => void;
}

/** A UDP socket that asks: sends a request again, unchanged, until a reply proves itself. */
export class UdpRequester {
  readonly #socket: Socket;
  readonly #tools: RequesterTools;
  readonly #connected: boolean;
  readonly #pending = new Map<string, Pending>();
  /** Of each question that is open: ends the wait for its answer. A signal for all would remember every wait there was. */
  readonly #waits = new Set<AbortController>();
  #closed = false;

  private constructor(socket: Socket, tools: RequesterTools, connected: boolean) {
    this.#socket = socket;
    this.#connected = connected;
    this.#tools = tools;
  }

  /**
   * @param only asks nobody else: then the system tells when nobody listens there (ICMP)
   * @throws RadiusListenError when the address cannot be bound
   */
  static async open(bind: Endpoint, tools: RequesterTools, only?: Endpoint): Promise<UdpRequester> {
    const socket = await bindUdp(bind);
    const connected = only !== undefined && (await connectsTo(socket, only));
    const requester = new UdpRequester(socket, tools, connected);
    socket.on('message', (packet, from) => requester.#receive(packet, from));
    // A send that failed looks like a lost packet: it is sent again.
    socket.on('error', (error) => requester.#failed(error));
    return requester;
  }

  address(): Endpoint {
    return boundTo(this.#socket);
  }

  /** Asks until there is an answer. Two questions with one Identifier to one place must not be open at a time. */
  async ask(question: Question, times: RetryTimes): Promise<Answer | undefined> {
    const { to, request } = question;
    const key = pendingKey(to.host, to.port, request.identifier);
    const answered = new AbortController();
    const started = this.#tools.clock.monotonic();
    let answer: Answer | undefined;
    let sends = 0;
    const settle = (packet: Buffer, frame: Frame): void => {
      answer = { packet, frame, sends, roundTripMs: this.#tools.clock.monotonic() - started };
      answered.abort();
    };
    this.#pending.set(key, { ...question, settle });
    this.#waits.add(answered);
    try {
      for (let waitMs = times.initialMs; sends < times.sends && !answered.signal.aborted; waitMs *= 2) {
        if (this.#closed) break;
        sends += 1;
        this.#send(question);
        await this.#wait(this.#jittered(Math.min(waitMs, times.mostMs)), answered.signal);
      }
    } finally {
      this.#pending.delete(key);
      this.#waits.delete(answered);
    }
    return answer;
  }

  /** Questions still open end without an answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const wait of this.#waits) wait.abort();
    await closeUdp(this.#socket);
  }

  #send({ request, to }: Question): void {
    if (this.#connected) this.#socket.send(request.octets, (error) => this.#failed(error));
    else this.#socket.send(request.octets, to.port, to.host, () => undefined);
  }

  #failed(error: Error | null): void {
    if (codeOf(error) !== 'ECONNREFUSED') return;
    for (const { flaw } of this.#pending.values()) flaw?.('closed');
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#tools.clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  #jittered(ms: number): number {
    return ms * (0.9 + (this.#tools.random.take(1)[0] as number) / 1275);
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    const frame = emptyFrame();
    if (readFrame(packet, frame) !== undefined) return;
    const pending = this.#pending.get(pendingKey(foldAddress(from.address), from.port, frame.identifier));
    if (pending === undefined || !pending.codes.includes(frame.code)) return;
    const flaw = flawOf(packet, frame, pending);
    if (flaw === undefined) pending.settle(packet, frame);
    else pending.flaw?.(flaw);
  }
}

/** Why a reply is not believed; nothing when it is. */
export function flawOf(packet: Buffer, frame: Frame, { key, request, signedOnly }: Question): ReplyFlaw | undefined {
  const sign = verifyReplyMessageAuthenticator(packet, frame, key, request.authenticator);
  if (sign === 'wrong' || sign === 'invalid') return 'secret';
  if (!verifyReply(packet, frame, key, request.authenticator)) return 'secret';
  return sign === 'missing' && signedOnly === true ? 'unsigned' : undefined;
}

async function connectsTo(socket: Socket, { host, port }: Endpoint): Promise<boolean> {
  return await new Promise((resolve) => {
    socket.connect(port, host, ((error?: Error) => resolve(error === undefined || error === null)) as () => void);
  });
}

function pendingKey(host: string, port: number, identifier: number): string {
  return `${host} ${port} ${identifier}`;
}

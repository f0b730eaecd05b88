import { createHash, createHmac } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import radius, { type Attribute, type EncodeOptions, type Packet } from 'radius';
import type { Clock } from '../../src/base/clock.ts';
import { encodeSentence, SentenceReader } from '../../src/routeros/wire/sentence.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);
  #elapsed = 0;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const aborted = (): void => {
        if (this.#sleepers.delete(sleeper)) reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper = { at: this.#elapsed + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', aborted);
    });
  }

  /** Goes on by `ms`, waking sleepers in the order of their times; what they start is let run in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    for (let next = this.#nextBefore(until); next !== undefined; next = this.#nextBefore(until)) {
      this.#now += next.at - this.#elapsed;
      this.#elapsed = next.at;
      this.#sleepers.delete(next);
      next.wake();
      await turn();
    }
    this.#now += until - this.#elapsed;
    this.#elapsed = until;
    await turn();
  }

  #nextBefore(until: number): { at: number; wake: () => void } | undefined {
    return [...this.#sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets everything that is ready run. */
export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

export interface Reply {
  readonly word: string;
  readonly tag: string | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

/** An API client as bare as can be: sentences out, sentences in. */
export class RawClient {
  readonly #socket: Socket;
  readonly #reader = new SentenceReader();
  readonly #replies: Reply[] = [];
  #wake: () => void = () => undefined;
  readonly closed: Promise<unknown>;
  readonly received: Buffer[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.received.push(chunk);
      for (const words of this.#reader.push(chunk)) this.#replies.push(replyOf(words.map(String)));
      this.#wake();
    });
    socket.on('close', () => this.#wake());
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  static async login(port: number, name = 'admin', password = '', host = '127.0.0.1'): Promise<RawClient> {
    const client = await RawClient.connect(port, host);
    const [reply] = await client.talk('/login', `=name=${name}`, `=password=${password}`);
    if (reply?.word !== '!done') throw new Error(`login refused: ${reply?.values['message']}`);
    return client;
  }

  send(...words: (string | Uint8Array)[]): void {
    this.#socket.write(encodeSentence(words));
  }

  write(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** The next reply sentence; `undefined` when the connection ended. */
  async next(): Promise<Reply | undefined> {
    while (this.#replies.length === 0) {
      if (this.#socket.destroyed || this.#socket.readableEnded) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#replies.shift();
  }

  /** Sends one command and takes replies up to its `!done` or the end. */
  async talk(...words: (string | Uint8Array)[]): Promise<readonly Reply[]> {
    this.send(...words);
    const replies: Reply[] = [];
    for (let reply = await this.next(); reply !== undefined; reply = await this.next()) {
      replies.push(reply);
      if (reply.word === '!done' || reply.word === '!fatal') break;
    }
    return replies;
  }

  /** The rows of a print. */
  async rows(...words: string[]): Promise<readonly Readonly<Record<string, string>>[]> {
    return (await this.talk(...words)).filter(({ word }) => word === '!re').map(({ values }) => values);
  }

  /** The message of the `!trap`, with its category where it has one; `undefined` when there was none. */
  async trap(...words: string[]): Promise<string | undefined> {
    const trap = (await this.talk(...words)).find(({ word }) => word === '!trap');
    if (trap === undefined) return undefined;
    const category = trap.values['category'];
    return category === undefined ? trap.values['message'] : `${category}: ${trap.values['message']}`;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function replyOf([word = '', ...rest]: readonly string[]): Reply {
  const pairs = rest.filter((each) => each.startsWith('=')).map((each) => /^=([^=]*)=(.*)$/s.exec(each) ?? []);
  return {
    word,
    tag: rest.find((each) => each.startsWith('.tag='))?.slice(5),
    values: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])),
    words: rest,
  };
}

export const secret = 'a-shared-secret-of-some-length';

export interface Answer {
  readonly code: string;
  readonly attributes?: Attribute[];
  /** Leaves the Message-Authenticator out. */
  readonly bare?: true;
  readonly secret?: string;
}

export interface Received {
  readonly packet: Packet;
  readonly octets: Buffer;
  readonly from: RemoteInfo;
}

/** A RADIUS server on the npm package: answers as the test says, and hands out what it received. */
export class Responder {
  readonly #socket = createSocket('udp4');
  readonly #received: Received[] = [];
  #wake: () => void = () => undefined;
  answer: (request: Packet) => Answer | undefined = (request) =>
    request.code === 'Access-Request' ? { code: 'Access-Accept' } : { code: 'Accounting-Response', bare: true };

  static async start(): Promise<Responder> {
    const responder = new Responder();
    responder.#socket.bind(0, '127.0.0.1');
    await once(responder.#socket, 'listening');
    responder.#socket.on('message', (octets, from) => responder.#receive(octets, from));
    return responder;
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  /** Sends from this server's own address and port: CoA. */
  send(octets: Buffer, port: number, address = '127.0.0.1'): void {
    this.#socket.send(octets, port, address);
  }

  /** The next packet that came in. */
  async next(): Promise<Received> {
    for (let found = this.#received.shift(); ; found = this.#received.shift()) {
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get waiting(): number {
    return this.#received.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #receive(octets: Buffer, from: RemoteInfo): void {
    const isReply = [2, 3, 5, 41, 42, 44, 45].includes(octets[0] ?? 0);
    const packet = isReply
      ? radius.decode_without_secret({ packet: octets })
      : radius.decode({ packet: Buffer.from(octets), secret });
    this.#received.push({ packet, octets, from });
    const answer = isReply ? undefined : this.answer(packet);
    if (answer !== undefined) this.#socket.send(this.#encode(packet, answer), from.port, from.address);
    this.#wake();
  }

  #encode(packet: Packet, { code, attributes = [], bare, secret: other }: Answer): Buffer {
    return radius.encode({
      code,
      secret: other ?? secret,
      identifier: packet.identifier,
      authenticator: packet.authenticator,
      attributes: [...attributes],
      add_message_authenticator: !bare,
    } as EncodeOptions);
  }
}

export interface Lab extends AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly clock: ManualClock;
}

export async function startRouter(options: Partial<SimulatedRouterOsOptions> = {}): Promise<Lab> {
  const clock = new ManualClock();
  const router = await SimulatedRouterOs.start({ clock, radiusTransmissions: 3, ...options });
  return { router, clock, [Symbol.asyncDispose]: () => router[Symbol.asyncDispose]() };
}

/** A pool, a profile and a PPPoE server on ether2, as an operator would have them. */
export function offerPppoe(router: SimulatedRouterOs, profile: Readonly<Record<string, string>> = {}): void {
  router.add('/ip/pool', { name: 'home', ranges: '10.0.0.10-10.0.0.250' });
  router.add('/ppp/profile', { name: 'pppoe', 'local-address': '10.0.0.1', 'remote-address': 'home', ...profile });
  router.add('/interface/pppoe-server/server', {
    interface: 'ether2',
    'service-name': 'internet',
    'default-profile': 'pppoe',
    disabled: 'no',
  });
}

/** Has PPP ask RADIUS at these servers. */
export function useRadius(
  router: SimulatedRouterOs,
  ports: readonly number[],
  fields: Readonly<Record<string, string>> = {},
): void {
  router.set('/ppp/aaa', undefined, { 'use-radius': 'yes' });
  for (const port of ports) {
    router.add('/radius', {
      service: 'ppp',
      address: '127.0.0.1',
      secret,
      'authentication-port': String(port),
      'accounting-port': String(port),
      ...fields,
    });
  }
}

export type Pair = readonly [type: number, value: string | Buffer];

/** A request of a dynamic authorisation client (RFC 5176), with its Message-Authenticator. */
export function request(
  code: 40 | 43,
  attributes: readonly Pair[],
  options: { identifier?: number; secret?: string } = {},
): Buffer {
  const key = options.secret ?? secret;
  const body = [...attributes, [80, Buffer.alloc(16)] as const].map(([type, value]) => {
    const octets = Buffer.from(value as string);
    return Buffer.concat([Buffer.of(type, octets.length + 2), octets]);
  });
  const packet = Buffer.concat([Buffer.of(code, options.identifier ?? 7, 0, 0), Buffer.alloc(16), ...body]);
  packet.writeUInt16BE(packet.length, 2);
  createHmac('md5', key)
    .update(packet)
    .digest()
    .copy(packet, packet.length - 16);
  createHash('md5').update(packet).update(key).digest().copy(packet, 4);
  return packet;
}

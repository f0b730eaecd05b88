import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { EapServer, EapStep } from '../../src/eap/eap-server.ts';
import type { EapJudge } from '../../src/eap/method.ts';
import { eapCode, eapType, encodeEap } from '../../src/eap/packet.ts';

/** Changes what a peer is about to send. */
export type Mutate = (response: Buffer, round: number) => Buffer;

export interface PeerOptions {
  readonly judge: EapJudge;
  readonly source?: string;
  readonly mutate?: Mutate;
}

/** One peer and its NAS: what is answered is sent back with the State that came last. */
export class Conversation {
  readonly #server: EapServer;
  readonly #options: PeerOptions;
  #round = 0;
  /** What was answered last. */
  step: EapStep | undefined;

  constructor(server: EapServer, options: PeerOptions) {
    this.#server = server;
    this.#options = options;
  }

  get identifier(): number {
    return this.step?.next === 'challenge' ? (this.step.eap[1] as number) : 1;
  }

  async identity(name: string): Promise<EapStep> {
    return this.respond(eapType.identity, Buffer.from(name));
  }

  async respond(type: number, data: Buffer): Promise<EapStep> {
    return this.send(encodeEap({ code: eapCode.response, identifier: this.identifier, type, data }));
  }

  async send(octets: Buffer): Promise<EapStep> {
    const { judge, source = '192.0.2.1', mutate } = this.#options;
    this.#round += 1;
    const eap = mutate?.(octets, this.#round) ?? octets;
    const state = this.step?.next === 'challenge' ? { state: this.step.state } : {};
    const step = await this.#server.answer({ eap, source, judge, ...state });
    if (step.next !== 'silent') this.step = step;
    return step;
  }
}

/**
 * A peer of PEAP or TTLS as far as its tunnel: TLS of Node, fragments of any size.
 *
 * @returns what the server said last: a challenge when the tunnel stands, and the peer is to speak or to be spoken to
 */
export async function openTunnel(
  talk: Conversation,
  type: number,
  options: ConnectionOptions = {},
): Promise<{ readonly tls: TunnelPeer; readonly step: EapStep }> {
  const tls = new TunnelPeer(options);
  let step = talk.step as EapStep;
  for (let round = 0; round < 60 && step.next === 'challenge' && !tls.isOpen; round += 1) {
    const { more, body } = tls.read(step.eap);
    await tls.feed(body);
    const sent = more ? Buffer.of(0) : Buffer.concat([Buffer.of(0), tls.takeOutput()]);
    if (tls.failed) break;
    step = await talk.respond(type, sent);
  }
  return { tls, step };
}

/** The peer's end of TLS, without a network. */
export class TunnelPeer {
  readonly #stream: Duplex;
  readonly #socket: TLSSocket;
  #output: Buffer[] = [];
  #clear: Buffer[] = [];
  session: Buffer | undefined;
  isOpen = false;
  failed = false;

  constructor(options: ConnectionOptions) {
    this.#stream = new Duplex({
      read: () => undefined,
      write: (octets: Buffer, _encoding, done) => {
        this.#output.push(octets);
        done();
      },
    });
    this.#socket = connect({ rejectUnauthorized: false, ...options, socket: this.#stream });
    this.#socket.on('secureConnect', () => {
      this.isOpen = true;
    });
    this.#socket.on('session', (session) => {
      this.session = session;
    });
    this.#socket.on('data', (octets: Buffer) => this.#clear.push(octets));
    this.#socket.on('error', () => {
      this.failed = true;
    });
  }

  get reused(): boolean {
    return this.#socket.isSessionReused();
  }

  /** Body of a Request of EAP-TLS, PEAP or TTLS. */
  read(eap: Buffer): { readonly more: boolean; readonly body: Buffer } {
    const flags = eap[5] ?? 0;
    return { more: (flags & 0x40) !== 0, body: eap.subarray((flags & 0x80) === 0 ? 6 : 10) };
  }

  async feed(octets: Buffer): Promise<void> {
    if (octets.length > 0) this.#stream.push(octets);
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async say(octets: Buffer): Promise<Buffer> {
    this.#socket.write(octets);
    await this.feed(Buffer.alloc(0));
    return this.takeOutput();
  }

  takeOutput(): Buffer {
    return Buffer.concat(this.#output.splice(0));
  }

  takeClear(): Buffer {
    return Buffer.concat(this.#clear.splice(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }
}

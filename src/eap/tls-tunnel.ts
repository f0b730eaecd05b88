import type { X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ResumableIdentity, Resumptions } from './resumptions.ts';
import { sessionIdIn } from './session-ticket.ts';

/** May a session be resumed in place of a whole handshake? */
export type MayResume = (identity: ResumableIdentity) => boolean;

/** What a tunnel has of its endpoint. */
export interface TlsTunnelHooks {
  readonly resumptions: Resumptions;
  readonly mayResume: MayResume;
}

/** Turns of the event loop without anything new, after which TLS has said all that it has to say to what it was given. */
const quietTurns = 3;
/** More than a peer has to say at once inside a tunnel. */
const mostClear = 65_536;

/** One TLS connection of which both ends of the wire are in our hands. */
export class TlsTunnel {
  /** What TLS reads from and writes to. */
  readonly stream: Duplex;
  readonly #hooks: TlsTunnelHooks;
  #socket: TLSSocket | undefined;
  #output: Buffer[] = [];
  #clear: Buffer[] = [];
  #clearLength = 0;
  readonly #offered: { readonly id: Buffer; readonly session: Buffer }[] = [];
  #events = 0;
  #closed = false;
  /** The session that the peer asked to resume; whether it was, `identity` says. */
  asked: { readonly id: Buffer; readonly identity: ResumableIdentity } | undefined;
  /** Why there is no TLS, or no more. */
  failure: Error | undefined;

  constructor(hooks: TlsTunnelHooks) {
    this.#hooks = hooks;
    this.stream = new Duplex({
      read: () => undefined,
      write: (octets: Buffer, _encoding, done) => {
        this.#events += 1;
        this.#output.push(octets);
        done();
      },
    });
    this.stream.on('error', (error) => this.#fail(error));
    this.stream.on('close', () => this.#fail(new Error('closed')));
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && this.failure === undefined;
  }

  /** Is there anything to be sent to the peer? */
  get hasOutput(): boolean {
    return this.#output.length > 0;
  }

  get isTls13(): boolean {
    return this.#socket?.getProtocol() === 'TLSv1.3';
  }

  /** Whose session was resumed in place of a whole handshake. */
  get identity(): ResumableIdentity | undefined {
    return this.#socket?.isSessionReused() === true ? this.asked?.identity : undefined;
  }

  /** The peer's certificate, if it has one and TLS found it good. */
  get certificate(): X509Certificate | undefined {
    return this.#socket?.authorized === true ? this.#socket.getPeerX509Certificate() : undefined;
  }

  /** Puts in what the peer sent, and waits until TLS is done with it. */
  async feed(octets: Buffer): Promise<void> {
    if (this.failure !== undefined) return;
    this.stream.push(octets);
    await this.#settle();
  }

  /** Says something inside the tunnel. */
  async write(octets: Buffer): Promise<void> {
    if (this.failure !== undefined) return;
    this.#socket?.write(octets);
    await this.#settle();
  }

  /** What is to be sent to the peer. */
  takeOutput(): Buffer {
    const output = Buffer.concat(this.#output);
    this.#output = [];
    return output;
  }

  /** What the peer said inside the tunnel. */
  takeClear(): Buffer {
    const clear = Buffer.concat(this.#clear);
    this.#clear = [];
    this.#clearLength = 0;
    return clear;
  }

  /** RFC 5705. */
  exportKey(length: number, label: string, context?: Buffer): Buffer {
    if (this.#socket === undefined) throw new Error('no keys before the handshake is done');
    // Without a context is something else than with an empty one (RFC 5705 §4), which the types do not know.
    return this.#socket.exportKeyingMaterial(length, label, context as Buffer);
  }

  get mayResume(): MayResume {
    return this.#hooks.mayResume;
  }

  /** Sessions are kept only once it is known whose they are. */
  remember(identity: ResumableIdentity): void {
    for (const { id, session } of this.#offered.splice(0)) this.#hooks.resumptions.keep(id, { identity, session });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.failure ??= new Error('closed');
    this.#socket?.destroy();
    this.stream.destroy();
  }

  /** For the endpoint: the handshake is done. */
  open(socket: TLSSocket): void {
    this.#events += 1;
    this.#socket = socket;
    const resumed = socket.isSessionReused() ? sessionIdIn(socket.getSession() ?? Buffer.alloc(0)) : undefined;
    // Asked twice (HelloRetryRequest), a peer could name somebody else's session first, and resume its own.
    if (socket.isSessionReused() && (resumed === undefined || this.asked?.id.equals(resumed) !== true)) {
      this.#fail(new Error('another session was resumed than was asked about'));
    }
    socket.on('data', (octets: Buffer) => this.#read(octets));
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#fail(new Error('the peer ended TLS')));
  }

  /** For the endpoint: a session by which the peer may come back. */
  offer(id: Buffer, session: Buffer): void {
    this.#offered.push({ id: Buffer.from(id), session: Buffer.from(session) });
  }

  #fail(error: Error): void {
    this.#events += 1;
    this.failure ??= error;
  }

  #read(octets: Buffer): void {
    this.#events += 1;
    this.#clear.push(octets);
    this.#clearLength += octets.length;
    if (this.#clearLength > mostClear) this.#fail(new Error('more inside the tunnel than anybody has to say'));
  }

  /** TLS has no word for being done; it works in turns of the event loop, and waits for nobody but the peer. */
  async #settle(): Promise<void> {
    let seen = this.#events;
    for (let quiet = 0; quiet < quietTurns; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#events !== seen) quiet = -1;
      seen = this.#events;
    }
  }
}

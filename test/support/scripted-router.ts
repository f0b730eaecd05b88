import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { encodeSentence, SentenceReader } from '../../src/routeros/wire/sentence.ts';

/** A sentence a client sent, its words as text. */
export interface ClientSentence {
  readonly command: string;
  readonly words: readonly string[];
  readonly tag: string;
}

type Script = (peer: ScriptedPeer) => Promise<void>;

/** A server on loopback that says exactly the octets a test wants, to every client alike. */
export class ScriptedRouter implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #scripts: Promise<void>[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param tls its certificate and ciphers, where it speaks TLS */
  static async start(script: Script, tls?: TlsOptions): Promise<ScriptedRouter> {
    const server = tls === undefined ? createServer({ noDelay: true }) : createTlsServer(tls);
    const router = new ScriptedRouter(server);
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      router.#sockets.add(socket);
      router.#scripts.push(script(new ScriptedPeer(socket)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return router;
  }

  /** A router that takes any login and then follows the script. */
  static async loggedIn(script: Script): Promise<ScriptedRouter> {
    return ScriptedRouter.start(async (peer) => {
      await peer.acceptLogin();
      await script(peer);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Waits for the scripts, so that what fails in one fails the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    const results = await Promise.allSettled(this.#scripts);
    const failed = results.find((result) => result.status === 'rejected' && !(result.reason instanceof PeerGone));
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

class PeerGone extends Error {}

/** One client as the script sees it. */
export class ScriptedPeer {
  readonly #socket: Socket;
  readonly #reader = new SentenceReader();
  readonly #inbox: ClientSentence[] = [];
  readonly #waiting: { resolve: (sentence: ClientSentence) => void; reject: (error: Error) => void }[] = [];
  #gone = false;
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#gone = true;
        resolve();
        for (const { reject } of this.#waiting.splice(0)) reject(new PeerGone('the client is gone'));
      });
    });
  }

  /** The client's next sentence. */
  async next(): Promise<ClientSentence> {
    const ready = this.#inbox.shift();
    if (ready !== undefined) return ready;
    if (this.#gone) throw new PeerGone('the client is gone');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  async acceptLogin(): Promise<ClientSentence> {
    const login = await this.next();
    this.reply(login, '!done');
    return login;
  }

  /** A whole sentence under the tag of `to`, the tag where RouterOS puts it. */
  reply(to: ClientSentence, word: string, ...words: readonly (string | Uint8Array)[]): void {
    this.send(encodeSentence([word, `.tag=${to.tag}`, ...words]));
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** One octet a segment, as far as TCP lets us. */
  async trickle(bytes: Uint8Array): Promise<void> {
    for (const octet of bytes) {
      await new Promise((resolve) => this.#socket.write(Buffer.of(octet), resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  finish(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #receive(chunk: Buffer): void {
    for (const sentence of this.#reader.push(chunk)) {
      const words = sentence.map((word) => word.toString('utf8'));
      const tag = words.find((word) => word.startsWith('.tag='))?.slice(5) ?? '';
      const received = {
        command: words[0] ?? '',
        words: words.slice(1).filter((word) => !word.startsWith('.tag=')),
        tag,
      };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#inbox.push(received);
      else waiting.resolve(received);
    }
  }
}

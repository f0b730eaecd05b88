import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Credentials } from '../routeros/certificates.ts';
import type { Call, Line, Pending } from './line.ts';

export interface RadsecLinkOptions {
  readonly address: string;
  readonly port: number;
  /** Source of the connection. */
  readonly bind: string;
  /** Shown to the server; absent where `certificate` names none with a key. */
  readonly credentials?: Credentials;
  /** PEM of what the router trusts. */
  readonly authorities: readonly string[];
  /** Answers what the server asks down the connection. */
  readonly incoming: (packet: Buffer) => Buffer | undefined;
  readonly log: (topics: string, message: string) => void;
  /** It is no more: another must be opened. */
  readonly gone: () => void;
}

const replies: ReadonlySet<number> = new Set([2, 3, 5, 11]);

/**
 * A connection of RADIUS over TLS as RouterOS keeps it: certificates of both ends are checked, the server's for the address it
 * was asked at as well; up to 256 requests are open, and CoA comes down it.
 */
export class RadsecLink implements Line {
  readonly ready: Promise<void>;
  readonly #options: RadsecLinkOptions;
  readonly #socket: TLSSocket;
  readonly #pending = new Map<number, Pending>();
  #rest: Buffer = Buffer.alloc(0);
  #reserved = 0;
  #next = 0;

  constructor(options: RadsecLinkOptions) {
    const { address, port, bind, credentials, authorities } = options;
    this.#options = options;
    this.#socket = connect({
      host: address,
      port,
      ...(isIP(bind) === 0 || bind === '0.0.0.0' || bind === '::' ? {} : { localAddress: bind }),
      ...(credentials === undefined ? {} : { cert: credentials.certificate, key: credentials.key }),
      ca: [...authorities],
    });
    this.ready = new Promise((resolve, reject) => {
      this.#socket.once('secureConnect', () => resolve());
      this.#socket.once('error', reject);
      this.#socket.once('close', () => reject(new Error('the connection was closed')));
    });
    this.ready.catch((error: Error) => options.log('radius,error', `RadSec to ${address}: ${error.message}`));
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (octets: Buffer) => this.#read(octets));
    this.#socket.once('close', () => {
      options.log('radius,debug', `RadSec connection to ${address} is closed`);
      options.gone();
    });
  }

  get hasRoom(): boolean {
    return this.#reserved < 256 && !this.#socket.destroyed;
  }

  reserve(): void {
    this.#reserved += 1;
  }

  open(_address: string, _port: number, genuine: Pending['genuine']): Call {
    while (this.#pending.has(this.#next)) this.#next = (this.#next + 1) % 256;
    const identifier = this.#next;
    this.#next = (this.#next + 1) % 256;
    let resolve: (reply: Buffer) => void = () => undefined;
    const reply = new Promise<Buffer>((settle) => {
      resolve = settle;
    });
    const pending: Pending = { address: this.#options.address, port: this.#options.port, genuine, resolve };
    this.#pending.set(identifier, pending);
    return {
      identifier,
      reply,
      // Sent once: TCP sees to the rest (RFC 6613 §2.6.1).
      send: (request) => {
        if (pending.request === undefined) this.#socket.write(request);
        pending.request = request;
      },
      close: () => {
        this.#pending.delete(identifier);
        this.#reserved -= 1;
      },
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(octets: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, octets]);
    while (this.#rest.length >= 20) {
      const length = this.#rest.readUInt16BE(2);
      if (length < 20 || length > 4096) {
        this.close();
        return;
      }
      if (this.#rest.length < length) return;
      this.#take(Buffer.from(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
    }
  }

  #take(packet: Buffer): void {
    if (replies.has(packet[0] ?? 0)) {
      const pending = this.#pending.get(packet[1] ?? -1);
      if (pending?.request !== undefined && pending.genuine(packet, pending.request)) pending.resolve(packet);
      return;
    }
    const answer = this.#options.incoming(packet);
    if (answer !== undefined) this.#socket.write(answer);
  }
}

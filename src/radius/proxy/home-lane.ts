import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Endpoint } from '../../model/kinds/radius.ts';
import { closeUdp } from '../udp.ts';

/** What waits for a reply from a home server under one Identifier. */
export interface Waiting {
  /** @returns whether the packet was a reply to it, and proved itself */
  take(packet: Buffer): boolean;
  /** The other side's system says that nobody listens there, or we have closed. */
  refused(): void;
}

/** Identifiers of one source port. Bound to one peer, so that the system drops what comes from elsewhere and tells of refusals. */
export class HomeLane implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting: (Waiting | undefined)[] = new Array<Waiting | undefined>(256).fill(undefined);
  #open = 0;
  #next = 0;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet) => this.#receive(packet));
    socket.on('error', () => this.#refused());
  }

  static async open({ host, port }: Endpoint): Promise<HomeLane> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, host, () => {
        socket.off('error', reject);
        resolve();
      });
    }).catch(async (error: unknown) => {
      await closeUdp(socket);
      throw error;
    });
    return new HomeLane(socket);
  }

  /** The free Identifier that rested longest; `undefined` when all wait for a reply. */
  claim(waiting: Waiting): number | undefined {
    if (this.#open === 256) return undefined;
    while (this.#waiting[this.#next] !== undefined) this.#next = (this.#next + 1) % 256;
    const identifier = this.#next;
    this.#next = (identifier + 1) % 256;
    this.#waiting[identifier] = waiting;
    this.#open += 1;
    return identifier;
  }

  release(identifier: number): void {
    if (this.#waiting[identifier] === undefined) return;
    this.#waiting[identifier] = undefined;
    this.#open -= 1;
  }

  send(octets: Uint8Array): void {
    if (this.#closed) return;
    // A refusal of an earlier packet may come back with this one.
    this.#socket.send(octets, (error) => {
      if (error !== null) this.#refused();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#refused();
    await closeUdp(this.#socket);
  }

  #receive(packet: Buffer): void {
    const identifier = packet[1];
    if (identifier !== undefined) this.#waiting[identifier]?.take(packet);
  }

  #refused(): void {
    for (const waiting of this.#waiting) waiting?.refused();
  }
}

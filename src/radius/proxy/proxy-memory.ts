import { toHex } from '../../base/bytes.ts';
import type { Attempt } from './home-server.ts';

/** A request that waits for a home server. */
export interface Flight {
  readonly attempts: Attempt[];
  /** Ends the wait for the server that was asked last. */
  wake: () => void;
}

const mostConversations = 8192;

/** What goes on while declarations change: requests that wait for home servers, and conversations of several rounds with them. */
export class ProxyMemory {
  /** By what their retransmissions have in common. */
  readonly flights = new Map<string, Flight>();
  /** By State in hex: the name of the server that gave it, and alone knows what it stands for. Oldest first. */
  readonly #conversations = new Map<string, string>();
  #sent = 0;

  /** Another number for each request, in four octets. */
  nextNumber(): Buffer {
    this.#sent = (this.#sent + 1) >>> 0;
    const number = Buffer.alloc(4);
    number.writeUInt32BE(this.#sent);
    return number;
  }

  /** With which home server a request goes on. */
  partnerOf(state: Uint8Array | undefined): string | undefined {
    return state === undefined ? undefined : this.#conversations.get(toHex(state));
  }

  converses(state: Uint8Array, server: string): void {
    this.#conversations.set(toHex(state), server);
    if (this.#conversations.size <= mostConversations) return;
    const [oldest] = this.#conversations.keys();
    this.#conversations.delete(oldest as string);
  }
}

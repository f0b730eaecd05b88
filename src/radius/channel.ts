import type { Nas } from '../directory/reader.ts';
import type { DropReason } from './drops.ts';
import type { DuplicateCache } from './duplicate-cache.ts';

/** What a channel serves: `radsec` is both, over TLS (RFC 6614 §2.2), and so is `rest`, for a FreeRADIUS that asks by HTTP. */
export type ServiceName = 'auth' | 'accounting' | 'radsec' | 'rest';

/** Where a packet came from. A `RemoteInfo` of node:dgram is one. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** A way on which requests come in and answers go back: a bound UDP socket, or a connection. */
export interface Channel {
  readonly service: ServiceName;
  /** The codes of its requests, beside Status-Server. */
  readonly codes: readonly number[];
  /** Who is at the other end, where the transport proves it: one NAS, or none any more. Absent: told by address. */
  readonly nas?: () => readonly Nas[];
  /** The memory of what was answered on it. */
  readonly duplicates: DuplicateCache;
  /** Rejects go out at once: who is at the other end holds them back himself. */
  readonly prompt?: true;
  /** Takes in all that waits in one turn of the loop, and sends together what is sent in it. Absent: one by one. */
  readonly batched?: true;
  /**
   * Sends one packet.
   *
   * @param sent told why it could not be sent
   */
  send(reply: Buffer, to: Peer, sent: (error: Error | null) => void): void;
  /** Told why a packet of this channel got no answer. */
  dropped?(reason: DropReason): void;
}

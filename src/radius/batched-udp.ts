import type { RemoteInfo, Socket } from 'node:dgram';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { Peer } from './channel.ts';
import type { DatagramCalls } from './datagram-calls.ts';
import { MessageRing } from './message-ring.ts';
import { type NamedPeer, NamedPeers } from './socket-address.ts';

export interface BatchedUdpOptions {
  readonly socket: Socket;
  /** That of the socket. */
  readonly fd: number;
  readonly calls: DatagramCalls;
  /** Takes in one packet. */
  readonly receive: (packet: Buffer, from: Peer) => void;
  /** Told of packets that came together, before all of them are taken in one by one. */
  readonly ahead?: (packets: readonly Buffer[]) => void;
  /** Told once, when the calls failed in a way that will not pass. */
  readonly gaveUp: (code: string) => void;
}

type Sent = (error: Error | null) => void;

/** Datagrams taken in, or sent, by one call. */
const perCall = 64;

/**
 * A bound socket of node:dgram that takes in and sends many datagrams by one call each: when the first of a batch comes, all
 * that wait are read, and the answers to them go out together. Whatever cannot be done in this way is left to node:dgram,
 * which meets the same trouble and tells of it, or waits until there is room.
 */
export class BatchedUdp {
  readonly #options: BatchedUdpOptions;
  readonly #in: MessageRing;
  readonly #out: MessageRing;
  readonly #peers = new NamedPeers();
  /** By slot of what waits to be sent. */
  readonly #to: (NamedPeer | undefined)[] = [];
  readonly #sent: (Sent | undefined)[] = [];
  #waiting = 0;
  #reading = false;
  #scheduled = false;
  #usable = true;

  constructor(options: BatchedUdpOptions) {
    this.#options = options;
    this.#in = new MessageRing(perCall, options.calls);
    this.#out = new MessageRing(perCall, options.calls);
    options.socket.on('message', this.#onMessage);
  }

  /** False once the calls were found not to work. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Sends one datagram before the turn of the loop ends. */
  readonly send = (packet: Buffer, to: Peer, sent: Sent): void => {
    if (!this.#usable || !isNamed(to)) {
      this.#options.socket.send(packet, to.port, to.address, sent);
      return;
    }
    const slot = this.#waiting;
    this.#out.put(slot, packet, to.name);
    this.#to[slot] = to;
    this.#sent[slot] = sent;
    this.#waiting = slot + 1;
    if (this.#waiting === perCall) this.flush();
    else if (!this.#reading && !this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#flushLater);
    }
  };

  /** Sends what waits, now. */
  flush(): void {
    const { calls, fd } = this.#options;
    const count = this.#waiting;
    this.#waiting = 0;
    for (let slot = 0; slot < count; ) {
      const done = this.#usable ? calls.send(fd, this.#out.addressFrom(slot), count - slot) : 0;
      if (done < 0) this.#consider(done);
      if (done > 0) slot += done;
      else if (-done !== constants.errno.EINTR) {
        this.#sendByItself(slot);
        slot += 1;
      }
    }
  }

  /** Sends what waits. From here on the descriptor, which is closed with the socket, is another's. */
  stop(): void {
    this.flush();
    this.#usable = false;
    this.#options.socket.off('message', this.#onMessage);
  }

  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  readonly #onMessage = (packet: Buffer, from: RemoteInfo): void => {
    this.#reading = true;
    try {
      this.#options.receive(packet, this.#peers.of(from) ?? from);
      if (this.#usable) this.#drain();
    } finally {
      this.#reading = false;
      this.flush();
    }
  };

  /** Takes in what waits, up to one call's worth: where there is more, the loop comes by again at once. */
  #drain(): void {
    const { calls, fd, receive, ahead } = this.#options;
    const ring = this.#in;
    const count = calls.receive(fd, ring.address, perCall);
    if (count < 0) this.#consider(count);
    const packets: Buffer[] = [];
    const senders: Peer[] = [];
    for (let slot = 0; slot < count; slot += 1) {
      const from = this.#peers.at(ring.octets, ring.nameOffset(slot));
      ring.clearName(slot);
      if (from === undefined) continue;
      packets.push(ring.copyOf(slot));
      senders.push(from);
    }
    if (packets.length > 1) ahead?.(packets);
    for (let index = 0; index < packets.length; index += 1) receive(packets[index] as Buffer, senders[index] as Peer);
  }

  #sendByItself(slot: number): void {
    const { port = 0, address = '' } = this.#to[slot] ?? {};
    this.#options.socket.send(this.#out.outgoing(slot), port, address, this.#sent[slot]);
  }

  /** Does the failure of a call say that the next will fail, too? */
  #consider(failed: number): void {
    if (!lasting.has(-failed) || !this.#usable) return;
    this.#usable = false;
    this.#options.gaveUp(getSystemErrorName(failed));
  }
}

/** Not there, or not that of a socket, or not as we lay it out. What is wrong with one datagram is none of these. */
const { ENOSYS, EBADF, ENOTSOCK, EFAULT } = constants.errno;
const lasting: ReadonlySet<number> = new Set([ENOSYS, EBADF, ENOTSOCK, EFAULT]);

function isNamed(peer: Peer): peer is NamedPeer {
  return (peer as Partial<NamedPeer>).name !== undefined;
}

import type { Clock } from '../base/clock.ts';
import { Backlog, type KeptPacket } from './backlog.ts';
import type { Channel, Peer } from './channel.ts';

export interface IntakeOptions {
  readonly clock: Clock;
  /** Answers one packet, or drops it. */
  readonly handle: (kept: KeptPacket) => void;
  /** Tells of one that was not looked at for want of time. */
  readonly drop: (kept: KeptPacket) => void;
  /** How long its sender waits for an answer, in milliseconds; `undefined` of strangers. */
  readonly patience: (channel: Channel, from: Peer) => number | undefined;
  /** Packets kept at once. Default 16,384, and 8 MiB. */
  readonly most?: number;
}

/** So many packets of one turn of the loop are answered as they come; the rest waits for the others. */
const perTurn = 128;
/** So many of one socket are handed out one by one in a turn, and no more: if they are, more are likely to wait. */
const fullTurn = 32;
/** After so long of nothing but full turns it is seen how much waits. */
const lookAfterMs = 250;
/** After so long without a packet, those that come may have waited in the socket while something else held up the loop. */
const gapMs = 1000;
/** How long packets that waited are answered in one turn, in milliseconds. */
const slice = { least: 0.5, most: 10 };
/** While others wait in the socket: so many times as long as it took to take in those of this turn. */
const shareOfTurn = 3;
const mostInSlice = 256;

/**
 * Decides whether a packet is answered at once. It is, as long as the time suffices. When packets come faster, answering
 * them in their order would make every answer come too late: then all that waits in the sockets is taken in, the newest is
 * answered first, and what its sender has given up by now is dropped (RFC 5080 §2.2.3: what goes on with a conversation first).
 * While the time suffices, this costs a comparison for each packet and a look at the clock for each turn of the loop.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #backlog: Backlog;
  #inTurn = false;
  /** Packets of this turn, and how many of them were handed out one by one. */
  #seen = 0;
  #handedOut = 0;
  /** How many of a turn are answered at once: none while others wait. */
  #atOnce = perTurn;
  #fullSince: number | undefined;
  #beganAt = 0;
  #turnedAt = 0;
  #stopped = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#backlog = new Backlog(options.most ?? 16_384);
    this.#turnedAt = options.clock.monotonic();
  }

  /** Is the packet that has come to be answered at once? If not, it is to be kept. */
  admits({ batched }: Pick<Channel, 'batched'>): boolean {
    if (!this.#inTurn) this.#beginTurn();
    this.#seen += 1;
    if (batched !== true) this.#handedOut += 1;
    return this.#seen <= this.#atOnce;
  }

  /** Takes in a packet for later. Those of strangers are told of at once: they cost nothing, and push out nothing. */
  keep(channel: Channel, packet: Buffer, from: Peer): void {
    const { clock, handle, drop, patience } = this.#options;
    const at = clock.monotonic();
    const waits = patience(channel, from);
    const kept = { channel, packet, from, at, until: at + (waits ?? 0) };
    if (waits === undefined) {
      handle(kept);
      return;
    }
    this.#atOnce = 0;
    for (const oldest of this.#backlog.push(kept)) drop(oldest);
  }

  /** Forgets what still waits: a NAS without an answer asks again. */
  stop(): void {
    this.#stopped = true;
    this.#backlog.clear();
  }

  #beginTurn(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#turnedAt > gapMs) this.#atOnce = 0;
    this.#inTurn = true;
    this.#beganAt = now;
    this.#seen = 0;
    this.#handedOut = 0;
    setImmediate(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    if (this.#stopped) return;
    this.#inTurn = false;
    const now = this.#options.clock.monotonic();
    this.#turnedAt = now;
    const full = this.#handedOut >= fullTurn;
    if (this.#backlog.size > 0) this.#work(now, full ? this.#share(now) : slice.most);
    if (this.#backlog.size > 0) this.#beginTurn();
    else this.#pause(full, now);
  };

  #share(now: number): number {
    return Math.min(slice.most, Math.max(slice.least, shareOfTurn * (now - this.#beganAt)));
  }

  /** Nothing waits here. In the socket? */
  #pause(full: boolean, now: number): void {
    if (!full) {
      this.#fullSince = undefined;
      this.#atOnce = perTurn;
      return;
    }
    this.#fullSince ??= now;
    if (now - this.#fullSince < lookAfterMs) return;
    this.#fullSince = now;
    this.#atOnce = 0;
  }

  #work(now: number, forMs: number): void {
    const { clock, handle, drop } = this.#options;
    for (const late of this.#backlog.lateAt(now)) drop(late);
    for (let count = 1; count <= mostInSlice; count += 1) {
      const kept = this.#backlog.newest();
      if (kept === undefined) return;
      handle(kept);
      if (count % 8 === 0 && clock.monotonic() - now >= forMs) return;
    }
  }
}

import type { Channel, Peer } from './channel.ts';
import { attribute, code, headerLength } from './packet/codes.ts';

/** A packet that waits to be looked at. Nothing of it is verified. */
export interface KeptPacket {
  readonly channel: Channel;
  readonly packet: Buffer;
  readonly from: Peer;
  /** Monotonic milliseconds at which it came, and from which on nobody waits for its answer. */
  readonly at: number;
  readonly until: number;
}

const mostOctets = 8 << 20;

/**
 * Packets that wait, the newest first: of those the ones that go on with a conversation, then accounting, then new logins.
 * Bounded in number and octets: the oldest of the least urgent make room.
 */
export class Backlog {
  readonly #most: number;
  /** Most urgent first. */
  readonly #ranks = [new Stack(), new Stack(), new Stack()] as const;
  #octets = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#ranks[0].size + this.#ranks[1].size + this.#ranks[2].size;
  }

  /** @returns what had to make room */
  push(kept: KeptPacket): readonly KeptPacket[] {
    this.#ranks[rankOf(kept.packet)].push(kept);
    this.#octets += kept.packet.length;
    const dropped: KeptPacket[] = [];
    while (this.size > this.#most || this.#octets > mostOctets) {
      const oldest = this.#oldest();
      if (oldest === undefined) break;
      dropped.push(oldest);
    }
    return dropped;
  }

  /** Takes out what is to be answered next. */
  newest(): KeptPacket | undefined {
    return this.#taken(this.#ranks[0].pop() ?? this.#ranks[1].pop() ?? this.#ranks[2].pop());
  }

  /** Takes out those whose senders wait no more. */
  lateAt(now: number): readonly KeptPacket[] {
    const late: KeptPacket[] = [];
    for (const rank of this.#ranks) {
      for (let oldest = rank.oldest; oldest !== undefined && oldest.until < now; oldest = rank.oldest) {
        rank.shift();
        this.#octets -= oldest.packet.length;
        late.push(oldest);
      }
    }
    return late;
  }

  clear(): void {
    for (const rank of this.#ranks) rank.clear();
    this.#octets = 0;
  }

  #oldest(): KeptPacket | undefined {
    return this.#taken(this.#ranks[2].shift() ?? this.#ranks[1].shift() ?? this.#ranks[0].shift());
  }

  #taken(kept: KeptPacket | undefined): KeptPacket | undefined {
    this.#octets -= kept?.packet.length ?? 0;
    return kept;
  }
}

/** Taken from at both ends. */
class Stack {
  #items: (KeptPacket | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  get oldest(): KeptPacket | undefined {
    return this.size === 0 ? undefined : this.#items[this.#first];
  }

  push(kept: KeptPacket): void {
    this.#items.push(kept);
  }

  pop(): KeptPacket | undefined {
    return this.size === 0 ? undefined : this.#items.pop();
  }

  shift(): KeptPacket | undefined {
    const { oldest } = this;
    if (oldest === undefined) return undefined;
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.#first >= 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }
}

/** By octets nobody has verified: whoever forges a State is dropped when it is looked at. */
function rankOf(packet: Buffer): 0 | 1 | 2 {
  switch (packet[0]) {
    case code.accountingRequest:
      return 1;
    case code.accessRequest:
      return hasState(packet) ? 0 : 2;
    default:
      return 0;
  }
}

function hasState(packet: Buffer): boolean {
  for (let at = headerLength; at + 1 < packet.length; at += packet[at + 1] as number) {
    if (packet[at] === attribute.state) return true;
    if ((packet[at + 1] as number) < 2) return false;
  }
  return false;
}

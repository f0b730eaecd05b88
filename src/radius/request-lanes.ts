import type { SharedKey } from './packet/shared-key.ts';
import { type RequesterTools, UdpRequester } from './udp-requester.ts';

/** How long a NAS may take two requests with one Identifier from one port for the same (RFC 5176 §6.3). */
const windowMs = 300_000;
const mostLanes = 64;

/** A place to send one request from: a socket, and an Identifier that nobody remembers. */
export interface Slot {
  readonly requester: Pick<UdpRequester, 'ask'>;
  readonly identifier: number;
  /** What requests from here are signed with, where that is not the NAS's own secret. */
  readonly key?: SharedKey;
}

interface Lane {
  readonly requester: UdpRequester;
  /** By destination: when each Identifier was last used, monotonic milliseconds, and which one comes next. */
  readonly used: Map<string, { readonly at: Float64Array; next: number }>;
}

/**
 * Source ports and Identifiers for requests that must not be taken for older ones. A port gives 256 to each destination in
 * five minutes; when those are spent, another port is opened. At most 64: then the Identifier that rested longest is used.
 */
export class RequestLanes {
  readonly #bindAddress: string;
  readonly #tools: RequesterTools;
  readonly #lanes: Lane[] = [];
  #opening: Promise<void> = Promise.resolve();

  constructor(bindAddress: string, tools: RequesterTools) {
    this.#bindAddress = bindAddress;
    this.#tools = tools;
  }

  async take(destination: string): Promise<Slot> {
    const free = this.#free(destination);
    if (free !== undefined) return claim(free, destination, this.#tools.clock.monotonic());
    // One at a time, or a burst would open a port for each of its requests.
    this.#opening = this.#opening.catch(() => undefined).then(() => this.#open(destination));
    await this.#opening;
    return this.take(destination);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lanes.map(({ requester }) => requester[Symbol.asyncDispose]()));
  }

  async #open(destination: string): Promise<void> {
    if (this.#free(destination) !== undefined) return;
    const requester = await UdpRequester.open({ host: this.#bindAddress, port: 0 }, this.#tools);
    this.#lanes.push({ requester, used: new Map() });
  }

  #free(destination: string): Lane | undefined {
    const rested = this.#tools.clock.monotonic() - windowMs;
    const free = this.#lanes.find((lane) => lastUsed(lane, destination) <= rested);
    if (free !== undefined || this.#lanes.length < mostLanes) return free;
    return this.#lanes.reduce((a, b) => (lastUsed(a, destination) <= lastUsed(b, destination) ? a : b));
  }
}

function lastUsed(lane: Lane, destination: string): number {
  const used = lane.used.get(destination);
  return used === undefined ? Number.NEGATIVE_INFINITY : (used.at[used.next] as number);
}

function claim(lane: Lane, destination: string, now: number): Slot {
  let used = lane.used.get(destination);
  if (used === undefined) {
    used = { at: new Float64Array(256).fill(Number.NEGATIVE_INFINITY), next: 0 };
    lane.used.set(destination, used);
  }
  const identifier = used.next;
  used.at[identifier] = now;
  used.next = (identifier + 1) % 256;
  return { requester: lane.requester, identifier };
}

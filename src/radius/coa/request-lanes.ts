import { isIPv6 } from 'node:net';
import type { SharedKey } from '../packet/shared-key.ts';
import { type RequesterTools, UdpRequester } from '../udp-requester.ts';

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
  /** 4 or 6. */
  readonly family: number;
  /** By destination: when each Identifier was last used, monotonic milliseconds, and which one comes next. */
  readonly used: Map<string, { readonly at: Float64Array; next: number }>;
}

/**
 * Source ports and Identifiers for requests that must not be taken for older ones. A port gives 256 to each destination in
 * five minutes; when those are spent, another port is opened. At most 64: then the Identifier that rested longest is used.
 */
export class RequestLanes implements AsyncDisposable {
  readonly #bindAddress: string | undefined;
  readonly #tools: RequesterTools;
  readonly #lanes: Lane[] = [];
  #opening: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param bindAddress source towards destinations of its family; for those of the other, any. Absent: any */
  constructor(bindAddress: string | undefined, tools: RequesterTools) {
    this.#bindAddress = bindAddress;
    this.#tools = tools;
  }

  /** @throws RadiusListenError when `bindAddress` is not an address of this machine */
  async ready(): Promise<void> {
    const family = familyOf(this.#bindAddress ?? '');
    if (!this.#lanes.some((lane) => lane.family === family)) await this.#openOne('', family);
  }

  get closed(): boolean {
    return this.#closed;
  }

  async take(host: string, port: number): Promise<Slot | undefined> {
    const destination = `${host} ${port}`;
    const family = familyOf(host);
    for (;;) {
      if (this.#closed) return undefined;
      const free = this.#free(destination, family);
      if (free !== undefined) return claim(free, destination, this.#tools.clock.monotonic());
      await this.#openOne(destination, family);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#opening.catch(() => undefined);
    await Promise.all(this.#lanes.map(({ requester }) => requester[Symbol.asyncDispose]()));
  }

  /** One at a time, or a burst would open a port for each of its requests. */
  #openOne(destination: string, family: number): Promise<void> {
    this.#opening = this.#opening.catch(() => undefined).then(() => this.#open(destination, family));
    return this.#opening;
  }

  async #open(destination: string, family: number): Promise<void> {
    if (this.#closed || this.#free(destination, family) !== undefined) return;
    const requester = await UdpRequester.open({ host: this.#sourceOf(family), port: 0 }, this.#tools);
    this.#lanes.push({ requester, family, used: new Map() });
  }

  #sourceOf(family: number): string {
    const bound = this.#bindAddress;
    if (bound !== undefined && familyOf(bound) === family) return bound;
    return family === 6 ? '::' : '0.0.0.0';
  }

  #free(destination: string, family: number): Lane | undefined {
    const rested = this.#tools.clock.monotonic() - windowMs;
    const own = this.#lanes.filter((lane) => lane.family === family);
    const free = own.find((lane) => lastUsed(lane, destination) <= rested);
    if (free !== undefined || own.length < mostLanes) return free;
    return own.reduce((a, b) => (lastUsed(a, destination) <= lastUsed(b, destination) ? a : b));
  }
}

function familyOf(address: string): number {
  return isIPv6(address) ? 6 : 4;
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

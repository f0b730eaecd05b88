import type { Frame } from './packet/framing.ts';

/** One request as it is remembered: to answer its retransmissions with the same octets. */
export interface RememberedRequest {
  /** The authenticator as four integers, and the Length. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly length: number;
  /** Monotonic milliseconds of arrival. */
  readonly at: number;
  /** Absent while at work. */
  reply?: Buffer;
}

/** The requests of one client address and port, by Identifier. */
export interface ClientPort {
  readonly requests: (RememberedRequest | undefined)[];
  /** Monotonic milliseconds of the last packet. */
  lastSeen: number;
}

/**
 * Remembers requests and their answers for `keepMs` (RFC 5080 §2.2.2), for at most `mostPorts` pairs of client address and
 * port with 256 Identifiers each, a quarter of them of one address. When full, new ports are refused: answers already given
 * must stay good, and one NAS must not take the room of the others.
 */
export class DuplicateCache {
  readonly #clients = new Map<string, Map<number, ClientPort>>();
  readonly #keepMs: number;
  readonly #mostPorts: number;
  #ports = 0;
  #sweptAt = 0;

  constructor(keepMs: number, mostPorts = 4096) {
    this.#keepMs = keepMs;
    this.#mostPorts = mostPorts;
  }

  /** The memory of one address and port; nothing when there is no room for another. */
  port(address: string, port: number, now: number): ClientPort | undefined {
    let ports = this.#clients.get(address);
    const known = ports?.get(port);
    if (known !== undefined) {
      known.lastSeen = now;
      return known;
    }
    if (now - this.#sweptAt > this.#keepMs / 4) this.#sweep(now);
    if (this.#ports >= this.#mostPorts) return undefined;
    const added: ClientPort = { requests: [], lastSeen: now };
    // The sweep may have dropped the address's map.
    ports = this.#clients.get(address);
    if (ports !== undefined && ports.size >= this.#mostPorts / 4) return undefined;
    if (ports === undefined) this.#clients.set(address, new Map([[port, added]]));
    else ports.set(port, added);
    this.#ports += 1;
    return added;
  }

  /** The same request, seen less than `keepMs` ago. */
  find(client: ClientPort, packet: Buffer, frame: Frame, now: number): RememberedRequest | undefined {
    const known = client.requests[frame.identifier];
    return known !== undefined && now - known.at <= this.#keepMs && isSame(known, packet, frame) ? known : undefined;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [address, ports] of this.#clients) {
      for (const [port, client] of ports) {
        if (now - client.lastSeen <= this.#keepMs) continue;
        ports.delete(port);
        this.#ports -= 1;
      }
      if (ports.size === 0) this.#clients.delete(address);
    }
  }
}

/**
 * Remembers a new request in place of whatever had its Identifier.
 *
 * @param packet 20 octets at least
 */
export function remember(client: ClientPort, packet: Buffer, frame: Frame, now: number): RememberedRequest {
  const request = {
    a: packet.readInt32BE(4),
    b: packet.readInt32BE(8),
    c: packet.readInt32BE(12),
    d: packet.readInt32BE(16),
    length: frame.length,
    at: now,
  };
  client.requests[frame.identifier] = request;
  return request;
}

/** Is this still the request its Identifier stands for? If not, a newer one took its place and nobody awaits its answer. */
export function isCurrent(client: ClientPort, identifier: number, request: RememberedRequest): boolean {
  return client.requests[identifier] === request;
}

/** Forgets a request that was not answered, so that it can be tried again. */
export function forget(client: ClientPort, identifier: number, request: RememberedRequest): void {
  if (isCurrent(client, identifier, request)) client.requests[identifier] = undefined;
}

function isSame(known: RememberedRequest, packet: Buffer, frame: Frame): boolean {
  return (
    known.length === frame.length &&
    known.a === packet.readInt32BE(4) &&
    known.b === packet.readInt32BE(8) &&
    known.c === packet.readInt32BE(12) &&
    known.d === packet.readInt32BE(16)
  );
}

import type { Frame } from './packet/framing.ts';

/** Identifiers whose requests are remembered side by side: many clients use a few of a port, and then another port. */
const perPage = 8;
/** Of a request: four words of its authenticator, its Length, its number, and how long its reply is. */
const wordsEach = 7;
const [lengthAt, numberAt, replyLengthAt] = [4, 5, 6];
/** A reply of no more octets is kept beside the heap. Longer ones are rare. */
const replyRoom = 160;
/** In place of the length of a reply that is longer. */
const isLonger = -1;

/** Requests of neighbouring Identifiers, and what they were answered. */
interface Page {
  readonly words: Int32Array;
  /** Monotonic milliseconds of arrival. */
  readonly at: Float64Array;
  readonly replies: Uint8Array;
  readonly longer: (Buffer | undefined)[];
}

/**
 * The requests of one client address and port, by Identifier. They lie beside the heap, in memory that is used again: each
 * lives for as long as its Identifier takes to come round, and the collector would carry thousands of them with every sweep.
 */
export class ClientPort {
  /** Monotonic milliseconds of the last packet. */
  lastSeen: number;
  readonly #pages: (Page | undefined)[] = [];
  #number = 0;

  constructor(now: number) {
    this.lastSeen = now;
  }

  /**
   * Remembers a new request in place of whatever had its Identifier.
   *
   * @param packet 20 octets at least
   * @returns its number, unlike that of any other that has its Identifier and can still be open
   */
  remember(packet: Buffer, { identifier, length }: Frame, now: number): number {
    const page = this.#pageFor(identifier);
    const slot = identifier % perPage;
    const { words } = page;
    const at = slot * wordsEach;
    for (let word = 0; word < lengthAt; word += 1) words[at + word] = authenticatorWord(packet, word);
    this.#number = (this.#number % mostNumber) + 1;
    words[at + lengthAt] = length;
    words[at + numberAt] = this.#number;
    words[at + replyLengthAt] = 0;
    page.at[slot] = now;
    page.longer[slot] = undefined;
    return this.#number;
  }

  /** Is this request the one its Identifier stands for, and did that come at `since` or later? */
  knows(packet: Buffer, { identifier, length }: Frame, since: number): boolean {
    const page = this.#pages[(identifier / perPage) | 0];
    const slot = identifier % perPage;
    if (page === undefined || !((page.at[slot] as number) >= since)) return false;
    const { words } = page;
    const at = slot * wordsEach;
    if (words[at + numberAt] === 0 || words[at + lengthAt] !== length) return false;
    for (let word = 0; word < lengthAt; word += 1) {
      if (words[at + word] !== authenticatorWord(packet, word)) return false;
    }
    return true;
  }

  /** When the request that its Identifier stands for came. */
  arrivedAt(identifier: number): number {
    return this.#pages[(identifier / perPage) | 0]?.at[identifier % perPage] as number;
  }

  /** What the request that its Identifier stands for was answered, a copy; nothing while that is at work. */
  replyTo(identifier: number): Buffer | undefined {
    const page = this.#pages[(identifier / perPage) | 0];
    const slot = identifier % perPage;
    const length = page?.words[slot * wordsEach + replyLengthAt] as number;
    if (page === undefined || length === 0) return undefined;
    if (length === isLonger) return page.longer[slot];
    return Buffer.from(page.replies.subarray(slot * replyRoom, slot * replyRoom + length));
  }

  /** Remembers an answer. False when a newer request has the Identifier: nobody awaits this answer. */
  answer(identifier: number, number: number, reply: Buffer): boolean {
    const page = this.#pages[(identifier / perPage) | 0];
    const slot = identifier % perPage;
    const at = slot * wordsEach;
    if (page === undefined || page.words[at + numberAt] !== number) return false;
    const isLong = reply.length > replyRoom;
    page.words[at + replyLengthAt] = isLong ? isLonger : reply.length;
    if (isLong) page.longer[slot] = reply;
    else page.replies.set(reply, slot * replyRoom);
    return true;
  }

  /** Forgets a request that was not answered, so that it can be tried again. */
  forget(identifier: number, number: number): void {
    const words = this.#pages[(identifier / perPage) | 0]?.words;
    const at = (identifier % perPage) * wordsEach + numberAt;
    if (words?.[at] === number) words[at] = 0;
  }

  #pageFor(identifier: number): Page {
    const index = (identifier / perPage) | 0;
    const known = this.#pages[index];
    if (known !== undefined) return known;
    const made = newPage();
    this.#pages[index] = made;
    return made;
  }
}

/** Numbers begin again after so many. 0 is that of no request. */
const mostNumber = 0x3fff_ffff;

function newPage(): Page {
  const [times, octets] = [perPage * 8, perPage * wordsEach * 4];
  const memory = new ArrayBuffer(times + octets + perPage * replyRoom);
  return {
    at: new Float64Array(memory, 0, perPage),
    words: new Int32Array(memory, times, perPage * wordsEach),
    replies: new Uint8Array(memory, times + octets),
    longer: new Array(perPage),
  };
}

/** One of the four of the Request Authenticator, in the order of the octets of a packet. */
function authenticatorWord(packet: Buffer, word: number): number {
  const at = 4 + word * 4;
  return (
    ((packet[at] as number) << 24) |
    ((packet[at + 1] as number) << 16) |
    ((packet[at + 2] as number) << 8) |
    (packet[at + 3] as number)
  );
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
    const added = new ClientPort(now);
    // The sweep may have dropped the address's map.
    ports = this.#clients.get(address);
    if (ports !== undefined && ports.size >= this.#mostPorts / 4) return undefined;
    if (ports === undefined) this.#clients.set(address, new Map([[port, added]]));
    else ports.set(port, added);
    this.#ports += 1;
    return added;
  }

  /** Is it a request that was seen less than `keepMs` ago? */
  knows(client: ClientPort, packet: Buffer, frame: Frame, now: number): boolean {
    return client.knows(packet, frame, now - this.#keepMs);
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

import type { Login } from './reader.ts';

/**
 * Logins by username, found by the octets of a packet as well as by text: neither a string nor its hash need be made for a
 * packet. One table of hashes and places that is looked into from a hash on (open addressing): a look-up meets memory that
 * is not in the processor's cache once for the table and once for the login, where a `Map` does three times.
 */
export class LoginIndex {
  /** By slot a hash and a place, 0 where there is none: side by side, to be fetched together. */
  #slots = new Int32Array(2 * leastSlots);
  /** By place, from 1 on. */
  readonly #logins: (Login | undefined)[] = [undefined];
  readonly #free: number[] = [];
  /** Whose names are not plain ASCII. */
  readonly #others = new Map<string, Login>();
  /** Slots that are not empty, those of removed logins among them. */
  #used = 0;
  #size = 0;
  /** What `fetch` works in. */
  readonly #fetched = new Int32Array(mostFetched);

  get size(): number {
    return this.#size + this.#others.size;
  }

  get(username: string): Login | undefined {
    if (!isPlain(username)) return this.#others.get(username);
    const slot = this.#slotOf(username, hashOfText(username));
    return slot < 0 ? undefined : this.#logins[this.#slots[slot + 1] as number];
  }

  /** The login whose name are these octets; nothing where there is none, or where they are not plain ASCII: `get` knows then. */
  at(octets: Uint8Array, from: number, end: number): Login | undefined {
    const slots = this.#slots;
    const hash = hashOf(octets, from, end);
    for (let slot = this.#first(hash); slots[slot + 1] !== 0; slot = this.#next(slot)) {
      if (slots[slot] !== hash) continue;
      const login = this.#logins[slots[slot + 1] as number];
      if (login !== undefined && isNamed(login.username, octets, from, end)) return login;
    }
    return undefined;
  }

  /**
   * Has the memory fetched that letting somebody in takes, for several at once: a processor waits for many of its reads
   * together, and for those of one login, each of which leads to the next, one after the other.
   *
   * @param packets at most 64, with `[from, end)` of the username in each; an end of 0 where there is none
   */
  fetch(packets: readonly Uint8Array[], from: Uint16Array, end: Uint16Array): void {
    const places = this.#fetched;
    const slots = this.#slots;
    const count = Math.min(packets.length, mostFetched);
    for (let index = 0; index < count; index += 1) {
      const stop = end[index] as number;
      places[index] = stop === 0 ? -1 : this.#first(hashOf(packets[index] as Uint8Array, from[index] as number, stop));
    }
    for (let index = 0; index < count; index += 1) {
      const slot = places[index] as number;
      places[index] = slot < 0 ? 0 : (slots[slot + 1] as number);
    }
    let seen = 0;
    for (let index = 0; index < count; index += 1) seen ^= lookAt(this.#logins[places[index] as number]);
    // Kept, so that it is looked at.
    places[0] = seen;
  }

  set(login: Login): void {
    const { username } = login;
    if (!isPlain(username)) {
      this.#others.set(username, login);
      return;
    }
    const hash = hashOfText(username);
    const known = this.#slotOf(username, hash);
    if (known >= 0) {
      this.#logins[this.#slots[known + 1] as number] = login;
      return;
    }
    if ((this.#used + 1) * 4 > this.#slots.length) this.#rebuild();
    const place = this.#free.pop() ?? this.#logins.length;
    this.#logins[place] = login;
    this.#enter(hash, place);
    this.#size += 1;
  }

  delete(username: string): void {
    if (!isPlain(username)) {
      this.#others.delete(username);
      return;
    }
    const slot = this.#slotOf(username, hashOfText(username));
    if (slot < 0) return;
    const place = this.#slots[slot + 1] as number;
    // Not emptied, where a search for others would end: it goes on with a place that has no login.
    this.#slots[slot + 1] = gone;
    this.#logins[place] = undefined;
    this.#free.push(place);
    this.#size -= 1;
  }

  *values(): Generator<Login> {
    for (const login of this.#logins) if (login !== undefined) yield login;
    yield* this.#others.values();
  }

  #slotOf(username: string, hash: number): number {
    const slots = this.#slots;
    for (let slot = this.#first(hash); slots[slot + 1] !== 0; slot = this.#next(slot)) {
      if (slots[slot] === hash && this.#logins[slots[slot + 1] as number]?.username === username) return slot;
    }
    return -1;
  }

  #enter(hash: number, place: number): void {
    let slot = this.#first(hash);
    while (this.#slots[slot + 1] !== 0) slot = this.#next(slot);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = place;
    this.#used += 1;
  }

  /** Twice as large as is needed, or larger: half empty at the least, and searches short. */
  #rebuild(): void {
    let size = leastSlots;
    while (size < 4 * this.#size) size *= 2;
    this.#slots = new Int32Array(2 * size);
    this.#used = 0;
    for (const [place, login] of this.#logins.entries()) {
      if (login !== undefined) this.#enter(hashOfText(login.username), place);
    }
  }

  #first(hash: number): number {
    return ((hash ^ (hash >>> 15)) << 1) & (this.#slots.length - 1);
  }

  #next(slot: number): number {
    return (slot + 2) & (this.#slots.length - 1);
  }
}

/** A power of two, as all numbers of slots. */
const leastSlots = 1024;
const mostFetched = 64;
/** The place of a login that was removed: one that no login ever has. */
const gone = -1;

function hashOf(octets: Uint8Array, from: number, end: number): number {
  let hash = basis;
  for (let at = from; at < end; at += 1) hash = Math.imul(hash ^ (octets[at] as number), prime);
  return hash;
}

function hashOfText(text: string): number {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return hash;
}

/** FNV-1a of 32 bits. */
const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;

function isPlain(text: string): boolean {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) seen |= text.charCodeAt(at);
  return seen < 0x80;
}

function isNamed(username: string, octets: Uint8Array, from: number, end: number): boolean {
  if (username.length !== end - from) return false;
  for (let at = 0; at < username.length; at += 1) if (username.charCodeAt(at) !== octets[from + at]) return false;
  return true;
}

/** Reads from each object that deciding about a login and answering it lead to. */
function lookAt(login: Login | undefined): number {
  if (login === undefined) return 0;
  const { username, password, limits } = login;
  const { address } = limits;
  const own = address === undefined ? 0 : address.charCodeAt(0);
  return username.charCodeAt(0) ^ password.reveal().length ^ own;
}

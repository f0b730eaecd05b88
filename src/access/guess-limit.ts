import { parseMac } from '../base/mac.ts';
import type { StationOctets } from './station-octets.ts';

/** One attempt to log in, by what it can be told from others. A `LoggedDecision` is one. */
export interface GuessPlace {
  readonly username: string;
  readonly nas: string;
  /** Absent where the NAS asks by itself, or does not say. */
  readonly callingStationId?: string | undefined;
}

/** How fast passwords can be tried, whatever the method. */
export interface GuessLimit {
  /** False as long as nobody has guessed wrong lately: asked of every login before anything else is. */
  isWatching(): boolean;
  /**
   * Is this attempt one too many? Then the password is not looked at: a right one would tell, too.
   *
   * @param now monotonic milliseconds, as in the others
   */
  refuses(place: GuessPlace, now: number): boolean;
  /** @param exists false when nobody has this username: inventions push out nothing but inventions */
  failed(place: GuessPlace, exists: boolean, now: number): void;
  /**
   * Counts as `failed` does, as long as it is not known what this attempt is: others that come meanwhile find it counted.
   *
   * @returns takes it back, when it is known
   */
  open(place: GuessPlace, exists: boolean, now: number): () => void;
  /**
   * Where an attempt is refused, and others of the same account or device are not known yet: when one of them is. It may
   * have been right, and then there is room again. Absent: nothing is open.
   */
  whenKnown(place: GuessPlace): Promise<void> | undefined;
  /** The device is this user's, and comes to this NAS. */
  succeeded(place: GuessPlace & { readonly station?: StationOctets | undefined }): void;
}

export interface GuessLimits {
  /** Wrong guesses that are free, and how long one more takes to become so. */
  readonly ofAccount: { readonly burst: number; readonly everyMs: number };
  readonly ofStation: { readonly burst: number; readonly everyMs: number };
  /** Of one account by all its devices and NAS together; then each of those that took part has one more in `laneQuietMs`. */
  readonly ofAll: { readonly burst: number; readonly everyMs: number };
  readonly laneQuietMs: number;
  /** Of each sort. */
  readonly mostCounted: number;
  /** A power of two. Of 100,000 users with one device each, about one in ten is forgotten for another. */
  readonly placesKnown: number;
}

const defaults: GuessLimits = {
  ofAccount: { burst: 5, everyMs: 1000 },
  ofStation: { burst: 20, everyMs: 1000 },
  ofAll: { burst: 20, everyMs: 1000 },
  laneQuietMs: 30_000,
  mostCounted: 16_384,
  placesKnown: 1 << 20,
};

/**
 * Slows down whoever guesses and never the right user: failures are counted for each account, but an account's known
 * devices, and then the NAS it is known at, are counted each for itself. Somebody who goes through many accounts is counted
 * by Calling-Station-Id; and who may try by many known devices of one account has no more tries with all of them than with a
 * few, while a device that nobody guesses by stays free. Bounded in memory, whatever names are made up.
 *
 * @param seed 32 unpredictable bits, without which nobody can make a device look known
 * @param isOwn is it known otherwise that this device, `AA:BB:CC:DD:EE:FF`, is the user's? Asked while somebody guesses
 */
export function guessLimit(
  seed: number,
  limits: Partial<GuessLimits> = {},
  isOwn: (username: string, mac: string) => boolean = () => false,
): GuessLimit {
  const { ofAccount, ofStation, ofAll, laneQuietMs, mostCounted, placesKnown } = { ...defaults, ...limits };
  const watched: Watched = { keys: 0 };
  const accounts = counter(ofAccount, mostCounted, watched);
  const inventions = counter(ofAccount, mostCounted, watched);
  const stations = counter(ofStation, mostCounted, watched);
  const together = counter(ofAll, mostCounted, watched);
  const guessedBy = counter({ burst: 1, everyMs: laneQuietMs }, mostCounted);
  const known = new KnownPairs(seed, placesKnown);
  const opened = openAttempts();

  /** The account as far as this place may be held against it: a key of one counter. */
  const lane = (place: GuessPlace): string => {
    const { username, nas, callingStationId } = place;
    if (isKnownDevice(place)) return `${username}\n${callingStationId}`;
    return known.has(username, nas) ? `${username}\n\n${nas}` : username;
  };
  const isKnownDevice = ({ username, callingStationId }: GuessPlace): boolean => {
    if (callingStationId === undefined) return false;
    if (known.has(username, callingStationId)) return true;
    const mac = parseMac(callingStationId);
    return mac !== undefined && (known.has(username, mac) || isOwn(username, mac));
  };

  return {
    isWatching: () => watched.keys > 0,
    refuses(place, now) {
      const key = lane(place);
      if (accounts.isOver(key, now) || inventions.isOver(key, now)) return true;
      if (together.isOver(place.username, now) && guessedBy.isOver(key, now)) return true;
      const { callingStationId } = place;
      return callingStationId !== undefined && stations.isOver(callingStationId, now) && !isKnownDevice(place);
    },
    failed(place, exists, now) {
      const { callingStationId } = place;
      const key = lane(place);
      (exists ? accounts : inventions).add(key, now);
      if (exists) {
        together.add(place.username, now);
        guessedBy.set(key, now);
      }
      if (callingStationId !== undefined && !isKnownDevice(place)) stations.add(callingStationId, now);
    },
    open(place, exists, now) {
      const { callingStationId } = place;
      // As it is now: who is let in meanwhile changes what he is counted by.
      const [key, account] = [lane(place), exists ? accounts : inventions];
      const station = isKnownDevice(place) ? undefined : callingStationId;
      account.add(key, now);
      if (station !== undefined) stations.add(station, now);
      const over = opened.begin(key, station);
      return () => {
        account.takeBack(key);
        if (station !== undefined) stations.takeBack(station);
        over();
      };
    },
    whenKnown(place) {
      return opened.next(lane(place), isKnownDevice(place) ? undefined : place.callingStationId);
    },
    succeeded({ username, nas, callingStationId, station }) {
      if (station !== undefined) known.addOctets(username, station);
      else if (callingStationId !== undefined) known.add(username, callingStationId);
      known.add(username, nas);
    },
  };
}

interface OpenAttempts {
  /** @returns it is known what it was */
  begin(lane: string, station: string | undefined): () => void;
  next(lane: string, station: string | undefined): Promise<void> | undefined;
}

/** Attempts of which it is not known yet what they are, and who waits for that. */
function openAttempts(): OpenAttempts {
  const open = new Map<string, { count: number; waiting: (() => void)[] }>();
  const keysOf = (lane: string, station: string | undefined): readonly string[] =>
    station === undefined ? [lane] : [lane, `\n\n\n${station}`];
  const end = (key: string): void => {
    const known = open.get(key);
    if (known === undefined) return;
    known.count -= 1;
    if (known.count === 0) open.delete(key);
    for (const wake of known.waiting.splice(0)) wake();
  };
  return {
    begin(lane, station) {
      const keys = keysOf(lane, station);
      for (const key of keys) {
        const known = open.get(key) ?? { count: 0, waiting: [] };
        open.set(key, known);
        known.count += 1;
      }
      return () => keys.forEach(end);
    },
    next(lane, station) {
      const known = keysOf(lane, station).flatMap((key) => open.get(key) ?? [])[0];
      return known === undefined ? undefined : new Promise((resolve) => known.waiting.push(resolve));
    },
  };
}

/** How many keys some counters have together. */
interface Watched {
  keys: number;
}

interface Counter {
  isOver(key: string, now: number): boolean;
  add(key: string, now: number): void;
  /** As if there was one, whatever there was. */
  set(key: string, now: number): void;
  /** One that was added, whether it is forgiven by now or not. */
  takeBack(key: string): void;
}

/** For each key the time at which all its failures are forgiven: one number counts and forgets. */
function counter({ burst, everyMs }: GuessLimits['ofAccount'], most: number, watched: Watched = { keys: 0 }): Counter {
  const forgivenAt = new Map<string, number>();
  const sweep = (now: number): void => {
    for (const [key, at] of forgivenAt) if (at <= now) forgivenAt.delete(key);
  };
  let sweptAt = 0;
  const keep = (key: string, at: number, now: number): void => {
    const before = forgivenAt.size;
    if (forgivenAt.size >= most || now - sweptAt > burst * everyMs) {
      sweep(now);
      sweptAt = now;
    }
    if (!forgivenAt.has(key) && forgivenAt.size >= most) dropOldest(forgivenAt);
    forgivenAt.set(key, at);
    watched.keys += forgivenAt.size - before;
  };
  return {
    isOver: (key, now) => (forgivenAt.get(key) ?? now) - now > (burst - 1) * everyMs,
    add: (key, now) => keep(key, Math.max(forgivenAt.get(key) ?? now, now) + everyMs, now),
    set: (key, now) => keep(key, now + everyMs, now),
    takeBack(key) {
      const at = forgivenAt.get(key);
      if (at !== undefined) forgivenAt.set(key, at - everyMs);
    },
  };
}

function dropOldest(map: Map<string, number>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

/** Remembers pairs by a hash in a table of fixed size, where the later takes the place of the earlier: a set would cost each login. */
class KnownPairs {
  readonly #marks: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  /** Two hashes of what was gone through last. */
  #a = 0;
  #b = 0;

  constructor(seed: number, slots: number) {
    this.#seed = seed;
    this.#marks = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  has(username: string, place: string): boolean {
    this.#hash(username, place.length);
    this.#goOn(place);
    return this.#marks[this.#index()] === this.#mark();
  }

  add(username: string, place: string): void {
    this.#hash(username, place.length);
    this.#goOn(place);
    this.#marks[this.#index()] = this.#mark();
  }

  /** The same as `add` of their text. */
  addOctets(username: string, { octets, from, end }: StationOctets): void {
    this.#hash(username, end - from);
    let [a, b] = [this.#a, this.#b];
    for (let at = from; at < end; at += 1) {
      const octet = octets[at] as number;
      a = Math.imul(a ^ octet, 0x01000193);
      b = Math.imul(b + octet, 0x1b873593) ^ (b >>> 13);
    }
    this.#a = a;
    this.#b = b;
    this.#marks[this.#index()] = this.#mark();
  }

  #hash(username: string, placeLength: number): void {
    let a = this.#seed ^ 0x9e3779b9;
    let b = Math.imul(this.#seed, 0x85ebca6b) ^ placeLength;
    for (let at = 0; at < username.length; at += 1) {
      const unit = username.charCodeAt(at);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b + unit, 0xcc9e2d51) ^ (b >>> 15);
    }
    this.#a = a;
    this.#b = b;
  }

  #goOn(place: string): void {
    let [a, b] = [this.#a, this.#b];
    for (let at = 0; at < place.length; at += 1) {
      const unit = place.charCodeAt(at);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b + unit, 0x1b873593) ^ (b >>> 13);
    }
    this.#a = a;
    this.#b = b;
  }

  #index(): number {
    return (this.#a ^ (this.#a >>> 15)) & this.#mask;
  }

  #mark(): number {
    return (this.#b ^ (this.#b >>> 16)) | 1;
  }
}

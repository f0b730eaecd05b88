import { compact } from '../base/compact.ts';
import { macSpellings, parseMac } from '../base/mac.ts';
import { parseGuestUsername } from './portal-password.ts';
import { type StationOctets, textOfStation } from './station-octets.ts';

/** One decision about a login, kept for `lastmile why`. */
export interface LoggedDecision {
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly username: string;
  readonly nas: string;
  readonly callingStationId?: string | undefined;
  /**
   * How the password was shown: `pap`, `chap`, `mschap1`, `mschap2`, `none`. Where something else decided: `mac` for a known
   * device, `portal` for a one-time password, `portal-page` for the portal itself, `dhcp` for a client nobody knows,
   * `proxy` for a home server.
   */
  readonly method: string;
  /** `silent`: it got no answer. */
  readonly verdict: 'accept' | 'reject' | 'silent';
  /**
   * Why it was rejected, or let in only to meet a page: `suspended`, `expired`. Or that it was let in in `grace`. Or why it
   * got no answer: `cannot-decide`, `home-server-down`, `overload`, `eap-given-up`, ….
   */
  readonly reason?: string | undefined;
  /** What an accept granted, for people: `Mikrotik-Rate-Limit=5M/20M, …`. */
  readonly reply?: string | undefined;
  /** Of a login that is told of: where `reply` has Framed-IP-Address without a value, its value. `of` has it put in. */
  readonly address?: string | undefined;
  readonly sessionTimeoutSeconds?: number | undefined;
}

/** A decision that has just been made. */
export interface MadeDecision extends LoggedDecision {
  /** In place of `callingStationId`. */
  readonly station?: StationOctets | undefined;
}

/** Where decisions go. */
export interface DecisionLog {
  /** @param decision as a whole good until the call returns */
  record(decision: MadeDecision): void;
}

/** The last decisions of each username, newest last, in memory. */
export interface RecentDecisions extends DecisionLog {
  /** @param username of a device, its MAC in any spelling */
  of(username: string): readonly LoggedDecision[];
}

/** Was the last that let this username in, as far as is remembered, all that it pays for, and not a way to a page only? */
export function wasAcceptedInFull(decisions: RecentDecisions, username: string): boolean {
  const accept = decisions.of(username).findLast(({ verdict }) => verdict === 'accept');
  return accept !== undefined && (accept.reason === undefined || accept.reason === 'grace');
}

/** How many decisions are kept of each sort. */
export interface DecisionLimits {
  readonly accepts: number;
  readonly rejects: number;
  /** Rejects of usernames that nobody has: a flood of inventions pushes out nothing but inventions. */
  readonly unknown: number;
  /** Of guests without an account, whom a browser makes up by accepting the terms: they push out nothing but each other. */
  readonly guests: number;
  /** Logins that got no answer: of a NAS that asks again and again. */
  readonly silences: number;
  /** Told of one username. */
  readonly perUsername: number;
}

const defaultLimits: DecisionLimits = {
  accepts: 262_144,
  rejects: 131_072,
  unknown: 16_384,
  guests: 32_768,
  silences: 16_384,
  perUsername: 5,
};

/**
 * Keeps the last decisions of all, not a list for each username: with 100,000 subscribers such lists cost an eighth of the
 * time of a login, nearly all of it waiting for memory. Whoever asks for one username, a person, can wait the milliseconds
 * that looking through takes.
 */
export function recentDecisions(limits: DecisionLimits = defaultLimits): RecentDecisions {
  const accepts = decisionRing(limits.accepts);
  const rejects = decisionRing(limits.rejects);
  const unknown = decisionRing(limits.unknown);
  const guests = decisionRing(limits.guests);
  const silences = decisionRing(limits.silences);
  let order = 0;
  return {
    record(decision) {
      order += 1;
      if (decision.verdict === 'silent') silences.add(decision, order);
      else if (parseGuestUsername(decision.username) !== undefined) guests.add(decision, order);
      else if (decision.verdict === 'accept') accepts.add(decision, order);
      else if (decision.reason === 'unknown-subscriber') unknown.add(decision, order);
      else rejects.add(decision, order);
    },
    of(username) {
      const mac = parseMac(username);
      const names = new Set(mac === undefined ? [username] : [username, ...macSpellings(mac)]);
      return [accepts, rejects, unknown, guests, silences]
        .flatMap((ring) => ring.newest(names, limits.perUsername))
        .sort((a, b) => a.order - b.order)
        .slice(-limits.perUsername)
        .map(({ decision }) => decision);
    },
  };
}

/** `order` counts decisions of all rings: their clock may stand still, or be set back. */
interface Ordered {
  readonly order: number;
  readonly decision: LoggedDecision;
}

interface DecisionRing {
  add(decision: MadeDecision, order: number): void;
  /** At most `count`. */
  newest(usernames: ReadonlySet<string>, count: number): Ordered[];
}

/**
 * So many decisions are kept in arrays of one length, made when the first of them comes. A power of two, and so many that
 * the collector leaves the arrays where they are: shorter ones it would copy twice while logins wait.
 */
const perPage = 16_384;
/** A Calling-Station-Id of no more than so many octets is kept beside the heap: a MAC, an IPv4 address. */
const stationRoom = 23;

/** Decisions, field by field: what was given is copied out of and not kept, which spares the collector. */
interface DecisionPage {
  readonly orders: Float64Array;
  readonly at: Float64Array;
  /** 0 for none, as there is no Session-Timeout of 0. */
  readonly timeout: Float64Array;
  readonly username: string[];
  readonly nas: string[];
  readonly method: string[];
  readonly verdict: LoggedDecision['verdict'][];
  /** For each a length and its octets; `otherStation` where there is none, or another text. */
  readonly stations: Uint8Array;
  readonly otherStations: Map<number, string>;
  readonly reason: (string | undefined)[];
  readonly reply: (string | undefined)[];
  readonly address: (string | undefined)[];
}

function decisionPage(size: number): DecisionPage {
  return {
    ...{ orders: new Float64Array(size), at: new Float64Array(size), timeout: new Float64Array(size) },
    ...{ username: new Array(size), nas: new Array(size), method: new Array(size), verdict: new Array(size) },
    ...{ stations: new Uint8Array(size * (stationRoom + 1)), otherStations: new Map(), reason: new Array(size) },
    ...{ reply: new Array(size), address: new Array(size) },
  };
}

/** The last `capacity` decisions, in pages: arrays that grow would be copied again and again while the first of them come in. */
function decisionRing(capacity: number): DecisionRing {
  const pages: DecisionPage[] = [];
  const size = Math.min(perPage, capacity);
  let added = 0;

  const read = (page: DecisionPage, slot: number): LoggedDecision => ({
    at: page.at[slot] as number,
    username: page.username[slot] as string,
    nas: page.nas[slot] as string,
    method: page.method[slot] as string,
    verdict: page.verdict[slot] as LoggedDecision['verdict'],
    ...compact({
      callingStationId: stationIn(page, slot),
      reason: page.reason[slot],
      reply: withAddress(page.reply[slot], page.address[slot]),
      sessionTimeoutSeconds: page.timeout[slot] === 0 ? undefined : page.timeout[slot],
    }),
  });

  return {
    add(decision, order) {
      const at = added % capacity;
      added += 1;
      const slot = at % size;
      const page = pages[(at - slot) / size] ?? decisionPage(size);
      if (slot === 0) pages[at / size] = page;
      page.orders[slot] = order;
      page.at[slot] = decision.at;
      page.timeout[slot] = decision.sessionTimeoutSeconds ?? 0;
      page.username[slot] = decision.username;
      page.nas[slot] = decision.nas;
      page.method[slot] = decision.method;
      page.verdict[slot] = decision.verdict;
      if (decision.station === undefined) putStation(page, slot, decision.callingStationId);
      else putStationOctets(page, slot, decision.station);
      page.reason[slot] = decision.reason;
      page.reply[slot] = decision.reply;
      page.address[slot] = decision.address;
    },
    newest(usernames, count) {
      const found: Ordered[] = [];
      const oldest = Math.max(0, added - capacity);
      for (let number = added - 1; number >= oldest && found.length < count; number -= 1) {
        const at = number % capacity;
        const slot = at % size;
        const page = pages[(at - slot) / size] as DecisionPage;
        if (usernames.has(page.username[slot] as string))
          found.push({ order: page.orders[slot] as number, decision: read(page, slot) });
      }
      return found;
    },
  };
}

/** A hundred thousand with an address each share all else that they are granted. */
function withAddress(reply: string | undefined, address: string | undefined): string | undefined {
  return address === undefined ? reply : reply?.replace('Framed-IP-Address=', (name) => `${name}${address}`);
}

/** In place of a length. */
const otherStation = 0xff;

/** What a NAS has just sent would be the only thing that outlives its login. */
function putStation({ stations, otherStations }: DecisionPage, slot: number, text: string | undefined): void {
  if (otherStations.size > 0) otherStations.delete(slot);
  const at = slot * (stationRoom + 1);
  stations[at] = otherStation;
  if (text === undefined) return;
  let seen = text.length > stationRoom ? 0x80 : 0;
  for (let index = 0; index < text.length && seen < 0x80; index += 1) {
    const unit = text.charCodeAt(index);
    seen |= unit;
    stations[at + 1 + index] = unit;
  }
  if (seen < 0x80) stations[at] = text.length;
  else otherStations.set(slot, text);
}

function putStationOctets(page: DecisionPage, slot: number, station: StationOctets): void {
  const { octets, from, end } = station;
  if (end - from > stationRoom) {
    putStation(page, slot, textOfStation(station));
    return;
  }
  const { stations, otherStations } = page;
  if (otherStations.size > 0) otherStations.delete(slot);
  const at = slot * (stationRoom + 1);
  stations[at] = end - from;
  for (let index = from; index < end; index += 1) stations[at + 1 + index - from] = octets[index] as number;
}

function stationIn({ stations, otherStations }: DecisionPage, slot: number): string | undefined {
  const at = slot * (stationRoom + 1);
  const length = stations[at] as number;
  if (length === otherStation) return otherStations.get(slot);
  return Buffer.from(stations.buffer, at + 1, length).toString('latin1');
}

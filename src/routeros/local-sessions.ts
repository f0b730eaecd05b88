import { parseMac } from '../base/mac.ts';
import { runWindowed } from '../base/run-windowed.ts';
import { readMarker } from '../reconcile/marker.ts';
import type { LiveSession } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';
import type { RouterOsSession } from './session.ts';
import { anyOf } from './table-reader.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** What identifies a session from outside. `mac` finds a guest's: a hotspot shows no Acct-Session-Id. */
export interface SessionName {
  readonly username: string;
  /** As RADIUS has it; the MAC of a hotspot's session as `LiveSession` has it. */
  readonly sessionId: string;
  readonly mac?: string;
  /** Tells apart the leases of one client. */
  readonly address?: string;
  /** Called-Station-Id: the hotspot, the DHCP server or the PPPoE service. */
  readonly calledAt?: string;
}

/** By which a device comes back without a password. */
export const cookieMenu = '/ip/hotspot/cookie';

/** What became of a session, and the menu it was found in; where it was in none, the one of its kind. */
interface Ended {
  readonly result: 'disconnected' | 'gone' | 'failed';
  readonly menu: string;
}

/**
 * Who is online now, by PPP (`/ppp/active`) and at hotspots (`/ip/hotspot/active`), and who could be again by a cookie. Ids
 * of PPP in RADIUS's spelling: lower case, no `0x`.
 */
export async function readSessions(session: RouterOsSession, signal: AbortSignal): Promise<readonly LiveSession[]> {
  const tables = await Promise.all(
    [pppTable, hotspotTable, cookieTable].map((each) => readTable(session, each, signal)),
  );
  return tables.flat();
}

/** Whose sessions to ask for. */
interface SessionsOf {
  /** Names of users. */
  readonly ppp: readonly string[];
  /** The same, or MACs as `parseMac` gives them. */
  readonly hotspot: readonly string[];
  readonly hotspotBy?: 'user' | 'mac-address';
}

/** The same of these alone. */
export async function readSessionsOf(
  session: RouterOsSession,
  { ppp, hotspot, hotspotBy = 'user' }: SessionsOf,
  signal: AbortSignal,
): Promise<readonly LiveSession[]> {
  const some = (table: SessionTable, field: string, values: readonly string[]) =>
    values.length === 0 ? [] : readTable(session, table, signal, anyOf(field, values));
  const tables = await Promise.all([
    some(pppTable, 'name', ppp),
    some(hotspotTable, hotspotBy, hotspot),
    some(cookieTable, hotspotBy, hotspot),
  ]);
  return tables.flat();
}

interface SessionTable {
  readonly menu: string;
  readonly fields: string;
  readonly read: (row: RouterOsRow) => LiveSession;
}

const pppTable: SessionTable = {
  menu: '/ppp/active',
  fields: '.id,name,session-id,radius,comment',
  read: pppSession,
};

const hotspotTable: SessionTable = {
  menu: '/ip/hotspot/active',
  fields: '.id,user,mac-address,server,radius,comment',
  read: hotspotSession,
};

const cookieTable: SessionTable = {
  menu: cookieMenu,
  fields: '.id,user,mac-address',
  read: hotspotCookie,
};

async function readTable(
  session: RouterOsSession,
  { menu, fields, read }: SessionTable,
  signal: AbortSignal,
  queries: readonly string[] = [],
): Promise<readonly LiveSession[]> {
  const found: LiveSession[] = [];
  const options = { signal, queries };
  try {
    await session.stream(`${menu}/print`, { '.proplist': fields }, (row) => void found.push(read(row)), options);
  } catch (error) {
    // A router without the package has no such menu, and nobody online by it.
    if (!(error instanceof RouterTrapError && error.knowsNoCommand)) throw error;
  }
  return found;
}

function pppSession(row: RouterOsRow): LiveSession {
  return {
    kind: 'ppp',
    username: row['name'] ?? '',
    sessionId: (row['session-id'] ?? '').toLowerCase().replace(/^0x/, ''),
    ...whatBothHave(row),
  };
}

function hotspotSession(row: RouterOsRow): LiveSession {
  return {
    kind: 'hotspot',
    username: row['user'] ?? '',
    sessionId: row['mac-address'] ?? '',
    ...(row['server'] === undefined ? {} : { server: row['server'] }),
    ...whatBothHave(row),
  };
}

function hotspotCookie(row: RouterOsRow): LiveSession {
  const name = { username: row['user'] ?? '', sessionId: row['mac-address'] ?? '' };
  return { kind: 'hotspot', cookie: true, ...name, ...whatBothHave(row) };
}

/** RouterOS before 7.21 shows the comment of the row that let a guest in; later ones show none. */
function whatBothHave(row: RouterOsRow): Pick<LiveSession, 'radius' | 'handle' | 'marker'> {
  const { marker } = readMarker(row['comment'] ?? '');
  return {
    radius: row['radius'] === 'true',
    ...(row['.id'] === undefined ? {} : { handle: row['.id'] }),
    ...(marker === undefined ? {} : { marker }),
  };
}

/**
 * Removes sessions and looks again: an answer is no proof. A guest's cookies go first, or the device would be back with its
 * next packet.
 *
 * @returns what became of each, in the order asked; `gone`: it was not there
 */
export async function endSessions(
  session: RouterOsSession,
  wanted: readonly SessionName[],
  window: { readonly size: number },
  signal: AbortSignal,
): Promise<readonly Ended[]> {
  const online = await readSessionsNamed(session, wanted, signal);
  const found = sessionsNamed(wanted, online);
  const all = found.flat();
  if (all.length === 0) return wanted.map((name) => ({ result: 'gone', menu: sessionMenu(name) }));
  const remove = async (each: LiveSession): Promise<void> => {
    if (each.handle === undefined) return;
    await session.run(`${menuOf(each)}/remove`, { '.id': each.handle }, { signal }).catch(() => undefined);
  };
  for (const some of [all.filter(({ cookie }) => cookie === true), all.filter(({ cookie }) => cookie !== true)]) {
    await runWindowed(some, window, remove);
  }
  // One that came back meanwhile has another `.id`, and is another.
  const left = new Set((await readSessionsNamed(session, wanted, signal)).map(keyOf));
  return wanted.map((name, at) => {
    const [first, ...others] = (found[at] ?? []).toSorted(
      (one, other) => Number(one.cookie ?? 0) - Number(other.cookie ?? 0),
    );
    if (first === undefined) return { result: 'gone', menu: sessionMenu(name) };
    const stays = [first, ...others].find((each) => left.has(keyOf(each)));
    return { result: stays === undefined ? 'disconnected' : 'failed', menu: menuOf(stays ?? first) };
  });
}

/** Of more sessions, all there are are read as fast. */
const mostAsked = 100;

/** Those that may be meant. A guest's name says little: the router may spell that of a device in another way. */
function readSessionsNamed(
  session: RouterOsSession,
  wanted: readonly SessionName[],
  signal: AbortSignal,
): Promise<readonly LiveSession[]> {
  if (wanted.length > mostAsked) return readSessions(session, signal);
  const ppp = wanted.filter((name) => parseMac(name.sessionId) === undefined).map(({ username }) => username);
  const devices = wanted.flatMap(({ mac, sessionId }) => parseMac(mac ?? sessionId) ?? []);
  const named = { ppp: [...new Set(ppp)], hotspot: [...new Set(devices)], hotspotBy: 'mac-address' } as const;
  return readSessionsOf(session, named, signal);
}

function keyOf(session: LiveSession): string {
  return `${menuOf(session)} ${session.handle}`;
}

/** Where sessions of a kind are shown and removed. */
function menuOf({ kind, cookie }: Pick<LiveSession, 'kind' | 'cookie'>): string {
  if (cookie === true) return cookieMenu;
  return kind === 'hotspot' ? '/ip/hotspot/active' : '/ppp/active';
}

/** Where a session with this id is looked for. */
export function sessionMenu({ sessionId }: Pick<SessionName, 'sessionId'>): string {
  return menuOf({ kind: parseMac(sessionId) === undefined ? 'ppp' : 'hotspot' });
}

/** For each name the sessions it means: one of PPP by its id, a guest's by the device. */
function sessionsNamed(
  wanted: readonly SessionName[],
  online: readonly LiveSession[],
): readonly (readonly LiveSession[])[] {
  const known = new Map<string, LiveSession[]>();
  for (const each of online) {
    const key = each.kind === 'ppp' ? `${each.sessionId}\n${each.username}` : (parseMac(each.sessionId) ?? '');
    known.set(key, [...(known.get(key) ?? []), each]);
  }
  return wanted.map(({ username, sessionId, mac }) => {
    const device = parseMac(mac ?? sessionId);
    const guests = device === undefined ? [] : (known.get(device) ?? []);
    const ppp = known.get(`${sessionId}\n${username}`) ?? [];
    return [...ppp, ...guests.filter((each) => isSameUser(each.username, username))];
  });
}

/** A device that came by its MAC is called by it, in the router's spelling of that moment. */
function isSameUser(one: string, other: string): boolean {
  const mac = parseMac(one);
  return one === other || (mac !== undefined && mac === parseMac(other));
}

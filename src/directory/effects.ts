import type { Change, LiveSession, SessionEffect } from '../reconcile/target.ts';
import type { Login } from './reader.ts';
import { loginOf } from './row-meaning.ts';

/** Who is online by RADIUS. */
export interface OnlineSessions {
  /** Of a login or a device, which is spelt in many ways. */
  readonly sessionsOf: (username: string) => readonly LiveSession[];
  /** Of guests without an account, whom no row of their own stands for. */
  readonly guestSessions: () => Iterable<GuestSession>;
}

export interface GuestSession extends LiveSession {
  /** Portal site that let them in. */
  readonly site: string;
}

/** Fields that a NAS takes for a running session by CoA (MikroTik manual, RADIUS, Change-of-Authorization). */
const byCoa = new Set(['rate', 'session-timeout', 'idle-timeout', 'session-max', 'hours']);
/** Fields that say nothing about a running session. `expires` is acted on when it comes. */
const atNextLogin = new Set([
  ...['subscriber', 'account', 'service', 'access', 'reason', 'expires', 'interim'],
  ...['fallback', 'suspended', 'passphrase', 'grace-from', 'rules'],
]);
/** Fields that somebody suspended who meets a page does not have: likewise. */
const notWhileSuspended = new Set([
  ...atNextLogin,
  'rate',
  'attributes',
  'secret-attributes',
  'lists',
  'ipv6',
  'routes',
]);
/** Fields that nobody is told of who was let in once for a time: likewise. Whose password or device it is, and where he may be, counts. */
const toldOnce = new Set([
  ...['rate', 'session-timeout', 'idle-timeout', 'session-max', 'hours', 'attributes', 'secret-attributes'],
  ...['lists', 'address', 'pool', 'ipv6', 'routes'],
]);
/** Likewise, of a portal site: who is let in from now on, and where. */
const atNextGuest = new Set(['key', 'nas', 'hotspots', 'click-through', 'interim', 'rules']);
/** Menus whose identity is the username of sessions. */
const loginMenus = new Set(['login', 'device']);

/** Why a guest is put off the line whose site lets nobody in any more who only accepts the terms. */
export const noGuests = 'no guests without an account';

/** What is to be done with a session, and why. */
export type Meaning = Pick<SessionEffect, 'action' | 'why'>;

/**
 * What a row that is otherwise by now means for a session that still runs by what it was; `undefined` when it may stay as it
 * is. Pure.
 */
export function meaningSince(change: Change, session: LiveSession): Meaning | undefined {
  if (session.fixed === true) return onceMeaning(change, session);
  if (!loginMenus.has(change.menu)) return guestMeaning(change);
  const meaning = meaningOf(change);
  if (meaning?.action === 'disconnect' || !isShutOut(change, session)) return meaning;
  return { action: 'disconnect', why: `not sold for ${session.door}` };
}

/**
 * What directory changes mean for people who are online by RADIUS: CoA for speed and timeouts, Disconnect for the rest
 * (address, pool, password, state, other attributes, removal, a way in that is no longer sold). Pure.
 */
export function sessionEffects(changes: readonly Change[], online: OnlineSessions): readonly SessionEffect[] {
  const touching = changes.filter(({ action }) => action !== 'create' && action !== 'move');
  const logins = touching.filter(({ menu }) => loginMenus.has(menu));
  return [...logins.flatMap((change) => loginEffect(change, online) ?? []), ...guestEffects(touching, online)];
}

function loginEffect(change: Change, { sessionsOf }: OnlineSessions): SessionEffect | undefined {
  const { identity: username, before } = change;
  // Sessions of local rows are accounted, too, but it is the router's target that ends them.
  if (before?.fields['radius'] === 'no') return undefined;
  const all = sessionsOf(username).filter((session) => session.radius);
  // What those need who were let in once for a time, all others need, too.
  const sessions = all.filter((session) => session.fixed !== true || meaningSince(change, session) !== undefined);
  if (sessions.length === 0) return undefined;
  const meaning = meaningOf(change);
  if (meaning?.action === 'disconnect') return effectOn(sessions, { username, ...meaning });
  const shut = sessions.filter((session) => isShutOut(change, session));
  if (shut.length === 0) return meaning && effectOn(sessions, { username, ...meaning });
  const why = `not sold for ${[...new Set(shut.map(({ door }) => door))].join(', ')}`;
  // One effect for each username: whoever would have been told a new limit beside gets it with the new login.
  return effectOn(meaning === undefined ? shut : sessions, { username, action: 'disconnect', why });
}

function meaningOf(change: Change): Meaning | undefined {
  const { before, after, set } = change;
  if (after === undefined) return { action: 'disconnect', why: 'removed' };
  const { state, radius } = after.fields;
  if (radius === 'no') return { action: 'disconnect', why: 'no longer by RADIUS' };
  if (hasNewOwner(change)) return { action: 'disconnect', why: `device of ${loginOf(after).subscriber} now` };
  const met = meetsPage(before?.fields);
  if (state === 'active') {
    // No NAS takes a session off an address list by CoA (MikroTik manual, RADIUS): a new one is without it.
    return met ? { action: 'disconnect', why: 'active again' } : limitsMeaning(changed(change), atNextLogin);
  }
  if (!met || !meetsPage(after.fields)) return { action: 'disconnect', why: whyEnded(loginOf(after)) };
  if (set['suspended'] !== undefined) return { action: 'disconnect', why: 'suspended' };
  return limitsMeaning(changed(change), notWhileSuspended);
}

/** Is somebody online by such a row only to meet a page? */
function meetsPage(fields: Readonly<Record<string, unknown>> | undefined): boolean {
  return fields?.['state'] === 'suspended' && (fields['suspended'] ?? '') !== '';
}

/** What a change means for somebody who was let in once for a time: an end, or nothing. */
function onceMeaning(change: Change, session: LiveSession): Meaning | undefined {
  const set = Object.fromEntries(Object.entries(change.set).filter(([name]) => !toldOnce.has(name)));
  const { fixed: _, ...other } = session;
  const meaning = meaningSince({ ...change, set }, other);
  return meaning?.action === 'change' ? undefined : meaning;
}

/** Fields that say something else than before: a row of an earlier version lacks those that are empty. */
function changed({ set, before }: Change): Change['set'] {
  return Object.fromEntries(Object.entries(set).filter(([name, value]) => (before?.fields[name] ?? '') !== value));
}

/** What changed limits mean, but for fields that wait for the next login. */
function limitsMeaning(set: Change['set'], waiting: ReadonlySet<string>): Meaning | undefined {
  const changed = Object.keys(set).filter((name) => !waiting.has(name));
  if (changed.length === 0) return undefined;
  // A limit that is taken away has no attribute to be sent: only a new login is without it.
  const gentle = changed.every((name) => name === 'state' || (byCoa.has(name) && set[name] !== ''));
  return { action: gentle ? 'change' : 'disconnect', why: changed.join(', ') };
}

/** Has another subscriber this device now? Not where rows of an earlier version did not say so for certain. */
function hasNewOwner({ menu, set, before }: Change): boolean {
  return menu === 'device' && set['account'] !== undefined && (before?.fields['account'] ?? '') !== '';
}

/** Is the way by which this session came no longer sold? Not where rows of an earlier version did not say what was. */
function isShutOut({ set, before, after }: Change, { door }: LiveSession): boolean {
  if (door === undefined || after === undefined || set['access'] === undefined) return false;
  const sold = loginOf(after).access;
  return (before?.fields['access'] ?? '') !== '' && sold !== undefined && !sold.includes(door);
}

function guestEffects(changes: readonly Change[], { guestSessions }: OnlineSessions): readonly SessionEffect[] {
  const sites = new Map(
    changes.flatMap((change) => (guestMeaning(change) === undefined ? [] : [[change.identity, change] as const])),
  );
  if (sites.size === 0) return [];
  const byUsername = new Map<string, GuestSession[]>();
  for (const session of guestSessions()) {
    const change = sites.get(session.site);
    if (!session.radius || change === undefined || meaningSince(change, session) === undefined) continue;
    const others = byUsername.get(session.username);
    if (others === undefined) byUsername.set(session.username, [session]);
    else others.push(session);
  }
  return [...byUsername].flatMap(([username, sessions]) => {
    const change = sites.get(sessions[0]?.site ?? '');
    const meaning = change === undefined ? undefined : guestMeaning(change);
    return meaning === undefined ? [] : effectOn(sessions, { username, ...meaning });
  });
}

/** What a change of a portal site means for those it let in without an account. */
function guestMeaning({ menu, set, before, after }: Change): Meaning | undefined {
  if (menu !== 'portal' || (before?.fields['click-through'] ?? '') === '') return undefined;
  if (after === undefined) return { action: 'disconnect', why: 'site removed' };
  if (after.fields['click-through'] === '') return { action: 'disconnect', why: noGuests };
  return limitsMeaning(set, atNextGuest);
}

function effectOn(sessions: readonly LiveSession[], effect: Omit<SessionEffect, 'sessionIds'>): SessionEffect {
  return { ...effect, sessionIds: sessions.map(({ sessionId }) => sessionId) };
}

/** Why somebody is put off the line whose login is not active. */
export function whyEnded({ state, reason }: Pick<Login, 'state' | 'reason'>): string {
  return reason === undefined ? state : `${state}: ${reason}`;
}

import { parseMac } from '../base/mac.ts';
import { AgreedRows } from '../reconcile/agreed.ts';
import type { ObservedRow } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type { RowName } from '../reconcile/row-name.ts';
import type { Change, LiveSession, Observation, SessionEffect } from '../reconcile/target.ts';
import { isFallback, rowIdentity } from './menus/rows.ts';

/** Menus of those whom a router lets in by itself, and of what they get, by the kind of their sessions. */
const menus = {
  ppp: { users: '/ppp/secret', profiles: '/ppp/profile' },
  hotspot: { users: '/ip/hotspot/user', profiles: '/ip/hotspot/user/profile' },
} as const;

const userMenus: ReadonlySet<string> = new Set([menus.ppp.users, menus.hotspot.users]);

/** Profile menu of each menu of users. */
const profilesOf: Readonly<Record<string, string>> = {
  [menus.ppp.users]: menus.ppp.profiles,
  [menus.hotspot.users]: menus.hotspot.profiles,
};

const profileMenus: ReadonlySet<string> = new Set(Object.values(profilesOf));

/** Fields of a profile that a running session keeps until it comes anew. */
const felt = new Set(['local-address', 'remote-address', 'dns-server', 'rate-limit', 'address-list', 'address-pool']);

/** Fields of a hotspot that cost everybody at it the session. */
const cutting = new Set(['interface', 'disabled']);

/**
 * What row changes mean for people online. RouterOS keeps a running session of those whom it let in by itself as it was when
 * the row or the profile behind it changes, so the session is ended and comes again. A hotspot that goes or moves loses
 * everybody at it, whoever let them in. Sessions that an earlier change should have ended are among them: we may have
 * died on the way, or the router was away. Pure.
 */
export function localEffects(
  changes: readonly Change[],
  observation: Pick<Observation, 'rows' | 'agreed' | 'sessions'>,
  operator: string,
): readonly SessionEffect[] {
  const { sessions } = observation;
  if (sessions.length === 0) return [];
  const users = usersIn(observation);
  const changing = new Set(changes.filter(({ menu }) => userMenus.has(menu)).map(keyOf));
  const reasons = reasonsByRow(changes, users);
  const closed = new Set(changes.filter(closes).map(keyOf));
  const places = new Map(changes.flatMap(hotspotReason));
  const effects = new Map<string, { readonly whys: Set<string>; readonly sessionIds: string[] }>();
  for (const session of sessions) {
    const why = whyByRow(session) ?? places.get(session.server ?? '');
    if (why === undefined) continue;
    const effect = effects.get(session.username) ?? { whys: new Set(), sessionIds: [] };
    effect.whys.add(why);
    if (!effect.sessionIds.includes(session.sessionId)) effect.sessionIds.push(session.sessionId);
    effects.set(session.username, effect);
  }
  return [...effects].map(([username, { whys, sessionIds }]) => ({
    username,
    action: 'disconnect',
    why: [...whys].join('; '),
    sessionIds,
  }));

  function whyByRow(session: LiveSession): string | undefined {
    if (session.radius) return undefined;
    const user = rowOf(session, users, changing);
    const key = keyOf(user);
    const why = reasons.get(key);
    // Who comes back by a cookie gets what the row says then.
    if (why !== undefined) return session.cookie === true && !closed.has(key) ? undefined : why;
    return changing.has(key) ? undefined : overdue(session, users.get(user), operator);
  }
}

/** Name of a hotspot, and what becomes of it that its guests feel. */
function hotspotReason({ action, menu, identity, set }: Change): readonly (readonly [string, string])[] {
  if (menu !== '/ip/hotspot') return [];
  if (action === 'delete') return [[identity, `hotspot ${identity} removed`]];
  const fields = action === 'update' ? Object.keys(set).filter((name) => cutting.has(name)) : [];
  return fields.length === 0 ? [] : [[identity, `hotspot ${identity}: ${fields.join(', ')}`]];
}

/** Rows of those whom the router lets in by itself. */
interface Users {
  readonly get: (name: RowName) => ObservedRow | undefined;
  readonly all: () => Iterable<ObservedRow>;
}

function usersIn({ rows, agreed = new AgreedRows() }: Pick<Observation, 'rows' | 'agreed'>): Users {
  const others = new Map(rows.filter(({ menu }) => userMenus.has(menu)).map((row) => [keyOf(row), row]));
  return {
    get: (name) => others.get(keyOf(name)) ?? agreed.get(name),
    *all() {
      yield* others.values();
      for (const menu of userMenus) yield* agreed.rows(menu);
    },
  };
}

/** The row that let a session in: at a hotspot the user of that one, else that of all. */
function rowOf({ kind = 'ppp', username, server }: LiveSession, users: Users, changing: ReadonlySet<string>): RowName {
  const menu = menus[kind].users;
  if (kind === 'ppp') return { menu, identity: username };
  const here = { menu, identity: rowIdentity(username, server ?? '') };
  const isHere = users.get(here) !== undefined || changing.has(keyOf(here));
  return isHere ? here : { menu, identity: rowIdentity(username, 'all') };
}

/**
 * Online by a row of ours that is disabled or gone, and meant to be. Some sessions show the marker that row had. Whom a
 * router without us let in by a row that waits for that stays: he is to be online.
 */
function overdue(session: LiveSession, user: ObservedRow | undefined, operator: string): string | undefined {
  if (user !== undefined && isFallback(user.marker?.owner)) return undefined;
  if (![user, session].some((each) => each?.marker?.operator === operator)) return undefined;
  if (user === undefined) return 'removed';
  return user.fields['disabled'] === 'yes' ? 'disabled' : undefined;
}

function reasonsByRow(changes: readonly Change[], users: Users): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  const profiles = new Map(changes.flatMap(profileReason));
  for (const user of profiles.size === 0 ? [] : users.all()) {
    const identity = String(user.fields['profile']);
    const why = profiles.get(keyOf({ menu: profilesOf[user.menu] ?? '', identity }));
    if (why !== undefined) reasons.set(keyOf(user), why);
  }
  for (const change of changes) {
    const why = userMenus.has(change.menu) ? userReason(change) : undefined;
    if (why !== undefined) reasons.set(keyOf(change), why);
  }
  return reasons;
}

function profileReason(change: Change): readonly (readonly [string, string])[] {
  const { action, menu, identity, set } = change;
  if (!profileMenus.has(menu) || action !== 'update') return [];
  const fields = Object.keys(set).filter((name) => felt.has(name));
  return fields.length === 0 ? [] : [[keyOf(change), `${identity}: ${fields.join(', ')}`]];
}

function userReason({ action, set, owner, before, after }: Change): string | undefined {
  if (action === 'delete') return 'removed';
  const shut = after?.fields['disabled'] === 'yes' && !isFallback(owner);
  // Who is online by the row that was there before, and was removed, would stay so.
  if (action === 'create') return shut ? 'disabled' : undefined;
  if (action !== 'update') return undefined;
  if (shut && (set['disabled'] === 'yes' || isFallback(before?.marker?.owner))) return 'disabled';
  // A device knows no password: the hotspot that lets it in says it.
  const unfelt = ['service', 'disabled', ...(isDevice(after?.fields['name']) ? ['password'] : [])];
  const fields = Object.keys(set).filter((name) => !unfelt.includes(name));
  return fields.length === 0 ? undefined : fields.join(', ');
}

/** Is nobody to come in any more as he did? */
function closes({ action, menu, set, after }: Change): boolean {
  if (!userMenus.has(menu)) return false;
  return action === 'delete' || set['password'] !== undefined || after?.fields['disabled'] === 'yes';
}

function isDevice(name: unknown): boolean {
  return typeof name === 'string' && parseMac(name) !== undefined;
}

import { runWindowed } from '../base/run-windowed.ts';
import { readMarker } from '../reconcile/marker.ts';
import type { Change, LiveSession, Observation, ObservedRow, SessionEffect } from '../reconcile/target.ts';
import type { RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** Who is online by PPP now (`/ppp/active`). Ids in RADIUS's spelling: lower case, no `0x`. */
export async function readSessions(session: RouterOsSession, signal: AbortSignal): Promise<readonly LiveSession[]> {
  const attributes = { '.proplist': '.id,name,session-id,radius,comment' };
  const sessions: LiveSession[] = [];
  await session.stream('/ppp/active/print', attributes, (row) => void sessions.push(liveSession(row)), { signal });
  return sessions;
}

function liveSession(row: RouterOsRow): LiveSession {
  const { marker } = readMarker(row['comment'] ?? '');
  return {
    username: row['name'] ?? '',
    sessionId: (row['session-id'] ?? '').toLowerCase().replace(/^0x/, ''),
    radius: row['radius'] === 'true',
    ...(row['.id'] === undefined ? {} : { handle: row['.id'] }),
    ...(marker === undefined ? {} : { marker }),
  };
}

/**
 * Removes sessions and looks again: an answer is no proof.
 *
 * @returns what became of each, in the order asked; `gone`: it was not there
 */
export async function endSessions(
  session: RouterOsSession,
  wanted: readonly Pick<LiveSession, 'username' | 'sessionId'>[],
  window: { readonly size: number },
  signal: AbortSignal,
): Promise<readonly ('disconnected' | 'gone' | 'failed')[]> {
  const online = new Map((await readSessions(session, signal)).map((each) => [sessionKey(each), each.handle]));
  const handles = wanted.flatMap((each) => online.get(sessionKey(each)) ?? []);
  if (handles.length === 0) return wanted.map(() => 'gone');
  await runWindowed(handles, window, async (handle) => {
    await session.run('/ppp/active/remove', { '.id': handle }, { signal }).catch(() => undefined);
  });
  const left = new Set((await readSessions(session, signal)).map(sessionKey));
  return wanted.map((each) => {
    if (left.has(sessionKey(each))) return 'failed';
    return online.has(sessionKey(each)) ? 'disconnected' : 'gone';
  });
}

function sessionKey({ username, sessionId }: Pick<LiveSession, 'username' | 'sessionId'>): string {
  return `${sessionId}\n${username}`;
}

/** Fields of a profile that a running session keeps until it dials again. */
const felt = new Set(['local-address', 'remote-address', 'dns-server', 'rate-limit', 'address-list']);

/**
 * What row changes mean for people whom the router let in by itself: RouterOS keeps a running session as it was when its
 * secret or profile changes, so the session is ended and dials again. Sessions that an earlier change should have ended
 * are among them: we may have died on the way, or the router was away. Pure.
 */
export function localEffects(
  changes: readonly Change[],
  { rows, sessions }: Pick<Observation, 'rows' | 'sessions'>,
  operator: string,
): readonly SessionEffect[] {
  const local = new Map<string, LiveSession[]>();
  for (const session of sessions) {
    if (!session.radius) local.set(session.username, [...(local.get(session.username) ?? []), session]);
  }
  if (local.size === 0) return [];
  const reasons = new Map([...overdue(changes, rows, local, operator), ...reasonsByUsername(changes, rows)]);
  return [...local].flatMap(([username, online]) => {
    const why = reasons.get(username);
    if (why === undefined) return [];
    return [{ username, action: 'disconnect' as const, why, sessionIds: online.map((each) => each.sessionId) }];
  });
}

/**
 * Online by a secret of ours that is disabled or gone, and meant to be. A session shows the comment its secret had, marker
 * included.
 */
function overdue(
  changes: readonly Change[],
  rows: readonly ObservedRow[],
  local: ReadonlyMap<string, readonly LiveSession[]>,
  operator: string,
): ReadonlyMap<string, string> {
  const changing = new Set(changes.filter(({ menu }) => menu === '/ppp/secret').map(({ identity }) => identity));
  const secrets = new Map(rows.flatMap((row) => (row.menu === '/ppp/secret' ? [[row.identity, row] as const] : [])));
  const reasons = new Map<string, string>();
  for (const [username, online] of local) {
    const secret = secrets.get(username);
    const ours = [secret, ...online].some((each) => each?.marker?.operator === operator);
    const barred = secret === undefined || secret.fields['disabled'] === 'yes';
    if (ours && barred && !changing.has(username)) reasons.set(username, secret === undefined ? 'removed' : 'disabled');
  }
  return reasons;
}

function reasonsByUsername(changes: readonly Change[], rows: readonly ObservedRow[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  const profiles = new Map(changes.flatMap((change) => profileReason(change)));
  for (const row of profiles.size === 0 ? [] : rows) {
    const why = row.menu === '/ppp/secret' ? profiles.get(String(row.fields['profile'])) : undefined;
    if (why !== undefined) reasons.set(row.identity, why);
  }
  for (const change of changes) {
    const why = change.menu === '/ppp/secret' ? secretReason(change) : undefined;
    if (why !== undefined) reasons.set(change.identity, why);
  }
  return reasons;
}

function profileReason({ action, menu, identity, set }: Change): readonly (readonly [string, string])[] {
  if (menu !== '/ppp/profile' || action !== 'update') return [];
  const fields = Object.keys(set).filter((name) => felt.has(name));
  return fields.length === 0 ? [] : [[identity, `${identity}: ${fields.join(', ')}`]];
}

function secretReason({ action, set }: Change): string | undefined {
  if (action === 'delete') return 'removed';
  if (action !== 'update') return undefined;
  if (set['disabled'] === 'yes') return 'disabled';
  const fields = Object.keys(set).filter((name) => name !== 'service' && name !== 'disabled');
  return fields.length === 0 ? undefined : fields.join(', ');
}

import type { Change, LiveSession, Observation, ObservedRow, SessionEffect } from '../reconcile/target.ts';
import type { RouterOsSession } from './session.ts';

/** Who is online by PPP now (`/ppp/active`). Ids in RADIUS's spelling: lower case, no `0x`. */
export async function readSessions(session: RouterOsSession, signal: AbortSignal): Promise<readonly LiveSession[]> {
  const { rows } = await session.run('/ppp/active/print', { '.proplist': '.id,name,session-id,radius' }, { signal });
  return rows.map((row) => ({
    username: row['name'] ?? '',
    sessionId: (row['session-id'] ?? '').toLowerCase().replace(/^0x/, ''),
    radius: row['radius'] === 'true',
    ...(row['.id'] === undefined ? {} : { handle: row['.id'] }),
  }));
}

/** Fields of a profile that a running session keeps until it dials again. */
const felt = new Set(['local-address', 'remote-address', 'dns-server', 'rate-limit', 'address-list']);

/**
 * What row changes mean for people whom the router let in by itself: RouterOS keeps a running session as it was when its
 * secret or profile changes, so the session is ended and dials again. Pure.
 */
export function localEffects(
  changes: readonly Change[],
  { rows, sessions }: Pick<Observation, 'rows' | 'sessions'>,
): readonly SessionEffect[] {
  const reasons = reasonsByUsername(changes, rows);
  const effects: SessionEffect[] = [];
  for (const [username, why] of reasons) {
    const online = sessions.filter((session) => !session.radius && session.username === username);
    if (online.length === 0) continue;
    effects.push({ username, action: 'disconnect', why, sessionIds: online.map((session) => session.sessionId) });
  }
  return effects;
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

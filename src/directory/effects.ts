import type { Change, LiveSession, SessionEffect } from '../reconcile/target.ts';
import type { Login } from './reader.ts';
import { loginOf } from './row-meaning.ts';

/** Fields that a NAS takes for a running session by CoA (MikroTik manual, RADIUS, Change-of-Authorization). */
const byCoa = new Set(['rate', 'session-timeout', 'idle-timeout']);
/** Fields that say nothing about a running session. `expires` is acted on when it comes. */
const atNextLogin = new Set(['subscriber', 'service', 'access', 'reason', 'expires', 'interim']);
/** Menus whose identity is the username of sessions. Guests of a portal stay until their time is up. */
const loginMenus = new Set(['login', 'device']);

/**
 * What directory changes mean for people who are online by RADIUS: CoA for speed and timeouts, Disconnect for the rest
 * (address, pool, password, state, other attributes, removal). Pure.
 */
export function loginEffects(
  changes: readonly Change[],
  sessionsOf: (username: string) => readonly LiveSession[],
): readonly SessionEffect[] {
  const effects: SessionEffect[] = [];
  for (const change of changes) {
    if (!loginMenus.has(change.menu) || change.action === 'create' || change.action === 'move') continue;
    const { identity: username } = change;
    const sessions = sessionsOf(username).filter((session) => session.radius);
    if (sessions.length === 0) continue;
    const effect = effectOf(change);
    if (effect === undefined) continue;
    effects.push({ username, ...effect, sessionIds: sessions.map((session) => session.sessionId) });
  }
  return effects;
}

function effectOf({ before, after, set }: Change): Pick<SessionEffect, 'action' | 'why'> | undefined {
  // Sessions of local rows are accounted, too, but it is the router's target that ends them.
  if (before?.fields['radius'] === 'no') return undefined;
  if (after === undefined) return { action: 'disconnect', why: 'removed' };
  const { state, radius } = after.fields;
  if (radius === 'no') return { action: 'disconnect', why: 'no longer by RADIUS' };
  if (state !== 'active') return { action: 'disconnect', why: whyEnded(loginOf(after)) };
  const changed = Object.keys(set).filter((name) => !atNextLogin.has(name));
  if (changed.length === 0) return undefined;
  // A limit that is taken away has no attribute to be sent: only a new login is without it.
  const gentle = changed.every((name) => name === 'state' || (byCoa.has(name) && set[name] !== ''));
  return { action: gentle ? 'change' : 'disconnect', why: changed.join(', ') };
}

/** Why somebody is put off the line whose login is not active. */
export function whyEnded({ state, reason }: Pick<Login, 'state' | 'reason'>): string {
  return reason === undefined ? state : `${state}: ${reason}`;
}

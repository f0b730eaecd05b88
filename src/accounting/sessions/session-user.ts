import { macOfClientId, macSpellings, parseMac } from '../../base/mac.ts';
import type { Session } from '../event.ts';

/** A user of one device at one NAS: as much as a portal knows of a session. */
export interface SessionUser {
  readonly username: string;
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  /** Name of the NAS. */
  readonly nas: string;
}

/** What all sessions of one user have in common: the User-Name, or the MAC it spells, which each NAS does in its own way. */
export function userOf(username: string): string {
  return parseMac(username) ?? username;
}

/** Every User-Name that sessions of this user may have gone by. */
export function usernamesOf(username: string): readonly string[] {
  const mac = parseMac(username);
  return mac === undefined ? [username] : [...new Set([username, ...macSpellings(mac)])];
}

/** The device of a session; `undefined` when its NAS did not tell. DHCP servers tell an identifier with the MAC in it. */
export function deviceOf({ callingStationId }: Pick<Session, 'callingStationId'>): string | undefined {
  return callingStationId === undefined ? undefined : (parseMac(callingStationId) ?? macOfClientId(callingStationId));
}

/** Is this a session of that user, on that device, there? */
export function isSessionOf(
  session: Pick<Session, 'username' | 'nas' | 'callingStationId'>,
  { username, mac, nas }: SessionUser,
): boolean {
  return session.nas === nas && deviceOf(session) === mac && userOf(session.username) === userOf(username);
}

/** One text for one such user. */
export function sessionUserKey({ username, mac, nas }: SessionUser): string {
  return JSON.stringify([userOf(username), mac, nas]);
}

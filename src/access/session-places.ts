import type { AccessRules } from '../model/kinds/access-rules.ts';

/** A session that accounting knows to be open. */
export interface OpenSession {
  /** Its own, unlike any other's. */
  readonly key: string;
  readonly nas: string;
  readonly sessionId: string;
  readonly username: string;
  /** As the NAS sent it. */
  readonly callingStationId?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Where a login comes from that is about to be let in. */
export interface Newcomer {
  readonly username: string;
  readonly nas: string;
  /** Its MAC in the one spelling, or whatever the NAS calls it by. */
  readonly device?: string | undefined;
  /** Acct-Session-Id, where the NAS sends one with the login. */
  readonly sessionId?: string | undefined;
}

export interface SessionPlacesOptions {
  /** Sessions of a username that are open and not silent for so long that they have probably ended. */
  readonly open: (username: string, interimSeconds: number) => readonly OpenSession[];
  /** One spelling for a device, whoever writes it. */
  readonly deviceOf: (callingStationId: string) => string;
  /** Ends a session that makes room. Must not throw. */
  readonly end: (session: OpenSession, why: string) => void;
}

export type PlaceRefusal = 'too-many-sessions' | 'too-many-devices';

/** Places of logins whose sessions, or devices, are counted. */
export interface SessionPlaces {
  /**
   * Takes a place for a login that is let in with it: two that come at once cannot both have the last one. A device that
   * comes again takes its own place again.
   *
   * @param now wall time, milliseconds since 1970
   * @returns why there is none, else nothing
   */
  take(
    newcomer: Newcomer,
    rules: Pick<AccessRules, 'sessions' | 'devices'>,
    interimSeconds: number,
    now: number,
  ): PlaceRefusal | undefined;
  /** A record of a session is stored. */
  seen(session: OpenSession & { readonly stoppedAt?: number }): void;
}

/** A login that was let in and has not been heard of since. */
interface Held extends Newcomer {
  readonly at: number;
  /** Its place was given to another: its session is ended when it begins. */
  readonly lost: boolean;
}

/** How long a place is held for a session that has not begun, and one is not counted that was asked to end. */
const heldMs = 60_000;
/** Logins of one username that lost their place and are remembered. */
const mostLost = 256;

/** In memory: after a restart sessions are counted as accounting knows them. */
export function sessionPlaces({ open, deviceOf, end }: SessionPlacesOptions): SessionPlaces {
  const held = new Map<string, readonly Held[]>();
  /** Sessions that were asked to end → when. */
  const ending = new Map<string, number>();

  /** Usernames are in the order of their last login. */
  const forgetOld = (now: number): void => {
    for (const [username, [...all]] of held) {
      if (all.some(({ at }) => now - at < heldMs && now >= at)) break;
      held.delete(username);
    }
    for (const [key, at] of ending) {
      if (now - at < heldMs && now >= at) break;
      ending.delete(key);
    }
  };

  const ends = (session: OpenSession, why: string, now: number): void => {
    ending.set(session.key, now);
    end(session, why);
  };

  return {
    take(newcomer, { sessions, devices }, interimSeconds, now) {
      forgetOld(now);
      const { username } = newcomer;
      const live = open(username, interimSeconds).filter(({ key }) => !ending.has(key));
      const known = (held.get(username) ?? []).filter(({ at }) => now - at < heldMs);
      const waiting = known.filter(({ lost }) => !lost);
      const unseen = waiting.filter((each) => !live.some((session) => isOf(session, each, deviceOf)));
      const mine = live.filter((session) => isOf(session, newcomer, deviceOf) || isDevice(session, newcomer, deviceOf));
      const others = newestOfEach(
        live.filter((session) => !mine.includes(session)),
        deviceOf,
      );
      const otherWaiting = unseen.filter((each) => !isSame(each, newcomer));

      const deviceCount = new Set([...others.map((each) => nameOf(each, deviceOf)), ...otherWaiting.map(heldName)])
        .size;
      if (devices !== undefined && deviceCount >= devices.max) return 'too-many-devices';
      const excess = sessions === undefined ? 0 : others.length + otherWaiting.length + 1 - sessions.max;
      if (excess > 0 && sessions?.whenExceeded === 'refuse') return 'too-many-sessions';

      // The same device at another NAS has moved: what it left there is a ghost.
      for (const ghost of mine) if (ghost.nas !== newcomer.nas) ends(ghost, 'its device logged in elsewhere', now);
      const oldest = [...others].sort((a, b) => a.startedAt - b.startedAt).slice(0, Math.max(0, excess));
      for (const session of oldest) ends(session, 'a newer session took its place', now);
      const losing = new Set(otherWaiting.slice(0, Math.max(0, excess - oldest.length)));
      // Not counted, and remembered for when its session begins.
      const gone = known.filter((each) => each.lost && !(each.nas === newcomer.nas && isSame(each, newcomer)));
      const kept = waiting.filter((each) => !isSame(each, newcomer));
      held.delete(username);
      held.set(username, [
        ...gone.slice(-mostLost),
        ...kept.map((each) => (losing.has(each) ? { ...each, lost: true } : each)),
        { ...newcomer, at: now, lost: false },
      ]);
      return undefined;
    },

    seen(session) {
      if (held.size === 0 && ending.size === 0) return;
      if (session.stoppedAt !== undefined) ending.delete(session.key);
      const all = held.get(session.username);
      const its = all?.find((each) => isOf(session, each, deviceOf));
      if (all === undefined || its === undefined) return;
      const rest = all.filter((each) => each !== its);
      if (rest.length === 0) held.delete(session.username);
      else held.set(session.username, rest);
      if (its.lost && session.stoppedAt === undefined) ends(session, 'a newer session took its place', its.at);
    },
  };
}

/** A device that comes again, or roams to another NAS, leaves a ghost: one session of each. */
function newestOfEach(sessions: readonly OpenSession[], deviceOf: SessionPlacesOptions['deviceOf']): OpenSession[] {
  const byDevice = new Map<string, OpenSession>();
  for (const session of sessions) {
    const name = nameOf(session, deviceOf);
    const known = byDevice.get(name);
    if (known === undefined || known.startedAt <= session.startedAt) byDevice.set(name, session);
  }
  return [...byDevice.values()];
}

/** Is it the session that this login has begun? */
function isOf(session: OpenSession, login: Newcomer, deviceOf: SessionPlacesOptions['deviceOf']): boolean {
  if (session.nas !== login.nas) return false;
  return session.sessionId === login.sessionId || isDevice(session, login, deviceOf);
}

function isDevice({ callingStationId }: OpenSession, { device }: Newcomer, deviceOf: SessionPlacesOptions['deviceOf']) {
  return device !== undefined && callingStationId !== undefined && deviceOf(callingStationId) === device;
}

/** Are they one login, sent again? */
function isSame(a: Newcomer, b: Newcomer): boolean {
  if (a.device !== undefined && a.device === b.device) return true;
  return a.nas === b.nas && a.sessionId !== undefined && a.sessionId === b.sessionId;
}

function nameOf({ key, callingStationId }: OpenSession, deviceOf: SessionPlacesOptions['deviceOf']): string {
  return callingStationId === undefined ? key : deviceOf(callingStationId);
}

function heldName({ nas, device, sessionId = '' }: Held): string {
  return device ?? `${nas} ${sessionId}`;
}

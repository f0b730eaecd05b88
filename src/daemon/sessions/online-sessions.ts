import { parseGuestUsername } from '../../access/portal-password.ts';
import type { Session, SessionReader } from '../../accounting/event.ts';
import type { GuestSession, OnlineSessions } from '../../directory/effects.ts';
import type { DirectoryReader } from '../../directory/reader.ts';
import { doorOfSession } from '../../radius/door.ts';
import type { LiveSession } from '../../reconcile/target.ts';

/** Who is online by RADIUS or the portal as accounting knows, in the directory's words. */
export function onlineSessions(
  accounting: Pick<SessionReader, 'open' | 'openOf'>,
  directory: Pick<DirectoryReader, 'nas'>,
): OnlineSessions {
  const live = (username: string, { nas, sessionId, nasIpAddress, source }: Session): LiveSession => {
    if (source === 'omada') return { username, sessionId, nas, radius: true, door: 'hotspot', fixed: true };
    const declared = directory.nas(nas);
    const door = doorOfSession(sessionId, declared?.profile);
    const nasAddress = declared?.clientAddress.includes('/') ? nasIpAddress : undefined;
    const known = { ...(door === undefined ? {} : { door }), ...(nasAddress === undefined ? {} : { nasAddress }) };
    return { username, sessionId, nas, radius: true, ...known };
  };
  // Those read over the API are of local rows: their routers end them. A controller does as the portal says.
  const isOurs = ({ source }: Session) => source !== 'api';
  return {
    sessionsOf: (username) =>
      accounting
        .openOf(username)
        .filter(isOurs)
        .map((session) => live(username, session)),
    *guestSessions(): Generator<GuestSession> {
      for (const session of accounting.open()) {
        const site = siteOfGuest(session.username);
        if (site !== undefined && isOurs(session)) yield { ...live(session.username, session), site };
      }
    },
  };
}

/** The portal site whose guest without an account has this username. */
export function siteOfGuest(username: string): string | undefined {
  return parseGuestUsername(username)?.site;
}

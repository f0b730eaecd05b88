import type { Session, SessionReader } from '../../accounting/event.ts';
import { AmbiguousError } from '../../admin/request-error.ts';
import { printable } from '../../base/bytes.ts';
import { parseMac } from '../../base/mac.ts';

/** What is asked of the directory to know whom a name means. */
export interface NamedLogins {
  /** `undefined`: nobody logs in so. */
  login(username: string): unknown;
  device(mac: string): unknown;
  loginsOf(subscriber: string): readonly { readonly username: string }[];
}

/**
 * The open session that a person means by its Acct-Session-Id, or by NAS/ID: NAS number their sessions each for itself.
 * With `0x` or without, in capitals or not; what is written exactly so comes first.
 *
 * @returns none when there is no such session
 * @throws AmbiguousError listing those it may be
 */
export function sessionNamed(sessions: Pick<SessionReader, 'bySessionId'>, text: string): readonly Session[] {
  const slash = text.indexOf('/');
  const [nas, id] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  const onNas = slash === -1 ? [] : sessions.bySessionId(id).filter((session) => session.nas === nas);
  const found = onNas.length > 0 ? narrowed(onNas, id) : narrowed(sessions.bySessionId(text), text);
  if (found.length < 2) return found;
  const candidates = found
    .slice(0, 20)
    .map((each) => `${each.nas}/${printable(each.sessionId)} (${printable(each.username)})`);
  const more = found.length - candidates.length;
  throw new AmbiguousError(
    `${found.length} sessions are called ${printable(text)}; name one by NAS/ID, or its username: ${candidates.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  );
}

/**
 * The users a person means by a name: whoever has it as username, or, as MAC in any spelling, as device; else all that a
 * subscriber of that name logs in by.
 */
export function usersNamed(directory: NamedLogins, name: string): readonly string[] {
  const mac = parseMac(name);
  if (directory.login(name) !== undefined || mac !== undefined) return [name];
  const logins = directory.loginsOf(name).map(({ username }) => username);
  return logins.length === 0 ? [name] : logins;
}

function narrowed(sessions: readonly Session[], id: string): readonly Session[] {
  const exact = sessions.filter((session) => session.sessionId === id);
  return exact.length > 0 ? exact : sessions;
}

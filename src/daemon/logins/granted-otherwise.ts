import type { Session, SessionReader } from '../../accounting/event.ts';
import type { DirectoryReader, Login } from '../../directory/reader.ts';
import { grantedAttributes } from '../../radius/reply/access-accept.ts';
import { classKey, markInClass } from '../../radius/reply/class-attribute.ts';
import { differenceOf, grantedMark } from '../../radius/reply/granted-mark.ts';
import type { LiveSession } from '../../reconcile/target.ts';

/** Between a login and the first record of its session lies no more: what is older was told of changes as they came. */
const youngMs = 600_000;

/**
 * Tells whether a young session was let in with other limits than its login has now, by the Class that its NAS repeats: a
 * commit between Access-Accept and Start reached nobody, since nobody knew of the session yet.
 */
export function grantedOtherwise(
  accounting: Pick<SessionReader, 'openOf'>,
  directory: Pick<DirectoryReader, 'nas'>,
  now: () => number,
): (session: LiveSession, login: Login) => 'firm' | 'loose' | undefined {
  return ({ username, sessionId, nas }, login) => {
    const session = accounting.openOf(username).find((each) => each.sessionId === sessionId && each.nas === nas);
    if (session === undefined || now() - session.startedAt > youngMs) return undefined;
    return differenceFor(session, login, directory);
  };
}

function differenceFor(
  { class: repeated, username, nas: name, source }: Session,
  login: Login,
  directory: Pick<DirectoryReader, 'nas'>,
): 'firm' | 'loose' | undefined {
  const nas = directory.nas(name);
  if (repeated === undefined || nas === undefined || source !== undefined) return undefined;
  const granted = markInClass(Buffer.from(repeated, 'hex'), username, classKey(nas));
  if (granted === undefined) return undefined;
  return differenceOf(granted, grantedMark(grantedAttributes(login.limits, nas)));
}

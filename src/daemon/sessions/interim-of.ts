import type { Session } from '../../accounting/event.ts';
import { parseMac } from '../../base/mac.ts';
import type { Directory } from '../../directory/directory.ts';

/**
 * How often a session reports, in seconds: as the service of its login says, of a device by its MAC.
 *
 * @param usual of whoever nobody knows
 */
export function interimOf(
  directory: Pick<Directory, 'login' | 'device'>,
  usual: number,
): (session: Pick<Session, 'username'>) => number {
  return ({ username }) => {
    const mac = parseMac(username);
    const login = directory.login(username) ?? (mac === undefined ? undefined : directory.device(mac));
    return login?.limits.interimSeconds ?? usual;
  };
}

import type { SessionIndex } from './session-index.ts';
import type { SessionRows } from './session-rows.ts';
import type { SessionState } from './session-state.ts';
import { usernamesOf } from './session-user.ts';
import { type SessionView, viewOf } from './view.ts';

export interface SessionQuery {
  /** Of a device, its MAC in any spelling. */
  readonly user?: string;
  /** True: open ones only. False: closed ones only. Absent: both. */
  readonly active?: boolean;
  /** Default 1000. */
  readonly limit?: number;
  /** For `stale`. */
  readonly interimSeconds: number;
}

/** Open ones first, then closed ones, each the newest first. */
export async function findSessions(
  index: SessionIndex,
  rows: SessionRows,
  { user, active, limit = 1000, interimSeconds }: SessionQuery,
  now: number,
): Promise<readonly SessionView[]> {
  const found = active === false ? [] : [...(user === undefined ? index.open() : index.openOf(user))].reverse();
  const room = limit - found.length;
  if (active !== true && room > 0) {
    found.push(...(user === undefined ? await rows.closed(room) : await closedOf(rows, user, room)));
  }
  return found.slice(0, limit).map((session) => viewOf(session, now, interimSeconds));
}

/** Sessions of a username, begun last first, open ones among them. */
export async function historyOf(
  index: SessionIndex,
  rows: SessionRows,
  username: string,
  limit: number,
): Promise<readonly SessionState[]> {
  const all = [...index.openOf(username), ...(await closedOf(rows, username, limit))];
  return all.sort((a, b) => b.startedAt - a.startedAt).slice(0, limit);
}

/** Begun last first. */
async function closedOf(rows: SessionRows, username: string, limit: number): Promise<readonly SessionState[]> {
  const names = usernamesOf(username);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return rows.history(only, limit);
  const all = await Promise.all(names.map((name) => rows.history(name, limit)));
  return all
    .flat()
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit);
}

import { setImmediate } from 'node:timers/promises';
import type { SessionIndex } from './session-index.ts';
import type { SessionRows } from './session-rows.ts';
import { parseSessionKey, type SessionState } from './session-state.ts';
import { usernamesOf } from './session-user.ts';
import { type InterimSeconds, type SessionView, viewOf } from './view.ts';

export interface SessionQuery {
  /** Of a device, its MAC in any spelling. */
  readonly user?: string;
  readonly nas?: string;
  /** True: open ones only. False: closed ones only. Absent: both. */
  readonly active?: boolean;
  /** Those that were there some time from this moment on, milliseconds since 1970. */
  readonly from?: number;
  /** Those that began before this moment. */
  readonly till?: number;
  /** Default 1000. */
  readonly limit?: number;
  /** For `stale`. */
  readonly interimSeconds: InterimSeconds;
}

/** Open ones first, by their start, then closed ones, by their end (of one user: by their start), each the newest first. */
export async function findSessions(
  index: SessionIndex,
  rows: SessionRows,
  query: SessionQuery,
  now: number,
): Promise<readonly SessionView[]> {
  const { limit = 1000, active, interimSeconds } = query;
  const found = active === false ? [] : await openOnes(index, query, limit);
  if (active !== true && found.length < limit) found.push(...(await closedOnes(rows, query, limit - found.length)));
  return found.map((session) => viewOf(session, now, interimSeconds));
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

/** Sessions that are looked at in one go. */
const perSlice = 20_000;

async function openOnes(index: SessionIndex, query: SessionQuery, limit: number): Promise<SessionState[]> {
  const { user, nas, till = Number.POSITIVE_INFINITY } = query;
  const found: SessionState[] = [];
  let seen = 0;
  for (const session of user === undefined ? index.open() : index.openOf(user)) {
    if ((nas === undefined || session.nas === nas) && session.startedAt < till) found.push(session);
    // The newest come last: of a million, only so many are kept.
    if (found.length >= 2 * limit + perSlice) found.splice(0, found.length - limit);
    seen += 1;
    if (seen % perSlice === 0) await setImmediate();
  }
  return found.slice(-limit).reverse();
}

async function closedOnes(rows: SessionRows, query: SessionQuery, limit: number): Promise<readonly SessionState[]> {
  const { user, nas, from = 0, till = Number.POSITIVE_INFINITY } = query;
  const isWanted = (session: SessionState) =>
    (nas === undefined || session.nas === nas) && (session.stoppedAt ?? 0) >= from && session.startedAt < till;
  if (user !== undefined) return await closedOf(rows, user, limit, isWanted, till);
  if (nas === undefined && from === 0 && till === Number.POSITIVE_INFINITY) return await rows.closed(limit);
  const found: SessionState[] = [];
  const ofNas = nas === undefined ? undefined : (key: string) => parseSessionKey(key)?.[0] === nas;
  for await (const session of rows.endedIn({ from, till: Number.MAX_SAFE_INTEGER, reverse: true }, ofNas)) {
    if (isWanted(session)) found.push(session);
    if (found.length === limit) break;
  }
  return found;
}

/** Begun last first. */
async function closedOf(
  rows: SessionRows,
  username: string,
  limit: number,
  isWanted?: (session: SessionState) => boolean,
  till?: number,
): Promise<readonly SessionState[]> {
  const names = usernamesOf(username);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return rows.history(only, limit, isWanted, till);
  const all = await Promise.all(names.map((name) => rows.history(name, limit, isWanted, till)));
  return all
    .flat()
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit);
}

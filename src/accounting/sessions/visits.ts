import { deviceOf, userOf } from './session-user.ts';
import type { SessionJson } from './view.ts';

/** Sessions of one user on one device that follow one another: it roamed, lost its line for a moment, or logged in again. */
export interface Visit {
  readonly username: string;
  /** As the NAS of its first session sent it. */
  readonly callingStationId?: string;
  /** Those it was at, each once, in order. */
  readonly nas: readonly string[];
  readonly startedAt: string;
  /** Absent: it goes on. */
  readonly stoppedAt?: string;
  /** Online, what two sessions share counted once. */
  readonly seconds: number;
  /** Of all its sessions: each counts its own octets. */
  readonly upOctets: string;
  readonly downOctets: string;
  /** Keys, in the order they began. */
  readonly sessions: readonly string[];
}

/** Who is away for longer comes anew. */
const gapMs = 300_000;

interface Open {
  readonly sessions: SessionJson[];
  readonly multi: Set<string>;
  till: number;
}

/**
 * The visits that sessions are of, newest first. One visit: sessions of one user that share an Acct-Multi-Session-Id (RFC 2866
 * §5.11), or are of one device and begin before the one before is over for five minutes. Pure.
 *
 * @param now of those that go on, wall time
 */
export function visitsOf(sessions: readonly SessionJson[], now: number): readonly Visit[] {
  const byUser = new Map<string, Open[]>();
  for (const session of [...sessions].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))) {
    const user = userOf(session.username);
    const visits = byUser.get(user) ?? [];
    byUser.set(user, visits);
    const visit = visits.findLast((each) => isOf(session, each)) ?? begun(visits);
    visit.sessions.push(session);
    if (session.multiSessionId !== undefined) visit.multi.add(session.multiSessionId);
    visit.till = Math.max(visit.till, endOf(session, Number.POSITIVE_INFINITY));
  }
  return [...byUser.values()]
    .flat()
    .map((visit) => visitOf(visit.sessions, now))
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

function begun(visits: Open[]): Open {
  const visit: Open = { sessions: [], multi: new Set(), till: Number.NEGATIVE_INFINITY };
  visits.push(visit);
  return visit;
}

function isOf(session: SessionJson, { sessions, multi, till }: Open): boolean {
  if (session.multiSessionId !== undefined && multi.has(session.multiSessionId)) return true;
  const device = deviceOf(session) ?? session.callingStationId;
  const isSame = device !== undefined && sessions.some((each) => (deviceOf(each) ?? each.callingStationId) === device);
  return isSame && Date.parse(session.startedAt) <= till + gapMs;
}

function visitOf(sessions: readonly SessionJson[], now: number): Visit {
  const [first] = sessions as readonly [SessionJson];
  const isOver = sessions.every(({ stoppedAt }) => stoppedAt !== undefined);
  const ends = sessions.map((session) => endOf(session, now));
  const sum = (octets: (session: SessionJson) => string) =>
    `${sessions.reduce((all, session) => all + BigInt(octets(session)), 0n)}`;
  return {
    username: first.username,
    ...(first.callingStationId === undefined ? {} : { callingStationId: first.callingStationId }),
    nas: [...new Set(sessions.map(({ nas }) => nas))],
    startedAt: first.startedAt,
    ...(isOver ? { stoppedAt: new Date(Math.max(...ends)).toISOString() } : {}),
    seconds: onlineSeconds(sessions, now),
    upOctets: sum(({ upOctets }) => upOctets),
    downOctets: sum(({ downOctets }) => downOctets),
    sessions: sessions.map(({ key }) => key),
  };
}

/** @param sessions in the order they began */
function onlineSeconds(sessions: readonly SessionJson[], now: number): number {
  let [total, till] = [0, Number.NEGATIVE_INFINITY];
  for (const session of sessions) {
    const [from, end] = [Date.parse(session.startedAt), endOf(session, now)];
    total += Math.max(0, end - Math.max(from, till));
    till = Math.max(till, end);
  }
  return Math.floor(total / 1000);
}

function endOf({ stoppedAt }: SessionJson, open: number): number {
  return stoppedAt === undefined ? open : Date.parse(stoppedAt);
}

import type { ApiReading, UserTotals } from '../accounting/event.ts';
import { type SessionState, sessionKey } from '../accounting/sessions/session-state.ts';
import { compact } from '../base/compact.ts';
import { type EndedGuests, settleGuests, type UserReading } from './hotspot-totals.ts';
import { settleLeases } from './lease-flows.ts';
import type { OnlineSession, RouterReading } from './reading.ts';

/** Words of our own for how a session that was read over the API ended. */
export const endCauses = {
  /** It was not there at the next reading. */
  gone: 'Gone-Between-Readings',
  reboot: 'NAS-Reboot',
  /** RADIUS accounts it after all. */
  radius: 'Accounted-By-RADIUS',
  /** Its router is declared no more, or not dialled. */
  undeclared: 'Router-Not-Read',
} as const;

export interface MatchContext {
  readonly nas: string;
  /** Wall time of the reading. */
  readonly now: number;
  readonly everySeconds: number;
  /** Our open sessions on this router that the API told of. */
  readonly open: readonly SessionState[];
  /** Does RADIUS tell of this session? */
  readonly byRadius: (session: OnlineSession) => boolean;
  /** Of somebody who is new here: sessions of late with this id and username on this router, which are over. */
  readonly closed: (session: OnlineSession) => readonly SessionState[];
  /** The router certainly booted since the last reading. */
  readonly rebooted: boolean;
  /** `/ip/hotspot/user` as counted up to now; `undefined` before the first reading ever. */
  readonly totals: ReadonlyMap<string, UserTotals> | undefined;
  /** Of the users whose totals have grown, those whose sessions RADIUS accounts. */
  readonly radiusUsers: ReadonlySet<string>;
  /** Keys of sessions that were missing at the last reading, and whose last octets are waited for. */
  readonly missing: ReadonlySet<string>;
}

export interface Matched {
  /** For the journal, in order. */
  readonly readings: readonly (ApiReading | UserReading)[];
  /** Keys of sessions to wait one more reading for. */
  readonly missing: ReadonlySet<string>;
}

/** Two readings of one moment may differ by this: uptimes are whole seconds, and read one after the other. */
const slackSeconds = 3;

/**
 * What a reading tells of the sessions of a router: which of those we know goes on, which is new, which is over. Pure.
 * Nothing is counted twice whatever readings are missed or repeated: counters are those of the session since it began.
 */
export function matchSessions(reading: RouterReading, context: MatchContext): Matched {
  const left = new Map(context.open.map((session) => [session.key, session]));
  const readings: (ApiReading | UserReading)[] = [];
  const void_ = (session: SessionState) => readings.push(endReading(session, context, endCauses.radius, true));
  const named = byName(context.open);
  for (const online of reading.sessions) {
    const known = (named.get(nameOf(online)) ?? []).filter(({ key }) => left.has(key));
    const byRadius = online.radius || context.byRadius(online);
    const same = known.find((each) => isSame(each, online, reading, context));
    if (same !== undefined) left.delete(same.key);
    if (byRadius && same !== undefined) void_(same);
    if (!byRadius) readings.push(onlineReading(online, same, reading, context));
  }
  const guests = [...context.open, ...reading.sessions].filter(isGuest).map(({ username }) => username);
  const { totals } = reading;
  const online = new Set(guests);
  const gone = totals === undefined ? notShown : settleGuests([...left.values()], totals, { ...context, online });
  const away = settleLeases([...left.values()], reading, context);
  const last = new Map([...gone.last, ...away.last]);
  const ended = endings({ ...gone, last }, left, context);
  return { readings: [...ended, ...readings, ...gone.others, ...away.others], missing: gone.waiting };
}

const notShown: EndedGuests = { last: new Map(), waiting: new Set(), others: [] };

/** Of a name that is taken up again the old session ends before the new one begins. */
function endings(
  gone: EndedGuests,
  left: ReadonlyMap<string, SessionState>,
  context: MatchContext,
): readonly ApiReading[] {
  const cause = context.rebooted ? endCauses.reboot : endCauses.gone;
  return [...left.values()].flatMap((session) => {
    if (gone.waiting.has(session.key)) return [];
    const end = endReading(session, context, cause, false);
    const last = gone.last.get(session.key);
    if (last === undefined) return [end];
    const { at, ...rest } = last;
    return [{ ...end, ...rest, ended: { cause, at } }];
  });
}

function isGuest(session: SessionState | OnlineSession): boolean {
  return ('access' in session ? session.access : session.api?.access) === 'hotspot';
}

function byName(sessions: readonly SessionState[]): ReadonlyMap<string, readonly SessionState[]> {
  const names = new Map<string, SessionState[]>();
  for (const session of sessions) names.set(nameOf(session), [...(names.get(nameOf(session)) ?? []), session]);
  return names;
}

function nameOf({ sessionId, username }: { readonly sessionId: string; readonly username: string }): string {
  return `${sessionId}\n${username}`;
}

function isNamedAlike(session: SessionState, online: OnlineSession): boolean {
  return session.sessionId === online.sessionId && session.username === online.username;
}

/** Whether the session online is the one we know, and not another under its name. */
export function isSame(
  session: SessionState,
  online: OnlineSession,
  { uptimeSeconds }: Pick<RouterReading, 'uptimeSeconds'>,
  { rebooted }: Pick<MatchContext, 'rebooted'>,
): boolean {
  if (rebooted) return false;
  const begun = session.api?.startUptime;
  if (online.uptimeSeconds === undefined)
    return begun === undefined || uptimeSeconds === undefined || uptimeSeconds >= begun;
  if (online.uptimeSeconds + slackSeconds < session.sessionSeconds) return false;
  if (begun === undefined || uptimeSeconds === undefined) return true;
  return Math.abs(uptimeSeconds - online.uptimeSeconds - begun) <= slackSeconds;
}

/** What the journal is told of a session online. @param same the one we know it as */
export function onlineReading(
  online: OnlineSession,
  same: SessionState | undefined,
  reading: Pick<RouterReading, 'uptimeSeconds'>,
  context: Pick<MatchContext, 'nas' | 'now' | 'everySeconds' | 'rebooted' | 'closed'>,
): ApiReading {
  const { nas, now, everySeconds } = context;
  const {
    radius: _radius,
    queue: _queue,
    lasting: _lasting,
    unclear: _unclear,
    uptimeSeconds,
    meter: shown,
    ...about
  } = online;
  const meter = same === undefined ? unlessCounted(online, context) : shown;
  const seconds = uptimeSeconds ?? leaseSeconds(same, reading);
  const startUptime = same?.api?.startUptime ?? beganAt(reading, seconds);
  const counted = same === undefined ? countedBefore(online, reading, context) : undefined;
  return compact({
    status: 'read' as const,
    nas,
    ...(same === undefined ? about : news(about, same)),
    receivedAt: now,
    // What goes on under a name that is taken begins where it is met again.
    startedAt: same?.startedAt ?? Math.max(0, Math.floor(counted === undefined ? now - seconds * 1000 : now)),
    sessionSeconds: seconds,
    everySeconds,
    startUptime,
    meter: meter === undefined || counted === undefined ? meter : { ...meter, counted },
  });
}

const descriptive = ['sentSessionId', 'framedIpAddress', 'callingStationId', 'calledStationId', 'nasPortId'] as const;

/** Without what the session is known to be: most of the journal would be that. */
function news<T extends Partial<SessionState>>(about: T, same: SessionState): T {
  const known = descriptive.filter((field) => about[field] === same[field]);
  return Object.fromEntries(Object.entries(about).filter(([name]) => !known.some((field) => field === name))) as T;
}

/** The router does not tell how long a lease has been bound: since we saw it, by the router's own clock. */
function leaseSeconds(
  same: SessionState | undefined,
  { uptimeSeconds = 0 }: Pick<RouterReading, 'uptimeSeconds'>,
): number {
  const begun = same?.api?.startUptime;
  return begun === undefined ? 0 : Math.max(0, uptimeSeconds - begun);
}

function beganAt({ uptimeSeconds }: Pick<RouterReading, 'uptimeSeconds'>, sessionSeconds: number): number | undefined {
  return uptimeSeconds === undefined ? undefined : uptimeSeconds - sessionSeconds;
}

/** Half of a reading may be stored: of its snapshot, a session before this one has had the octets of the address. */
function unlessCounted(online: OnlineSession, { closed }: Pick<MatchContext, 'closed'>): OnlineSession['meter'] {
  const { meter } = online;
  if (meter?.source !== 'flows' || meter.id === undefined) return meter;
  const isCounted = closed(online).some(({ api }) => api?.meter?.source === 'flows' && api.meter.id === meter.id);
  return isCounted ? { ...meter, up: '0', down: '0' } : meter;
}

/** It may be one that we thought was over: what was counted then is not counted again. */
function countedBefore(
  online: OnlineSession,
  reading: Pick<RouterReading, 'uptimeSeconds'>,
  context: Pick<MatchContext, 'nas' | 'rebooted' | 'closed'>,
) {
  // Every counter began anew.
  if (context.rebooted) return undefined;
  if (online.access === 'dhcp') return countedByQueue(online, context.closed(online));
  const before = context
    .closed(online)
    .filter((each) => isNamedAlike(each, online) && each.nas === context.nas && each.endedBy === 'gone')
    .filter((each) => each.api !== undefined && isSame(each, online, reading, context));
  if (before.length === 0) return undefined;
  const sum = (direction: 'upOctets' | 'downOctets') => before.reduce((octets, each) => octets + each[direction], 0n);
  return { up: `${sum('upOctets')}`, down: `${sum('downOctets')}` };
}

/**
 * A lease does not tell how long it has been bound, but its counter is known: what it had when a session before ended, or,
 * where it was there before all sessions, what it shows when we first see it.
 */
function countedByQueue({ meter, lasting }: OnlineSession, before: readonly SessionState[]) {
  const same = before.find(({ api }) => meter?.id !== undefined && api?.meter?.id === meter.id);
  if (meter === undefined || meter.source === 'flows') return undefined;
  if (same !== undefined && same.up.seen <= BigInt(meter.up) && same.down.seen <= BigInt(meter.down)) {
    return { up: `${same.up.seen}`, down: `${same.down.seen}` };
  }
  return lasting === true && same === undefined ? { up: meter.up, down: meter.down } : undefined;
}

/** A session's end, where it was last seen. */
export function endReading(
  session: SessionState,
  { nas, now, everySeconds }: Pick<MatchContext, 'nas' | 'now' | 'everySeconds'>,
  cause: string,
  isVoid: boolean,
): ApiReading {
  const { sessionId, username, startedAt, sessionSeconds, api } = session;
  return {
    status: 'read',
    nas,
    sessionId,
    username,
    startedAt,
    // Nothing was heard of it now.
    receivedAt: Math.min(now, session.updatedAt),
    sessionSeconds,
    access: api?.access ?? 'ppp',
    everySeconds,
    ended: { cause, at: session.eventAt },
    ...(isVoid ? { void: true as const } : {}),
  };
}

/** Key of the session that a reading tells of. */
export function keyOfReading({ nas, sessionId, username, startedAt }: ApiReading): string {
  return sessionKey(nas, sessionId, username, startedAt);
}

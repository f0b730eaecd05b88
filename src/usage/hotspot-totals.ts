import type { ApiReading, TotalsReading, UserTotals } from '../accounting/event.ts';
import type { SessionState } from '../accounting/sessions/session-state.ts';

export type UserReading = TotalsReading | ApiReading;

/** What `/ip/hotspot/user` tells of sessions that ended between two readings. */
export interface EndedGuests {
  /** Of sessions that are over: what there is to add to their end. By key. */
  readonly last: ReadonlyMap<string, LastWord>;
  /** Keys of sessions whose octets the router has not added up yet. */
  readonly waiting: ReadonlySet<string>;
  /** Sessions that began and ended between readings, and totals that are news. */
  readonly others: readonly UserReading[];
}

/** The end of a session, as the totals of its user have it. */
export type LastWord = Pick<ApiReading, 'receivedAt'> &
  Partial<Pick<ApiReading, 'meter' | 'totals' | 'sessionSeconds'>> & { readonly at: number };

export interface GuestContext {
  readonly nas: string;
  readonly now: number;
  readonly everySeconds: number;
  /** Usernames of guests who are online, or were at the last reading. */
  readonly online: ReadonlySet<string>;
  /** As counted up to now; `undefined` before the first reading ever. */
  readonly totals: ReadonlyMap<string, UserTotals> | undefined;
  /** Usernames whose sessions RADIUS accounts: what has grown is counted there. */
  readonly radiusUsers: ReadonlySet<string>;
  /** Keys of sessions that were missing at the last reading, too. */
  readonly missing: ReadonlySet<string>;
}

interface Growth {
  readonly up: bigint;
  readonly down: bigint;
  readonly seconds: number;
}

interface Settling {
  readonly last: Map<string, LastWord>;
  readonly waiting: Set<string>;
  readonly others: UserReading[];
}

/** Username under which it is kept that the users of a router have been read at all. */
export const readBefore = '';
/** Cause of the end of a session that nobody saw, known by what the router counted. */
export const unseenCause = 'Between-Readings';

const none: UserTotals = { up: '0', down: '0', seconds: 0 };

/**
 * Completes sessions that ended between readings from the totals of their users. A router adds a session to them when it
 * ends, so that what is there now and was not at the last reading is the last of those sessions, and of such as nobody saw.
 * Pure.
 *
 * @param gone sessions of ours that the router has no more
 * @param totals of users as read now
 */
export function settleGuests(
  gone: readonly SessionState[],
  totals: ReadonlyMap<string, UserTotals>,
  context: GuestContext,
): EndedGuests {
  const settled: Settling = { last: new Map(), waiting: new Set(), others: [] };
  if (context.totals === undefined) return { ...settled, others: firstTotals(totals, context) };
  const ended = byUser(gone.filter(({ api }) => api?.access === 'hotspot'));
  for (const username of context.totals.keys()) {
    if (username !== readBefore && !totals.has(username)) settled.others.push(goneReading(username, context));
  }
  for (const [username, total] of totals) {
    const known = context.totals.get(username) ?? none;
    const isAnew = isMadeAnew(known, total);
    const before = isAnew ? none : known;
    const grown = since(before, total);
    // What its sessions had before is in rows that are gone.
    const over = isAnew ? [] : (ended.get(username) ?? []);
    if (over.length > 0) settleUser(over, grown, total, context, settled);
    else if (isNothing(grown) || context.radiusUsers.has(username)) {
      if (!isEqual(known, total)) settled.others.push(totalsReading(username, total, context));
    } else if (!context.online.has(username)) settled.others.push(unseen(username, grown, total, context));
    else if (isAnew) settled.others.push(totalsReading(username, { ...none, ...rowsOf(total) }, context));
    // Else it waits until who is online is gone: it may be theirs, who went after the router had listed them.
  }
  return settled;
}

function settleUser(
  over: readonly SessionState[],
  grown: Growth,
  total: UserTotals,
  { now, missing }: GuestContext,
  { last, waiting }: Settling,
): void {
  const [newest, ...others] = [...over].sort((a, b) => b.updatedAt - a.updatedAt);
  if (newest === undefined) return;
  const rest = {
    up: others.reduce((left, { up }) => left - up.seen, grown.up),
    down: others.reduce((left, { down }) => left - down.seen, grown.down),
    seconds: others.reduce((left, { sessionSeconds }) => left - sessionSeconds, grown.seconds),
  };
  if (rest.up >= newest.up.seen && rest.down >= newest.down.seen) {
    const sessionSeconds = Math.max(newest.sessionSeconds, rest.seconds);
    last.set(newest.key, {
      receivedAt: now,
      sessionSeconds,
      at: Math.min(now, Math.max(newest.eventAt, newest.startedAt + sessionSeconds * 1000)),
      meter: { source: 'hotspot', up: `${rest.up}`, down: `${rest.down}` },
      totals: total,
    });
  } else if (over.every(({ key }) => missing.has(key))) {
    // It will not come any more: what was read last is all there is.
    last.set(newest.key, { receivedAt: Math.min(now, newest.updatedAt), at: newest.eventAt, totals: total });
  } else for (const { key } of over) waiting.add(key);
}

/** What was counted before we came is none of ours. */
function firstTotals(totals: ReadonlyMap<string, UserTotals>, context: GuestContext): readonly UserReading[] {
  const counted = [...totals].filter(([, total]) => !isEqual(total, { ...none, ...rowsOf(total) }));
  return [...counted, [readBefore, none] as const].map(([username, total]) => totalsReading(username, total, context));
}

function totalsReading(username: string, totals: UserTotals, { nas, now }: GuestContext): UserReading {
  return { status: 'totals', nas, username, receivedAt: now, totals };
}

/** Whoever is made by this name later begins at zero. */
function goneReading(username: string, { nas, now }: GuestContext): UserReading {
  return { status: 'totals', nas, username, receivedAt: now };
}

function unseen(username: string, grown: Growth, totals: UserTotals, context: GuestContext): UserReading {
  const { nas, now, everySeconds } = context;
  return {
    status: 'read',
    nas,
    sessionId: 'between-readings',
    username,
    startedAt: Math.max(0, Math.floor(now - grown.seconds * 1000)),
    receivedAt: now,
    sessionSeconds: grown.seconds,
    access: 'hotspot',
    everySeconds,
    meter: { source: 'hotspot', up: `${grown.up}`, down: `${grown.down}` },
    ended: { cause: unseenCause, at: now },
    totals,
  };
}

/** None of its rows was there. */
function isMadeAnew(before: UserTotals, now: UserTotals): boolean {
  const rows = before.rows?.split(',');
  return rows !== undefined && now.rows !== undefined && !now.rows.split(',').some((row) => rows.includes(row));
}

function rowsOf({ rows }: UserTotals): Pick<UserTotals, 'rows'> {
  return rows === undefined ? {} : { rows };
}

/** Less than before: somebody reset the counters. */
function since(before: UserTotals, now: UserTotals): Growth {
  const isReset = BigInt(now.up) < BigInt(before.up) || BigInt(now.down) < BigInt(before.down);
  const from = isReset ? none : before;
  return {
    up: BigInt(now.up) - BigInt(from.up),
    down: BigInt(now.down) - BigInt(from.down),
    seconds: Math.max(0, now.seconds - from.seconds),
  };
}

function isNothing({ up, down }: Growth): boolean {
  return up === 0n && down === 0n;
}

function isEqual(a: UserTotals, b: UserTotals): boolean {
  return a.up === b.up && a.down === b.down && a.seconds === b.seconds && a.rows === b.rows;
}

function byUser(sessions: readonly SessionState[]): ReadonlyMap<string, readonly SessionState[]> {
  const users = new Map<string, SessionState[]>();
  for (const session of sessions) users.set(session.username, [...(users.get(session.username) ?? []), session]);
  return users;
}

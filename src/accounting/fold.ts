import { byClockOf, clockSetOf } from './clock-set.ts';
import { type AccountingEvent, addressFields, type SessionEnd, type SessionMoved } from './event.ts';
import { type EventTime, eventTime } from './event-time.ts';
import {
  draftOf,
  instanceAfter,
  type SessionDraft,
  type SessionState,
  sessionKey,
  sessionOf,
} from './sessions/session-state.ts';
import {
  lostStop,
  nasReboot,
  nasRebooted,
  notHeardOf,
  notOnNas,
  renamed,
  replaced,
  roamed,
  terminateCauseWord,
} from './terminate-cause.ts';
import { advance, type Counter, noOctets, total } from './usage/octets.ts';

/** Within this a Start is the same Start sent again, and times of one moment may differ. */
export const retransmissionWindowMs = 60_000;

/** A packet without session time, timestamp or new octets is the one before it, sent again, if it comes so soon. */
const resendMs = 30_000;

/** A session that left a NAS whose reports go on, and that was heard of where it is so short a time ago, is reported by both. */
const besideMs = 330_000;

/** So long a packet may take that tells no delay. */
const onTheWayMs = 10_000;

/** Of an absurd session that gets ever new addresses, the last are known. */
const mostFormer = 100;

/**
 * What becomes of a session when a packet comes. Pure; packets may come late, twice, in any order, or not at all.
 *
 * @param current the newest session known under the packet's NAS, Acct-Session-Id and username, open or closed
 * @returns the sessions that changed, the newest last: none for a duplicate, an old packet, or one that tells of no session;
 * two when a Start shows that the one before ended unseen
 */
export function applyEvent(current: SessionState | undefined, event: AccountingEvent): readonly SessionState[] {
  if (event.sessionId === undefined) return [];
  const known = current === undefined ? undefined : takenOver(byClockOf(current, event.clockSet));
  if (event.status === 'start') return applyStart(known, event);
  if (event.status === 'interim' || event.status === 'stop') return applyProgress(known, event);
  return [];
}

/** RADIUS tells of a session that was read over the API until now: from here on it is RADIUS's. */
function takenOver(current: SessionState): SessionState {
  // To copy all the others for what is hardly ever there is a good part of the fold.
  if (current.source === undefined) return current;
  const { source: _api, ...session } = current;
  return session;
}

/**
 * The session after Accounting-On or -Off of its NAS, `undefined` when it is not concerned: another NAS, another NAS-Identifier,
 * closed, or begun after it.
 */
export function closeByNas(current: SessionState, event: AccountingEvent): SessionState | undefined {
  if (current.nas !== event.nas || current.stoppedAt !== undefined) return undefined;
  const session = byClockOf(current, event.clockSet);
  const named = event.nasIdentifier !== undefined && session.nasIdentifier !== undefined;
  if (named && event.nasIdentifier !== session.nasIdentifier) return undefined;
  // By our clock: a router that has just booted may not know the time yet.
  const at = eventTime(event).byArrival;
  if (session.originAt >= at) return undefined;
  const given = event.status === 'off' ? event.terminateCause : undefined;
  return close(session, 'nas', session.eventAt, at, terminateCauseWord(given ?? nasReboot));
}

/** The session after we learnt that its NAS has it no more, `undefined` when it is over already. It ends where it was last seen. */
export function closeGone(
  current: SessionState,
  { receivedAt, cause, clockSet }: SessionEnd,
): SessionState | undefined {
  if (current.stoppedAt !== undefined) return undefined;
  const session = byClockOf(current, clockSet);
  return close(session, 'gone', session.eventAt, receivedAt, cause);
}

/**
 * The session under another name of its router: it ends under the old one, and another begins that has counted nothing yet.
 *
 * @param there what is open by its id and username under the new name: packets may have come before we heard of the name
 */
export function moveSession(
  session: SessionState,
  { to, receivedAt }: SessionMoved,
  there: SessionState | undefined,
): { readonly ended: SessionState; readonly moved: SessionState | undefined } | undefined {
  if (session.stoppedAt !== undefined) return undefined;
  const { nas: _nas, key: _key, ...rest } = session;
  const ended = close(session, 'gone', session.eventAt, receivedAt, renamed);
  if (there !== undefined) {
    const isSame = Math.abs(there.originAt - session.originAt) <= 2 * retransmissionWindowMs;
    return { ended, moved: isSame ? { ...there, ...without(there, session), formerly: formerOf(session) } : undefined };
  }
  // It may have had this name before; readings look for theirs by when it began.
  const { startedAt, source } = session;
  const instance = source === undefined ? instanceAfter(session, startedAt) : startedAt;
  const key = sessionKey(to, session.sessionId, session.username, instance);
  return { ended, moved: { ...rest, nas: to, key, ...without(session, session), formerly: formerOf(session) } };
}

/**
 * The session of which a packet speaks where it was open at another NAS until now, with its id, device and counters: there it is over,
 * and here only what is counted beyond that counts.
 *
 * @param current the newest session so named at the packet's own NAS
 * @param from one that is open elsewhere
 * @returns what they are then, the newest last. `ended` is absent where the other NAS reports it, too: there it goes on. `undefined` when
 * the packet is not of that one
 */
export function roamSession(
  current: SessionState | undefined,
  from: SessionState,
  event: AccountingEvent,
): { readonly ended?: SessionState; readonly next: SessionState } | undefined {
  const session = byClockOf(from, event.clockSet);
  const here = current === undefined ? undefined : byClockOf(current, event.clockSet);
  if (!mayHaveRoamed(here) || !goesOnFrom(session, here, event)) return undefined;
  const { byArrival } = eventTime(event);
  if (here?.terminateCause === roamed && event.status === 'interim' && byArrival - session.updatedAt < besideMs) {
    return { next: besides(session, event) };
  }
  const ended = close(session, 'stop', session.eventAt, byArrival, roamed);
  const counted = { ...without(session, session), formerly: formerOf(session) };
  if (here !== undefined && here.stoppedAt === undefined) {
    const { startedAt, startKnown, startFrom, originAt, eventAt, sessionSeconds } = session;
    const times = { startedAt, startKnown, startFrom, originAt, eventAt, sessionSeconds };
    return { ended, next: progress({ ...here, ...times, ...counted }, event) };
  }
  const { nas: _nas, key: _key, ...rest } = session;
  const instance = here === undefined ? session.startedAt : instanceAfter(here, session.startedAt);
  const key = sessionKey(event.nas, session.sessionId, session.username, instance);
  return { ended, next: progress({ ...rest, nas: event.nas, key, ...counted }, event) };
}

/** The session after a report of it by a NAS where it is not, or not alone: what is counted counts, and it stays where it is. */
function besides(session: SessionState, event: AccountingEvent): SessionState {
  const {
    nasIpAddress: _a,
    nasIdentifier: _i,
    calledStationId: _c,
    nasPort: _p,
    nasPortId: _n,
    nasPortType: _t,
    ...rest
  } = event;
  // Its own NAS may be silent all the same.
  return { ...progress(session, { ...rest, nas: session.nas }), updatedAt: session.updatedAt };
}

/** Whether a packet that finds this session may be of one at another NAS: it has counted nothing yet, or is over by that. */
export function mayHaveRoamed(here: SessionState | undefined): boolean {
  if (here === undefined) return true;
  if (here.stoppedAt !== undefined) return here.terminateCause === roamed;
  return here.sessionSeconds === 0 && here.formerly === undefined;
}

/** Whether id, username, device, begin and counters are all those of that session. */
function goesOnFrom(session: SessionState, here: SessionState | undefined, event: AccountingEvent): boolean {
  const { sessionSeconds, inputOctets, outputOctets, callingStationId, username = '' } = event;
  if (sessionSeconds === undefined || inputOctets === undefined || outputOctets === undefined) return false;
  if (session.nas === event.nas || session.username !== username) return false;
  if (callingStationId === undefined || session.callingStationId !== callingStationId) return false;
  const began = eventTime(event).byArrival - sessionSeconds * 1000;
  const away = Math.abs(began - session.originAt);
  const isNearer = here === undefined || here.stoppedAt !== undefined || away < Math.abs(began - here.originAt);
  if (away > retransmissionWindowMs || !isNearer || sessionSeconds < session.sessionSeconds) return false;
  const order = sessionSeconds - session.sessionSeconds;
  const up = advance(session.up, { low: inputOctets, high: event.inputGigawords }, order);
  const down = advance(session.down, { low: outputOctets, high: event.outputGigawords }, order);
  // Counters that begin anew are of another session, or of a NAS that counts for itself.
  return up.base === session.up.base && down.base === session.down.base && total(session.up) + total(session.down) > 0n;
}

/** Counters less what another has counted already. */
function without({ up, down }: SessionState, counted: SessionState) {
  const less = (counter: Counter, already: bigint): Counter => ({ ...counter, base: counter.base - already });
  return octets(less(up, counted.upOctets), less(down, counted.downOctets));
}

function formerOf(session: SessionState): Required<SessionState>['formerly'] {
  const { upOctets, downOctets, sessionSeconds: seconds, formerly } = session;
  return {
    up: `${upOctets + BigInt(formerly?.up ?? 0)}`,
    down: `${downOctets + BigInt(formerly?.down ?? 0)}`,
    seconds,
  };
}

function applyStart(current: SessionState | undefined, event: AccountingEvent): readonly SessionState[] {
  const time = eventTime(event);
  if (current === undefined) return [begin(event, time)];
  if (current.stoppedAt !== undefined) {
    const isAgain = time.from === 'event-timestamp' && keyOf(event, time.at) === current.key;
    return !isAgain && startsAfter(current, time) ? [begin(event, time, current)] : [];
  }
  const away = distance(current, time.at, time.byArrival);
  if (Math.abs(away) <= retransmissionWindowMs || (away < 0 && !current.startKnown))
    return learnStart(current, event, time);
  // An earlier Start than the one known is of a session that is over.
  if (away < 0) return [];
  return [close(current, 'lost', current.eventAt, time.byArrival, lostStop), begin(event, time, current)];
}

/** Whether a Start that finds its session closed is of a new one, and not the old Start come late or again. */
function startsAfter(closed: SessionState, time: EventTime): boolean {
  const [stoppedAt, endedAt] = [closed.stoppedAt ?? 0, closed.endedAt ?? 0];
  const byNas = time.from === 'event-timestamp' && closed.startFrom === time.from;
  if (closed.endedBy !== 'stop') return time.byArrival >= endedAt && !(byNas && time.at === closed.startedAt);
  if (!closed.startKnown) return time.byArrival > endedAt + retransmissionWindowMs;
  if (byNas) return time.at > stoppedAt && time.byArrival >= endedAt;
  return time.byArrival > endedAt && time.byArrival > closed.originAt + resendMs;
}

function learnStart(current: SessionState, event: AccountingEvent, time: EventTime): readonly SessionState[] {
  const draft = draftOf(current);
  describe(draft, event, false);
  if (current.startKnown) return sameDescription(current, sessionOf(draft)) ? [] : [sessionOf(draft)];
  draft.startKnown = true;
  draft.startedAt = time.at;
  draft.startFrom = time.from;
  draft.originAt = time.byArrival;
  return [sessionOf(draft)];
}

function applyProgress(current: SessionState | undefined, event: AccountingEvent): readonly SessionState[] {
  if (current === undefined) return [progress(beginUnseen(event), event)];
  if (current.stoppedAt !== undefined) return applyAfterEnd(current, event);
  if (isOfPrevious(current, event)) return [];
  if (beganAfter(current, current.updatedAt, current.eventAt, event)) {
    const ended = close(current, 'lost', current.eventAt, event.receivedAt, lostStop);
    return [ended, progress(beginUnseen(event, current), event)];
  }
  const next = progress(current, event);
  return event.status === 'interim' && !isNews(current, next, event) ? [] : [next];
}

/**
 * Nothing opens a closed session. But a Stop is the last word where we had ended it ourselves, a new session may be under its
 * id, and one that we took its NAS's word for to be gone may be there all the same.
 */
function applyAfterEnd(closed: SessionState, event: AccountingEvent): readonly SessionState[] {
  if (beganAfter(closed, closed.endedAt ?? 0, closed.stoppedAt ?? 0, event) || beganWithBoot(closed, event)) {
    return [progress(beginUnseen(event, closed), event)];
  }
  if (closed.endedBy === 'stop' || isOfPrevious(closed, event)) return [];
  if (event.status === 'stop') return [progress(closed, event)];
  return goesOn(closed, event) ? [progress(openAgain(closed), event)] : [];
}

/** Causes of ends that nobody saw: packets that come later know better. */
const supposed: readonly string[] = [notOnNas, notHeardOf, replaced, nasRebooted];

/** Does a NAS account for a session that it had denied having, or that we had given up, well after that? */
function goesOn(closed: SessionState, event: AccountingEvent): boolean {
  if (closed.endedBy !== 'gone' || !supposed.includes(closed.terminateCause ?? '')) return false;
  const isLater = eventTime(event).byArrival > (closed.endedAt ?? 0) + resendMs;
  return isLater && (event.sessionSeconds === undefined || event.sessionSeconds > closed.sessionSeconds);
}

/** What was stored as ended stays so, with what it had used: the rest of the session is counted from there, under a key of its own. */
function openAgain(closed: SessionState): SessionState {
  const { stoppedAt: _at, endedBy: _by, endedAt = 0, terminateCause: _cause, key: _key, ...rest } = closed;
  const key = sessionKey(closed.nas, closed.sessionId, closed.username, instanceAfter(closed, endedAt));
  return { ...rest, key, ...without(closed, closed), formerly: formerOf(closed) };
}

/** Whether the packet's session began, counted back from its Acct-Session-Time, well after this moment of a session. */
function beganAfter(session: SessionState, byArrival: number, at: number, event: AccountingEvent): boolean {
  if (event.sessionSeconds === undefined) return false;
  const time = eventTime(event);
  const ageMs = event.sessionSeconds * 1000;
  const beganAt = timeIn(session, time) - ageMs;
  return time.byArrival - ageMs > byArrival + retransmissionWindowMs && beganAt > at + retransmissionWindowMs;
}

/** Whether the packet's session, whose Start was lost, is one of those that began as soon as its NAS was up again. */
function beganWithBoot(closed: SessionState, event: AccountingEvent): boolean {
  if (closed.endedBy !== 'nas' || event.sessionSeconds === undefined) return false;
  const beganAt = eventTime(event).byArrival - event.sessionSeconds * 1000;
  const sinceBoot = beganAt - (closed.endedAt ?? 0);
  return sinceBoot > -onTheWayMs && Math.abs(sinceBoot) < Math.abs(beganAt - closed.originAt);
}

/** The time of an event by the clock that the start of the session is by: the NAS's, or ours. */
function timeIn({ startFrom, startedAt, originAt }: SessionState, time: EventTime): number {
  const byNas = startFrom === 'event-timestamp';
  return byNas === (time.from === 'event-timestamp') ? time.at : startedAt + time.byArrival - originAt;
}

/** Whether the packet belongs to the session that had this id before: its start is nearer to that one's. */
function isOfPrevious(current: SessionState, event: AccountingEvent): boolean {
  if (current.before === undefined || event.sessionSeconds === undefined) return false;
  const time = eventTime(event);
  const ageMs = event.sessionSeconds * 1000;
  const [at, byArrival] = [time.at - ageMs, time.byArrival - ageMs];
  return Math.abs(distance(current.before, at, byArrival)) < Math.abs(distance(current, at, byArrival));
}

/** How far a start lies from a session's, by the clock that makes it less: the NAS's, or ours. */
function distance(
  start: { readonly startedAt: number; readonly originAt: number },
  at: number,
  byArrival: number,
): number {
  const byNas = at - start.startedAt;
  const byUs = byArrival - start.originAt;
  return Math.abs(byNas) <= Math.abs(byUs) ? byNas : byUs;
}

function isNews(current: SessionState, next: SessionState, event: AccountingEvent): boolean {
  if (next.upOctets !== current.upOctets || next.downOctets !== current.downOctets) return true;
  if (!sameDescription(current, next)) return true;
  if (event.sessionSeconds !== undefined) return event.sessionSeconds > current.sessionSeconds;
  return next.eventAt > current.eventAt + resendMs;
}

/** The session after an Interim-Update or Stop that is its own. */
function progress(before: SessionState, event: AccountingEvent): SessionState {
  const time = eventTime(event, before.originAt);
  const order = orderOf(before, event, time);
  const newer = order > 0;
  const current = withClockSet(before, event, time);
  const at = momentIn(current, event, time);
  const up = advance(counterOf(current, 'up', event), { low: event.inputOctets, high: event.inputGigawords }, order);
  const down = advance(
    counterOf(current, 'down', event),
    { low: event.outputOctets, high: event.outputGigawords },
    order,
  );
  const counted = Math.max(0, Math.floor((time.byArrival - current.originAt) / 1000));
  const next = draftOf(current);
  if (event.inputOctets !== undefined) next.api = undefined;
  describe(next, event, newer);
  if (newer) leaveAddresses(next, event, current, at);
  count(next, up, down);
  next.sessionSeconds = Math.max(current.sessionSeconds, event.sessionSeconds ?? counted);
  next.updatedAt = Math.max(current.updatedAt, event.receivedAt);
  next.eventAt = Math.max(current.eventAt, at);
  if (event.status === 'stop') end(next, 'stop', at, time.byArrival, causeOf(event));
  return sessionOf(next);
}

function causeOf({ terminateCause }: AccountingEvent): string | undefined {
  return terminateCause === undefined ? undefined : terminateCauseWord(terminateCause);
}

/** When it happened in the session: of what the clocks say, what fits its Acct-Session-Time, which no clock moves. */
function momentIn(session: SessionState, { sessionSeconds }: AccountingEvent, time: EventTime): number {
  if (sessionSeconds === undefined) return timeIn(session, time);
  const expected = session.startedAt + sessionSeconds * 1000;
  const byUs = session.startedAt + time.byArrival - session.originAt;
  return Math.abs(time.at - expected) <= Math.abs(byUs - expected) ? time.at : byUs;
}

/** The NAS has set its clock since the session began: what is nearer to ours is believed of when that was. */
function withClockSet(session: SessionState, { sessionSeconds }: AccountingEvent, time: EventTime): SessionState {
  const { startFrom, startedAt, originAt } = session;
  if (sessionSeconds === undefined || time.from !== 'event-timestamp' || startFrom !== 'event-timestamp')
    return session;
  const began = Math.max(0, time.at - sessionSeconds * 1000);
  const isOther = Math.abs(began - startedAt) > retransmissionWindowMs;
  if (!isOther || Math.abs(began - originAt) >= Math.abs(startedAt - originAt)) return session;
  return { ...session, startedAt: began, eventAt: began };
}

/** The packet's octets are those of the whole session: in place of what was read over the API, not on top of it. */
function counterOf(current: SessionState, direction: 'up' | 'down', event: AccountingEvent): Counter {
  if (current.api === undefined || event.inputOctets === undefined) return current[direction];
  return { ...noOctets, base: -BigInt(current.formerly?.[direction] ?? 0) };
}

/** More than 0: the packet tells of a later moment than all before it; less: of an earlier one. No clock moves the NAS's own count. */
function orderOf(current: SessionState, event: AccountingEvent, time: EventTime): number {
  if (event.sessionSeconds !== undefined) return event.sessionSeconds - current.sessionSeconds;
  return timeIn(current, time) - current.eventAt;
}

function begin(event: AccountingEvent, time: EventTime, before?: SessionState): SessionState {
  const session = blank(event, time, 0, before);
  session.startKnown = true;
  return sessionOf(session);
}

/** A session whose Start was not seen (yet): begun as long ago as it says it lasts. */
function beginUnseen(event: AccountingEvent, before?: SessionState): SessionState {
  return sessionOf(blank(event, eventTime(event), (event.sessionSeconds ?? 0) * 1000, before));
}

function blank(event: AccountingEvent, time: EventTime, ageMs: number, before: SessionState | undefined): SessionDraft {
  const { nas, sessionId = '', username = '' } = event;
  const startedAt = Math.max(0, time.at - ageMs);
  const session = draftOf({
    key: keyOf(event, before === undefined ? startedAt : instanceAfter(before, startedAt)),
    nas,
    sessionId,
    username,
    startedAt,
    startKnown: false,
    startFrom: time.from,
    originAt: time.byArrival - ageMs,
    ...clockSetOf(event.clockSet),
    updatedAt: event.receivedAt,
    eventAt: startedAt,
    sessionSeconds: 0,
    up: noOctets,
    down: noOctets,
    upOctets: 0n,
    downOctets: 0n,
  });
  describe(session, event, true);
  if (before !== undefined) session.before = startOf(before);
  return session;
}

function startOf({ startedAt, originAt, startFrom }: SessionState): Required<SessionState>['before'] {
  return { startedAt, originAt, startFrom };
}

function keyOf({ nas, sessionId = '', username = '' }: AccountingEvent, startedAt: number): string {
  return sessionKey(nas, sessionId, username, startedAt);
}

function close(
  session: SessionState,
  endedBy: Required<SessionState>['endedBy'],
  at: number,
  endedAt: number,
  cause: string | undefined,
): SessionState {
  const closed = draftOf(session);
  end(closed, endedBy, at, endedAt, cause);
  return sessionOf(closed);
}

function end(
  session: SessionDraft,
  endedBy: SessionState['endedBy'],
  at: number,
  endedAt: number,
  cause: string | undefined,
): void {
  session.stoppedAt = Math.max(at, session.startedAt);
  session.endedBy = endedBy;
  session.endedAt = endedAt;
  session.terminateCause = cause;
}

function count(session: SessionDraft, up: Counter, down: Counter): void {
  session.up = up;
  session.down = down;
  session.upOctets = total(up);
  session.downOctets = total(down);
}

function octets(up: Counter, down: Counter) {
  return { up, down, upOctets: total(up), downOctets: total(down) };
}

const descriptive = [
  'sentSessionId',
  ...addressFields,
  'callingStationId',
  'calledStationId',
  'nasPort',
  'nasPortId',
  'nasPortType',
  'serviceType',
  'framedProtocol',
  'connectInfo',
  'nasIpAddress',
  'nasIdentifier',
  'multiSessionId',
  'class',
] as const;

/** Notes what the packet says of the session beside its counters. What an older packet says only fills what is missing. */
function describe(session: SessionDraft, event: AccountingEvent, newer: boolean): void {
  session.sentSessionId = told(session.sentSessionId, event.sentSessionId, newer);
  session.framedIpAddress = told(session.framedIpAddress, event.framedIpAddress, newer);
  session.framedIpv6Address = told(session.framedIpv6Address, event.framedIpv6Address, newer);
  session.framedIpv6Prefix = told(session.framedIpv6Prefix, event.framedIpv6Prefix, newer);
  session.delegatedIpv6Prefix = told(session.delegatedIpv6Prefix, event.delegatedIpv6Prefix, newer);
  session.callingStationId = told(session.callingStationId, event.callingStationId, newer);
  session.calledStationId = told(session.calledStationId, event.calledStationId, newer);
  session.nasPort = told(session.nasPort, event.nasPort, newer);
  session.nasPortId = told(session.nasPortId, event.nasPortId, newer);
  session.nasPortType = told(session.nasPortType, event.nasPortType, newer);
  session.serviceType = told(session.serviceType, event.serviceType, newer);
  session.framedProtocol = told(session.framedProtocol, event.framedProtocol, newer);
  session.connectInfo = told(session.connectInfo, event.connectInfo, newer);
  session.nasIpAddress = told(session.nasIpAddress, event.nasIpAddress, newer);
  session.nasIdentifier = told(session.nasIdentifier, event.nasIdentifier, newer);
  session.multiSessionId = told(session.multiSessionId, event.multiSessionId, newer);
  session.class = told(session.class, event.class, newer);
  if (event.username !== undefined && session.username === '') session.username = event.username;
}

/** An equal text that is there already is not kept twice. */
function told<T>(known: T | undefined, value: T | undefined, newer: boolean): T | undefined {
  if (value === undefined || value === known) return known;
  return newer || known === undefined ? value : known;
}

/** Notes what it had before the addresses that the packet tells, in place of them. */
function leaveAddresses(session: SessionDraft, event: AccountingEvent, current: SessionState, at: number): void {
  for (const field of addressFields) {
    const address = current[field];
    const next = event[field];
    if (address === undefined || next === undefined || next === address) continue;
    const left = { field, address, till: Math.max(at, current.startedAt) };
    session.formerAddresses = [...(session.formerAddresses ?? []), left].slice(-mostFormer);
  }
}

function sameDescription(a: SessionState, b: SessionState): boolean {
  return a.username === b.username && descriptive.every((field) => a[field] === b[field]);
}

import type { ApiReading, MeterReading } from '../event.ts';
import { type SessionState, sessionKey } from '../sessions/session-state.ts';
import { type Counter, noOctets, total } from './octets.ts';

/** Key of the session that a reading is of. */
export function readingKey({ nas, sessionId, username, startedAt }: ApiReading): string {
  return sessionKey(nas, sessionId, username, startedAt);
}

/**
 * What becomes of a session when its counters are read over the API. Pure; the same reading twice is the same as once.
 *
 * @param current the session under `readingKey`
 * @returns undefined when it changes nothing: the session is over, or RADIUS tells what it uses
 */
export function applyReading(current: SessionState | undefined, reading: ApiReading): SessionState | undefined {
  if (current?.stoppedAt !== undefined) return undefined;
  if (current !== undefined && current.source === undefined) return filledIn(current, reading);
  const known = current ?? blank(reading);
  const next = reading.void === true ? { ...known, ...octets(noOctets, noOctets) } : advanced(known, reading);
  return reading.ended === undefined ? next : ended(next, reading, reading.ended);
}

function blank(reading: ApiReading): SessionState {
  const { nas, sessionId, username, startedAt, access, everySeconds } = reading;
  return {
    key: readingKey(reading),
    nas,
    sessionId,
    username,
    source: reading.source ?? 'api',
    startedAt,
    startKnown: false,
    startFrom: 'arrival',
    originAt: startedAt,
    updatedAt: startedAt,
    eventAt: startedAt,
    sessionSeconds: 0,
    ...octets(noOctets, noOctets),
    api: { access, everySeconds },
  };
}

/**
 * RADIUS has told of a session, and not yet what it uses, as of logins in a router's own tables: until it does, what the
 * router shows stands in. The first packet with octets replaces it.
 */
export function lacksOctets({ source, api, sessionSeconds, upOctets, downOctets }: SessionState): boolean {
  if (source !== undefined) return false;
  return api !== undefined || (sessionSeconds === 0 && upOctets === 0n && downOctets === 0n);
}

/** By its id it may be one of before the router booted, whose Stop never came. */
const sameStartMs = 120_000;

function filledIn(current: SessionState, reading: ApiReading): SessionState | undefined {
  if (!lacksOctets(current) || reading.meter === undefined || reading.ended !== undefined) return undefined;
  if (Math.abs(reading.startedAt - current.originAt) > sameStartMs) return undefined;
  const { up, down, upOctets, downOctets, api, updatedAt, eventAt } = advanced(current, reading);
  return { ...current, up, down, upOctets, downOctets, updatedAt, eventAt, ...(api === undefined ? {} : { api }) };
}

function advanced(current: SessionState, reading: ApiReading): SessionState {
  const { meter, access, everySeconds, startUptime, receivedAt, sessionSeconds } = reading;
  const before = current.api?.meter;
  const counted = meter === undefined ? {} : octets(read(current, meter, 'up'), read(current, meter, 'down'));
  const seen =
    meter === undefined ? before : { source: meter.source, ...(meter.id === undefined ? {} : { id: meter.id }) };
  const begun = startUptime ?? current.api?.startUptime;
  return {
    ...current,
    ...described(reading),
    ...counted,
    sessionSeconds: Math.max(current.sessionSeconds, sessionSeconds),
    updatedAt: Math.max(current.updatedAt, receivedAt),
    eventAt: Math.max(current.eventAt, receivedAt),
    api: {
      access,
      everySeconds,
      ...(seen === undefined ? {} : { meter: seen }),
      ...(begun === undefined ? {} : { startUptime: begun }),
    },
  };
}

/**
 * A counter after a reading. What another row counts, and what is less than before, began at zero; another kind of counter
 * has counted the same octets, so that only what it counts from here on is added. Flows are octets since the last reading.
 */
function read({ up, down, api }: SessionState, meter: MeterReading, direction: 'up' | 'down'): Counter {
  const counter = direction === 'up' ? up : down;
  const seen = BigInt(meter[direction]);
  if (meter.source === 'flows') {
    const isCounted = api?.meter?.source === 'flows' && meter.id !== undefined && api.meter.id === meter.id;
    return isCounted ? counter : { ...counter, base: counter.base + seen };
  }
  if (api?.meter === undefined)
    return { ...counter, base: total(counter) - BigInt(meter.counted?.[direction] ?? 0), seen };
  if (api.meter.source !== meter.source) return { ...counter, base: total(counter) - seen, seen };
  const anew =
    seen < counter.seen || (api.meter.id !== undefined && meter.id !== undefined && api.meter.id !== meter.id);
  return anew ? { ...counter, base: total(counter), seen } : { ...counter, seen };
}

function ended(session: SessionState, reading: ApiReading, end: Required<ApiReading>['ended']): SessionState {
  const stoppedAt = Math.max(session.startedAt, end.at);
  return { ...session, stoppedAt, endedBy: 'gone', endedAt: reading.receivedAt, terminateCause: end.cause };
}

const descriptive = ['sentSessionId', 'framedIpAddress', 'callingStationId', 'calledStationId', 'nasPortId'] as const;

function described(reading: ApiReading): Partial<SessionState> {
  const said: Partial<Record<(typeof descriptive)[number], string>> = {};
  for (const field of descriptive) if (reading[field] !== undefined) said[field] = reading[field];
  return said;
}

function octets(up: Counter, down: Counter) {
  return { up, down, upOctets: total(up), downOctets: total(down) };
}

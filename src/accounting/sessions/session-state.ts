import type { ApiReading, ClockSet, MeterReading, Session } from '../event.ts';
import type { TimeSource } from '../event-time.ts';
import type { Counter } from '../usage/octets.ts';

/** A session with what the fold needs to place the next packet. */
export interface SessionState extends Session {
  readonly up: Counter;
  readonly down: Counter;
  /** A Start was seen; else `startedAt` is counted back from a later packet. */
  readonly startKnown: boolean;
  /** What `startedAt` rests on. */
  readonly startFrom: TimeSource;
  /** `startedAt` by our own clock: for comparing with a packet whose NAS clock was set meanwhile. */
  readonly originAt: number;
  /** Time of the newest event, by the clock that `startedAt` is by. */
  readonly eventAt: number;
  /** As of the newest event: what of these times is by our clock is by the clock of then. */
  readonly clockSet?: ClockSet;
  /** What ended it: its Stop, On or Off of its NAS, a new session under its id, or that its NAS has it no more. */
  readonly endedBy?: 'stop' | 'nas' | 'lost' | 'gone';
  /** When that happened, by our own clock. */
  readonly endedAt?: number;
  /**
   * Of the session that had this id just before. `startFrom` is absent of what older releases stored; `instance` is there where
   * that of its key is not below ours.
   */
  readonly before?: {
    readonly startedAt: number;
    readonly originAt: number;
    readonly startFrom?: TimeSource;
    readonly instance?: number;
  };
  /** Of it, what is counted under former keys: octets, decimal text, and seconds, which `sessionSeconds` goes on from. */
  readonly formerly?: { readonly up: string; readonly down: string; readonly seconds?: number };
  /** What was read last, of a session that `source` calls `api`. Left of one that RADIUS took over: its octets are replaced by the first of a packet. */
  readonly api?: {
    readonly access: ApiReading['access'];
    readonly everySeconds: number;
    readonly meter?: Pick<MeterReading, 'source' | 'id'>;
    readonly startUptime?: number;
  };
}

/** A session that is being worked out: nobody else has it yet. */
export type SessionDraft = { -readonly [K in keyof Required<SessionState>]: SessionState[K] };

/**
 * A copy to write to. All of them have one shape, fields that are absent among them: an object that grows field by field beyond
 * some dozens becomes a hash table, and each copy of it takes three times as long.
 */
export function draftOf(session: SessionState): SessionDraft {
  return {
    key: session.key,
    nas: session.nas,
    sessionId: session.sessionId,
    username: session.username,
    startedAt: session.startedAt,
    startKnown: session.startKnown,
    startFrom: session.startFrom,
    originAt: session.originAt,
    clockSet: session.clockSet,
    updatedAt: session.updatedAt,
    eventAt: session.eventAt,
    sessionSeconds: session.sessionSeconds,
    up: session.up,
    down: session.down,
    upOctets: session.upOctets,
    downOctets: session.downOctets,
    sentSessionId: session.sentSessionId,
    framedIpAddress: session.framedIpAddress,
    framedIpv6Address: session.framedIpv6Address,
    framedIpv6Prefix: session.framedIpv6Prefix,
    delegatedIpv6Prefix: session.delegatedIpv6Prefix,
    formerAddresses: session.formerAddresses,
    callingStationId: session.callingStationId,
    calledStationId: session.calledStationId,
    nasPort: session.nasPort,
    nasPortId: session.nasPortId,
    nasPortType: session.nasPortType,
    serviceType: session.serviceType,
    framedProtocol: session.framedProtocol,
    connectInfo: session.connectInfo,
    nasIpAddress: session.nasIpAddress,
    nasIdentifier: session.nasIdentifier,
    multiSessionId: session.multiSessionId,
    class: session.class,
    stoppedAt: session.stoppedAt,
    endedBy: session.endedBy,
    endedAt: session.endedAt,
    terminateCause: session.terminateCause,
    source: session.source,
    before: session.before,
    formerly: session.formerly,
    api: session.api,
  };
}

/** As it is from here on. What is `undefined` in it is absent: to nobody does it make a difference, nor to JSON. */
export function sessionOf(draft: SessionDraft): SessionState {
  return draft as SessionState;
}

/** The parts of a session's name that the NAS gives. Text of any kind: lengths come first. */
export function sessionKey(nas: string, sessionId: string, username: string, instance: number): string {
  return `${prefixed(nas)}${prefixed(sessionId)}${prefixed(username)}${instance.toString(36)}`;
}

/**
 * The instance for a session that begins after another of the same name: of three that began at one moment, by a clock that was
 * set back between them, each has its own, for along such a row they only grow.
 *
 * @param startedAt milliseconds since 1970
 */
export function instanceAfter(before: Pick<SessionState, 'key' | 'before'>, startedAt: number): number {
  return Math.max(startedAt, lastInstance(before) + 1);
}

/** A session whose key is given, and by a clock of before those of its name: what comes next must not get one of theirs. */
export function following(session: SessionState, before: SessionState | undefined): SessionState {
  if (before === undefined || session.before !== undefined) return session;
  const instance = lastInstance(before);
  if (instance < lastInstance(session)) return session;
  const { startedAt, originAt, startFrom } = before;
  return { ...session, before: { startedAt, originAt, startFrom, instance } };
}

function lastInstance({ key, before }: Pick<SessionState, 'key' | 'before'>): number {
  return Math.max(Number.parseInt(key.slice(partsOf(key)?.end ?? key.length), 36), before?.instance ?? 0);
}

/** What all sessions under one Acct-Session-Id of a NAS share. */
export function idOnNas(nas: string, sessionId: string): string {
  return prefixed(nas) + sessionId;
}

/** NAS, Acct-Session-Id and username of a `sessionKey`, `undefined` when it is none. */
export function parseSessionKey(key: string): readonly [nas: string, sessionId: string, username: string] | undefined {
  return partsOf(key)?.names;
}

/** @returns with where the instance begins */
function partsOf(key: string) {
  const parts: string[] = [];
  let at = 0;
  while (parts.length < 3) {
    const colon = key.indexOf(':', at);
    const length = Number(key.slice(at, colon));
    if (colon <= at || !Number.isSafeInteger(length) || colon + 1 + length > key.length) return undefined;
    parts.push(key.slice(colon + 1, colon + 1 + length));
    at = colon + 1 + length;
  }
  const [nas = '', sessionId = '', username = ''] = parts;
  return { names: [nas, sessionId, username] as const, end: at };
}

const prefixed = (text: string) => `${text.length}:${text}`;

/** As it is stored: octets as decimal text, which JSON keeps exactly. */
export interface StoredSession extends Omit<SessionState, 'up' | 'down' | 'upOctets' | 'downOctets'> {
  readonly up: StoredCounter;
  readonly down: StoredCounter;
  /** Number of the commit up to which the row is right. Absent of rows of schema 1. */
  readonly upTo?: number;
}

type StoredCounter = readonly [base: string, seen: string, gigawords: 0 | 1];

/** @param upTo number of the newest commit that it follows */
export function toStored(state: SessionState, upTo?: number): StoredSession {
  // What is `undefined` is not stored. To leave it out of the copy takes several times as long as all the rest of it.
  const stored = {
    ...state,
    upOctets: undefined,
    downOctets: undefined,
    up: storeCounter(state.up),
    down: storeCounter(state.down),
    ...(upTo === undefined ? {} : { upTo }),
  };
  return stored as StoredSession;
}

/** The very object, as it came from the disk, made into a session: a copy of each takes many times as long, at each start. */
export function fromStored(stored: StoredSession): SessionState {
  const { up, down } = stored;
  const state = stored as unknown as { -readonly [K in keyof SessionState]: SessionState[K] } & { upTo?: undefined };
  state.up = loadCounter(up);
  state.down = loadCounter(down);
  state.upOctets = state.up.base + state.up.seen;
  state.downOctets = state.down.base + state.down.seen;
  if (state.upTo !== undefined) state.upTo = undefined;
  return state;
}

function storeCounter(counter: Counter): StoredCounter {
  return [counter.base.toString(), counter.seen.toString(), counter.gigawords ? 1 : 0];
}

function loadCounter([base, seen, gigawords]: StoredCounter): Counter {
  return { base: BigInt(base), seen: BigInt(seen), gigawords: gigawords === 1 };
}

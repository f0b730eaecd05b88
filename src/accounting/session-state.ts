import type { ApiReading, ClockSet, MeterReading, Session } from './event.ts';
import type { TimeSource } from './event-time.ts';
import type { Counter } from './octets.ts';

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
  /** Of the session that had this id just before. `startFrom` is absent of what older releases stored. */
  readonly before?: { readonly startedAt: number; readonly originAt: number; readonly startFrom?: TimeSource };
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

/** The parts of a session's name that the NAS gives. Text of any kind: lengths come first. */
export function sessionKey(nas: string, sessionId: string, username: string, instance: number): string {
  return `${prefixed(nas)}${prefixed(sessionId)}${prefixed(username)}${instance.toString(36)}`;
}

/** What all sessions under one Acct-Session-Id of a NAS share. */
export function idOnNas(nas: string, sessionId: string): string {
  return prefixed(nas) + sessionId;
}

/** NAS, Acct-Session-Id and username of a `sessionKey`, `undefined` when it is none. */
export function parseSessionKey(key: string): readonly [nas: string, sessionId: string, username: string] | undefined {
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
  return [nas, sessionId, username];
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

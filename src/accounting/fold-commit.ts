import type { AccountingEvent, AccountingRecord, ApiReading, SessionEnd, SessionMoved } from './event.ts';
import { applyEvent, closeByNas, closeGone, moveSession } from './fold.ts';
import { applyReading, readingKey } from './fold-reading.ts';
import { idOnNas, type SessionState } from './session-state.ts';
import type { UsageDelta } from './usage-deltas.ts';

/** What a commit does to one session. */
export interface SessionChange {
  /** As stored before the commit, `undefined` for a new session. */
  readonly before: SessionState | undefined;
  readonly after: SessionState;
  /** What it used by it, and the commit. Absent: not worked out. */
  readonly used?: { readonly sequence: number; readonly hours: readonly UsageDelta[] };
}

/** What the fold of a commit needs to know of the sessions there are. */
export interface KnownSessions {
  /** The newest sessions under an Acct-Session-Id of a NAS, one per username, as far as they are in memory. */
  named(nas: string, sessionId: string): readonly SessionState[];
  /** Of those in memory. */
  byKey(key: string): SessionState | undefined;
  /** The newest session so named, from further back. */
  recall(nas: string, sessionId: string, username: string): SessionState | undefined;
}

/**
 * Folds records in order of arrival, each seeing what those before it did, without touching what is known.
 * Accounting-On and -Off are not carried out here: they may concern any number of sessions (`CommitFold.close`).
 */
export class CommitFold {
  readonly #known: KnownSessions;
  readonly #changes = new Map<string, SessionChange>();
  readonly #named = new Map<string, readonly SessionState[]>();

  constructor(known: KnownSessions) {
    this.#known = known;
  }

  /** By session key, in the order they were first touched. */
  get changes(): ReadonlyMap<string, SessionChange> {
    return this.#changes;
  }

  apply(event: AccountingRecord): void {
    if (event.status === 'ended') this.#end(event);
    else if (event.status === 'read') this.#read(event);
    else if (event.status === 'moved') this.#move(event);
    else if (event.status !== 'totals' && event.status !== 'flows') this.#applyPacket(event);
  }

  /** Ends a session if an On or Off of its NAS concerns it. @returns whether it did */
  close(session: SessionState, event: AccountingEvent): boolean {
    const current = this.#changes.get(session.key)?.after ?? session;
    const closed = closeByNas(current, event);
    if (closed === undefined) return false;
    this.#change(current, closed);
    return true;
  }

  #applyPacket(event: AccountingEvent): void {
    if (event.sessionId === undefined) return;
    if (event.status !== 'start' && event.status !== 'interim' && event.status !== 'stop') return;
    const current = this.#find(event, event.sessionId);
    for (const session of applyEvent(current, event)) this.#change(current, session);
  }

  #end(end: SessionEnd): void {
    const current = this.#all(end.nas, end.sessionId).find(({ key }) => key === end.key);
    const ended = current === undefined ? undefined : closeGone(current, end);
    if (ended !== undefined) this.#change(current, ended);
  }

  #move(move: SessionMoved): void {
    const current = this.#changes.get(move.key)?.after ?? this.#known.byKey(move.key);
    if (current === undefined) return;
    const there = this.#all(move.to, move.sessionId).find(
      ({ username, stoppedAt }) => username === current.username && stoppedAt === undefined,
    );
    const result = moveSession(current, move, there);
    if (result === undefined) return;
    this.#change(current, result.ended);
    if (result.moved !== undefined) this.#change(there, result.moved);
  }

  #read(reading: ApiReading): void {
    const byRadius = this.#all(reading.nas, reading.sessionId).find(
      (each) => each.username === reading.username && each.source !== 'api' && each.stoppedAt === undefined,
    );
    const key = readingKey(reading);
    const current = byRadius ?? this.#changes.get(key)?.after ?? this.#known.byKey(key) ?? this.#recall(reading, key);
    const after = applyReading(current, reading);
    if (after !== undefined && after !== current) this.#change(current, after);
  }

  #find(event: AccountingEvent, sessionId: string): SessionState | undefined {
    const found = pick(this.#all(event.nas, sessionId), event.username);
    return found ?? this.#known.recall(event.nas, sessionId, event.username ?? '');
  }

  /** One that is over, however long ago: what is in memory must not decide whether it is. */
  #recall({ nas, sessionId, username }: ApiReading, key: string): SessionState | undefined {
    const last = this.#known.recall(nas, sessionId, username);
    return last?.key === key ? last : undefined;
  }

  #all(nas: string, sessionId: string): readonly SessionState[] {
    return this.#named.get(idOnNas(nas, sessionId)) ?? this.#known.named(nas, sessionId);
  }

  #change(current: SessionState | undefined, after: SessionState): void {
    const before =
      current?.key === after.key ? (this.#changes.get(after.key)?.before ?? this.#stored(current)) : undefined;
    this.#changes.set(after.key, { before, after });
    const others = this.#all(after.nas, after.sessionId).filter(
      ({ key, username }) => key !== after.key && username !== after.username,
    );
    this.#named.set(idOnNas(after.nas, after.sessionId), [...others, after]);
  }

  /** A session that this very commit made is not stored yet. */
  #stored(session: SessionState): SessionState | undefined {
    return this.#changes.has(session.key) ? undefined : session;
  }
}

/**
 * The session a packet speaks of: the one with its username; one whose packets have named nobody so far; for a packet that
 * names nobody, the one there is.
 */
function pick(sessions: readonly SessionState[], username: string | undefined): SessionState | undefined {
  const same = sessions.find((session) => session.username === (username ?? ''));
  if (same !== undefined) return same;
  if (username === undefined) return sessions.length === 1 ? sessions[0] : undefined;
  return sessions.find((session) => session.username === '' && session.stoppedAt === undefined);
}

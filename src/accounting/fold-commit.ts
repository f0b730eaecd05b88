import type { AccountingEvent, AccountingRecord, ApiReading, SessionEnd, SessionMoved } from './event.ts';
import { applyEvent, closeByNas, closeGone, mayHaveRoamed, moveSession, roamSession } from './fold.ts';
import { following, idOnNas, type SessionState } from './sessions/session-state.ts';
import { applyReading, readingKey } from './usage/fold-reading.ts';
import type { UsageDelta } from './usage/usage-deltas.ts';

/** What a commit does to one session. */
export interface SessionChange {
  /** As stored before the commit, `undefined` for a new session. */
  readonly before: SessionState | undefined;
  readonly after: SessionState;
  /** What it used by it, and the commit. Absent: not worked out. */
  readonly used?: { readonly sequence: number; readonly hours: readonly UsageDelta[] };
}

/** None, one, as nearly always, or several: an array for each look at one would be a good part of what a record leaves behind. */
export type Named = SessionState | readonly SessionState[] | undefined;

/** What the fold of a commit needs to know of the sessions there are. */
export interface KnownSessions {
  /** The newest sessions under an Acct-Session-Id of a NAS, one per username, as far as they are in memory. @param id of `idOnNas` */
  under(id: string): Named;
  /** Open sessions of this Acct-Session-Id and username at any NAS. Absent: nobody roams. */
  elsewhere?(sessionId: string, username: string): readonly SessionState[];
  /** Of those in memory. */
  byKey(key: string): SessionState | undefined;
  /** The newest session so named, from further back. */
  recall(nas: string, sessionId: string, username: string): SessionState | undefined;
}

/** Accounting-On and -Off packets whose sessions are not all ended yet. */
export interface DueClosings {
  /** Oldest first. */
  readonly events: readonly AccountingEvent[];
  /** Which sessions they may end: all, if absent. */
  readonly concerns?: ((session: SessionState) => boolean) | undefined;
}

/**
 * Folds records in order of arrival, each seeing what those before it did, without touching what is known.
 * Accounting-On and -Off are carried out here for sessions that packets come for; they may concern any number of others
 * (`CommitFold.close`).
 */
export class CommitFold {
  readonly #known: KnownSessions;
  readonly #changes = new Map<string, { -readonly [K in keyof SessionChange]: SessionChange[K] }>();
  readonly #named = new Map<string, Named>();
  readonly #due: AccountingEvent[];
  readonly #concerns: DueClosings['concerns'];
  #lastNas = '';
  #lastSessionId = '';
  #lastId = idOnNas('', '');

  constructor(known: KnownSessions, { events, concerns }: DueClosings = { events: [] }) {
    this.#known = known;
    this.#due = [...events];
    this.#concerns = concerns;
  }

  /** Those that were due, and came since, oldest first. */
  get due(): readonly AccountingEvent[] {
    return this.#due;
  }

  /** By session key, in the order they were first touched. */
  get changes(): ReadonlyMap<string, SessionChange> {
    return this.#changes;
  }

  apply(event: AccountingRecord): void {
    if (event.status === 'ended') this.#end(event);
    else if (event.status === 'read') this.#read(event);
    else if (event.status === 'moved') this.#move(event);
    else if (event.status === 'on' || event.status === 'off') this.#due.push(event);
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
    const current = this.#closedFirst(this.#find(event, event.sessionId));
    if (event.status !== 'start' && mayHaveRoamed(current) && this.#roams(current, event)) return;
    for (const session of applyEvent(current, event)) this.#change(current, session);
  }

  /** The first report of a session here may be of one that was elsewhere until now, and that counts on. @returns whether it is */
  #roams(current: SessionState | undefined, event: AccountingEvent): boolean {
    for (const other of this.#known.elsewhere?.(event.sessionId ?? '', event.username ?? '') ?? []) {
      const from = this.#closedFirst(this.#changes.get(other.key)?.after ?? other);
      if (from === undefined || from.stoppedAt !== undefined || from.source !== undefined) continue;
      const result = roamSession(current, from, event);
      if (result === undefined) continue;
      if (result.ended === undefined) this.#change(from, result.next);
      else {
        this.#change(from, result.ended);
        this.#change(current, result.next);
      }
      return true;
    }
    return false;
  }

  /** What an On or Off before this packet ends, however many others it has yet to: else the packet would go on with it. */
  #closedFirst(session: SessionState | undefined): SessionState | undefined {
    if (this.#due.length === 0 || session === undefined || session.stoppedAt !== undefined) return session;
    if (this.#concerns?.(session) === false) return session;
    return this.#due.some((event) => this.close(session, event)) ? this.#changes.get(session.key)?.after : session;
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
      (each) => each.username === reading.username && each.source === undefined && each.stoppedAt === undefined,
    );
    const key = readingKey(reading);
    const current = byRadius ?? this.#changes.get(key)?.after ?? this.#known.byKey(key) ?? this.#recall(reading, key);
    const after = applyReading(current, reading);
    if (after === undefined || after === current) return;
    this.#change(current, current === undefined ? following(after, this.#find(reading, reading.sessionId)) : after);
  }

  #find({ nas, username }: Pick<AccountingEvent, 'nas' | 'username'>, sessionId: string): SessionState | undefined {
    const named = this.#under(this.#idOf(nas, sessionId));
    const found = isSeveral(named) ? pick(named, username) : named;
    if (found !== undefined && (isSeveral(named) || isSpokenOf(found, username))) return found;
    return this.#known.recall(nas, sessionId, username ?? '');
  }

  /** One that is over, however long ago: what is in memory must not decide whether it is. */
  #recall({ nas, sessionId, username }: ApiReading, key: string): SessionState | undefined {
    const last = this.#known.recall(nas, sessionId, username);
    return last?.key === key ? last : undefined;
  }

  #all(nas: string, sessionId: string): readonly SessionState[] {
    const named = this.#under(this.#idOf(nas, sessionId));
    if (named === undefined) return [];
    return isSeveral(named) ? named : [named];
  }

  /** `idOnNas`, which of one record is asked for again and again: else each time the text is put together, and hashed. */
  #idOf(nas: string, sessionId: string): string {
    if (nas !== this.#lastNas || sessionId !== this.#lastSessionId) {
      this.#lastNas = nas;
      this.#lastSessionId = sessionId;
      this.#lastId = idOnNas(nas, sessionId);
    }
    return this.#lastId;
  }

  #under(id: string): Named {
    return this.#named.get(id) ?? this.#known.under(id);
  }

  #change(current: SessionState | undefined, after: SessionState): void {
    const isSame = current?.key === after.key;
    const change = this.#changes.get(after.key);
    // A session that this very commit made is not stored yet.
    if (change === undefined) this.#changes.set(after.key, { before: isSame ? current : undefined, after });
    else {
      if (!isSame) change.before = undefined;
      change.after = after;
    }
    const id = this.#idOf(after.nas, after.sessionId);
    this.#named.set(id, withNewest(this.#under(id), after));
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

/** `pick` of one. */
function isSpokenOf(session: SessionState, username: string | undefined): boolean {
  if (username === undefined || session.username === username) return true;
  return session.username === '' && session.stoppedAt === undefined;
}

function withNewest(named: Named, after: SessionState): Named {
  if (named === undefined) return after;
  if (!isSeveral(named)) return isOther(named, after) ? [named, after] : after;
  const others = named.filter((each) => isOther(each, after));
  return others.length === 0 ? after : [...others, after];
}

function isOther({ key, username }: SessionState, after: SessionState): boolean {
  return key !== after.key && username !== after.username;
}

export function isSeveral(named: Named): named is readonly SessionState[] {
  return Array.isArray(named);
}

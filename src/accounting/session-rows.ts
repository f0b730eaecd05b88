import { keyOf, keysUnder } from '../store/layout.ts';
import type { Table, Write } from '../store/table.ts';
import type { SessionChange } from './fold-commit.ts';
import { fromStored, parseSessionKey, type SessionState, type StoredSession, toStored } from './session-state.ts';

/** Gives tables: the store, or a stand-in for it. */
export interface Tables {
  table<T>(name: 'sessions' | 'closed' | 'history' | 'latest'): Table<T>;
}

/** Sessions on disk: the layout is told in `store/layout.ts`. */
export class SessionRows {
  readonly #open: Table<StoredSession>;
  readonly #closed: Table<StoredSession>;
  readonly #history: Table<string>;
  readonly #latest: Table<string>;

  constructor(store: Tables) {
    this.#open = store.table('sessions');
    this.#closed = store.table('closed');
    this.#history = store.table('history');
    this.#latest = store.table('latest');
  }

  writes({ before, after }: SessionChange): readonly Write[] {
    if (after.stoppedAt === undefined) return [this.#open.toPut(after.key, toStored(after))];
    const at = closedKey(after);
    const writes = [
      this.#closed.toPut(at, toStored(after)),
      this.#history.toPut(historyKey(after), at),
      this.#latest.toPut(latestKey(after), at),
    ];
    if (before === undefined) return writes;
    if (before.stoppedAt === undefined) return [this.#open.toDel(before.key), ...writes];
    // Deletes first: in a batch the last word on a key counts.
    return [this.#closed.toDel(closedKey(before)), this.#history.toDel(historyKey(before)), ...writes];
  }

  /** All open sessions, newest last. */
  async loadOpen(): Promise<SessionState[]> {
    const sessions: SessionState[] = [];
    for await (const [, stored] of this.#open.entries()) sessions.push(fromStored(stored));
    return sessions.sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Those that ended last, the one that ended last first. */
  async loadClosed(limit: number): Promise<SessionState[]> {
    const sessions: SessionState[] = [];
    for await (const [, stored] of this.#closed.entries({ reverse: true, limit })) sessions.push(fromStored(stored));
    return sessions;
  }

  /** Closed sessions of a username, begun last first. */
  async history(username: string, limit: number): Promise<SessionState[]> {
    const sessions: SessionState[] = [];
    for await (const [, at] of this.#history.entries({ ...keysUnder(username), reverse: true, limit })) {
      const stored = await this.#closed.get(at);
      if (stored !== undefined) sessions.push(fromStored(stored));
    }
    return sessions;
  }

  /** The last closed session so named. Reads without leaving the turn. */
  recall(nas: string, sessionId: string, username: string): SessionState | undefined {
    const at = this.#latest.getSync(keyOf(nas, sessionId, username));
    const stored = at === undefined ? undefined : this.#closed.getSync(at);
    return stored === undefined ? undefined : fromStored(stored);
  }

  /** Whether the session with this key, which is not open, is known to have ended. */
  hasEnded(key: string): boolean {
    const parts = parseSessionKey(key);
    return parts !== undefined && this.recall(...parts)?.key === key;
  }
}

const closedKey = (session: SessionState) => keyOf(session.stoppedAt ?? 0, session.key);
const historyKey = (session: SessionState) => keyOf(session.username, session.startedAt, session.key);
const latestKey = (session: SessionState) => keyOf(session.nas, session.sessionId, session.username);

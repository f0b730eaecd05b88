import { idOnNas, type SessionState } from './session-state.ts';

/** Sessions in memory: every open one, and as many of those closed last as `keepClosed` says. */
export class SessionIndex {
  readonly #open = new Map<string, SessionState>();
  readonly #closed = new Map<string, SessionState>();
  readonly #byId = new Groups();
  readonly #openByUser = new Groups();
  readonly #openBySessionId = new Groups();
  readonly #keepClosed: number;

  constructor(keepClosed: number) {
    this.#keepClosed = keepClosed;
  }

  /** Newest last. */
  open(): Iterable<SessionState> {
    return this.#open.values();
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Those closed last, newest last. */
  closed(): Iterable<SessionState> {
    return this.#closed.values();
  }

  byKey(key: string): SessionState | undefined {
    return this.#open.get(key) ?? this.#closed.get(key);
  }

  openOf(username: string): readonly SessionState[] {
    return this.#all(this.#openByUser.get(username));
  }

  bySessionId(sessionId: string): readonly SessionState[] {
    return this.#all(this.#openBySessionId.get(sessionId));
  }

  /** The newest sessions under an id of a NAS, open or closed of late: one per username. */
  named(nas: string, sessionId: string): readonly SessionState[] {
    return this.#all(this.#byId.get(idOnNas(nas, sessionId)));
  }

  put(session: SessionState): void {
    const old = this.byKey(session.key);
    // By far the most: a session goes on.
    if (old === undefined || !sameGroups(old, session)) this.#regroup(old, session);
    if (session.stoppedAt === undefined) {
      this.#open.set(session.key, session);
      return;
    }
    this.#open.delete(session.key);
    this.#closed.delete(session.key);
    this.#closed.set(session.key, session);
    if (this.#closed.size > this.#keepClosed) this.#forgetOldest();
  }

  #all(keys: readonly string[]): readonly SessionState[] {
    return keys.flatMap((key) => this.byKey(key) ?? []);
  }

  #regroup(old: SessionState | undefined, session: SessionState): void {
    if (old !== undefined) this.#leaveGroups(old);
    const id = idOnNas(session.nas, session.sessionId);
    // The newest under a name takes the place of the one before, which no packet can be of any more.
    const before = this.named(session.nas, session.sessionId).find(({ username }) => username === session.username);
    if (before !== undefined) this.#byId.remove(id, before.key);
    this.#byId.add(id, session.key);
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.add(session.username, session.key);
    this.#openBySessionId.add(session.sessionId, session.key);
  }

  #leaveGroups(session: SessionState): void {
    this.#byId.remove(idOnNas(session.nas, session.sessionId), session.key);
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.remove(session.username, session.key);
    this.#openBySessionId.remove(session.sessionId, session.key);
  }

  #forgetOldest(): void {
    for (const oldest of this.#closed.values()) {
      this.#closed.delete(oldest.key);
      this.#leaveGroups(oldest);
      return;
    }
  }
}

function sameGroups(a: SessionState, b: SessionState): boolean {
  return a.username === b.username && (a.stoppedAt === undefined) === (b.stoppedAt === undefined);
}

/** Keys of sessions by some name they share, in order of joining. */
class Groups {
  readonly #lists = new Map<string, readonly string[]>();

  get(name: string): readonly string[] {
    return this.#lists.get(name) ?? none;
  }

  add(name: string, key: string): void {
    const list = this.#lists.get(name);
    this.#lists.set(name, list === undefined ? [key] : [...list, key]);
  }

  remove(name: string, key: string): void {
    const list = this.#lists.get(name);
    if (list === undefined) return;
    const rest = list.filter((other) => other !== key);
    if (rest.length === 0) this.#lists.delete(name);
    else this.#lists.set(name, rest);
  }
}

const none: readonly string[] = [];

import { idOnNas, type SessionState } from './session-state.ts';
import { userOf } from './session-user.ts';

/** Sessions in memory: every open one, and as many of those closed last as `keepClosed` says. */
export class SessionIndex {
  readonly #open = new Map<string, SessionState>();
  readonly #closed = new Map<string, SessionState>();
  /** Of an id on a NAS: username → key of the newest. */
  readonly #byId = new Map<string, Map<string, string>>();
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

  /** @param username of a device, its MAC in any spelling */
  openOf(username: string): readonly SessionState[] {
    return this.#all(this.#openByUser.get(userOf(username)));
  }

  /** Whether this session is open, and no other of its username on its NAS. Looks no further than the second. */
  isOnlyOne({ key, nas, username }: Pick<SessionState, 'key' | 'nas' | 'username'>): boolean {
    if (!this.#open.has(key)) return false;
    for (const other of this.#openByUser.get(userOf(username))) {
      if (other !== key && this.#open.get(other)?.nas === nas) return false;
    }
    return true;
  }

  /** However the id is written: NAS send it in hexadecimal digits, people add `0x` and capitals. */
  bySessionId(sessionId: string): readonly SessionState[] {
    return this.#all(this.#openBySessionId.get(plainId(sessionId)));
  }

  /** The newest sessions under an id of a NAS, open or closed of late: one per username. */
  named(nas: string, sessionId: string): readonly SessionState[] {
    return this.#all(this.#byId.get(idOnNas(nas, sessionId))?.values() ?? []);
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

  #all(keys: Iterable<string>): readonly SessionState[] {
    return [...keys].flatMap((key) => this.byKey(key) ?? []);
  }

  #regroup(old: SessionState | undefined, session: SessionState): void {
    if (old !== undefined) this.#leaveGroups(old);
    const id = idOnNas(session.nas, session.sessionId);
    const sameId = this.#byId.get(id) ?? new Map<string, string>();
    // The newest under a name takes the place of the one before, which no packet can be of any more.
    sameId.delete(session.username);
    this.#byId.set(id, sameId.set(session.username, session.key));
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.add(userOf(session.username), session.key);
    this.#openBySessionId.add(plainId(session.sessionId), session.key);
  }

  #leaveGroups(session: SessionState): void {
    const id = idOnNas(session.nas, session.sessionId);
    const sameId = this.#byId.get(id);
    if (sameId?.get(session.username) === session.key) sameId.delete(session.username);
    if (sameId?.size === 0) this.#byId.delete(id);
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.remove(userOf(session.username), session.key);
    this.#openBySessionId.remove(plainId(session.sessionId), session.key);
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

function plainId(sessionId: string): string {
  return sessionId.toLowerCase().replace(/^0x/, '');
}

/** Keys of sessions by some name they share, in order of joining. Tens of thousands may share one. */
class Groups {
  readonly #keys = new Map<string, Set<string>>();

  get(name: string): Iterable<string> {
    return this.#keys.get(name) ?? [];
  }

  add(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, new Set([key]));
    else keys.add(key);
  }

  remove(name: string, key: string): void {
    const keys = this.#keys.get(name);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(name);
  }
}

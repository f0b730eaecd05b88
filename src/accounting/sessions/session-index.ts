import { idOnNas, type SessionState } from './session-state.ts';
import { userOf } from './session-user.ts';

/** Sessions in memory: every open one, and as many of those closed last as `keepClosed` says. */
export class SessionIndex {
  readonly #open = new Map<string, SessionState>();
  readonly #closed = new Map<string, SessionState>();
  /** Of an id on a NAS: the key of the newest of each username, or all of them. Nearly always it is one. */
  readonly #byId = new Map<string, string | readonly string[]>();
  readonly #openByUser = new Groups();
  readonly #openBySessionId = new Groups();
  readonly #keepClosed: number;
  /** Goes on where it was: from the start each time, a map walks over all that was taken out of it. */
  #oldestFirst: Iterator<SessionState>;

  constructor(keepClosed: number) {
    this.#keepClosed = keepClosed;
    this.#oldestFirst = this.#closed.values();
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

  /** Whether this session is open, and no other of its username. */
  isOpenAlone({ key, username }: Pick<SessionState, 'key' | 'username'>): boolean {
    return this.#openByUser.isOnly(userOf(username), key);
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

  /**
   * Open sessions of this Acct-Session-Id and username at any NAS. Thousands of NAS may have a session of one id, for each begins to
   * number them at the same, and thousands may share a username: only the fewer of both are looked at.
   */
  openNamed(sessionId: string, username: string): readonly SessionState[] {
    const [id, user] = [plainId(sessionId), userOf(username)];
    const [ofUser, ofId] = [this.#openByUser.sizeOf(user), this.#openBySessionId.sizeOf(id)];
    if (ofUser === 0 || ofId === 0) return nobody;
    if (ofUser <= ofId) return this.#each(this.#openByUser.get(user), (each) => plainId(each.sessionId) === id);
    return this.#each(this.#openBySessionId.get(id), (each) => userOf(each.username) === user);
  }

  /** The newest sessions under an id of a NAS, open or closed of late: one per username. */
  named(nas: string, sessionId: string): readonly SessionState[] {
    return this.#all(this.#keysById(idOnNas(nas, sessionId)));
  }

  /** The same by `idOnNas`; one is given as it is. */
  under(id: string): SessionState | readonly SessionState[] | undefined {
    const keys = this.#byId.get(id);
    return keys === undefined || typeof keys === 'string' ? this.byKey(keys ?? '') : this.#all(keys);
  }

  put(session: SessionState): void {
    const open = this.#open.get(session.key);
    const old = open ?? this.#closed.get(session.key);
    // By far the most: a session goes on.
    if (old === undefined || !sameGroups(old, session)) this.#regroup(old, session);
    if (session.stoppedAt === undefined) {
      this.#open.set(session.key, session);
      return;
    }
    if (open !== undefined) this.#open.delete(session.key);
    else if (old !== undefined) this.#closed.delete(session.key);
    this.#closed.set(session.key, session);
    if (this.#closed.size > this.#keepClosed) this.#forgetOldest();
  }

  #all(keys: Iterable<string>): readonly SessionState[] {
    const found: SessionState[] = [];
    for (const key of keys) {
      const session = this.byKey(key);
      if (session !== undefined) found.push(session);
    }
    return found;
  }

  #each(keys: Iterable<string>, fits: (session: SessionState) => boolean): readonly SessionState[] {
    let found: SessionState[] | undefined;
    for (const key of keys) {
      const session = this.byKey(key);
      if (session === undefined || !fits(session)) continue;
      found ??= [];
      found.push(session);
    }
    return found ?? nobody;
  }

  #keysById(id: string): readonly string[] {
    const keys = this.#byId.get(id) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  #regroup(old: SessionState | undefined, session: SessionState): void {
    if (old !== undefined) this.#leaveGroups(old);
    const id = idOnNas(session.nas, session.sessionId);
    const known = this.#byId.get(id);
    if (known === undefined) this.#byId.set(id, session.key);
    else {
      // The newest under a name takes the place of the one before, which no packet can be of any more.
      const others = this.#keysById(id).filter((key) => this.byKey(key)?.username !== session.username);
      this.#byId.set(id, others.length === 0 ? session.key : [...others, session.key]);
    }
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.add(userOf(session.username), session.key);
    this.#openBySessionId.add(plainId(session.sessionId), session.key);
  }

  #leaveGroups(session: SessionState): void {
    const id = idOnNas(session.nas, session.sessionId);
    const others = this.#keysById(id).filter((key) => key !== session.key);
    const [only] = others;
    if (only === undefined) this.#byId.delete(id);
    else this.#byId.set(id, others.length === 1 ? only : others);
    if (session.stoppedAt !== undefined) return;
    this.#openByUser.remove(userOf(session.username), session.key);
    this.#openBySessionId.remove(plainId(session.sessionId), session.key);
  }

  #forgetOldest(): void {
    let next = this.#oldestFirst.next();
    if (next.done === true) {
      this.#oldestFirst = this.#closed.values();
      next = this.#oldestFirst.next();
    }
    if (next.done === true) return;
    const oldest = next.value;
    this.#closed.delete(oldest.key);
    this.#leaveGroups(oldest);
  }
}

const nobody: readonly SessionState[] = [];

function sameGroups(a: SessionState, b: SessionState): boolean {
  return a.username === b.username && (a.stoppedAt === undefined) === (b.stoppedAt === undefined);
}

function plainId(sessionId: string): string {
  const lower = sessionId.toLowerCase();
  return lower.startsWith('0x') ? lower.slice(2) : lower;
}

/**
 * Keys of sessions by some name they share, in order of joining. Tens of thousands may share one; nearly all are alone, and
 * need no set of their own.
 */
class Groups {
  readonly #keys = new Map<string, string | Set<string>>();

  isOnly(name: string, key: string): boolean {
    const keys = this.#keys.get(name);
    return keys === key || (typeof keys === 'object' && keys.size === 1 && keys.has(key));
  }

  get(name: string): Iterable<string> {
    const keys = this.#keys.get(name);
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  sizeOf(name: string): number {
    const keys = this.#keys.get(name);
    if (keys === undefined) return 0;
    return typeof keys === 'string' ? 1 : keys.size;
  }

  add(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys === undefined || keys === key) this.#keys.set(name, key);
    else if (typeof keys === 'string') this.#keys.set(name, new Set([keys, key]));
    else keys.add(key);
  }

  remove(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys === key) this.#keys.delete(name);
    else if (typeof keys === 'object' && keys.delete(key) && keys.size === 0) this.#keys.delete(name);
  }
}

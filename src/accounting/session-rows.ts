import type { KeyRange } from '../store/key-value.ts';
import { keyOf, keysUnder, numberKey, parseNumberKey, textOf } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Table, Write } from '../store/table.ts';
import type { AddressRange } from './address-range.ts';
import { AddressRows } from './address-rows.ts';
import type { SessionChange } from './fold-commit.ts';
import { fromStored, parseSessionKey, type SessionState, type StoredSession, toStored } from './session-state.ts';
import { UnsettledSessions } from './unsettled-sessions.ts';
import type { UsageDelta } from './usage-deltas.ts';
import { loadedUse, type StoredUse, storedUse, UsageRows } from './usage-rows.ts';

/** A session in a commit, with what it used by it. */
type RecentSession = StoredSession & { readonly used?: StoredUse };

/** So many sessions may wait for their rows: it bounds what a start after a crash has to go through. */
const mostSessions = 20_000;
/** A commit waits at most for one batch of these. */
const sessionsPerBatch = 50;

/**
 * Sessions on disk; the layout is told in `store/layout.ts`.
 *
 * A row costs LevelDB some ten microseconds whatever its size, so that rows would take most of a commit. Hence a commit holds the
 * sessions it touched in one value, under `recent`; their rows follow later, once for many commits, and then that value goes.
 */
export class SessionRows {
  readonly #store: Pick<Store, 'table' | 'write'>;
  readonly #mostCommits: number;
  readonly #open: Table<StoredSession>;
  readonly #closed: Table<StoredSession>;
  readonly #history: Table<string>;
  readonly #latest: Table<string>;
  readonly #recent: Table<readonly RecentSession[]>;
  readonly #usage: UsageRows;
  readonly #addresses: AddressRows;
  #fresh = new UnsettledSessions();
  #settling: UnsettledSessions | undefined;
  #firstRecent = 1;
  #nextRecent = 1;

  /** @param mostCommits so many commits may wait for rows of their sessions */
  constructor(store: Pick<Store, 'table' | 'write'>, mostCommits: number) {
    this.#store = store;
    this.#mostCommits = mostCommits;
    this.#open = store.table('sessions');
    this.#closed = store.table('closed');
    this.#history = store.table('history');
    this.#latest = store.table('latest');
    this.#recent = store.table('recent');
    this.#usage = new UsageRows(store.table('usage'));
    this.#addresses = new AddressRows(store.table('addresses'));
  }

  /** Reads what is there: open sessions, newest last, and of the closed ones those that ended last, newest last. */
  async load(closed: number): Promise<SessionState[]> {
    const open = new Map<string, SessionState>();
    for await (const [key, stored] of this.#open.entries()) open.set(key, fromStored(stored));
    for await (const [key, states] of this.#recent.entries()) {
      if (this.#nextRecent === 1) this.#firstRecent = parseNumberKey(key);
      this.#nextRecent = parseNumberKey(key) + 1;
      for (const { used, ...state } of states) this.#replay(open, fromStored(state), used);
    }
    const still = [...open.values()].filter((session) => session.stoppedAt === undefined);
    return [...(await this.closed(closed)).reverse(), ...still.sort((a, b) => a.startedAt - b.startedAt)];
  }

  /** What a commit must hold for its sessions. */
  writes(changes: readonly SessionChange[]): readonly Write[] {
    const states = changes.map(({ after, used }) => ({ ...toStored(after), ...storedUse(used) }));
    return states.length === 0 ? [] : [this.#recent.toPut(numberKey(this.#nextRecent), states)];
  }

  /** The commit with these changes is synced. */
  committed(changes: readonly SessionChange[]): void {
    if (changes.length === 0) return;
    this.#nextRecent += 1;
    for (const change of changes) this.#fresh.add(change);
  }

  /** Whether enough waits for `settle`. */
  get due(): boolean {
    if (this.#settling !== undefined) return false;
    return this.#fresh.size >= mostSessions || this.#nextRecent - this.#firstRecent >= this.#mostCommits;
  }

  /** Brings the rows up to date. Not synced: the next commit's sync covers it, and until then `recent` is still in the log before. */
  async settle(): Promise<void> {
    if (this.#settling !== undefined || this.#fresh.size === 0) return;
    const [layer, from, upTo] = [this.#fresh, this.#firstRecent, this.#nextRecent];
    this.#settling = layer;
    this.#fresh = new UnsettledSessions();
    for (const changes of layer.batches(sessionsPerBatch)) {
      await this.#store.write(
        changes.flatMap((change) => [...this.#rowsOf(change), ...this.#usage.writes(layer.usageOf(change.after.key))]),
      );
    }
    // Last: whatever is lost of the end of the log, a session is in one or the other.
    await this.#recent.bulk(numbers(from, upTo).map((n) => ({ type: 'del', key: numberKey(n) })));
    this.#firstRecent = upTo;
    this.#settling = undefined;
  }

  /** Those that ended last, the one that ended last first. */
  async closed(limit: number): Promise<SessionState[]> {
    const unsettled = this.#unsettledClosed((layer) => layer.closed());
    const sessions: SessionState[] = [];
    for await (const [, stored] of this.#closed.entries({ reverse: true, limit: limit + unsettled.size })) {
      if (!unsettled.has(stored.key)) sessions.push(fromStored(stored));
    }
    return [...sessions, ...unsettled.values()].sort((a, b) => (b.stoppedAt ?? 0) - (a.stoppedAt ?? 0)).slice(0, limit);
  }

  /** Closed sessions of a username, begun last first. */
  async history(username: string, limit: number): Promise<SessionState[]> {
    const unsettled = this.#unsettledClosed((layer) => layer.closedOf(username));
    const range = { ...keysUnder(username), reverse: true, limit: limit + unsettled.size };
    const sessions: SessionState[] = [];
    for await (const [, at] of this.#history.entries(range)) {
      const stored = await this.#closed.get(at);
      if (stored !== undefined && !unsettled.has(stored.key)) sessions.push(fromStored(stored));
    }
    return [...sessions, ...unsettled.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, limit);
  }

  /** The last closed session so named. Reads without leaving the turn. */
  recall(nas: string, sessionId: string, username: string): SessionState | undefined {
    const name = keyOf(nas, sessionId, username);
    const unsettled = this.#fresh.closedNamed(name) ?? this.#settling?.closedNamed(name);
    if (unsettled !== undefined) return unsettled;
    const at = this.#latest.getSync(name);
    const stored = at === undefined ? undefined : this.#closed.getSync(at);
    return stored === undefined ? undefined : fromStored(stored);
  }

  /** Closed sessions that had an address in this range, or one with it in it, some time between two moments, in no order. */
  async *withAddress(range: AddressRange, from: number, till: number): AsyncIterable<SessionState> {
    const unsettled = this.#unsettledClosed((layer) => layer.closed());
    yield* unsettled.values();
    for await (const { sessionKey, stoppedAt } of this.#addresses.between(range, from, till)) {
      const stored = unsettled.has(sessionKey) ? undefined : await this.#closed.get(keyOf(stoppedAt, sessionKey));
      if (stored !== undefined) yield fromStored(stored);
    }
  }

  /**
   * Sessions that ended in this time, in the order they did, or, reversed, the other way round.
   *
   * @param wanted by session key: what it says no to is not read
   */
  async *endedIn(
    range: { readonly from: number; readonly till: number; readonly reverse?: boolean },
    wanted?: (key: string) => boolean,
  ): AsyncIterable<SessionState> {
    const { from, till, reverse = false } = range;
    const unsettled = this.#unsettledClosed((layer) => layer.closed());
    const waiting = [...unsettled.values()]
      .filter(({ key, stoppedAt = 0 }) => stoppedAt >= from && stoppedAt < till && wanted?.(key) !== false)
      .map((session) => ({ at: closedKey(session), session }))
      .sort((a, b) => (a.at < b.at === reverse ? 1 : -1));
    const rows = { gte: numberKey(from), lt: numberKey(till), reverse };
    let next = 0;
    for await (const [at, stored] of wanted === undefined ? this.#closed.entries(rows) : this.#read(rows, wanted)) {
      if (unsettled.has(stored.key)) continue;
      for (let first = waiting[next]; first !== undefined && first.at < at !== reverse; first = waiting[next]) {
        yield first.session;
        next += 1;
      }
      yield fromStored(stored);
    }
    for (const { session } of waiting.slice(next)) yield session;
  }

  async *#read(range: KeyRange, wanted: (key: string) => boolean): AsyncIterable<[string, StoredSession]> {
    for await (const at of this.#closed.keys(range)) {
      const stored = wanted(keyOfClosed(at)) ? await this.#closed.get(at) : undefined;
      if (stored !== undefined) yield [at, stored];
    }
  }

  /** Sessions closed before there were rows by address get theirs. */
  async indexAddresses(): Promise<void> {
    let writes: Write[] = [];
    for await (const [, stored] of this.#closed.entries()) {
      writes.push(...this.#addresses.puts(fromStored(stored)));
      if (writes.length < 500) continue;
      await this.#store.write(writes);
      writes = [];
    }
    await this.#store.write(writes);
  }

  /** Whether the session with this key, which is not open, is known to have ended. */
  hasEnded(key: string): boolean {
    const parts = parseSessionKey(key);
    return parts !== undefined && this.recall(...parts)?.key === key;
  }

  /** Octets by hour of sessions with these usernames: from one hour since 1970 on, before another. */
  async usage(usernames: readonly string[], from: number, to: number): Promise<readonly UsageDelta[]> {
    const layers = [this.#settling, this.#fresh].filter((layer) => layer !== undefined);
    const names = new Set(usernames);
    const waiting = layers.flatMap((layer) => [...layer.usageOfUsers(names)]);
    return this.#usage.read(usernames, from, to, waiting);
  }

  /** What a session has used in an hour by now. Reads without leaving the turn. */
  usedIn(session: SessionState, hour: number): Pick<UsageDelta, 'up' | 'down'> {
    const layers = [this.#settling, this.#fresh].map((layer) => layer?.usageOf(session.key));
    return this.#usage.usedIn(session, hour, layers);
  }

  #rowsOf({ before, after }: SessionChange): readonly Write[] {
    if (after.stoppedAt === undefined) return [this.#open.toPut(after.key, toStored(after))];
    const at = closedKey(after);
    const rows = [
      this.#closed.toPut(at, toStored(after)),
      this.#history.toPut(historyKey(after), at),
      this.#latest.toPut(keyOf(after.nas, after.sessionId, after.username), at),
      ...this.#addresses.puts(after),
    ];
    if (before === undefined) return rows;
    if (before.stoppedAt === undefined) return [this.#open.toDel(before.key), ...rows];
    // Deletes first: in a batch the last word on a key counts.
    const old = [this.#closed.toDel(closedKey(before)), this.#history.toDel(historyKey(before))];
    return [...old, ...this.#addresses.dels(before), ...rows];
  }

  /** A change that may have its rows already, or not. */
  #replay(open: Map<string, SessionState>, after: SessionState, stored: StoredUse | undefined): void {
    const ended = after.stoppedAt === undefined ? undefined : this.recall(after.nas, after.sessionId, after.username);
    const before = open.get(after.key) ?? (ended?.key === after.key ? ended : undefined);
    const used = this.#usage.missing(after, loadedUse(stored));
    this.#fresh.add({ before, after, ...(used === undefined ? {} : { used }) });
    open.set(after.key, after);
  }

  #unsettledClosed(of: (layer: UnsettledSessions) => Iterable<SessionState>): ReadonlyMap<string, SessionState> {
    const layers = [this.#settling, this.#fresh].filter((layer) => layer !== undefined);
    return new Map(layers.flatMap((layer) => Array.from(of(layer), (session) => [session.key, session] as const)));
  }
}

const closedKey = (session: SessionState) => keyOf(session.stoppedAt ?? 0, session.key);
/** The session key in a `closedKey`. */
const keyOfClosed = (at: string) => textOf(at.slice(numberKey(0).length));
const historyKey = (session: SessionState) => keyOf(session.username, session.startedAt, session.key);

function numbers(from: number, upTo: number): number[] {
  return Array.from({ length: upTo - from }, (_, at) => from + at);
}

import { setTimeout } from 'node:timers/promises';
import type { KeyRange } from '../../store/key-value.ts';
import { keyOf, keysUnder, numberKey, textOf } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Table, Write } from '../../store/table.ts';
import type { AddressRange } from '../addresses/address-range.ts';
import { AddressRows } from '../addresses/address-rows.ts';
import type { SessionChange } from '../fold-commit.ts';
import type { UsageDelta, UsedIn } from '../usage/usage-deltas.ts';
import { loadedUse, type StoredUse, type Unread, UsageRows } from '../usage/usage-rows.ts';
import { closedKey, historyKey, latestKey } from './session-keys.ts';
import { fromStored, parseSessionKey, type SessionState, type StoredSession, toStored } from './session-state.ts';
import { UnsettledSessions } from './unsettled-sessions.ts';

/** A session as releases with schema 1 kept it until it had rows, with what it used by a commit. */
type RecentSession = StoredSession & { readonly used?: StoredUse };

/** So many sessions may wait for their rows: it bounds what a start after a crash has to go through, and what is written at once. */
const mostSessions = 5_000;
/** As many have their rows made in one turn: some tenths of a millisecond. An answer waits for a few of these at most. */
const sessionsPerTurn = 4;
/** Between two turns, unless rows fall behind: at the full speed of the process they would hold up every answer meanwhile. */
const betweenTurnsMs = 4;
const rowsPerBatch = 500;
/** In `meta`: true where every closed session is in the index by address. */
const addressesKey = 'accounting-addresses';

/**
 * Sessions on disk; the layout is told in `store/layout.ts`.
 *
 * A row costs LevelDB some ten microseconds whatever its size, so that rows would take most of a commit. Hence they are written
 * behind the journal, once for many commits, all of them or none: what of it they show is known exactly.
 */
export class SessionRows {
  readonly #store: Pick<Store, 'table' | 'write' | 'writeInTurns'>;
  readonly #open: Table<StoredSession>;
  readonly #closed: Table<StoredSession>;
  readonly #history: Table<string>;
  readonly #latest: Table<string>;
  readonly #recent: Table<readonly RecentSession[]>;
  readonly #usage: UsageRows;
  readonly #addresses: AddressRows;
  readonly #meta: Table<boolean>;
  /** That all is in the index by address: goes with the next rows. */
  #indexed: readonly Write[] = [];
  #fresh = new UnsettledSessions();
  #settling: UnsettledSessions | undefined;
  /** Keys of what a release with schema 1 left to be given rows. */
  #recentKeys: readonly string[] = [];

  /** @param unread told of rows of usage that cannot be read */
  constructor(store: Pick<Store, 'table' | 'write' | 'writeInTurns'>, unread?: Unread) {
    this.#store = store;
    this.#open = store.table('sessions');
    this.#closed = store.table('closed');
    this.#history = store.table('history');
    this.#latest = store.table('latest');
    this.#recent = store.table('recent');
    this.#usage = new UsageRows(store.table('usage'), unread);
    this.#addresses = new AddressRows(store.table('addresses'));
    this.#meta = store.table('meta');
  }

  /** Reads what is there: open sessions, newest last, and of the closed ones those that ended last, newest last. */
  async load(closed: number): Promise<SessionState[]> {
    const open = new Map<string, SessionState>();
    await this.#usage.readRolledUp(this.#store);
    for await (const [key, stored] of this.#open.entries()) open.set(key, fromStored(stored));
    const recentKeys: string[] = [];
    for await (const [key, states] of this.#recent.entries()) {
      recentKeys.push(key);
      for (const { used, ...state } of states) this.#replay(open, fromStored(state), used);
    }
    this.#recentKeys = recentKeys;
    const still = [...open.values()].filter((session) => session.stoppedAt === undefined);
    return [...(await this.closed(closed)).reverse(), ...still.sort((a, b) => a.startedAt - b.startedAt)];
  }

  /** What a commit came to. */
  add(changes: readonly SessionChange[]): void {
    for (const change of changes) this.#fresh.add(change);
  }

  /** Number of the commit up to which the row of a session is right; 0 when it has none. */
  rightUpTo(session: SessionState): number {
    const row =
      session.stoppedAt === undefined ? this.#open.getSync(session.key) : this.#closed.getSync(closedKey(session));
    return row?.upTo ?? 0;
  }

  /** A change without what its rows have counted already: the commit may be in them. */
  lacking(change: SessionChange): SessionChange {
    const { used, ...rest } = change;
    const missing = this.#usage.missing(change.after, used);
    return missing === undefined ? rest : { ...rest, used: missing };
  }

  /** How much waits for rows that are not being written yet: 1 when as many do as may. */
  get fill(): number {
    return this.#fresh.size / mostSessions;
  }

  /** Sessions that wait for their rows. */
  get waiting(): number {
    return this.#fresh.size + (this.#settling?.size ?? 0);
  }

  /**
   * Brings the rows up to date, with others that say so: all of it or nothing. One call at a time.
   *
   * @param upTo number of the newest commit
   * @param isBehind whether it has to go on, of a share of it that is done: else others come first for a while
   */
  async settle(upTo: number, others: readonly Write[], isBehind: (done: number) => boolean): Promise<void> {
    const layer = this.#fresh;
    this.#settling = layer;
    this.#fresh = new UnsettledSessions();
    await this.#store.writeInTurns(this.#rowsOfLayer(layer, upTo, others, isBehind));
    this.#settling = undefined;
    this.#recentKeys = [];
  }

  async *#rowsOfLayer(
    layer: UnsettledSessions,
    upTo: number,
    others: readonly Write[],
    isBehind: (done: number) => boolean,
  ): AsyncIterable<readonly Write[]> {
    let done = 0;
    for (const changes of layer.batches(sessionsPerTurn)) {
      done += changes.length;
      if (!isBehind(done / layer.size)) await setTimeout(betweenTurnsMs);
      yield changes.flatMap((change) => [
        ...this.#rowsOf(change, upTo),
        ...this.#usage.writes(layer.usageOf(change.after.key)),
      ]);
    }
    yield [...this.#takeIndexed(), ...this.#recentKeys.map((key) => this.#recent.toDel(key)), ...others];
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

  /** Closed sessions of a username, begun last first, and before a moment if there is one. */
  async history(
    username: string,
    limit: number,
    isWanted?: (session: SessionState) => boolean,
    till = Number.POSITIVE_INFINITY,
  ): Promise<SessionState[]> {
    const unsettled = this.#unsettledClosed((layer) => layer.closedOf(username));
    const all = keysUnder(username);
    const range = till < Number.MAX_SAFE_INTEGER ? { gte: all.gte, lt: keyOf(username, Math.max(0, till)) } : all;
    const sessions: SessionState[] = [];
    const most = isWanted === undefined ? { limit: limit + unsettled.size } : {};
    for await (const [, at] of this.#history.entries({ ...range, ...most, reverse: true })) {
      const stored = await this.#closed.get(at);
      const session = stored === undefined || unsettled.has(stored.key) ? undefined : fromStored(stored);
      if (session !== undefined && isWanted?.(session) !== false) sessions.push(session);
      if (sessions.length === limit) break;
    }
    const waiting = [...unsettled.values()].filter(
      (session) => session.startedAt < till && isWanted?.(session) !== false,
    );
    return [...sessions, ...waiting].sort((a, b) => b.startedAt - a.startedAt).slice(0, limit);
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

  /** Sessions that ended in releases which did not put them by address are put, once; until then nobody knows who had one. */
  async indexAddresses(signal: AbortSignal): Promise<void> {
    if ((await this.#meta.get(addressesKey)) === true) return;
    let writes: Write[] = [];
    for await (const [, stored] of this.#closed.entries()) {
      signal.throwIfAborted();
      writes.push(...this.#addresses.puts(fromStored(stored)));
      if (writes.length < rowsPerBatch) continue;
      await this.#store.write(writes);
      writes = [];
    }
    this.#indexed = [this.#meta.toPut(addressesKey, true)];
    // Where there was nothing to put, nothing is written for it alone.
    if (writes.length > 0) await this.#store.write([...writes, ...this.#indexed]);
  }

  /** Whether the session with this key, which is not open, is known to have ended. */
  hasEnded(key: string): boolean {
    const parts = parseSessionKey(key);
    return parts !== undefined && this.recall(...parts)?.key === key;
  }

  /** What was used by quarter of an hour in sessions with these usernames: from one hour since 1970 on, before another. */
  async usage(usernames: readonly string[], from: number, to: number): Promise<readonly UsageDelta[]> {
    const layers = [this.#settling, this.#fresh].filter((layer) => layer !== undefined);
    const names = new Set(usernames);
    const waiting = layers.flatMap((layer) => [...layer.usageOfUsers(names)]);
    return this.#usage.read(usernames, from, to, waiting);
  }

  /** Users that have used something, each once. */
  async *usageUsers(): AsyncIterable<string> {
    const layers = [this.#settling, this.#fresh].filter((layer) => layer !== undefined);
    const waiting = new Set(layers.flatMap((layer) => [...layer.usageUsers()]));
    for await (const user of this.#usage.users()) {
      waiting.delete(user);
      yield user;
    }
    yield* waiting;
  }

  /** What a session has used in a quarter of an hour by now. Reads without leaving the turn. */
  usedIn(session: SessionState): UsedIn {
    const layers = [this.#settling, this.#fresh].map((layer) => layer?.usageOf(session.key));
    return this.#usage.usedIn(session, layers);
  }

  #takeIndexed(): readonly Write[] {
    const writes = this.#indexed;
    this.#indexed = [];
    return writes;
  }

  #rowsOf({ before, after }: SessionChange, upTo: number): readonly Write[] {
    if (after.stoppedAt === undefined) return [this.#open.toPut(after.key, toStored(after, upTo))];
    const at = closedKey(after);
    const rows = [
      this.#closed.toPut(at, toStored(after, upTo)),
      this.#history.toPut(historyKey(after), at),
      this.#latest.toPut(latestKey(after), at),
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

/** The session key in a `closedKey`. */
const keyOfClosed = (at: string) => textOf(at.slice(numberKey(0).length));

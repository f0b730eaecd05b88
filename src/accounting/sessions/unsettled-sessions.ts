import { keyOf } from '../../store/layout.ts';
import type { SessionChange } from '../fold-commit.ts';
import { type Correction, joinedCorrections } from '../usage/usage-corrections.ts';
import type { UsageDelta } from '../usage/usage-deltas.ts';
import type { SessionState } from './session-state.ts';
import { userOf } from './session-user.ts';

/** What was used in a quarter of an hour, up to a commit. */
export interface HourUsage {
  readonly up: bigint;
  readonly down: bigint;
  readonly onlineMs: number;
  readonly corrections?: readonly Correction[];
  readonly upTo: number;
}

/** What is added to goes on as the same object: a new one each time would be copied by each collection until its row is written. */
type Own<T> = { -readonly [K in keyof T]: T[K] };

/** What a session used, by quarter: in hours since 1970. Nearly always in one, beside which a map would be large. */
export class SessionUsage {
  readonly key: string;
  readonly username: string;
  #hour = Number.NaN;
  #used: Own<HourUsage> | undefined;
  #others: Map<number, Own<HourUsage>> | undefined;

  constructor({ key, username }: Pick<SessionState, 'key' | 'username'>) {
    this.key = key;
    this.username = username;
  }

  in(hour: number): HourUsage | undefined {
    return this.#in(hour);
  }

  /** In the order in which they were first added to. */
  *hours(): Iterable<readonly [hour: number, used: HourUsage]> {
    if (this.#used !== undefined) yield [this.#hour, this.#used];
    if (this.#others !== undefined) yield* this.#others;
  }

  /** @param upTo number of the commit that it is of */
  add({ hour, up, down, onlineMs = 0, corrections }: UsageDelta, upTo: number): void {
    const known = this.#in(hour);
    if (known === undefined) {
      const first = { up, down, onlineMs, upTo };
      this.#set(hour, corrections === undefined ? first : { ...first, corrections });
      return;
    }
    known.up += up;
    known.down += down;
    known.onlineMs += onlineMs;
    known.upTo = upTo;
    if (corrections !== undefined) known.corrections = joinedCorrections(known.corrections, corrections) ?? corrections;
  }

  #in(hour: number): Own<HourUsage> | undefined {
    return hour === this.#hour ? this.#used : this.#others?.get(hour);
  }

  #set(hour: number, used: Own<HourUsage>): void {
    if (this.#used === undefined) {
      this.#hour = hour;
      this.#used = used;
      return;
    }
    this.#others ??= new Map();
    this.#others.set(hour, used);
  }
}

/** Sessions whose rows are older than they are, each with what its row holds now. */
export class UnsettledSessions {
  readonly #changes = new Map<string, Own<SessionChange>>();
  readonly #closedByName = new Map<string, SessionState>();
  /** By username, then by key: tens of thousands may wait, and somebody asks for each of them. Nearly always there is one. */
  readonly #closedByUser = new Map<string, SessionState | Map<string, SessionState>>();
  /** By session key. */
  readonly #usage = new Map<string, SessionUsage>();

  get size(): number {
    return this.#changes.size;
  }

  add(change: SessionChange): void {
    const { after } = change;
    const known = this.#changes.get(after.key);
    // Without what was used, which is counted here.
    if (known === undefined) this.#changes.set(after.key, { before: change.before, after });
    else known.after = after;
    if (change.used !== undefined && change.used.hours.length > 0) this.#count(after, change.used);
    if (after.stoppedAt === undefined) return;
    this.#closedByName.set(keyOf(after.nas, after.sessionId, after.username), after);
    this.#addToUser(after);
  }

  /** The last that was closed under NAS, Acct-Session-Id and username, as `keyOf` joins them. */
  closedNamed(name: string): SessionState | undefined {
    return this.#closedByName.get(name);
  }

  closedOf(username: string): Iterable<SessionState> {
    const closed = this.#closedByUser.get(username);
    if (closed === undefined) return [];
    return closed instanceof Map ? closed.values() : [closed];
  }

  *closed(): Iterable<SessionState> {
    for (const { after } of this.#changes.values()) if (after.stoppedAt !== undefined) yield after;
  }

  usageOf(key: string): SessionUsage | undefined {
    return this.#usage.get(key);
  }

  *usageUsers(): Iterable<string> {
    for (const { username } of this.#usage.values()) yield userOf(username);
  }

  /** Of the sessions of these usernames. */
  *usageOfUsers(usernames: ReadonlySet<string>): Iterable<SessionUsage> {
    for (const usage of this.#usage.values()) if (usernames.has(usage.username)) yield usage;
  }

  #addToUser(session: SessionState): void {
    const { username, key } = session;
    const closed = this.#closedByUser.get(username);
    if (closed instanceof Map) closed.set(key, session);
    else if (closed === undefined || closed.key === key) this.#closedByUser.set(username, session);
    else this.#closedByUser.set(username, new Map([closed, session].map((each) => [each.key, each])));
  }

  #count(session: SessionState, { sequence, hours }: Required<SessionChange>['used']): void {
    let usage = this.#usage.get(session.key);
    if (usage === undefined) {
      usage = new SessionUsage(session);
      this.#usage.set(session.key, usage);
    }
    for (const each of hours) usage.add(each, sequence);
  }

  *batches(size: number): Iterable<readonly SessionChange[]> {
    const all = [...this.#changes.values()];
    for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
  }
}

import { keyOf } from '../store/layout.ts';
import type { SessionChange } from './fold-commit.ts';
import type { SessionState } from './session-state.ts';
import { userOf } from './session-user.ts';

/** Octets of an hour, up to a commit. */
export interface HourUsage {
  readonly up: bigint;
  readonly down: bigint;
  readonly upTo: number;
}

/** What a session used, by hour since 1970. */
export interface SessionUsage {
  readonly key: string;
  readonly username: string;
  readonly hours: Map<number, HourUsage>;
}

/** Sessions whose rows are older than they are, each with what its row holds now. */
export class UnsettledSessions {
  readonly #changes = new Map<string, SessionChange>();
  readonly #closedByName = new Map<string, SessionState>();
  /** By username, then by key: tens of thousands may wait, and somebody asks for each of them. */
  readonly #closedByUser = new Map<string, Map<string, SessionState>>();
  /** By session key. */
  readonly #usage = new Map<string, SessionUsage>();

  get size(): number {
    return this.#changes.size;
  }

  add(change: SessionChange): void {
    const { after } = change;
    const known = this.#changes.get(after.key);
    this.#changes.set(after.key, known === undefined ? change : { before: known.before, after });
    if (change.used !== undefined && change.used.hours.length > 0) this.#count(after, change.used);
    if (after.stoppedAt === undefined) return;
    this.#closedByName.set(keyOf(after.nas, after.sessionId, after.username), after);
    const ofUser = this.#closedByUser.get(after.username);
    if (ofUser === undefined) this.#closedByUser.set(after.username, new Map([[after.key, after]]));
    else ofUser.set(after.key, after);
  }

  /** The last that was closed under NAS, Acct-Session-Id and username, as `keyOf` joins them. */
  closedNamed(name: string): SessionState | undefined {
    return this.#closedByName.get(name);
  }

  closedOf(username: string): Iterable<SessionState> {
    return this.#closedByUser.get(username)?.values() ?? [];
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

  #count({ key, username }: SessionState, used: Required<SessionChange>['used']): void {
    const usage = this.#usage.get(key) ?? { key, username, hours: new Map<number, HourUsage>() };
    for (const { hour, up, down } of used.hours) {
      const known = usage.hours.get(hour);
      usage.hours.set(hour, { up: up + (known?.up ?? 0n), down: down + (known?.down ?? 0n), upTo: used.sequence });
    }
    this.#usage.set(key, usage);
  }

  *batches(size: number): Iterable<readonly SessionChange[]> {
    const all = [...this.#changes.values()];
    for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
  }
}

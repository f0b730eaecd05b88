import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../store/store.ts';
import { type AddressHolder, addressHolders, type HolderQuery } from './address-holders.ts';
import { type AccountingFinding, journalFinding } from './accounting-finding.ts';
import { Books, type BooksStore } from './books.ts';
import { AccountingUnavailableError } from './errors.ts';
import type {
  AccountingEvent,
  AccountingRecord,
  AccountingSink,
  Session,
  SessionEnder,
  SessionReader,
  UserTotals,
} from './event.ts';
import type { SessionChange } from './fold-commit.ts';
import { GroupCommit } from './group-commit.ts';
import type { SessionIndex } from './session-index.ts';
import { findSessions, historyOf, type SessionQuery } from './session-queries.ts';
import type { SessionRows } from './session-rows.ts';
import type { SessionState } from './session-state.ts';
import { deviceOf, isSessionOf, type SessionUser, sessionUserKey, usernamesOf } from './session-user.ts';
import { SessionWaiters } from './session-waiters.ts';
import { touchedAfter } from './touched-after.ts';
import type { UsageDelta } from './usage-deltas.ts';
import type { SessionView } from './view.ts';

export interface AccountingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Records that may wait for a commit. Default 10,000. */
  readonly maxWaiting?: number;
  /** Closed sessions kept in memory. Default 20,000. */
  readonly keepClosed?: number;
  /** Commits whose sessions may wait for rows of their own. Default 5000. */
  readonly commitsPerSettle?: number;
}

/**
 * @param isNew nothing was known of the session before
 * @param change what it was before, and what was used between
 */
type StoredListener = (session: SessionState, isNew: boolean, change: SessionChange) => void;

/** What it needs of the store: tests put a failing disk in between. */
export type AccountingDatabase = Pick<Store, 'table' | 'write' | 'reopen' | 'onBroken'>;

const maxTogether = 2000;
/** After so many commits the journal is looked through while running, so that a start need not. */
const commitsPerLook = 50_000;
const closingsKey = 'accounting-closings';
const firstWaitMs = 100;
const longestWaitMs = 30_000;

/**
 * Accounting over LevelDB. One synced batch per commit holds the records and the sessions they touch, a value each; memory
 * follows only then, and only then do the promises resolve. After a failed write nothing is taken until the store was closed, opened and
 * read again, which it does by itself.
 */
export class AccountingStore implements AccountingSink, SessionReader, SessionEnder {
  readonly #store: AccountingDatabase;
  readonly #options: AccountingOptions;
  readonly #journal: Table<string>;
  readonly #totals: Table<UserTotals & { readonly username: string }>;
  readonly #commits: GroupCommit<AccountingRecord>;
  readonly #stopping = new AbortController();
  readonly #stopWaiters = new SessionWaiters();
  readonly #startWaiters = new SessionWaiters();
  readonly #listeners = new Set<StoredListener>();
  readonly #unsubscribe: () => void;
  #rows: SessionRows;
  #index: SessionIndex;
  /** On and Off packets whose sessions are not all closed yet, oldest first. */
  #closings: readonly AccountingEvent[] = [];
  #sequence = 0;
  #findings: readonly AccountingFinding[] = [];
  #recovering: Promise<void> | undefined;
  #settling: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #indexing: Promise<void> | undefined;
  #lookedUpTo = 0;
  #waitMs = firstWaitMs;

  private constructor(store: AccountingDatabase, options: AccountingOptions) {
    this.#store = store;
    this.#options = options;
    this.#journal = store.table('journal');
    this.#totals = store.table('totals');
    this.#rows = this.#newRows();
    this.#index = new SessionIndex(this.#keepClosed);
    this.#commits = new GroupCommit({
      maxWaiting: options.maxWaiting ?? 10_000,
      maxTogether,
      commit: (events) =>
        this.#commit(events).catch((error: unknown) => {
          this.#recover(error);
          throw error;
        }),
      more: () => this.#closings.length > 0,
    });
    this.#unsubscribe = store.onBroken((error) => this.#recover(error));
  }

  /** Loads the open sessions and looks for gaps in the journal. @throws LastmileError of the store */
  static async open(store: AccountingDatabase, options: AccountingOptions): Promise<AccountingStore> {
    const accounting = new AccountingStore(store, options);
    try {
      await accounting.#load();
    } catch (error) {
      accounting.#unsubscribe();
      throw error;
    }
    accounting.#commits.wake();
    accounting.#indexAddresses();
    return accounting;
  }

  record(event: AccountingRecord): Promise<void> {
    return this.#commits.add(event);
  }

  async end(key: string, cause: string): Promise<void> {
    const session = this.#index.byKey(key);
    if (session === undefined || session.stoppedAt !== undefined) return;
    const { nas, sessionId } = session;
    await this.#commits.add({ status: 'ended', key, nas, sessionId, receivedAt: this.#options.clock.now(), cause });
  }

  /** Missing or damaged records met when the journal was last opened. */
  findings(): readonly AccountingFinding[] {
    return this.#findings;
  }

  /** Sequence of the newest commit. */
  get sequence(): number {
    return this.#sequence;
  }

  get openCount(): number {
    return this.#index.openCount;
  }

  open(): Iterable<SessionState> {
    return this.#index.open();
  }

  openOf(username: string): readonly SessionState[] {
    return this.#index.openOf(username);
  }

  bySessionId(sessionId: string): readonly SessionState[] {
    return this.#index.bySessionId(sessionId);
  }

  isOnlyOne(session: Pick<Session, 'key' | 'nas' | 'username'>): boolean {
    return this.#index.isOnlyOne(session);
  }

  async stopped(key: string, signal: AbortSignal): Promise<boolean> {
    const session = this.#index.byKey(key);
    if (session?.stoppedAt !== undefined) return true;
    if (session === undefined && this.#rows.hasEnded(key)) return true;
    return await this.#stopWaiters.wait(key, signal);
  }

  /** Open sessions of a user on a device at a NAS: there may be one that its router has forgotten. */
  openOfUser(user: SessionUser): readonly SessionState[] {
    return this.#index.openOf(user.username).filter((session) => isSessionOf(session, user));
  }

  /** Resolves with true when such a session is open or its first record is stored, with false when the signal fires first. */
  async started(user: SessionUser, signal: AbortSignal): Promise<boolean> {
    if (this.openOfUser(user).length > 0) return true;
    return await this.#startWaiters.wait(sessionUserKey(user), signal);
  }

  /** Calls `listener`, which must not throw, with each session that a stored record touched. @returns how to end that */
  onStored(listener: StoredListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sessions of a username, begun last first, open ones among them. */
  history(username: string, limit: number): Promise<readonly SessionState[]> {
    return historyOf(this.#index, this.#rows, username, limit);
  }

  /** What routers have counted for their hotspot users in sessions that are over, as last stored: by username. */
  async totalsOf(nas: string): Promise<ReadonlyMap<string, UserTotals>> {
    const found = new Map<string, UserTotals>();
    for await (const [, { username, ...totals }] of this.#totals.entries(keysUnder(nas))) found.set(username, totals);
    return found;
  }

  /** The last snapshot of `/ip/accounting` of a router that is in the journal. */
  flowsOf(nas: string): Promise<string | undefined> {
    return this.#store.table<string>('meta').get(flowsKey(nas));
  }

  /**
   * Octets of a user by hour, oldest first, each hour once.
   *
   * @param username of a device, its MAC in any spelling
   * @param from hours since 1970
   * @param to the hour after the last
   */
  usage(username: string, from: number, to: number): Promise<readonly UsageDelta[]> {
    return this.#rows.usage(usernamesOf(username), from, to);
  }

  /** Open ones first, then closed ones, each the newest first. */
  find(query: SessionQuery): Promise<readonly SessionView[]> {
    return findSessions(this.#index, this.#rows, query, this.#options.clock.now());
  }

  /** Who had an address at a moment: those who held it first, then those who may have. */
  async holders(query: HolderQuery): Promise<readonly AddressHolder[]> {
    await this.#indexing;
    return addressHolders(this.#index, this.#rows, query, this.#options.clock.now());
  }

  /** Sessions that ended in a time, in the order they did. Read as they are taken. */
  endedIn(from: number, till: number): AsyncIterable<SessionState> {
    return this.#rows.endedIn({ from, till });
  }

  /** Sessions that commits after this one touched, as they are now, each once. */
  touchedAfter(sequence: number): Promise<readonly SessionState[]> {
    return touchedAfter(sequence, this.#journal, this.#index, this.#rows);
  }

  /** Users that have used something, each once. */
  usageUsers(): AsyncIterable<string> {
    return this.#rows.usageUsers();
  }

  /** Takes nothing more, and ends when what waits is stored. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#recovering;
    await this.#commits.drain(new AccountingUnavailableError('shutting down'));
    await this.#looking;
    await this.#indexing;
    await this.#settling;
    this.#settle();
    await this.#settling;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #newRows(): SessionRows {
    return new SessionRows(this.#store, this.#options.commitsPerSettle ?? 5000);
  }

  get #keepClosed(): number {
    return this.#options.keepClosed ?? 20_000;
  }

  async #load(): Promise<void> {
    const { last, findings } = await checkJournal(
      this.#journal,
      this.#store.table<JournalMark>('meta'),
      this.#options.log,
    );
    const rows = this.#newRows();
    const index = new SessionIndex(this.#keepClosed);
    for (const session of await rows.load(Math.min(this.#keepClosed, 1000))) index.put(session);
    this.#closings = (await this.#store.table<AccountingEvent[]>('meta').get(closingsKey)) ?? [];
    this.#rows = rows;
    this.#index = index;
    this.#sequence = last;
    this.#lookedUpTo = last;
    this.#findings = findings;
    for (const session of index.closed()) this.#stopWaiters.tell(session.key);
    for (const session of index.open()) this.#tellStarted(session);
  }

  async #commit(events: readonly AccountingRecord[]): Promise<void> {
    const fold = new CommitFold({
      named: (nas, sessionId) => this.#index.named(nas, sessionId),
      byKey: (key) => this.#index.byKey(key),
      recall: (nas, sessionId, username) => this.#rows.recall(nas, sessionId, username),
    });
    for (const event of events) this.#apply(fold, event);
    const due = [...this.#closings, ...events.filter(concernsNas)];
    const closings = closeSessions(fold, this.#index, due);

    const sequence = events.length === 0 ? this.#sequence : this.#sequence + 1;
    const now = this.#options.clock.now();
    const changes = Array.from(fold.changes.values(), (change) => {
      const usedIn: UsedIn = (hour) => this.#rows.usedIn(change.after, hour);
      const hours = usageBetween(change.before, change.after, now, usedIn);
      return hours.length === 0 ? change : { ...change, used: { sequence, hours } };
    });
    await this.#store.write(this.#writes(sequence, events, changes, due.length === 0 ? undefined : closings), {
      sync: true,
    });

    // Synced: only now does memory follow, and do the NAS get their answers.
    this.#sequence = sequence;
    this.#closings = closings;
    this.#waitMs = firstWaitMs;
    this.#rows.committed(changes);
    for (const { after } of changes) {
      this.#index.put(after);
      if (after.stoppedAt !== undefined) this.#stopWaiters.tell(after.key);
      else this.#tellStarted(after);
    }
    for (const listener of this.#listeners) {
      for (const change of changes) listener(change.after, change.before === undefined, change);
    }
    if (this.#rows.due) this.#settle();
    if (sequence - this.#lookedUpTo >= commitsPerLook) this.#lookBehind(sequence);
  }

  #tellStarted(session: SessionState): void {
    const mac = this.#startWaiters.some ? deviceOf(session) : undefined;
    if (mac !== undefined) this.#startWaiters.tell(sessionUserKey({ ...session, mac }));
  }

  /** A failure needs nothing here: the store is broken then, opened again and read. */
  #settle(): void {
    this.#settling ??= this.#rows
      .settle()
      .catch((err: unknown) => this.#options.log.warn({ err }, 'session rows not written yet'))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  /** Nobody waits for it but who asks for an address. */
  #indexAddresses(): void {
    const { signal } = this.#stopping;
    this.#indexing = this.#rows.indexAddresses(signal).catch((err: unknown) => {
      if (!signal.aborted) this.#options.log.warn({ err }, 'addresses of older sessions not indexed');
    });
  }

  #lookBehind(sequence: number): void {
    this.#lookedUpTo = sequence;
    this.#looking ??= checkJournal(this.#journal, this.#store.table<JournalMark>('meta'), this.#options.log)
      .then(
        ({ findings }) => {
          this.#findings = [...this.#findings, ...findings];
        },
        (err: unknown) => this.#options.log.warn({ err }, 'accounting journal not checked'),
      )
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** A record that cannot be folded is stored all the same: it must not stand in the way of the others. */
  #apply(fold: CommitFold, event: AccountingRecord): void {
    try {
      fold.apply(event);
    } catch (err) {
      const { nas } = event;
      this.#options.log.error(
        { err, nas, ...('sessionId' in event ? { sessionId: event.sessionId } : {}) },
        'accounting record stored, but its session could not be updated',
      );
    }
  }

  #writes(
    sequence: number,
    events: readonly AccountingRecord[],
    changes: readonly SessionChange[],
    closings: readonly AccountingEvent[] | undefined,
  ): Write[] {
    const writes: Write[] = [];
    if (events.length > 0) {
      const records = events.map((event) => JSON.stringify(event));
      writes.push(this.#journal.toPut(numberKey(sequence), encodeCommit(this.#options.clock.now(), records)));
    }
    writes.push(...this.#rows.writes(changes), ...events.flatMap((event) => this.#readRow(event)));
    if (closings !== undefined) writes.push(this.#store.table<typeof closings>('meta').toPut(closingsKey, closings));
    return writes;
  }

  /** What readings leave behind for the next beside sessions. */
  #readRow(event: AccountingRecord): readonly Write[] {
    if (event.status === 'flows') return [this.#store.table<string>('meta').toPut(flowsKey(event.nas), event.snapshot)];
    if (event.status !== 'read' && event.status !== 'totals') return [];
    const { nas, username, totals } = event;
    if (totals !== undefined) return [this.#totals.toPut(keyOf(nas, username), { username, ...totals })];
    return event.status === 'totals' ? [this.#totals.toDel(keyOf(nas, username))] : [];
  }

  #recover(cause: unknown): void {
    this.#commits.refuse(new AccountingUnavailableError('the state folder is being opened again', cause));
    if (this.#stopping.signal.aborted) return;
    this.#recovering ??= this.#reopen().finally(() => {
      this.#recovering = undefined;
    });
  }

  async #reopen(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = this.#waitMs;
      this.#waitMs = Math.min(longestWaitMs, waitMs * 2);
      try {
        await clock.sleep(waitMs, signal);
        // Rows that it has yet to write must not come after newer ones.
        await this.#settling;
        await this.#store.reopen();
        await this.#load();
        log.info({ sequence: this.#sequence }, 'state folder opened again, accounting goes on');
        this.#commits.accept();
        return;
      } catch (err) {
        if (!signal.aborted) log.warn({ err, waitMs }, 'accounting not stored, no replies sent');
      }
    }
  }
}

function flowsKey(nas: string): string {
  return keyOf('flows', nas);
}

function concernsNas(event: AccountingRecord): event is AccountingEvent {
  return event.status === 'on' || event.status === 'off';
}

import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { JournalDamage, JournalPlace } from '../store/journal.ts';
import { journalFinding, rowsLost, type StateFinding } from '../store/state-finding.ts';
import type { Store } from '../store/store.ts';
import { type AddressHolder, addressHolders, type HolderQuery } from './address-holders.ts';
import { Books, type BooksStore, type Outcome } from './books.ts';
import { stampedWith } from './clock-set.ts';
import { ClockWatch } from './clock-watch.ts';
import { AccountingUnavailableError } from './errors.ts';
import type { AccountingRecord, AccountingSink, Session, SessionEnder, SessionReader, UserTotals } from './event.ts';
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
export type AccountingDatabase = BooksStore & Pick<Store, 'reopen' | 'onBroken'>;

const maxTogether = 2000;
/** Sessions that wait for their rows, beyond which records wait for them. */
const mostWaiting = 100_000;
const firstWaitMs = 100;
/** Where there is room again, accounting goes on within two of these. */
const longestWaitMs = 1_000;

/**
 * Accounting over the journal. A commit of it, synced, holds the records that came while the one before was on its way; memory
 * follows only then, and only then do the promises resolve. Rows in the database follow behind. After a failed write nothing is taken
 * until the store was closed, opened and read again, which it does by itself.
 */
export class AccountingStore implements AccountingSink, SessionReader, SessionEnder {
  readonly #store: AccountingDatabase;
  readonly #options: AccountingOptions;
  readonly #commits: GroupCommit<AccountingRecord>;
  readonly #stopping = new AbortController();
  readonly #stopWaiters = new SessionWaiters();
  readonly #startWaiters = new SessionWaiters();
  readonly #listeners = new Set<StoredListener>();
  readonly #unsubscribe: () => void;
  readonly #clocks: ClockWatch;
  #books: Books;
  #findings: readonly StateFinding[] = [];
  #recovering: Promise<void> | undefined;
  #settling: Promise<void> | undefined;
  #indexing: Promise<void> | undefined;
  #waitMs = firstWaitMs;
  /** The next reading goes through all of the journal. */
  #anew = false;

  private constructor(store: AccountingDatabase, options: AccountingOptions, loaded: Loaded, clocks: ClockWatch) {
    this.#clocks = clocks;
    this.#store = store;
    this.#options = options;
    this.#books = loaded.books;
    this.#findings = loaded.findings;
    this.#commits = new GroupCommit({
      maxWaiting: options.maxWaiting ?? 10_000,
      maxTogether,
      commit: (events) =>
        this.#commit(events).catch((error: unknown) => {
          this.#recover(error);
          throw error;
        }),
      more: () => this.#books.closesMore,
    });
    this.#unsubscribe = store.onBroken((error) => this.#recover(error));
  }

  /** Loads the open sessions and looks for gaps in the journal. @throws LastmileError of the store */
  static async open(store: AccountingDatabase, options: AccountingOptions): Promise<AccountingStore> {
    const loaded = await load(store, options);
    const clocks = await ClockWatch.open(options.clock, store.table('meta'), loaded.books.lastAt);
    const accounting = new AccountingStore(store, options, loaded, clocks);
    accounting.#commits.wake();
    accounting.#indexAddresses();
    return accounting;
  }

  record(event: AccountingRecord): Promise<void> {
    const saved = this.#clocks.look();
    const stamped = stampedWith(event, this.#clocks.total);
    return saved === undefined ? this.#commits.add(stamped) : this.#addAfter(saved, stamped);
  }

  async end(key: string, cause: string): Promise<void> {
    const session = this.#index.byKey(key);
    if (session === undefined || session.stoppedAt !== undefined) return;
    const { nas, sessionId } = session;
    await this.record({ status: 'ended', key, nas, sessionId, receivedAt: this.#options.clock.now(), cause });
  }

  /** Missing or damaged records met when the journal was last opened. */
  findings(): readonly StateFinding[] {
    return this.#findings;
  }

  /** By how much the wall clock was set in all, as `SessionState.clockSet` has it. */
  get clockSet(): number {
    return this.#clocks.total;
  }

  /** Sequence of the newest commit. */
  get sequence(): number {
    return this.#books.sequence;
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
  totalsOf(nas: string): Promise<ReadonlyMap<string, UserTotals>> {
    return this.#books.readings.totalsOf(nas);
  }

  /** The last snapshot of `/ip/accounting` of a router that is in the journal. */
  flowsOf(nas: string): Promise<string | undefined> {
    return this.#books.readings.flowsOf(nas);
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
    return touchedAfter(sequence, this.#store.journal, this.#index, this.#rows);
  }

  /** Users that have used something, each once. */
  usageUsers(): AsyncIterable<string> {
    return this.#rows.usageUsers();
  }

  /**
   * Works out all that the journal comes to once more: for rows that are lost. Meanwhile nothing is acknowledged; a NAS sends
   * again what it gets no answer for.
   */
  async workOutAnew(): Promise<void> {
    await this.#recovering;
    this.#anew = true;
    this.#recover(new Error('what was lost is worked out anew'));
    await this.#recovering;
  }

  /** Takes nothing more, and ends when what waits is stored. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#recovering;
    await this.#commits.drain(new AccountingUnavailableError('shutting down'));
    await this.#indexing;
    await this.#settling;
    this.#settle();
    await this.#settling;
    // Where the store cannot be written, the time of its newest commit has to do.
    await this.#clocks.close().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #index(): SessionIndex {
    return this.#books.index;
  }

  get #rows(): SessionRows {
    return this.#books.rows;
  }

  async #commit(events: readonly AccountingRecord[]): Promise<void> {
    if (events.length === 0) return this.#follow(this.#books.work(this.#books.sequence, this.#options.clock.now(), []));
    // Rows that lag too far behind would fill the memory.
    if (this.#rows.waiting > mostWaiting) await this.#settling;
    const books = this.#books;
    const at = this.#options.clock.now();
    const sequence = this.#store.journal.next;
    const stored = this.#store.append(
      at,
      events.map((event) => JSON.stringify(event)),
    );
    // Worked out while it is on its way to the disk, in force only when it is there: then the NAS get their answers.
    const [place, outcome] = await Promise.all([stored, worked(() => books.work(sequence, at, events))]);
    this.#waitMs = firstWaitMs;
    this.#follow(outcome, place);
  }

  /** The machine's clock was just set: until that is kept, what comes now could not be compared with what was before. */
  async #addAfter(saved: Promise<void>, record: AccountingRecord): Promise<void> {
    try {
      await saved;
    } catch (error) {
      throw new AccountingUnavailableError('the state folder cannot be written', error);
    }
    await this.#commits.add(record);
  }

  #follow(outcome: Outcome, place?: JournalPlace): void {
    this.#books.follow(outcome, place);
    const { changes } = outcome;
    for (const { after } of changes) {
      if (after.stoppedAt !== undefined) this.#stopWaiters.tell(after.key);
      else this.#tellStarted(after);
    }
    for (const listener of this.#listeners) {
      for (const change of changes) listener(change.after, change.before === undefined, change);
    }
    if (this.#books.due) this.#settle();
  }

  #tellStarted(session: SessionState): void {
    const mac = this.#startWaiters.some ? deviceOf(session) : undefined;
    if (mac !== undefined) this.#startWaiters.tell(sessionUserKey({ ...session, mac }));
  }

  /** Who waits may have missed what was stored last. */
  #tellAll(): void {
    for (const session of this.#index.closed()) this.#stopWaiters.tell(session.key);
    for (const session of this.#index.open()) this.#tellStarted(session);
  }

  /** A failure needs nothing here: the store is broken then, opened again and read. */
  #settle(): void {
    this.#settling ??= this.#books
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
        // Nor may the file be closed that a commit is being written to.
        await this.#commits.idle();
        await this.#store.reopen();
        const { books, findings } = await load(this.#store, this.#options, this.#anew);
        this.#anew = false;
        this.#books = books;
        this.#findings = findings;
        this.#tellAll();
        log.info({ sequence: this.sequence }, 'state folder opened again, accounting goes on');
        this.#commits.accept();
        return;
      } catch (err) {
        if (!signal.aborted) log.warn({ err, waitMs }, 'accounting not stored, no replies sent');
      }
    }
  }
}

interface Loaded {
  readonly books: Books;
  readonly findings: readonly StateFinding[];
}

async function load(store: AccountingDatabase, options: AccountingOptions, anew = false): Promise<Loaded> {
  const { log, keepClosed = 20_000, commitsPerSettle = 5000 } = options;
  const findings: StateFinding[] = [];
  const tell = (finding: StateFinding) => {
    findings.push(finding);
    log.error({ code: finding.code }, finding.message);
  };
  const listeners = {
    onDamage: (damage: JournalDamage) => tell(journalFinding(damage)),
    onLost: () => tell(rowsLost),
  };
  const books = await Books.load(store, { log, keepClosed, commitsPerSettle, anew }, listeners);
  return { books, findings };
}

/** So that whoever waits for several sees the failure of each. */
async function worked<T>(work: () => T): Promise<T> {
  return work();
}

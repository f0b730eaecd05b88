import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import { EntryWriter } from '../store/entry-writer.ts';
import type { JournalDamage, JournalPlace } from '../store/journal.ts';
import { journalFinding, rowsLost, type StateFinding } from '../store/state-finding.ts';
import type { Store } from '../store/store.ts';
import { type AddressHolder, addressHolders, type HolderQuery } from './addresses/address-holders.ts';
import { Books, type BooksOptions, type BooksStore, type Outcome } from './books.ts';
import { stampedWith } from './clock-set.ts';
import { ClockWatch } from './clock-watch.ts';
import { AccountingUnavailableError } from './errors.ts';
import type { AccountingRecord, AccountingSink, Session, SessionEnder, SessionReader, UserTotals } from './event.ts';
import type { SessionChange } from './fold-commit.ts';
import { GroupCommit } from './group-commit.ts';
import type { SessionIndex } from './sessions/session-index.ts';
import { findSessions, historyOf, type SessionQuery } from './sessions/session-queries.ts';
import type { SessionRows } from './sessions/session-rows.ts';
import type { SessionState } from './sessions/session-state.ts';
import { deviceOf, isSessionOf, type SessionUser, sessionUserKey, usernamesOf } from './sessions/session-user.ts';
import { SessionWaiters } from './sessions/session-waiters.ts';
import { touchedAfter } from './sessions/touched-after.ts';
import type { SessionView } from './sessions/view.ts';
import { SetAside } from './set-aside.ts';
import { timeKeptSince } from './time-kept.ts';
import { UntilRoom } from './until-room.ts';
import type { UsageDelta } from './usage/usage-deltas.ts';

export interface AccountingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Records that may wait for a commit. Default 10,000. */
  readonly maxWaiting?: number;
  /** Closed sessions kept in memory. Default 20,000. */
  readonly keepClosed?: number;
  /** Commits whose sessions may wait for rows of their own. Default 5000. */
  readonly commitsPerSettle?: number;
  /** Resolves when nobody needs the store at every moment, as logins do that are read from it. `undefined`: nobody does. */
  readonly untilSpared?: () => Promise<void> | undefined;
}

/**
 * @param isNew nothing was known of the session before
 * @param change what it was before, and what was used between
 */
type StoredListener = (session: SessionState, isNew: boolean, change: SessionChange) => void;

/** What it needs of the store: tests put a failing disk in between. */
export type AccountingDatabase = BooksStore &
  Pick<Store, 'reopen' | 'onBroken' | 'broken'> &
  Partial<Pick<Store, 'freeOctets'>>;

const maxTogether = 2000;
/** Records that wait until sessions are read. */
const mostEarly = 10_000;
/** The clock of before sessions are read may run on a little: that is no step. */
const smallestStepMs = 1000;
/** Sessions that wait for their rows, beyond which records wait for them. */
const mostWaiting = 100_000;
const firstWaitMs = 100;
/** So long the store is left open for whoever needs it at every moment. */
const longestNeedMs = 30_000;
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
  /** There is one commit at a time. */
  readonly #writer = new EntryWriter();
  readonly #stopping = new AbortController();
  readonly #stopWaiters = new SessionWaiters();
  readonly #startWaiters = new SessionWaiters();
  readonly #listeners = new Set<StoredListener>();
  readonly #unsubscribe: () => void;
  /** Absent until sessions are read. */
  #clocks: ClockWatch | undefined;
  readonly #aside: SetAside;
  #books: Books;
  #reading: Promise<void> | undefined;
  readonly #isRead: Promise<void>;
  #tellRead = (): void => undefined;
  /** Records that came before sessions were read. */
  #early = 0;
  #findings: readonly StateFinding[] = [];
  #recovering: Promise<void> | undefined;
  #settling: Promise<void> | undefined;
  #indexing: Promise<void> | undefined;
  #waitMs = firstWaitMs;
  readonly #untilRoom: UntilRoom;
  /** Why it is not stored, as it was told last. */
  #told: string | undefined;
  #timeSince = 0;
  #readUpTo: number | undefined;
  /** The next reading goes through all of the journal. */
  #anew = false;
  /** Waits for the next reading. */
  #rewrite: ((sequence: number) => Promise<void>) | undefined;

  private constructor(store: AccountingDatabase, options: AccountingOptions) {
    this.#store = store;
    this.#options = options;
    this.#untilRoom = new UntilRoom(options.clock);
    this.#aside = new SetAside(options.log);
    this.#books = Books.none(store, booksOptions(options, this.#aside));
    this.#isRead = new Promise((resolve) => {
      this.#tellRead = resolve;
    });
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
    const accounting = AccountingStore.unread(store, options);
    try {
      await accounting.read();
      return accounting;
    } catch (error) {
      await accounting.close();
      throw error;
    }
  }

  /** Knows of no session yet. Records that come before `read` is through are stored after it. */
  static unread(store: AccountingDatabase, options: AccountingOptions): AccountingStore {
    return new AccountingStore(store, options);
  }

  /** Reads what `open` does. @throws LastmileError of the store, after which it may be tried again */
  read(): Promise<void> {
    this.#reading ??= this.#load().catch((error: unknown) => {
      this.#reading = undefined;
      throw error;
    });
    return this.#reading;
  }

  /** Whether sessions are known. */
  get isRead(): boolean {
    return this.#clocks !== undefined;
  }

  /** Resolves when sessions are known, or never will be. `undefined`: they are. */
  get untilRead(): Promise<void> | undefined {
    return this.isRead ? undefined : this.#isRead;
  }

  /** Where sessions are not known by now, they never will be: whoever waits for them waits no more. */
  giveUp(): void {
    this.#tellRead();
  }

  /** Does at once what needs sessions, and where they are yet to be read when they are. */
  after<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.isRead ? work() : this.#isRead.then(work);
  }

  record(event: AccountingRecord): Promise<void> {
    const clocks = this.#clocks;
    if (clocks === undefined) return this.#recordLater(event);
    const saved = clocks.look();
    const stamped = stampedWith(event, clocks.lookedTotal);
    return saved === undefined ? this.#commits.add(stamped) : this.#addAfter(saved, stamped);
  }

  async end(key: string, cause: string): Promise<void> {
    const session = this.#index.byKey(key);
    if (session === undefined || session.stoppedAt !== undefined) return;
    const { nas, sessionId } = session;
    await this.record({ status: 'ended', key, nas, sessionId, receivedAt: this.#options.clock.now(), cause });
  }

  /** Missing or damaged records met when the journal was last opened, and what could not be worked out. */
  findings(): readonly StateFinding[] {
    return [...this.#findings, ...this.#aside.findings()];
  }

  /** By how much the wall clock was set in all, as `SessionState.clockSet` has it. */
  get clockSet(): number {
    return this.#clocks?.total ?? 0;
  }

  /** Wall time of the newest commit that there was at the start. Absent: there was none, or they are yet to be read. */
  get readUpTo(): number | undefined {
    return this.#readUpTo;
  }

  /** From this moment on `usage` has the time online, milliseconds since 1970. */
  get timeSince(): number {
    return this.#timeSince;
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

  /** Whether this session is open, and no other of its username. */
  isOpenAlone(session: Pick<Session, 'key' | 'username'>): boolean {
    return this.#index.isOpenAlone(session);
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
   * What a user used by quarter of an hour, oldest first, each once.
   *
   * @param username of a device, its MAC in any spelling
   * @param from hours since 1970, in quarters
   * @param to the quarter after the last
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
   * Brings rows up to what is stored by now.
   *
   * @returns number of the newest commit that they follow; a smaller one where they cannot be written now
   * @throws LastmileError of the store; AccountingUnavailableError while it is opened again
   */
  async settled(): Promise<number> {
    await this.read();
    if (this.#recovering !== undefined) throw new AccountingUnavailableError('the state folder is being opened again');
    await this.#rowsWritten();
    this.#settle();
    await this.#rowsWritten();
    return this.#books.settledTo;
  }

  /**
   * Works out all that the journal comes to once more: for rows that are lost. Meanwhile nothing is acknowledged; a NAS sends
   * again what it gets no answer for.
   */
  async workOutAnew(): Promise<void> {
    await this.read();
    await this.#recovering;
    this.#anew = true;
    this.#recover(new Error('what was lost is worked out anew'));
    await this.#recovering;
  }

  /**
   * Has rows rewritten that nothing may write meanwhile, and reads them again; as with `workOutAnew`, nothing is acknowledged
   * until then.
   *
   * @param work gets the number of the newest commit, which all rows follow
   * @throws whatever `work` throws, and AccountingUnavailableError when it is closed before
   */
  async rewriteRows<T>(work: (sequence: number) => Promise<T>): Promise<T> {
    await this.read();
    await this.#recovering;
    if (this.#stopping.signal.aborted) throw new AccountingUnavailableError('shutting down');
    const result = new Promise<T>((resolve, reject) => {
      this.#rewrite = (sequence) => work(sequence).then(resolve, reject);
      this.#recover(new Error('rows are rewritten'));
      void this.#recovering?.then(() => reject(new AccountingUnavailableError('shutting down')));
    });
    await Promise.allSettled([result]);
    await this.#recovering;
    return await result;
  }

  /** Takes nothing more, and ends when what waits is stored. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#reading?.catch(() => undefined);
    this.giveUp();
    await this.#recovering;
    await this.#commits.drain(new AccountingUnavailableError('shutting down'));
    await this.#indexing;
    await this.#rowsWritten();
    this.#settle();
    await this.#rowsWritten();
    // Where the store cannot be written, the time of its newest commit has to do.
    await this.#clocks?.close().catch(() => undefined);
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

  async #load(): Promise<void> {
    const { clock } = this.#options;
    const loaded = await load(this.#store, this.#options, this.#aside);
    const { lastAt, sequence } = loaded.books;
    const clocks = await ClockWatch.open(clock, this.#store.table('meta'), lastAt);
    this.#timeSince = await timeKeptSince(this.#store.table('meta'), sequence === 0, clock.now());
    this.#books = loaded.books;
    this.#findings = loaded.findings;
    this.#readUpTo = lastAt;
    this.#clocks = clocks;
    this.#tellRead();
    // While it was read, others may have met a disk that takes nothing.
    const { broken } = this.#store;
    if (broken !== undefined) return this.#recover(broken);
    this.#commits.wake();
    this.#indexAddresses();
  }

  async #recordLater(event: AccountingRecord): Promise<void> {
    if (this.#early >= (this.#options.maxWaiting ?? mostEarly)) {
      throw new AccountingUnavailableError('open sessions are being read');
    }
    this.#early += 1;
    const offset = this.#clockOffset();
    await this.#isRead;
    if (!this.isRead) throw new AccountingUnavailableError('open sessions could not be read');
    // Nobody watches the clock until then: as if it had come by the clock as it is now.
    const step = Math.round(this.#clockOffset() - offset);
    await this.record(Math.abs(step) < smallestStepMs ? event : { ...event, receivedAt: event.receivedAt + step });
  }

  #clockOffset(): number {
    return this.#options.clock.now() - this.#options.clock.monotonic();
  }

  async #commit(events: readonly AccountingRecord[]): Promise<void> {
    if (events.length === 0) return this.#follow(this.#books.work(this.#books.sequence, this.#options.clock.now(), []));
    // Rows that lag too far behind would fill the memory.
    if (this.#rows.waiting > mostWaiting) await this.#rowsWritten();
    const books = this.#books;
    const at = this.#options.clock.now();
    const sequence = this.#store.journal.next;
    const stored = this.#store.append(at, this.#writer.write(events));
    // Worked out while it is on its way to the disk, in force only when it is there: then the NAS get their answers.
    let outcome: Outcome;
    try {
      outcome = books.work(sequence, at, events);
    } catch (error) {
      await stored.catch(() => undefined);
      throw error;
    }
    const place = await stored;
    this.#waitMs = firstWaitMs;
    this.#told = undefined;
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
    if (this.#books.due) this.#settle(true);
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
  #settle(calmly = false): void {
    this.#settling ??= this.#books
      .settle(calmly)
      .catch((err: unknown) => this.#options.log.warn({ err }, 'session rows not written yet'))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  /** Resolves when no rows are being written. */
  async #rowsWritten(): Promise<void> {
    this.#books.hurry();
    await this.#settling;
  }

  /** Nobody waits for it but who asks for an address. */
  #indexAddresses(): void {
    const { signal } = this.#stopping;
    this.#indexing = this.#rows.indexAddresses(signal).catch((err: unknown) => {
      if (!signal.aborted) this.#options.log.warn({ err }, 'addresses of older sessions not indexed');
    });
  }

  #recover(cause: unknown): void {
    // What is being read for the first time sees to it itself.
    if (!this.isRead) return;
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
        await this.#untilSpared();
        await clock.sleep(waitMs, signal);
        await this.#untilRoom.wait(() => this.#free(), signal);
        const since = clock.monotonic();
        // Rows that it has yet to write must not come after newer ones.
        await this.#rowsWritten();
        // Nor may the file be closed that a commit is being written to.
        await this.#commits.idle();
        await this.#store.reopen();
        const openedAt = clock.monotonic();
        if (this.#anew) this.#aside.clear();
        let loaded = await load(this.#store, this.#options, this.#aside, this.#anew);
        this.#anew = false;
        const rewrite = this.#rewrite;
        if (rewrite !== undefined) {
          await loaded.books.settle();
          this.#rewrite = undefined;
          await rewrite(loaded.books.sequence);
          loaded = await load(this.#store, this.#options, this.#aside);
        }
        const { books, findings } = loaded;
        this.#books = books;
        this.#findings = findings;
        this.#tellAll();
        const took = { openedMs: Math.round(openedAt - since), readMs: Math.round(clock.monotonic() - openedAt) };
        log.info({ sequence: this.sequence, waitMs, ...took }, 'state folder opened again, accounting goes on');
        this.#commits.accept();
        return;
      } catch (err) {
        this.#untilRoom.failed(err, await this.#free());
        const why = codeOf(err) ?? messageOf(err);
        if (signal.aborted) continue;
        log[why === this.#told ? 'debug' : 'warn']({ err, waitMs }, 'accounting not stored, no replies sent');
        this.#told = why;
      }
    }
  }

  async #free(): Promise<number> {
    return (await this.#store.freeOctets?.()) ?? Number.POSITIVE_INFINITY;
  }

  async #untilSpared(): Promise<void> {
    const spared = this.#options.untilSpared?.();
    if (spared === undefined) return;
    const done = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, done.signal]);
    const patience = this.#options.clock.sleep(longestNeedMs, signal).catch(() => undefined);
    await Promise.race([spared, patience]);
    done.abort();
  }
}

interface Loaded {
  readonly books: Books;
  readonly findings: readonly StateFinding[];
}

async function load(
  store: AccountingDatabase,
  options: AccountingOptions,
  aside: SetAside,
  anew = false,
): Promise<Loaded> {
  const { log } = options;
  const findings: StateFinding[] = [];
  const tell = (finding: StateFinding) => {
    findings.push(finding);
    log.error({ code: finding.code }, finding.message);
  };
  const listeners = {
    onDamage: (damage: JournalDamage) => tell(journalFinding(damage)),
    onLost: () => tell(rowsLost),
  };
  const books = await Books.load(store, { ...booksOptions(options, aside), anew }, listeners);
  return { books, findings };
}

function booksOptions(
  { log, keepClosed = 20_000, commitsPerSettle = 5000 }: AccountingOptions,
  aside: SetAside,
): BooksOptions {
  return { log, keepClosed, commitsPerSettle, anew: false, aside };
}

import type { Logger } from 'pino';
import { eachInSteps, inTurns } from '../base/steps.ts';
import { firstOf, type JournalDamage, type JournalPlace } from '../store/journal.ts';
import { numberKey } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Table, Write } from '../store/table.ts';
import { ErasedUsers } from './erase-user.ts';
import type { AccountingEvent, AccountingRecord, ApiReading } from './event.ts';
import { CommitFold, type KnownSessions, type SessionChange } from './fold-commit.ts';
import { readJournal } from './journal.ts';
import { lastOfOldJournal, takeOverJournal } from './schema-1.ts';
import { SessionClosings } from './sessions/close-sessions.ts';
import { SessionIndex } from './sessions/session-index.ts';
import { SessionRows } from './sessions/session-rows.ts';
import { parseSessionKey, type SessionState } from './sessions/session-state.ts';
import { SetAside } from './set-aside.ts';
import { ReadingRows } from './usage/reading-rows.ts';
import { type UsageDelta, type UsedIn, usageBetween } from './usage/usage-deltas.ts';

export interface BooksOptions {
  readonly log: Logger;
  /** Closed sessions kept in memory. */
  readonly keepClosed: number;
  /** Commits that may wait for rows of what they came to. */
  readonly commitsPerSettle: number;
  /** Goes through all of the journal, whatever has rows already. */
  readonly anew: boolean;
  /** Is told of what cannot be worked out. Absent: the log alone is. */
  readonly aside?: SetAside;
}

/** What they need of the store. */
export type BooksStore = Pick<
  Store,
  'table' | 'write' | 'writeInTurns' | 'append' | 'replay' | 'journal' | 'wasRepaired'
>;

/** Who is told of what is not as it was written. */
export interface BooksListeners {
  readonly onDamage: (damage: JournalDamage) => void;
  /** Rows are gone, nobody knows which. */
  readonly onLost: () => void;
}

/** What a commit comes to, worked out and not in force. */
export interface Outcome {
  readonly records: readonly AccountingRecord[];
  readonly changes: readonly SessionChange[];
  readonly closings: readonly AccountingEvent[];
}

/** How far the journal has come to rows, in `meta`: it is replayed from there. Written with those rows, all or nothing. */
interface Mark {
  /** Grows by one with each. */
  readonly number: number;
  /** The oldest that is to be there still: one that is missing from there on was lost, and its rows with it. */
  readonly first: number;
  readonly place: JournalPlace;
  /** On and Off packets whose sessions were not all closed yet, oldest first. */
  readonly closings: readonly AccountingEvent[];
}

/** As many marks are kept as the database may have in its log. */
const marksKept = 64;
/** Of the journal, that much is gone through again where the database was found damaged: more would keep records waiting for minutes. */
const healedOctets = 512 << 20;

/**
 * What the journal comes to: sessions and what they used, in memory and, some way behind, in rows of the database. They can be
 * worked out anew from the journal, and are, for all that has no rows, at each start.
 */
export class Books {
  readonly index: SessionIndex;
  readonly rows: SessionRows;
  readonly readings: ReadingRows;
  readonly #store: BooksStore;
  readonly #options: BooksOptions;
  readonly #marks: Table<Mark>;
  /** Of the newest mark. */
  #number = 0;
  #first = 1;
  #place: JournalPlace | undefined;
  readonly #closer = new SessionClosings();
  #closings: readonly AccountingEvent[] = [];
  #commitsWaiting = 0;
  #settledTo = 0;
  #erased: ErasedUsers | undefined;
  #settling: Promise<void> | undefined;
  #calmly = false;
  readonly #aside: SetAside;
  readonly #known: KnownSessions;

  private constructor(store: BooksStore, options: BooksOptions) {
    this.#store = store;
    this.#options = options;
    this.#aside = options.aside ?? new SetAside(options.log);
    this.#marks = store.table('marks');
    this.index = new SessionIndex(options.keepClosed);
    this.rows = new SessionRows(store, (err, { key }) => {
      const [nas, sessionId] = parseSessionKey(key) ?? [];
      this.#aside.note(err, { what: 'row of usage', nas, sessionId });
    });
    this.readings = new ReadingRows(store);
    this.#known = {
      under: (id) => this.index.under(id),
      byKey: (key) => this.index.byKey(key),
      elsewhere: (sessionId, username) => this.index.openNamed(sessionId, username),
      recall: (nas, sessionId, username) => this.rows.recall(nas, sessionId, username),
    };
  }

  /** Of nothing, until others are loaded. */
  static none(store: BooksStore, options: BooksOptions): Books {
    return new Books(store, options);
  }

  /** Reads the rows, then what the journal has beyond them. @throws LastmileError of the store */
  static async load(store: BooksStore, options: BooksOptions, listeners: BooksListeners): Promise<Books> {
    const books = new Books(store, options);
    const marks = await books.#readMarks();
    const mark = marks.at(-1);
    if ((await lastOfOldJournal(store)) !== undefined) await takeOverJournal(store);
    const sessions = await books.rows.load(Math.min(options.keepClosed, 1000));
    // Logins are answered in between.
    await inTurns(eachInSteps(sessions, (session) => books.index.put(session)));
    books.#number = mark?.number ?? 0;
    books.#place = mark?.place;
    books.#settledTo = books.sequence;
    books.#closings = mark?.closings ?? [];
    const isLost = options.anew || store.wasRepaired || lacks(marks);
    books.#first = isLost ? books.#number + 1 : (mark?.first ?? 1);
    if (isLost && !options.anew) listeners.onLost();
    books.#erased = isLost ? await ErasedUsers.open(store) : undefined;
    const after = isLost ? await books.#healingFrom() : mark?.place;
    await books.#replay(after, isLost || mark === undefined, listeners.onDamage);
    // The next start cannot tell any more that something was lost.
    if (isLost) await books.settle();
    return books;
  }

  /** @param heals there may be rows of these commits: they count only where there are none */
  async #replay(
    after: JournalPlace | undefined,
    heals: boolean,
    onDamage: (damage: JournalDamage) => void,
  ): Promise<void> {
    const onNoRecord = (sequence: number, error: unknown) =>
      this.#aside.note(error, { what: 'what is no record', sequence });
    for await (const { place, at, events } of readJournal(this.#store, after, { onDamage, onNoRecord })) {
      const outcome = this.work(
        place.sequence,
        at,
        heals ? events.filter((each) => this.#counts(each, place)) : events,
        // A row that is of later has what an On or Off did to it, and sessions may have rows that came after.
        heals ? (session) => this.rows.rightUpTo(session) < place.sequence : undefined,
      );
      const changes = heals ? outcome.changes.map((change) => this.#lacking(change, place)) : outcome.changes;
      this.follow({ ...outcome, changes }, place);
      if (this.due) await this.settle();
    }
  }

  /** Whether a record is to be folded once more. Where rows do not tell, it is not: it could count twice. */
  #counts(record: AccountingRecord, place: JournalPlace): boolean {
    try {
      return !this.#isErased(record, place) && this.#isNews(record, place);
    } catch (err) {
      this.#aside.note(err, { what: 'record', sequence: place.sequence, ...named(record) });
      return false;
    }
  }

  #lacking(change: SessionChange, { sequence }: JournalPlace): SessionChange {
    try {
      return this.rows.lacking(change);
    } catch (err) {
      this.#aside.note(err, { what: 'what was used by records', sequence, ...named(change.after) });
      return { before: change.before, after: change.after };
    }
  }

  /** Whether it is of somebody who was erased since, and is in the journal still. */
  #isErased(record: AccountingRecord, { sequence }: JournalPlace): boolean {
    return 'username' in record && this.#erased?.covers(record.username, sequence) === true;
  }

  /** Whether a record is of a session whose row does not follow it. */
  #isNews(record: AccountingRecord, { sequence }: JournalPlace): boolean {
    if (!('sessionId' in record) || record.sessionId === undefined)
      return record.status === 'on' || record.status === 'off';
    const session = 'key' in record ? this.#byKey(record.key) : this.#named(record, record.sessionId);
    return session === undefined || this.rows.rightUpTo(session) < sequence;
  }

  #named({ nas, username = '' }: AccountingEvent | ApiReading, sessionId: string): SessionState | undefined {
    const session = this.index.named(nas, sessionId).find((each) => each.username === username);
    return session ?? this.rows.recall(nas, sessionId, username);
  }

  #byKey(key: string): SessionState | undefined {
    const parts = parseSessionKey(key);
    const last = parts === undefined ? undefined : this.rows.recall(...parts);
    return this.index.byKey(key) ?? (last?.key === key ? last : undefined);
  }

  /** Wall time of the newest commit. */
  get lastAt(): number | undefined {
    return this.#place?.at;
  }

  /** Number of the newest commit. */
  get sequence(): number {
    return this.#place?.sequence ?? 0;
  }

  /** Number of the newest commit that rows follow. */
  get settledTo(): number {
    return this.#settledTo;
  }

  /** Whether there are sessions left to close though no records wait. */
  get closesMore(): boolean {
    return this.#closings.length > 0;
  }

  /** Works out what records come to, and changes nothing. @param closes which sessions an On or Off may end: all, if absent */
  work(
    sequence: number,
    at: number,
    records: readonly AccountingRecord[],
    closes?: (session: SessionState) => boolean,
  ): Outcome {
    const fold = new CommitFold(this.#known, { events: this.#closings, concerns: closes });
    for (const record of records) this.#apply(fold, record, sequence);
    const closings = this.#closer.close(fold, this.index, fold.due, closes, (err, session) =>
      this.#aside.note(err, { what: 'end by its NAS', ...named(session) }),
    );
    const changes: SessionChange[] = [];
    for (const change of fold.changes.values()) {
      const hours = this.#usedBy(change, sequence, at);
      const { before, after } = change;
      changes.push(hours.length === 0 ? change : { before, after, used: { sequence, hours } });
    }
    return { records, changes, closings };
  }

  /** Puts in force what a commit came to. @param place absent: no records of it are in the journal, it closed sessions only */
  follow({ records, changes, closings }: Outcome, place?: JournalPlace): void {
    this.#place = place ?? this.#place;
    this.#closings = closings;
    this.#commitsWaiting += 1;
    this.rows.add(changes);
    for (const { after } of changes) this.index.put(after);
    for (const record of records) this.readings.add(record);
  }

  /** Whether enough waits for `settle`. */
  get due(): boolean {
    return this.#fill >= 1;
  }

  get #fill(): number {
    return Math.max(this.rows.fill, this.#commitsWaiting / this.#options.commitsPerSettle);
  }

  /**
   * Brings the rows up to what is in force now. Not synced: what a power cut takes of them is replayed.
   *
   * @param calmly leaves time for others, as long as it is done before the next is due, until `hurry`
   * @throws LastmileError of the store, after which these books must be left and others loaded
   */
  settle(calmly = false): Promise<void> {
    if (this.#settling === undefined) this.#calmly = calmly;
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  /** Somebody waits for the `settle` that is under way. */
  hurry(): void {
    this.#calmly = false;
  }

  async #settle(): Promise<void> {
    if (this.#place === undefined || this.#commitsWaiting === 0) return;
    const number = this.#number + 1;
    const first = Math.max(this.#first, number - marksKept + 1);
    const old = await this.#marksBefore(first);
    // From here on in one turn: what a commit adds meanwhile must be in the rows and in the mark, or in neither.
    const place = this.#place;
    const mark: Mark = { number, first, place, closings: this.#closings };
    this.#commitsWaiting = 0;
    const marks = [this.#marks.toPut(numberKey(number), mark), ...old];
    await this.rows.settle(place.sequence, [...this.readings.settle(), ...marks], (done) => this.#isBehind(done));
    this.readings.settled();
    this.#number = number;
    this.#first = first;
    this.#settledTo = place.sequence;
  }

  /** Of what came meanwhile less may wait than is written. */
  #isBehind(done: number): boolean {
    return !this.#calmly || this.#fill >= done;
  }

  async #marksBefore(first: number): Promise<readonly Write[]> {
    const old: Write[] = [];
    for await (const key of this.#marks.keys({ lt: numberKey(first) })) old.push(this.#marks.toDel(key));
    return old;
  }

  /** Oldest first. */
  async #readMarks(): Promise<readonly Mark[]> {
    const marks: Mark[] = [];
    for await (const [, mark] of this.#marks.entries()) marks.push(mark);
    const old = marks.length === 0 ? await this.#markOfOldJournal() : undefined;
    return old === undefined ? marks : [old];
  }

  /** Nobody knows what of the rows is gone: from as far back as may be waited for. */
  async #healingFrom(): Promise<JournalPlace> {
    let octets = 0;
    let from = 0;
    for (const segment of (await this.#store.journal.segments()).toReversed()) {
      octets += await this.#store.journal.octetsOf(segment);
      if (octets > healedOctets && !this.#options.anew) break;
      from = firstOf(segment) - 1;
    }
    return { sequence: from, segment: '', offset: 0, at: 0 };
  }

  /** What a release before the journal had files of its own left: its rows are as of its last commit. */
  async #markOfOldJournal(): Promise<Mark | undefined> {
    const sequence = await lastOfOldJournal(this.#store);
    if (sequence === undefined) return undefined;
    const closings = (await this.#store.table<AccountingEvent[]>('meta').get(oldClosingsKey)) ?? [];
    const mark: Mark = { number: 0, first: 0, place: { sequence, segment: '', offset: 0, at: 0 }, closings };
    await this.#marks.put(numberKey(0), mark, { sync: true });
    return mark;
  }

  /** A record that cannot be folded is stored all the same: it must not stand in the way of the others. */
  #apply(fold: CommitFold, record: AccountingRecord, sequence: number): void {
    try {
      fold.apply(record);
    } catch (err) {
      this.#aside.note(err, { what: 'record', sequence, ...named(record) });
    }
  }

  /** Where rows do not tell when it was used, what is taken back is of now: the sum is right all the same. */
  #usedBy({ before, after }: SessionChange, sequence: number, at: number): readonly UsageDelta[] {
    let rows: UsedIn | undefined;
    const usedIn: UsedIn = (hour) => {
      rows ??= this.rows.usedIn(after);
      return rows(hour);
    };
    return (
      this.#usageBetween(before, after, { sequence, at, usedIn }) ??
      this.#usageBetween(before, after, { sequence, at, usedIn: unknownUse }) ??
      []
    );
  }

  #usageBetween(
    before: SessionState | undefined,
    after: SessionState,
    { sequence, at, usedIn }: { readonly sequence: number; readonly at: number; readonly usedIn: UsedIn },
  ): readonly UsageDelta[] | undefined {
    try {
      return usageBetween(before, after, at, usedIn);
    } catch (err) {
      this.#aside.note(err, { what: 'hours of what was used by records', sequence, ...named(after) });
      return undefined;
    }
  }
}

const unknownUse: UsedIn = () => ({ up: 0n, down: 0n });

function named(of: AccountingRecord | SessionState): { readonly nas: string; readonly sessionId?: string } {
  const sessionId = 'sessionId' in of ? of.sessionId : undefined;
  return { nas: of.nas, ...(sessionId === undefined ? {} : { sessionId }) };
}

/** Whether one is missing of those that are to be there. */
function lacks(marks: readonly Mark[]): boolean {
  const newest = marks.at(-1);
  if (newest === undefined) return false;
  const there = marks.filter(({ number }) => number >= newest.first).length;
  return there !== newest.number - newest.first + 1;
}

const oldClosingsKey = 'accounting-closings';

import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Level } from 'level';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { codeOf, type LastmileError } from '../base/errors.ts';
import { damagedTables, endedRewriting, tablesInUse } from './damaged-tables.ts';
import type { EntryBody } from './entry-writer.ts';
import {
  StoreClosedError,
  StoreCorruptError,
  StoreFullError,
  StoreLockedError,
  StoreRemovedError,
  StoreTooNewError,
  toStoreError,
} from './errors.ts';
import { Journal, type JournalDamage, type JournalEntry, type JournalPlace } from './journal.ts';
import type { DroppedSegments, SealedSegment } from './journal-chain.ts';
import type { WriteOptions } from './key-value.ts';
import {
  databaseFolder,
  databaseLockFile,
  journalFolder,
  schemaKey,
  schemaVersion,
  type TableName,
  toDiskKey,
} from './layout.ts';
import { isThisProcess, readLockHolder, removeLockHolder, thisProcess, writeLockHolder } from './lock-holder.ts';
import { type Migration, migrations } from './migrations.ts';
import { freeIn, giveUpReserve, keepReserve, reserveOctets } from './reserve.ts';
import { textOf } from './row-sum.ts';
import { salvage } from './salvage.ts';
import { putVersion, storedVersion } from './schema-version.ts';
import { Table, type TableHost, type Write } from './table.ts';
import { UnderWay } from './under-way.ts';

/** Commands that work without a daemon, as `lastmile status`, are done by then. */
const longestCommandMs = 10_000;
const betweenTriesMs = 100;
/** That it still cannot be written is logged again. */
const sayAgainMs = 600_000;

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Other than those of this release: for tests of the mechanism. */
  readonly migrations?: readonly Migration[];
  readonly schemaVersion?: number;
  /** A segment of the journal that is as large as this is closed. */
  readonly segmentOctets?: number;
  /** Whoever finds it held is told. */
  readonly as?: 'daemon';
}

/** A row that is not what was written, and so is taken for none. */
export interface DamagedRow {
  readonly table: TableName;
  readonly key: string;
}

const mostDamage = 1000;
/** In `meta`: the newest link of the chain of closed segments. */
export const chainKey = 'journal-chain';
const chainDiskKey = toDiskKey('meta', chainKey);

/** In `meta`: the first line of the chain, where segments were dropped. */
export const droppedKey = 'journal-dropped';

export interface ChainNote {
  readonly segment: string;
  readonly link: string;
}

/** The database, with what tells its folder from another at the same path. */
interface Opened {
  readonly level: Level;
  readonly identity: string;
}

/**
 * The state folder, held by this process alone.
 *
 * After a write that failed every further write is refused until `reopen`: LevelDB goes on behind a torn record in its log, and
 * what it accepts there is gone at the next start. No write succeeds whose files were removed under it.
 */
export class Store {
  readonly dir: string;
  readonly #options: StoreOptions;
  readonly #host: TableHost;
  readonly #underWay = new UnderWay();
  readonly #journal: Journal;
  readonly #listeners = new Set<(error: LastmileError) => void>();
  /** Rows that were met and are not what was written: so many at most. */
  readonly #damage = new Map<string, DamagedRow>();
  #repaired: StoreCorruptError | undefined;
  #opened: Opened | undefined;
  #broken: LastmileError | undefined;
  /** Why it could not be written, as it was logged last. */
  #told: { readonly code: string; readonly till: number } | undefined;
  #reopening: Promise<void> | undefined;
  #closed = false;
  #keeping = 0;

  private constructor(dir: string, options: StoreOptions) {
    this.dir = dir;
    this.#options = options;
    const { segmentOctets } = options;
    this.#journal = new Journal(join(dir, journalFolder), {
      ...(segmentOctets === undefined ? {} : { segmentOctets }),
      onSealed: (sealed) => this.#noteSealed(sealed),
      notedLink: () => this.#notedLink(),
      onNotSealed: (err) => options.log.warn({ err, dir }, 'closed segments of the journal not added to its chain'),
    });
    this.#host = {
      dir,
      level: async () => (await this.#open()).level,
      levelNow: () => this.#now().level,
      write: (writes, writeOptions) => this.write(writes, writeOptions),
      damaged: (table, key) => this.#note(table, key),
      unreadable: (error) => this.#unreadable(error),
      during: (work) => this.#underWay.of(work),
    };
  }

  /**
   * Makes the folder where there is none, takes the lock, brings the schema up to date. A daemon waits for a command that has
   * it for a moment.
   *
   * @throws StoreLockedError, StoreNotWritableError, StoreFullError, StoreNotAFolderError, StoreCorruptError, StoreTooNewError
   */
  static async open(dir: string, options: StoreOptions): Promise<Store> {
    const store = new Store(dir, options);
    const holder = await readLockHolder(dir);
    // LevelDB notices a second opening by one process, but gives up the first one's lock as it does: fcntl locks end with any close.
    if (holder !== undefined && isThisProcess(holder)) throw new StoreLockedError(dir, holder.pid);
    store.#opened = await store.#openWhenFree();
    if (store.#broken !== undefined) options.log.error({ err: store.#broken, dir }, 'state folder cannot be written');
    return store;
  }

  /** The table of this name. Its owner says what is in it. */
  table<T>(name: TableName): Table<T> {
    return new Table<T>(name, this.#host);
  }

  /** Whether the disk has yet to answer. */
  get busy(): boolean {
    return this.#underWay.any;
  }

  /** Room on its disk, in octets. */
  freeOctets(): Promise<number> {
    return freeIn(this.dir);
  }

  /** Writes to any tables, all or nothing. */
  write(writes: readonly Write[], options: WriteOptions = {}): Promise<void> {
    return this.#underWay.of(this.#write(writes, options));
  }

  async #write(writes: readonly Write[], options: WriteOptions): Promise<void> {
    const opened = await this.#open();
    if (this.#broken !== undefined) throw this.#broken;
    try {
      await opened.level.batch(writes as Write[], { sync: options.sync === true });
    } catch (error) {
      await this.#look(opened);
      throw this.#break(opened, error);
    }
    await this.#look(opened);
    // Accepted, but behind the torn record of another write that failed meanwhile: it will not survive.
    if (this.#broken !== undefined && opened === this.#opened) throw this.#broken;
  }

  /**
   * As `write`, for any number: they are made in turns, so that sockets are served in between, and take effect at once in the end.
   *
   * @param groups of a few hundred at most
   */
  async writeInTurns(groups: AsyncIterable<readonly Write[]>, options: WriteOptions = {}): Promise<void> {
    const opened = await this.#open();
    if (this.#broken !== undefined) throw this.#broken;
    const batch = opened.level.batch();
    try {
      for await (const group of groups) {
        for (const write of group) {
          if (write.type === 'put') batch.put(write.key, write.value);
          else batch.del(write.key);
        }
        await setImmediate();
      }
      await this.#underWay.of(batch.write({ sync: options.sync === true }));
    } catch (error) {
      await batch.close();
      throw this.#break(opened, error);
    }
  }

  /**
   * Stores records in the journal. One call at a time. @returns the place after them, once they are synced
   *
   * @param at wall time, milliseconds since 1970
   */
  append(at: number, records: readonly string[] | EntryBody, sequence?: number): Promise<JournalPlace> {
    let opened: Opened;
    try {
      opened = this.#now();
      if (this.#broken !== undefined) throw this.#broken;
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#underWay.of(this.#journal.append(at, records, sequence)).then(undefined, (error: unknown) => {
      throw this.#break(opened, error);
    });
  }

  /** What is in the journal after a place. To be read to its end before the first `append`, and after each `reopen`. */
  async *replay(
    after: JournalPlace | undefined,
    onDamage: (damage: JournalDamage) => void,
  ): AsyncIterable<JournalEntry> {
    this.#keeping += 1;
    try {
      yield* this.#journal.replay(after, onDamage);
    } finally {
      this.#keeping -= 1;
    }
  }

  /** The database was found damaged when it was opened last: rows may be gone that no checksum tells of. */
  get wasRepaired(): boolean {
    return this.#repaired !== undefined;
  }

  get journal(): Pick<
    Journal,
    'next' | 'read' | 'current' | 'segments' | 'path' | 'octetsOf' | 'end' | 'sealed' | 'over' | 'beganAt'
  > {
    return this.#journal;
  }

  /** No segment is dropped until that is over. */
  async keepingSegments<T>(work: () => Promise<T>): Promise<T> {
    this.#keeping += 1;
    try {
      return await work();
    } finally {
      this.#keeping -= 1;
    }
  }

  /**
   * Drops closed segments of the journal, all up to one of `journal.over`, for good.
   *
   * @returns `undefined` when none may be dropped now: they are being copied
   * @throws LastmileError of the store
   */
  async dropSegments(upTo: string, at: number): Promise<DroppedSegments | undefined> {
    if (this.#keeping > 0) return undefined;
    try {
      return await this.#journal.drop(upTo, at, (dropped) => this.#noteDropped(dropped));
    } catch (error) {
      throw toStoreError(this.dir, error);
    }
  }

  /** Looks whether the folder is still there; where it is not, `broken` says so from now on. */
  async check(): Promise<void> {
    const opened = this.#opened;
    if (opened !== undefined && this.#broken === undefined) await this.#look(opened).catch(() => undefined);
  }

  /** Every row, as the disk has it, at one moment, in groups. */
  async *everything(): AsyncIterable<readonly (readonly [key: string, value: string])[]> {
    const { level } = await this.#open();
    const iterator = level.iterator();
    try {
      for (;;) {
        const rows = await iterator.nextv(1000);
        if (rows.length === 0) return;
        yield rows;
      }
    } catch (error) {
      throw toStoreError(this.dir, error);
    } finally {
      await iterator.close();
    }
  }

  /** Rows that are not what was written go, as they were, where `keep` puts them: they are none already. @returns how many */
  async dropDamaged(
    keep: (rows: readonly { readonly key: string; readonly value: string }[]) => Promise<void>,
  ): Promise<number> {
    const { level } = await this.#open();
    const keys = this.damage().map(({ table, key }) => toDiskKey(table, key));
    const values = await level.getMany(keys);
    const rows = keys.flatMap((key, at) => (values[at] === undefined ? [] : [{ key, value: values[at] }]));
    if (rows.length > 0) await keep(rows);
    await this.write(
      keys.map((key) => ({ type: 'del', key })),
      { sync: true },
    );
    this.#damage.clear();
    return rows.length;
  }

  /** Numbers of the tables that the database is made of now. */
  async tablesInUse(): Promise<ReadonlySet<number>> {
    return tablesInUse((await this.#open()).level);
  }

  /** A table of the database is damaged: nothing more is written until `reopen` has kept what can be read. */
  distrust(table: string): void {
    this.#unreadable(new StoreCorruptError(this.dir, `${table} is damaged`));
  }

  /** Rows met so far that are not what was written. */
  damage(): readonly DamagedRow[] {
    return [...this.#damage.values()];
  }

  /** Why writes are refused now, if they are. */
  get broken(): LastmileError | undefined {
    return this.#broken;
  }

  /** Calls back, once each time, when a write failed and a `reopen` is due. Returns what ends it. */
  onBroken(listener: (error: LastmileError) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Closes the database and opens it again, after which what is there is what the disk holds. Others wait meanwhile. A folder
   * that was removed is made anew, unless another process did and holds it.
   * When it fails the store stays closed, or where only the room is missing can be read, and may be reopened again.
   */
  async reopen(): Promise<void> {
    if (this.#closed) throw new StoreClosedError(this.dir);
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#reopening?.catch(() => undefined);
    await this.#journal.release();
    await this.#opened?.level.close();
    this.#opened = undefined;
    await this.#letGo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<Opened> {
    // Whoever writes as it closes is not to be a turn later than need be.
    if (this.#reopening !== undefined) await this.#reopening.catch(() => undefined);
    return this.#now();
  }

  #now(): Opened {
    if (this.#closed || this.#opened === undefined) throw new StoreClosedError(this.dir, this.#broken);
    return this.#opened;
  }

  async #reopen(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    try {
      await this.#journal.release();
      await opened?.level.close();
      this.#opened = await this.#openAnyway();
    } catch (error) {
      this.#broken = toStoreError(this.dir, error);
    }
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Makes what is not there yet. Where all is there, as after a write that failed, it needs no room. */
  async #openWhenFree(): Promise<Opened> {
    const { as, clock } = this.#options;
    const patience = as === 'daemon' ? clock.monotonic() + longestCommandMs : 0;
    for (;;) {
      try {
        return await this.#openAnyway();
      } catch (error) {
        const briefly = as === 'daemon' && error instanceof StoreLockedError && error.as !== 'daemon';
        if (!briefly || clock.monotonic() >= patience) throw error;
      }
      await clock.sleep(betweenTriesMs);
    }
  }

  /**
   * Opens it. Where a daemon finds no room for that, it uses what was kept for it: then the store can be read, and `broken` says why
   * it cannot be written. A full disk must not keep logins from being answered.
   */
  async #openAnyway(): Promise<Opened> {
    const { dir } = this;
    const isDaemon = this.#options.as === 'daemon';
    let opened: Opened;
    let full: StoreFullError | undefined;
    try {
      opened = await this.#openFolder();
    } catch (error) {
      if (!isDaemon || !(error instanceof StoreFullError)) throw error;
      full = error;
      opened = await this.#openInReserve(error);
    }
    this.#broken = full;
    if (isDaemon) await keepReserve(dir, full !== undefined);
    return opened;
  }

  async #openInReserve(full: StoreFullError): Promise<Opened> {
    for (const octets of [reserveOctets / 8, reserveOctets]) {
      if (!(await giveUpReserve(this.dir, octets))) break;
      try {
        return await this.#openFolder();
      } catch (error) {
        if (!(error instanceof StoreFullError)) throw error;
      }
    }
    throw full;
  }

  async #openFolder(): Promise<Opened> {
    const { dir } = this;
    let level: Level;
    try {
      await makeFolder(resolve(dir));
      level = await this.#openLevel();
    } catch (error) {
      throw await this.#openingError(error);
    }
    try {
      return await this.#prepared(level);
    } catch (error) {
      await level.close();
      const failure = toStoreError(dir, error);
      if (failure instanceof StoreCorruptError && this.#repaired === undefined)
        return await this.#openRepaired(failure);
      await this.#letGo();
      throw failure;
    }
  }

  async #openRepaired(found: StoreCorruptError): Promise<Opened> {
    const level = await this.#repair(found);
    try {
      return await this.#prepared(level);
    } catch (error) {
      await level.close();
      await this.#letGo();
      throw toStoreError(this.dir, error);
    }
  }

  async #prepared(level: Level): Promise<Opened> {
    await this.#takeHold();
    await this.#migrate(level);
    return { level, identity: await identityOf(this.dir) };
  }

  /** Nothing more is written until `reopen` has kept what can be read. */
  #unreadable(error: StoreCorruptError): void {
    if (this.#opened !== undefined) this.#break(this.#opened, error);
  }

  /** Elsewhere than in the chain, so that who cuts it short is found out. */
  async #noteSealed({ segment, link }: SealedSegment): Promise<void> {
    this.#options.log.info({ segment, link }, 'segment of the journal closed');
    const { key, value } = this.table<ChainNote>('meta').toPut(chainKey, { segment, link });
    // Not `write`, which would wait for a reopening that waits for this.
    await this.#opened?.level.put(key, value).catch(() => undefined);
  }

  /** Before they go: who cuts the beginning off otherwise is found out. */
  async #noteDropped(dropped: DroppedSegments): Promise<void> {
    const { key, value } = this.table<DroppedSegments>('meta').toPut(droppedKey, dropped);
    await this.#now().level.put(key, value, { sync: true });
  }

  async #notedLink(): Promise<string | undefined> {
    const stored = await this.#opened?.level.get(chainDiskKey).catch(() => undefined);
    const text = stored === undefined ? undefined : textOf(chainDiskKey, stored);
    return text === undefined ? undefined : (JSON.parse(text) as ChainNote).link;
  }

  #note(table: TableName, key: string): void {
    const name = toDiskKey(table, key);
    if (this.#damage.has(name) || this.#damage.size >= mostDamage) return;
    this.#damage.set(name, { table, key });
    this.#options.log.error({ dir: this.dir, table, key }, 'a stored row is not what was written, and is left out');
  }

  /** Where it is damaged, what can be read of it is kept. */
  async #openLevel(): Promise<Level> {
    const { dir } = this;
    const found = this.#broken instanceof StoreCorruptError ? this.#broken : await damageBefore(dir);
    if (found === undefined) {
      try {
        const level = await openLevel(dir);
        this.#repaired = undefined;
        return level;
      } catch (error) {
        const failure = toStoreError(dir, error);
        if (!(failure instanceof StoreCorruptError)) throw error;
        return await this.#repair(failure);
      }
    }
    return await this.#repair(found);
  }

  async #repair(found: StoreCorruptError): Promise<Level> {
    const { dir } = this;
    this.#options.log.error({ err: found, dir }, 'state folder is damaged: what can be read of it is kept');
    await salvage(join(dir, databaseFolder));
    const level = await openLevel(dir);
    this.#repaired = found;
    return level;
  }

  async #takeHold(): Promise<void> {
    const holder = await readLockHolder(this.dir);
    if (holder === undefined || !isThisProcess(holder)) {
      await writeLockHolder(this.dir, thisProcess(this.#options.clock.now(), this.#options.as));
    }
  }

  async #letGo(): Promise<void> {
    const holder = await readLockHolder(this.dir);
    // Another process may have come in while a reopening failed.
    if (holder !== undefined && isThisProcess(holder)) await removeLockHolder(this.dir);
  }

  /** @throws StoreRemovedError, after which nothing is written until `reopen` */
  async #look(opened: Opened): Promise<void> {
    let cause: unknown;
    try {
      if ((await identityOf(this.dir)) === opened.identity) return;
    } catch (error) {
      if (!isGone(error)) throw this.#break(opened, error);
      cause = error;
    }
    throw this.#break(opened, new StoreRemovedError(this.dir, cause));
  }

  /** Marks the store as not to be written to, and says why the write failed. */
  #break(opened: Opened, error: unknown): LastmileError {
    // What was opened is there for as long as its folder is.
    const failure = isGone(error) ? new StoreRemovedError(this.dir, error) : toStoreError(this.dir, error);
    // A write that was under way when the database was reopened says nothing about the new one.
    if (this.#closed || opened !== this.#opened || this.#broken !== undefined) return failure;
    this.#broken = failure;
    const now = this.#options.clock.monotonic();
    const isNews = this.#told === undefined || this.#told.code !== failure.code || now >= this.#told.till;
    this.#told = { code: failure.code, till: now + sayAgainMs };
    this.#options.log[isNews ? 'error' : 'debug']({ err: failure, dir: this.dir }, 'state folder cannot be written');
    for (const listener of this.#listeners) listener(failure);
    return failure;
  }

  async #openingError(error: unknown): Promise<LastmileError> {
    const failure = toStoreError(this.dir, error);
    if (!(failure instanceof StoreLockedError)) return failure;
    const holder = await readLockHolder(this.dir);
    return new StoreLockedError(this.dir, holder?.pid, error, holder?.as);
  }

  async #migrate(level: Level): Promise<void> {
    const { dir } = this;
    // Not the store's own way in, which waits for the reopening that this may be part of.
    const host: TableHost = {
      dir,
      level: () => Promise.resolve(level),
      levelNow: () => level,
      write: (writes, { sync = false } = {}) => level.batch(writes as Write[], { sync }),
      damaged: (table, key) => this.#note(table, key),
      unreadable: (error) => this.#unreadable(error),
      during: (work) => work,
    };
    const target = this.#options.schemaVersion ?? schemaVersion;
    let version = await this.#version(level, target);
    if (version > target) throw new StoreTooNewError(dir, version, target);
    for (; version < target; version += 1) {
      const step = (this.#options.migrations ?? migrations).find(({ from }) => from === version);
      if (step === undefined) throw new StoreCorruptError(dir, `no way from schema version ${version}`);
      await step.run((name) => new Table(name, host, true));
      await putVersion(level, version + 1);
      this.#options.log.info({ dir, version: version + 1 }, 'state folder brought to a newer schema');
    }
  }

  /** The version found; a new folder gets the newest. */
  async #version(level: Level, newest: number): Promise<number> {
    const version = await storedVersion(level);
    if (version !== undefined) return version;
    const isEmpty = (await level.keys({ limit: 1 }).all()).length === 0;
    if (!isEmpty) this.#note('meta', schemaKey);
    // Every release but those of the first schema has written checksums.
    if (!isEmpty && !(await hasSums(level))) return 1;
    await putVersion(level, newest);
    return newest;
  }
}

async function hasSums(level: Level): Promise<boolean> {
  for await (const [key, value] of level.iterator({ limit: 1000 })) if (textOf(key, value) !== undefined) return true;
  return false;
}

/** Parents first, one by one: Node's own recursive mkdir never ends where a file system such as /proc says ENOENT for ever. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const parent = dirname(dir);
    if (codeOf(error) !== 'ENOENT' || parent === dir || (await isThere(parent))) throw error;
    await makeFolder(parent);
    await mkdir(dir, { mode: 0o700 });
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Of the lock file, not of the folder: an inode that is held open is not given to another file meanwhile. */
async function identityOf(dir: string): Promise<string> {
  const { dev, ino } = await stat(join(dir, databaseFolder, databaseLockFile), { bigint: true });
  return `${dev}:${ino}`;
}

function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** What LevelDB does not look for, and must not be opened with. */
async function damageBefore(dir: string): Promise<StoreCorruptError | undefined> {
  const path = join(dir, databaseFolder);
  const [first] = (await endedRewriting(path)) ? await damagedTables(path) : [];
  return first === undefined ? await lacksCurrent(dir) : new StoreCorruptError(dir, `${first.name} is damaged`);
}

/** Without it LevelDB would begin anew, over all there is. */
async function lacksCurrent(dir: string): Promise<StoreCorruptError | undefined> {
  const names = await readdir(join(dir, databaseFolder)).catch((): string[] => []);
  const isLost = names.some((name) => name.endsWith('.ldb') || name.endsWith('.log')) && !names.includes('CURRENT');
  return isLost ? new StoreCorruptError(dir, 'its database has no CURRENT') : undefined;
}

async function openLevel(dir: string): Promise<Level> {
  const level: Level = new Level(join(dir, databaseFolder), { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await level.open();
  return level;
}

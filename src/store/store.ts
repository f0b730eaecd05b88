import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Level } from 'level';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { codeOf, type LastmileError } from '../base/errors.ts';
import {
  StoreClosedError,
  StoreCorruptError,
  StoreLockedError,
  StoreRemovedError,
  StoreTooNewError,
  toStoreError,
} from './errors.ts';
import { Journal, type JournalDamage, type JournalEntry, type JournalPlace } from './journal.ts';
import type { SealedSegment } from './journal-chain.ts';
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
import { sumOf, textOf } from './row-sum.ts';
import { salvage } from './salvage.ts';
import { Table, type TableHost, type Write } from './table.ts';

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Other than those of this release: for tests of the mechanism. */
  readonly migrations?: readonly Migration[];
  readonly schemaVersion?: number;
  /** A segment of the journal that is as large as this is closed. */
  readonly segmentOctets?: number;
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
  readonly #journal: Journal;
  readonly #listeners = new Set<(error: LastmileError) => void>();
  /** Rows that were met and are not what was written: so many at most. */
  readonly #damage = new Map<string, DamagedRow>();
  #repaired: StoreCorruptError | undefined;
  #opened: Opened | undefined;
  #broken: LastmileError | undefined;
  #reopening: Promise<void> | undefined;
  #closed = false;

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
    };
  }

  /**
   * Makes the folder where there is none, takes the lock, brings the schema up to date.
   *
   * @throws StoreLockedError, StoreNotWritableError, StoreFullError, StoreNotAFolderError, StoreCorruptError, StoreTooNewError
   */
  static async open(dir: string, options: StoreOptions): Promise<Store> {
    const store = new Store(dir, options);
    const holder = await readLockHolder(dir);
    // LevelDB notices a second opening by one process, but gives up the first one's lock as it does: fcntl locks end with any close.
    if (holder !== undefined && isThisProcess(holder)) throw new StoreLockedError(dir, holder.pid);
    store.#opened = await store.#openFolder();
    return store;
  }

  /** The table of this name. Its owner says what is in it. */
  table<T>(name: TableName): Table<T> {
    return new Table<T>(name, this.#host);
  }

  /** Writes to any tables, all or nothing. */
  async write(writes: readonly Write[], options: WriteOptions = {}): Promise<void> {
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
      await batch.write({ sync: options.sync === true });
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
  async append(at: number, records: readonly string[], sequence?: number): Promise<JournalPlace> {
    const opened = this.#now();
    if (this.#broken !== undefined) throw this.#broken;
    try {
      return await this.#journal.append(at, records, sequence);
    } catch (error) {
      throw this.#break(opened, error);
    }
  }

  /** What is in the journal after a place. To be read to its end before the first `append`, and after each `reopen`. */
  replay(after: JournalPlace | undefined, onDamage: (damage: JournalDamage) => void): AsyncIterable<JournalEntry> {
    return this.#journal.replay(after, onDamage);
  }

  /** The database was found damaged when it was opened last: rows may be gone that no checksum tells of. */
  get wasRepaired(): boolean {
    return this.#repaired !== undefined;
  }

  get journal(): Pick<Journal, 'next' | 'read' | 'current' | 'segments' | 'path' | 'octetsOf' | 'end' | 'sealed'> {
    return this.#journal;
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
   * When it fails the store stays closed, and may be reopened again.
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
    if (this.#reopening !== undefined) await this.#reopening;
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
      this.#opened = await this.#openFolder();
      this.#broken = undefined;
    } catch (error) {
      this.#broken = toStoreError(this.dir, error);
      throw this.#broken;
    }
  }

  /** Makes what is not there yet. Where all is there, as after a write that failed, it needs no room. */
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
    const found = this.#broken instanceof StoreCorruptError ? this.#broken : await lacksCurrent(dir);
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
      await writeLockHolder(this.dir, thisProcess(this.#options.clock.now()));
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
    const failure = toStoreError(this.dir, error);
    // A write that was under way when the database was reopened says nothing about the new one.
    if (this.#closed || opened !== this.#opened || this.#broken !== undefined) return failure;
    this.#broken = failure;
    this.#options.log.error({ err: failure, dir: this.dir }, 'state folder cannot be written');
    for (const listener of this.#listeners) listener(failure);
    return failure;
  }

  async #openingError(error: unknown): Promise<LastmileError> {
    const failure = toStoreError(this.dir, error);
    if (!(failure instanceof StoreLockedError)) return failure;
    return new StoreLockedError(this.dir, (await readLockHolder(this.dir))?.pid, error);
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
    const stored = await level.get(schemaDiskKey);
    const version = stored === undefined ? undefined : parseVersion(stored);
    if (version !== undefined) return version;
    const isEmpty = (await level.keys({ limit: 1 }).all()).length === 0;
    if (!isEmpty) this.#note('meta', schemaKey);
    // Every release but those of the first schema has written checksums.
    if (!isEmpty && !(await hasSums(level))) return 1;
    await putVersion(level, newest);
    return newest;
  }
}

const schemaDiskKey = toDiskKey('meta', schemaKey);

/** Plain JSON, which every release can read, with a checksum of its own. */
async function putVersion(level: Level, version: number): Promise<void> {
  await level.put(schemaDiskKey, JSON.stringify({ version, sum: sumOf(schemaDiskKey, `${version}`) }), { sync: true });
}

function parseVersion(stored: string): number | undefined {
  try {
    const { version, sum } = JSON.parse(stored) as { readonly version?: unknown; readonly sum?: unknown };
    if (typeof version !== 'number') return undefined;
    return sum === sumOf(schemaDiskKey, `${version}`) || (version === 1 && sum === undefined) ? version : undefined;
  } catch {
    return undefined;
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

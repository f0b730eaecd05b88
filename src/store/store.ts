import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Level } from 'level';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { codeOf, type LastmileError } from '../base/errors.ts';
import { StoreClosedError, StoreCorruptError, StoreLockedError, StoreTooNewError, toStoreError } from './errors.ts';
import type { WriteOptions } from './key-value.ts';
import { databaseFolder, type SchemaRow, schemaKey, schemaVersion, type TableName } from './layout.ts';
import { isThisProcess, readLockHolder, removeLockHolder, thisProcess, writeLockHolder } from './lock-holder.ts';
import { type Migration, migrations } from './migrations.ts';
import { Table, type TableHost, type Write } from './table.ts';

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Other than those of this release: for tests of the mechanism. */
  readonly migrations?: readonly Migration[];
  readonly schemaVersion?: number;
}

/**
 * The state folder, held by this process alone.
 *
 * After a write that failed every further write is refused until `reopen`: LevelDB goes on behind a torn record in its log, and
 * what it accepts there is gone at the next start.
 */
export class Store {
  readonly dir: string;
  readonly #options: StoreOptions;
  readonly #host: TableHost;
  readonly #listeners = new Set<(error: LastmileError) => void>();
  #level: Level | undefined;
  #broken: LastmileError | undefined;
  #reopening: Promise<void> | undefined;
  #closed = false;

  private constructor(dir: string, options: StoreOptions) {
    this.dir = dir;
    this.#options = options;
    this.#host = {
      dir,
      level: () => this.#open(),
      levelNow: () => this.#now(),
      write: (writes, writeOptions) => this.write(writes, writeOptions),
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
    try {
      await makeFolder(resolve(dir));
      store.#level = await openLevel(dir);
    } catch (error) {
      throw await store.#openingError(error);
    }
    try {
      await writeLockHolder(dir, thisProcess(options.clock.now()));
      await store.#migrate();
    } catch (error) {
      await store.close();
      throw toStoreError(dir, error);
    }
    return store;
  }

  /** The table of this name. Its owner says what is in it. */
  table<T>(name: TableName): Table<T> {
    return new Table<T>(name, this.#host);
  }

  /** Writes to any tables, all or nothing. */
  async write(writes: readonly Write[], options: WriteOptions = {}): Promise<void> {
    const level = await this.#open();
    if (this.#broken !== undefined) throw this.#broken;
    try {
      await level.batch(writes as Write[], { sync: options.sync === true });
    } catch (error) {
      throw this.#break(level, error);
    }
    // Accepted, but behind the torn record of another write that failed meanwhile: it will not survive.
    if (this.#broken !== undefined && level === this.#level) throw this.#broken;
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
   * Closes the database and opens it again, after which what is there is what the disk holds. Others wait meanwhile.
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
    await this.#level?.close();
    this.#level = undefined;
    const holder = await readLockHolder(this.dir);
    // Another process may have come in while a reopening failed.
    if (holder !== undefined && isThisProcess(holder)) await removeLockHolder(this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<Level> {
    if (this.#reopening !== undefined) await this.#reopening;
    return this.#now();
  }

  #now(): Level {
    if (this.#closed || this.#level === undefined) throw new StoreClosedError(this.dir, this.#broken);
    return this.#level;
  }

  async #reopen(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    try {
      await level?.close();
      this.#level = await openLevel(this.dir);
      this.#broken = undefined;
    } catch (error) {
      this.#broken = await this.#openingError(error);
      throw this.#broken;
    }
  }

  /** Marks the store as not to be written to, and says why the write failed. */
  #break(level: Level, error: unknown): LastmileError {
    const failure = toStoreError(this.dir, error);
    // A write that was under way when the database was reopened says nothing about the new one.
    if (this.#closed || level !== this.#level || this.#broken !== undefined) return failure;
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

  async #migrate(): Promise<void> {
    const target = this.#options.schemaVersion ?? schemaVersion;
    let version = await this.#version(target);
    if (version > target) throw new StoreTooNewError(this.dir, version, target);
    for (; version < target; version += 1) {
      const step = (this.#options.migrations ?? migrations).find(({ from }) => from === version);
      if (step === undefined) throw new StoreCorruptError(this.dir, `no way from schema version ${version}`);
      await step.run((name) => this.table(name));
      await this.table<SchemaRow>('meta').put(schemaKey, { version: version + 1 }, { sync: true });
      this.#options.log.info({ dir: this.dir, version: version + 1 }, 'state folder brought to a newer schema');
    }
  }

  /** The version found; a new folder gets the newest. */
  async #version(newest: number): Promise<number> {
    const meta = this.table<SchemaRow>('meta');
    const row = await meta.get(schemaKey);
    if (row !== undefined) return row.version;
    for await (const key of this.#now().keys({ limit: 1 })) {
      throw new StoreCorruptError(this.dir, `it holds ${JSON.stringify(key)} but no schema version`);
    }
    await meta.put(schemaKey, { version: newest }, { sync: true });
    return newest;
  }
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

async function openLevel(dir: string): Promise<Level> {
  const level: Level = new Level(join(dir, databaseFolder), { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await level.open();
  return level;
}

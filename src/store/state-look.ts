import { constants, type Dirent } from 'node:fs';
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Level } from 'level';
import { codeOf, type LastmileError, messageOf } from '../base/errors.ts';
import { tablesInUse } from './damaged-tables.ts';
import {
  LookNotPossibleError,
  NothingStoredError,
  StoreBusyError,
  StoreClosedError,
  StoreCorruptError,
  StoreNotAFolderError,
  StoreNotReadableError,
  StoreTooNewError,
  toStoreError,
} from './errors.ts';
import { Journal } from './journal.ts';
import { databaseFolder, databaseLockFile, journalFolder, schemaVersion, type TableName } from './layout.ts';
import { readLockHolder } from './lock-holder.ts';
import { storedVersion } from './schema-version.ts';
import type { DamagedRow } from './store.ts';
import { Table, type TableHost } from './table.ts';

export interface StateLookOptions {
  /** A folder for a working copy of a few megabytes, which goes with the look. */
  readonly tmp: string;
  readonly newestSchema?: number;
}

/**
 * A state folder that is only read: nothing in it is written, mended, or made. Nobody may be writing to it.
 *
 * LevelDB cannot open a database without writing to its folder: it turns its log into a table and begins a new one. So it is
 * given a folder of its own elsewhere, with a copy of its small files and a symbolic link to each table. Tables are linked under
 * the ending of earlier releases, `.sst`, which LevelDB looks for as well and never writes: no new one can go over a linked one.
 */
export class StateLook implements AsyncDisposable {
  readonly dir: string;
  readonly journal: Journal;
  /** Why the database cannot be opened, where it cannot. */
  readonly unreadable: LastmileError | undefined;
  /** As found. Absent: there is no database. */
  readonly schema: number | undefined;
  readonly #copy: string;
  readonly #level: Level | undefined;
  readonly #damage: DamagedRow[] = [];

  private constructor(dir: string, copy: string, { level, unreadable, schema }: Opened) {
    this.dir = dir;
    this.journal = new Journal(join(dir, journalFolder));
    this.unreadable = unreadable;
    this.schema = schema;
    this.#copy = copy;
    this.#level = level;
  }

  /**
   * @throws NothingStoredError, StoreNotAFolderError, StoreNotReadableError, StoreBusyError, StoreTooNewError,
   * LookNotPossibleError
   */
  static async open(dir: string, { tmp, newestSchema = schemaVersion }: StateLookOptions): Promise<StateLook> {
    const database = join(dir, databaseFolder);
    const isThere = await requireReadable(dir);
    await requireNobody(dir);
    const copy = await mkdtemp(join(tmp, 'lastmile-look-')).catch((error: unknown) => {
      throw new LookNotPossibleError(tmp, error);
    });
    try {
      const gone: Opened = { unreadable: new StoreCorruptError(dir, 'its database is gone') };
      const opened = isThere ? await openCopy(dir, database, copy) : gone;
      if (opened.schema !== undefined && opened.schema > newestSchema) {
        await opened.level?.close();
        throw new StoreTooNewError(dir, opened.schema, newestSchema);
      }
      return new StateLook(dir, copy, opened);
    } catch (error) {
      await rm(copy, { recursive: true, force: true });
      throw error;
    }
  }

  table<T>(name: TableName): Table<T> {
    return new Table<T>(name, this.#host(), this.schema === 1);
  }

  async tablesInUse(): Promise<ReadonlySet<number>> {
    return this.#level === undefined ? new Set() : tablesInUse(this.#level);
  }

  /** Rows met so far that are not what was written. */
  damage(): readonly DamagedRow[] {
    return this.#damage;
  }

  /** A text with paths of the working copy, with those that they stand for. */
  inPlace(text: string): string {
    const where = join(this.#copy, databaseFolder);
    return text.replaceAll(where, join(this.dir, databaseFolder));
  }

  /** @throws StoreBusyError when somebody has begun to write meanwhile: what was found means nothing then */
  async requireStill(): Promise<void> {
    await requireNobody(this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#level?.close();
    await rm(this.#copy, { recursive: true, force: true });
  }

  #host(): TableHost {
    const level = (): Level => {
      if (this.#level === undefined) throw this.unreadable ?? new StoreClosedError(this.dir);
      return this.#level;
    };
    return {
      dir: this.dir,
      level: async () => level(),
      levelNow: level,
      write: () => Promise.reject(new Error('a look writes nothing')),
      damaged: (table, key) => void this.#damage.push({ table, key }),
      unreadable: () => undefined,
      during: (work) => work,
    };
  }
}

interface Opened {
  readonly level?: Level;
  readonly schema?: number | undefined;
  readonly unreadable?: LastmileError;
}

/** @returns whether there is a database */
async function requireReadable(dir: string): Promise<boolean> {
  const inside = await entriesOf(dir, dir);
  if (inside === undefined) throw new NothingStoredError(dir, 'there is no such folder');
  const has = (name: string) => inside.some((entry) => entry.name === name && entry.isDirectory());
  if (!has(databaseFolder) && !has(journalFolder)) {
    const others = inside.length === 0 ? 'it is empty' : 'it has neither db nor journal: is it another folder?';
    throw new NothingStoredError(dir, others);
  }
  for (const name of [databaseFolder, journalFolder]) {
    const path = join(dir, name);
    for (const entry of (await entriesOf(dir, path)) ?? []) {
      if (entry.isFile()) await access(join(path, entry.name), constants.R_OK).catch(notReadable(dir));
    }
  }
  return has(databaseFolder);
}

async function entriesOf(dir: string, path: string): Promise<readonly Dirent[] | undefined> {
  return await readdir(path, { withFileTypes: true }).catch(async (error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ENOTDIR') throw new StoreNotAFolderError(dir, error);
    return await notReadable(dir)(error);
  });
}

function notReadable(dir: string) {
  return async (error: unknown): Promise<never> => {
    const isForbidden = codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
    if (!isForbidden) throw toStoreError(dir, error);
    const owner = await stat(dir).then(
      ({ uid }) => uid,
      () => undefined,
    );
    throw new StoreNotReadableError(dir, owner, error);
  };
}

/** Copies what is small, links what is not, and opens that. */
async function openCopy(dir: string, database: string, copy: string): Promise<Opened> {
  const to = join(copy, databaseFolder);
  await mkdir(to);
  const names = (await readdir(database)).filter((name) => name !== databaseLockFile && !/^LOG(?:\.old)?$/.test(name));
  if (names.length === 0) return { unreadable: new StoreCorruptError(dir, 'its database is empty') };
  for (const name of names) {
    const [, number] = /^(\d+)\.(?:ldb|sst)$/.exec(name) ?? [];
    const path = resolve(database, name);
    try {
      if (number !== undefined) await symlink(path, join(to, `${number}.sst`));
      else if (/^(?:\d+\.log|MANIFEST-\d+|CURRENT)$/.test(name)) await copyFile(path, join(to, name));
    } catch (error) {
      if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw new LookNotPossibleError(copy, error);
      return { unreadable: new StoreCorruptError(dir, `${name} cannot be read: ${messageOf(error)}`, error) };
    }
  }
  // Without it LevelDB would take its own folder for a new one, and all rows for none.
  if (!names.includes('CURRENT')) return { unreadable: new StoreCorruptError(dir, 'its database has no CURRENT') };
  const level: Level = new Level(to, { keyEncoding: 'utf8', valueEncoding: 'utf8', createIfMissing: false });
  try {
    await level.open();
    return { level, schema: await storedVersion(level) };
  } catch (error) {
    await level.close();
    const failure = toStoreError(dir, error);
    if (failure.code === 'LM_STORE_FULL') throw new LookNotPossibleError(copy, error);
    return { unreadable: failure };
  }
}

/** @throws StoreBusyError when a process holds the folder */
async function requireNobody(dir: string): Promise<void> {
  const pid = await holderOf(join(dir, databaseFolder, databaseLockFile));
  if (pid === undefined) return;
  const holder = await readLockHolder(dir);
  throw new StoreBusyError(dir, holder?.pid ?? pid, holder?.as);
}

/**
 * Who has LevelDB's lock, as Linux lists locks: `1: POSIX ADVISORY WRITE 812 08:01:1835 0 EOF`. Elsewhere nobody can tell who
 * does not try to take it, and a process that writes meanwhile shows as damage.
 */
async function holderOf(lockFile: string): Promise<number | undefined> {
  const [locks, file] = await Promise.all([
    readFile('/proc/locks', 'utf8').catch(() => ''),
    stat(lockFile).catch(() => undefined),
  ]);
  if (file === undefined) return undefined;
  for (const line of locks.split('\n')) {
    const [, pid, inode] = /POSIX\s+ADVISORY\s+WRITE\s+(-?\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line) ?? [];
    if (inode === `${file.ino}`) return Number(pid);
  }
  return undefined;
}

import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Level } from 'level';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import { digestOf } from './journal-chain.ts';
import { databaseFolder, heldFolder, journalFolder, schemaVersion } from './layout.ts';
import type { Store } from './store.ts';
import { syncFolder } from './sync-folder.ts';
import { writeInPlace } from './write-in-place.ts';

/** What a backup is, in `backup.json` beside what it holds: with it, another release and a later year can tell whether it is whole. */
export interface BackupManifest {
  readonly lastmile: 'backup';
  readonly schema: number;
  /** RFC 3339. */
  readonly at: string;
  readonly rows: number;
  /** By path below the backup: every file of the journal. */
  readonly files: Readonly<Record<string, { readonly octets: number; readonly sha256: string }>>;
}

const manifestFile = 'backup.json';
const chainFile = 'chain';

/** A folder that is no backup, or is not what was backed up. */
export class BackupError extends LastmileError {
  readonly code = 'LM_BACKUP';
  readonly retry = 'never';
}

/**
 * Copies all that is stored, as of one moment, while it is written to: rows first, then the journal, which has at least what
 * these follow. `backup.json` comes last: without it, it is none.
 *
 * @param now wall time, milliseconds since 1970
 * @throws BackupError when there is something in the folder already
 */
export async function backUp(store: Store, to: string, now: number): Promise<BackupManifest> {
  const dir = resolve(to);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await readdir(dir)).length > 0) throw new BackupError(`${to} is not empty: name a new folder for the backup`);
  const rows = await copyRows(store, join(dir, databaseFolder));
  const files = await store.keepingSegments(() => copyJournal(store, join(dir, journalFolder)));
  const manifest: BackupManifest = {
    lastmile: 'backup',
    schema: schemaVersion,
    at: new Date(now).toISOString(),
    rows,
    files,
  };
  await writeSynced(join(dir, manifestFile), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await syncFolder(dir);
  return manifest;
}

/** Where a backup is copied to that is to take the place of a state folder. */
export function restoringFolder(stateDir: string): string {
  return `${resolve(stateDir)}.restoring`;
}

/**
 * Puts a backup in the place of a state folder that nobody holds. What is there is kept beside it, if `replace` says so.
 *
 * @param options `files`: text that is to be in it as well, by name; on disk before anything of what was there is touched
 * @returns the manifest, and where what was there is now
 * @throws BackupError when the backup is not whole, or something is there
 */
export async function restore(
  from: string,
  stateDir: string,
  options: {
    readonly replace: boolean;
    readonly now: number;
    readonly files?: Readonly<Record<string, string>>;
  },
): Promise<{ readonly manifest: BackupManifest; readonly replaced?: string }> {
  const manifest = await readManifest(from);
  const dir = resolve(stateDir);
  const isEmpty = (await readdir(dir).catch((): string[] => [])).length === 0;
  if (!isEmpty && !options.replace) {
    throw new BackupError(`state folder ${stateDir} is not empty: --replace keeps what is there beside it`);
  }
  const fresh = restoringFolder(dir);
  const { files = {} } = options;
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) await writeInPlace(join(fresh, name), text);
  await syncFolder(dirname(dir));
  await removeAllBut(fresh, new Set(Object.keys(files)));
  try {
    for (const part of [databaseFolder, journalFolder]) await copyFolder(join(from, part), join(fresh, part));
    await check(fresh, from, manifest);
  } catch (error) {
    // What is to be in the folder that is not made yet is left where it is known nowhere else.
    if (isEmpty && Object.keys(files).length > 0) await removeAllBut(fresh, new Set(Object.keys(files)));
    else await rm(fresh, { recursive: true, force: true });
    throw error instanceof BackupError ? error : new BackupError(`${from}: ${messageOf(error)}`, { cause: error });
  }
  const replaced = isEmpty ? undefined : `${dir}.replaced-${new Date(options.now).toISOString().replaceAll(':', '')}`;
  if (replaced !== undefined) await rename(dir, replaced);
  else await rm(dir, { recursive: true, force: true });
  await rename(fresh, dir);
  await syncFolder(dirname(dir));
  return { manifest, ...(replaced === undefined ? {} : { replaced }) };
}

async function copyRows(store: Store, path: string): Promise<number> {
  const copy = new Level<string, string>(path, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await copy.open();
  let rows = 0;
  let last: { readonly type: 'put'; readonly key: string; readonly value: string }[] = [];
  try {
    for await (const group of store.everything()) {
      last = group.map(([key, value]) => ({ type: 'put', key, value }));
      await copy.batch(last);
      rows += group.length;
    }
    // LevelDB's log is one file in order: to sync its end syncs what went before.
    await copy.batch(last, { sync: true });
  } finally {
    await copy.close();
  }
  return rows;
}

async function copyJournal(store: Store, to: string): Promise<BackupManifest['files']> {
  const { journal } = store;
  await mkdir(to, { mode: 0o700 });
  await journal.sealed();
  const end = journal.end;
  const files: Record<string, { octets: number; sha256: string }> = {};
  const copy = async (name: string, octets?: number) => {
    const path = join(to, name);
    await copyStart(journal.path(name), path, octets);
    files[`${journalFolder}/${name}`] = await digestOf(path);
  };
  // The chain first: what is closed meanwhile is in the copy, and not in its chain yet.
  await copy(chainFile).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  for (const segment of await journal.segments()) {
    if (end !== undefined && segment > end.segment) break;
    await copy(segment, segment === end?.segment ? end.offset : undefined);
  }
  await syncFolder(to);
  // Records under a legal hold, of segments that were dropped.
  const held = await readdir(journal.path(heldFolder)).catch((): string[] => []);
  if (held.length > 0) await mkdir(join(to, heldFolder), { mode: 0o700 });
  for (const name of held) await copy(join(heldFolder, name));
  if (held.length > 0) await syncFolder(join(to, heldFolder));
  return files;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isFile()) await copyStart(join(from, entry.name), join(to, entry.name));
    else if (entry.isDirectory()) await copyFolder(join(from, entry.name), join(to, entry.name));
  }
  await syncFolder(to);
}

/** The first octets of a file, or all of it. Synced. */
async function copyStart(from: string, to: string, octets = Number.POSITIVE_INFINITY): Promise<void> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const buffer = Buffer.allocUnsafe(1 << 20);
      for (let done = 0; done < octets; ) {
        const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, octets - done), done);
        if (bytesRead === 0) break;
        await target.write(buffer, 0, bytesRead, done);
        done += bytesRead;
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function readManifest(from: string): Promise<BackupManifest> {
  try {
    const manifest = JSON.parse(await readFile(join(from, manifestFile), 'utf8')) as Partial<BackupManifest>;
    if (manifest.lastmile !== 'backup' || manifest.files === undefined)
      throw new Error(`${manifestFile} is of something else`);
    if ((manifest.schema ?? 0) > schemaVersion) throw new Error('a newer lastmile made it: restore it with that one');
    return manifest as BackupManifest;
  } catch (error) {
    throw new BackupError(`${from} is no backup: ${messageOf(error)}`, { cause: error });
  }
}

/** @param dir a copy of the backup: to open a database writes to it */
async function check(dir: string, from: string, manifest: BackupManifest): Promise<void> {
  for (const [path, { octets, sha256 }] of Object.entries(manifest.files)) {
    const now = await digestOf(join(dir, path)).catch(() => undefined);
    if (now?.octets !== octets || now.sha256 !== sha256)
      throw new BackupError(`${from}: ${path} is not what was backed up`);
  }
  let rows = 0;
  const copy = new Level<string, string>(join(dir, databaseFolder), { createIfMissing: false });
  try {
    await copy.open();
    for await (const _ of copy.keys()) rows += 1;
  } catch (error) {
    throw new BackupError(`${from}: its database cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    await copy.close();
  }
  if (rows !== manifest.rows) throw new BackupError(`${from}: ${rows} of ${manifest.rows} rows are there`);
}

async function removeAllBut(dir: string, kept: ReadonlySet<string>): Promise<void> {
  const others = (await readdir(dir)).filter((name) => !kept.has(name));
  for (const name of others) await rm(join(dir, name), { recursive: true, force: true });
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flush: true });
}

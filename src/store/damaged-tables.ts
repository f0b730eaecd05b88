import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Level } from 'level';
import { inTurns } from '../base/steps.ts';
import { lookForDamage, type TableDamage } from './level-table.ts';

/** A table file of the database, and what of it is not as it was written. */
export interface DamagedTable {
  readonly name: string;
  readonly damage: TableDamage;
}

/**
 * Compares every block of every table with its checksum. LevelDB must not delete them meanwhile: one that is gone is left out.
 *
 * @param numbers of those to look at: all, if absent
 */
export async function damagedTables(path: string, numbers?: ReadonlySet<number>): Promise<readonly DamagedTable[]> {
  const found: DamagedTable[] = [];
  for (const name of await tablesIn(path)) {
    if (numbers?.has(Number.parseInt(name, 10)) === false) continue;
    const octets = await readFile(join(path, name)).catch(() => undefined);
    const damage = octets === undefined ? undefined : await inTurns(lookForDamage(octets));
    if (damage !== undefined) found.push({ name, damage });
    await setImmediate();
  }
  return found;
}

/** Numbers of the tables that a database which is open is made of: not those that it is writing, or has yet to delete. */
export function tablesInUse(level: Level): ReadonlySet<number> {
  // Not in the types, which are those of browsers as well. A line of it is ` 17:2048['first key' .. 'last key']`.
  const text = (level as unknown as { getProperty(name: string): string }).getProperty('leveldb.sstables');
  return new Set(Array.from(text.matchAll(/^ (\d+):\d+\[/gm), ([, number]) => Number(number)));
}

/**
 * Leaves only such tables in a database that is not open as LevelDB can read to their end. Those that were damaged are kept
 * beside them, in `lost`, where LevelDB puts its own.
 */
export async function mendTables(path: string): Promise<readonly DamagedTable[]> {
  const found = await damagedTables(path);
  for (const { name, damage } of found) {
    const [file, fresh] = [join(path, name), join(path, `${name}.mended`)];
    if (damage.whole !== undefined) await writeFile(fresh, damage.whole, { flush: true });
    await mkdir(join(path, 'lost'), { recursive: true });
    await rename(file, join(path, 'lost', name));
    if (damage.whole !== undefined) await rename(fresh, file);
    else await rm(fresh, { force: true });
  }
  return found;
}

/**
 * Whether the last two times the database was open ended while it rewrote tables: by its own log, which it has kept of both. Once
 * somebody may have killed it; twice it may have been a table that nothing but an end of the process comes of.
 */
export async function endedRewriting(path: string): Promise<boolean> {
  for (const name of ['LOG', 'LOG.old']) {
    const log = await readFile(join(path, name), 'latin1').catch(() => '');
    if (log.lastIndexOf(' Compacting ') <= log.lastIndexOf(' compacted to: ')) return false;
  }
  return true;
}

async function tablesIn(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((): string[] => []);
  return names.filter((name) => name.endsWith('.ldb') || name.endsWith('.sst')).sort();
}

import { rename, rm } from 'node:fs/promises';
import { Level } from 'level';
import { mendTables } from './damaged-tables.ts';

type Rows = Level<string, string>;

const rowsAtOnce = 1000;

/**
 * Makes a damaged database one that can be opened and read, with all that can be read of it. LevelDB's own repair makes a list
 * of the files there are; where some of them have rows that nothing can step over, the others are copied. Tables are mended
 * first, as LevelDB compares no checksums while it rewrites them.
 */
export async function salvage(path: string): Promise<void> {
  await mendTables(path);
  await repairLevel(path);
  const found = await opened(path);
  let copied = false;
  try {
    copied = !(await isReadable(found)) && (await copy(found, `${path}.salvaged`));
  } finally {
    await found.close();
  }
  if (!copied) return;
  await rm(`${path}.damaged`, { recursive: true, force: true });
  await rename(path, `${path}.damaged`);
  await rename(`${path}.salvaged`, path);
}

async function isReadable(level: Rows): Promise<boolean> {
  try {
    const iterator = level.iterator();
    try {
      while ((await iterator.nextv(rowsAtOnce)).length > 0);
      return true;
    } finally {
      await iterator.close();
    }
  } catch {
    return false;
  }
}

async function copy(from: Rows, path: string): Promise<true> {
  await rm(path, { recursive: true, force: true });
  const to = await opened(path);
  try {
    // An error takes the rows with it that were read by the same call: they are read again one by one.
    const last = await copyAfter(from, to, undefined, rowsAtOnce);
    await copyAfter(from, to, last, 1);
  } finally {
    await to.close();
  }
  return true;
}

/** @returns the last key that could be read */
async function copyAfter(from: Rows, to: Rows, after: string | undefined, atOnce: number): Promise<string | undefined> {
  const iterator = from.iterator(after === undefined ? {} : { gt: after });
  let last = after;
  try {
    for (;;) {
      const rows = await iterator.nextv(atOnce);
      if (rows.length === 0) return last;
      await to.batch(
        rows.map(([key, value]) => ({ type: 'put', key, value })),
        { sync: true },
      );
      last = rows.at(-1)?.[0] ?? last;
    }
  } catch {
    return last;
  } finally {
    await iterator.close();
  }
}

async function opened(path: string): Promise<Rows> {
  const level: Rows = new Level(path, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await level.open();
  return level;
}

/** What `level` is made of on Node.js can do more than its types say, which are those of browsers as well. */
function repairLevel(path: string): Promise<void> {
  return (Level as unknown as { repair(path: string): Promise<void> }).repair(path);
}

import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { describe, expect, it } from 'vitest';
import { damagedTables, endedRewriting, mendTables } from '../../src/store/damaged-tables.ts';
import { damageOf } from '../../src/store/level-table.ts';
import { salvage } from '../../src/store/salvage.ts';
import { TempFolder } from '../support/temp-folder.ts';

const rows = 600;

/** A database with one table of many blocks, some of which Snappy makes shorter. */
async function oneTable(path: string): Promise<string> {
  const level = new Level(path);
  for (let at = 0; at < rows; at += 1) await level.put(`key ${`${at}`.padStart(5, '0')}`, textAt(at));
  // Not in the types, which are those of browsers as well.
  await (level as unknown as { compactRange(from: string, to: string): Promise<void> }).compactRange('a', 'z');
  await level.close();
  const [name] = (await readdir(path)).filter((each) => each.endsWith('.ldb'));
  return name ?? '';
}

const textAt = (at: number) =>
  at % 2 === 0 ? `value ${at} `.repeat(20) : `${Math.sin(at)}${Math.cos(at)}${Math.tan(at)}${Math.sqrt(at)}`;

async function readable(path: string): Promise<readonly string[]> {
  const level = new Level(path);
  try {
    const found = await level.iterator().all();
    for (const [key, value] of found) expect(value).toBe(textAt(Number(key.slice(4))));
    return found.map(([key]) => key);
  } finally {
    await level.close();
  }
}

describe('a table of the database', () => {
  it('is whole as LevelDB writes it', async () => {
    await using folder = await TempFolder.make();
    const path = join(folder.path, 'db');
    const table = await readFile(join(path, await oneTable(path)));

    expect(damageOf(table)).toBeUndefined();
    expect(await damagedTables(path)).toEqual([]);
  });

  it('shows every octet of it that was changed or is missing, and loses no rows but those of a block', async () => {
    await using folder = await TempFolder.make();
    const path = join(folder.path, 'db');
    const name = await oneTable(path);
    const table = await readFile(join(path, name));

    for (let at = 0; at < table.length; at += 97) {
      const changed = Buffer.from(table);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      // What lies between the places and the last eight octets of the end means nothing.
      if (at > table.length - 44 && at < table.length - 8) continue;
      expect(damageOf(changed), `octet ${at}`).toBeDefined();
    }
    for (const left of [0, 47, 48, 1000, table.length - 1]) expect(damageOf(table.subarray(0, left))).toBeDefined();
    for (const at of [500, 9000, table.length - 400, table.length - 60, table.length - 4]) {
      const copy = join(folder.path, `changed-${at}`);
      await cp(path, copy, { recursive: true });
      const changed = Buffer.from(table);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(join(copy, name), changed);

      await salvage(copy);

      const left = await readable(copy);
      // A block has some forty of them.
      expect(left.length, `octet ${at}`).toBeGreaterThan(rows - 60);
      if (at > table.length - 500) expect(left.length, `octet ${at}`).toBe(rows);
      expect(await damagedTables(copy)).toEqual([]);
    }
  });
});

describe('a database that ended twice while it rewrote tables', () => {
  it('is known by its own log', async () => {
    await using folder = await TempFolder.make();
    const path = join(folder.path, 'db');
    await oneTable(path);
    expect(await endedRewriting(path)).toBe(false);

    const ended = '2026/11/22-14:00:00.000000 7f Compacting 4@0 + 1@1 files\n';
    await writeFile(join(path, 'LOG.old'), ended);
    expect(await endedRewriting(path)).toBe(false);
    await writeFile(join(path, 'LOG'), ended);
    expect(await endedRewriting(path)).toBe(true);
    await writeFile(join(path, 'LOG'), `${ended}2026/11/22-14:00:01.000000 7f compacted to: files[ 0 1 ]\n`);
    expect(await endedRewriting(path)).toBe(false);
    expect(await mendTables(path)).toEqual([]);
  });
});

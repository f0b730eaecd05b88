import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  StoreClosedError,
  StoreLockedError,
  StoreNotAFolderError,
  StoreNotWritableError,
  StoreRemovedError,
  StoreTooNewError,
} from '../../src/store/errors.ts';
import type { BatchOperation } from '../../src/store/key-value.ts';
import { schemaVersion } from '../../src/store/layout.ts';
import { withSum } from '../../src/store/row-sum.ts';
import { Store } from '../../src/store/store.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { startHolder } from '../support/store-holder.ts';
import { TempFolder } from '../support/temp-folder.ts';

const options = { clock: new QuickClock(), log: pino({ level: 'silent' }) };

describe('a table', () => {
  it('gives back what was put, under any key', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);
    const table = store.table<{ n: number }>('directory');
    const keys = fc.uniqueArray(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\ud800', '\0', 'x') })),
    );

    await fc.assert(
      fc.asyncProperty(keys, async (names) => {
        await table.batch(names.map((key, n) => ({ type: 'put', key, value: { n } })));
        for (const [n, key] of names.entries()) expect(await table.get(key)).toEqual({ n });
        for (const [n, key] of names.entries()) expect(table.getSync(key)).toEqual({ n });
        expect((await all(table.entries())).map(([key]) => key).sort()).toEqual([...names].sort());
        await table.batch(names.map((key) => ({ type: 'del', key })));
      }),
      { numRuns: 30 },
    );
  });

  it('sees nothing of the others', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);
    await store.table('directory').put('a', 1);
    await store.table('inventory').put('a', 2);

    expect(await all(store.table('directory').entries())).toEqual([['a', 1]]);
    expect(await store.table('audit').get('a')).toBeUndefined();
  });

  it('lists a range, either way, as many as asked for', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);
    const table = store.table<string>('journal');
    for (const key of ['a', 'b', 'c', 'd']) await table.put(key, key.toUpperCase());

    expect(await all(table.entries({ gt: 'a', lte: 'c' }))).toEqual([
      ['b', 'B'],
      ['c', 'C'],
    ]);
    expect(await all(table.entries({ gte: 'b', lt: 'd', reverse: true, limit: 1 }))).toEqual([['c', 'C']]);
    expect(await all(table.keys())).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes 100,000 rows and lets them go again', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);
    const table = store.table<{ name: string }>('directory');
    const rows = Array.from({ length: 100_000 }, (_, n) => `subscriber-${n}`);

    await table.bulk(
      rows.map((key): BatchOperation<{ name: string }> => ({ type: 'put', key, value: { name: key } })),
      { sync: true },
    );
    expect(await count(table.keys())).toBe(100_000);
    await table.bulk(rows.map((key) => ({ type: 'del', key })));

    expect(await count(table.keys())).toBe(0);
  });

  it('leaves out a row that is not what was written, whatever part of it changed, and names it', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);
    const table = store.table<unknown>('directory');
    await table.put('anna', { n: 1 });
    await table.put('ben', { n: 2 });
    const value = withSum('directory:anna', '{"n":1}');
    const spoilt = [`${value.slice(0, -2)}3}`, '{"n":1}', `~0${value.slice(2)}`, value.slice(0, -1), '', '~'];

    for (const text of spoilt) {
      await store.write([{ type: 'put', key: 'directory:anna', value: text }]);
      expect(await table.get('anna')).toBeUndefined();
      expect(table.getSync('anna')).toBeUndefined();
      expect(await all(table.entries())).toEqual([['ben', { n: 2 }]]);
    }
    // A row under the key of another.
    await store.write([{ type: 'put', key: 'directory:carl', value }]);
    expect(await table.getMany(['carl', 'ben', 'dora'])).toEqual([undefined, { n: 2 }, undefined]);

    expect(store.damage()).toEqual([
      { table: 'directory', key: 'anna' },
      { table: 'directory', key: 'carl' },
    ]);
  });
});

describe('a state folder that is reopened', () => {
  it('holds what was written', async () => {
    await using folder = await TempFolder.make();
    const dir = join(folder.path, 'deep', 'state');
    {
      await using store = await Store.open(dir, options);
      await store.table('inventory').put('row', { at: 1 }, { sync: true });
      await store.reopen();
      expect(await store.table('inventory').get('row')).toEqual({ at: 1 });
    }
    await using again = await Store.open(dir, options);

    expect(await again.table('inventory').get('row')).toEqual({ at: 1 });
  });

  it('makes whoever comes meanwhile wait', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, options);

    const reopened = store.reopen();
    await store.table('meta').put('during', true);
    await reopened;

    expect(await store.table('meta').get('during')).toBe(true);
  });

  it('is closed for good after close', async () => {
    await using folder = await TempFolder.make();
    const store = await Store.open(folder.path, options);
    await store.close();

    await expect(store.table('meta').get('a')).rejects.toBeInstanceOf(StoreClosedError);
    await expect(store.reopen()).rejects.toBeInstanceOf(StoreClosedError);
    expect(await readdir(folder.path)).toEqual(['db']);
  });
});

describe('a state folder in use', () => {
  it('is refused to a second daemon, which is told who has it', async () => {
    await using folder = await TempFolder.make();
    await using holder = await startHolder(folder.path);

    const refused = await Store.open(folder.path, options).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(StoreLockedError);
    expect(refused).toMatchObject({ dir: folder.path, pid: holder.pid, code: 'LM_STORE_LOCKED' });
  });

  it('is waited for by a daemon where a command has it, and not without end', async () => {
    await using folder = await TempFolder.make();
    const holder = await startHolder(folder.path);
    const time = new QuickClock();
    const endless = { ...options, clock: time, as: 'daemon' as const };
    await expect(Store.open(folder.path, endless)).rejects.toBeInstanceOf(StoreLockedError);
    const ending = { now: () => 0, monotonic: () => 0, sleep: () => holder[Symbol.asyncDispose]() };

    await using store = await Store.open(folder.path, { ...options, clock: ending, as: 'daemon' });

    expect(await store.table('meta').get('a')).toBeUndefined();
  });

  it('is refused to a second opening in the same process, and stays locked for others', async () => {
    await using folder = await TempFolder.make();
    await using _store = await Store.open(folder.path, options);

    await expect(Store.open(folder.path, options)).rejects.toMatchObject({ pid: process.pid });

    await expect(startHolder(folder.path)).rejects.toThrow('LM_STORE_LOCKED');
  });

  it('is free again when its holder was killed', async () => {
    await using folder = await TempFolder.make();
    {
      await using _killed = await startHolder(folder.path);
    }
    await using store = await Store.open(folder.path, options);

    expect(JSON.parse(await readFile(join(folder.path, 'lock-holder.json'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
    expect(store.broken).toBeUndefined();
  });
});

describe('a state folder that is removed while it is in use', () => {
  it('takes nothing more, and says why, once', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(join(folder.path, 'state'), options);
    const told: unknown[] = [];
    store.onBroken((error) => told.push(error));
    await rm(store.dir, { recursive: true });

    const put = store.table('inventory').put('row', 1, { sync: true });

    await expect(put).rejects.toBeInstanceOf(StoreRemovedError);
    await expect(put).rejects.toThrow(`state folder ${store.dir} was removed while it was in use`);
    await expect(store.table('inventory').put('row', 2)).rejects.toBe(store.broken);
    expect(told).toEqual([store.broken]);
  });

  it('is not taken for another trouble of the disk by who writes to its journal first', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(join(folder.path, 'state'), options);
    await rm(store.dir, { recursive: true });

    await expect(store.append(0, ['{}'])).rejects.toBeInstanceOf(StoreRemovedError);
  });

  it('is told from one that is there by the very commit that comes after, and moved away by those of a second later', async () => {
    await using folder = await TempFolder.make();
    await using removed = await Store.open(join(folder.path, 'removed'), options);
    await using moved = await Store.open(join(folder.path, 'moved'), options);
    for (const store of [removed, moved]) await store.append(5_000, ['{}']);

    await rm(removed.dir, { recursive: true });
    await rename(moved.dir, `${moved.dir}.away`);

    await expect(removed.append(5_001, ['{}'])).rejects.toBeInstanceOf(StoreRemovedError);
    const stored = async () => {
      for (let at = 6_001; at < 60_000; at += 1) await moved.append(at, ['{}']);
    };
    await expect(stored()).rejects.toBeInstanceOf(StoreRemovedError);
    await rename(`${moved.dir}.away`, moved.dir);
  });

  it('is noticed without a write as well', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(join(folder.path, 'state'), options);
    await store.check();
    expect(store.broken).toBeUndefined();

    await rm(store.dir, { recursive: true });
    await store.check();

    expect(store.broken).toMatchObject({ code: 'LM_STORE_REMOVED' });
  });

  it('is made anew by reopening, and locked again', async () => {
    await using folder = await TempFolder.make();
    const dir = join(folder.path, 'state');
    {
      await using store = await Store.open(dir, options);
      await store.table('inventory').put('before', 1, { sync: true });
      await rm(dir, { recursive: true });
      await store.check();
      await store.reopen();

      expect(store.broken).toBeUndefined();
      await store.table('inventory').put('after', 2, { sync: true });
      await expect(startHolder(dir)).rejects.toThrow('LM_STORE_LOCKED');
    }
    await using again = await Store.open(dir, options);

    expect(await all(again.table('inventory').entries())).toEqual([['after', 2]]);
  });

  it('belongs to the daemon that made it anew: the other is told who that is', async () => {
    await using folder = await TempFolder.make();
    const dir = join(folder.path, 'state');
    await using store = await Store.open(dir, options);
    await rm(dir, { recursive: true });
    await using holder = await startHolder(dir);

    await expect(store.table('inventory').put('row', 1, { sync: true })).rejects.toBeInstanceOf(StoreRemovedError);
    await expect(store.reopen()).rejects.toMatchObject({ code: 'LM_STORE_LOCKED', pid: holder.pid });
    expect(store.broken).toBeInstanceOf(StoreLockedError);
  });
});

describe('a state folder that cannot be used', () => {
  it('is named when it is a file', async () => {
    await using folder = await TempFolder.make();
    const file = join(folder.path, 'state');
    await writeFile(file, '');

    await expect(Store.open(file, options)).rejects.toBeInstanceOf(StoreNotAFolderError);
    await expect(Store.open(join(file, 'below'), options)).rejects.toBeInstanceOf(StoreNotAFolderError);
  });

  it('is named when nothing may be written to it', async () => {
    await using folder = await TempFolder.make();
    // Rights do not bind root: it gets a folder of the kernel's.
    const dir = process.getuid?.() === 0 ? '/sys/kernel' : folder.path;
    if (dir === folder.path) await chmod(dir, 0o555);

    await expect(Store.open(dir, options)).rejects.toBeInstanceOf(StoreNotWritableError);
  });

  it.runIf(process.platform === 'linux')(
    'is named where no folder can be made, however often it is tried',
    async () => {
      await expect(Store.open('/proc/lastmile/state', options)).rejects.toThrow('/proc/lastmile');
    },
  );
});

describe('a database of which a part is gone or spoilt', () => {
  it('is opened with what can be read of it, and says so', async () => {
    await using folder = await TempFolder.make();
    {
      await using store = await Store.open(folder.path, options);
      await store.table('inventory').put('row', 1, { sync: true });
    }
    const current = join(folder.path, 'db', 'CURRENT');
    const manifest = async () => join(folder.path, 'db', (await readFile(current, 'utf8')).trim());
    const spoils = [
      async () => await writeFile(await manifest(), 'no manifest'),
      async () => await rm(await manifest()),
      async () => await writeFile(current, ''),
      async () => await writeFile(current, 'MANIFEST-000777\n'),
      async () => await rm(current),
    ];

    for (const spoil of spoils) {
      await spoil();
      await using store = await Store.open(folder.path, options);
      expect(store.wasRepaired).toBe(true);
      expect(await store.table('inventory').get('row')).toBe(1);
    }
    await using again = await Store.open(folder.path, options);

    expect(again.wasRepaired).toBe(false);
    expect(await again.table('inventory').get('row')).toBe(1);
  });
});

describe('the schema version', () => {
  it('is brought up step by step, each once', async () => {
    await using folder = await TempFolder.make();
    await (await Store.open(folder.path, options)).close();
    const ran: number[] = [];
    const step = (from: number) => ({
      from,
      run: async (table: (name: 'audit') => { put(key: string, value: number): Promise<void> }) => {
        ran.push(from);
        await table('audit').put(`step-${from}`, from);
      },
    });
    const newer = {
      ...options,
      schemaVersion: schemaVersion + 2,
      migrations: [step(schemaVersion), step(schemaVersion + 1)],
    };

    await (await Store.open(folder.path, newer)).close();
    await using store = await Store.open(folder.path, newer);

    expect(ran).toEqual([schemaVersion, schemaVersion + 1]);
    expect(await store.table('audit').get(`step-${schemaVersion}`)).toBe(schemaVersion);
    expect(store.damage()).toEqual([]);
  });

  it('of a newer release is refused, and nothing changed', async () => {
    await using folder = await TempFolder.make();
    const newer = { ...options, schemaVersion: schemaVersion + 1 };
    await (await Store.open(folder.path, newer)).close();

    await expect(Store.open(folder.path, options)).rejects.toBeInstanceOf(StoreTooNewError);

    await using store = await Store.open(folder.path, newer);
    expect(store.damage()).toEqual([]);
  });
});

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

async function count(entries: AsyncIterable<unknown>): Promise<number> {
  let n = 0;
  for await (const _ of entries) n += 1;
  return n;
}

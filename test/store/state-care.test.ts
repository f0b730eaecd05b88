import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { backUp, restore } from '../../src/store/backup.ts';
import { checkState, verifyJournal } from '../../src/store/check-state.ts';
import { Store } from '../../src/store/store.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const now = Date.UTC(2026, 10, 22);
const options = { clock: new QuickClock(now), log: pino({ level: 'silent' }), segmentOctets: 300 };

describe('state verify', () => {
  it('finds any octet of a closed segment, or of the chain, that was changed', async () => {
    await using folder = await TempFolder.make();
    const last = await seed(folder.path, 24);
    const journal = join(folder.path, 'journal');
    const files = (await readdir(journal)).filter((file) => file !== last);
    expect(files.length).toBeGreaterThan(3);
    await using store = await opened(folder.path);
    expect((await verifyJournal(store)).findings).toEqual([]);

    for (const file of files) {
      const path = join(journal, file);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at += 53) {
        const spoilt = Buffer.from(whole);
        spoilt[at] = (spoilt[at] ?? 0) ^ 4;
        await writeFile(path, spoilt);
        const { findings } = await verifyJournal(store);
        expect(
          findings.some(({ code }) => code === 'LM_SEGMENT_CHANGED' || code === 'LM_CHAIN_BROKEN'),
          `${file} at ${at}`,
        ).toBe(true);
      }
      await writeFile(path, whole);
    }
    expect((await verifyJournal(store)).findings).toEqual([]);
  });

  it('finds a segment that is gone, and a chain that was cut short or made anew', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 24);
    const journal = join(folder.path, 'journal');
    await using store = await opened(folder.path);
    const chain = await readFile(join(journal, 'chain'), 'utf8');

    await writeFile(join(journal, 'chain'), `${chain.split('\n').slice(0, 2).join('\n')}\n`);
    expect((await verifyJournal(store)).findings).toMatchObject([{ code: 'LM_CHAIN_BROKEN' }]);
    await rm(join(journal, 'chain'));
    expect((await verifyJournal(store)).findings).toMatchObject([{ code: 'LM_CHAIN_BROKEN' }]);
    // Nor is it made anew in silence.
    await store.reopen();
    for await (const _ of store.replay(undefined, () => undefined));
    expect((await verifyJournal(store)).findings).toMatchObject([{ code: 'LM_CHAIN_BROKEN' }]);
    await writeFile(join(journal, 'chain'), chain);
    const [first = ''] = await store.journal.segments();
    await rm(join(journal, first));
    const { findings } = await verifyJournal(store);

    expect(findings[0]).toMatchObject({ code: 'LM_SEGMENT_CHANGED' });
    expect(findings[0]?.message).toContain('gone');
  });

  it('goes on after a line of the chain that was cut short while it was written', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 6);
    await appendFile(join(folder.path, 'journal', 'chain'), '00000000000009.jour');
    await using store = await opened(folder.path);
    for (let n = 0; n < 6; n += 1) await store.append(now, [JSON.stringify({ n })]);

    const { findings, journal } = await verifyJournal(store);

    expect(findings).toEqual([]);
    expect(journal).toMatchObject({ closed: journal.segments - 1, commits: 12, records: 18, last: 12 });
  });
});

describe('state check', () => {
  it('counts what is there, and names rows that are not what was written', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 3);
    await using store = await opened(folder.path);
    await store.table('inventory').batch(['a', 'b', 'c'].map((key) => ({ type: 'put', key, value: key })));
    expect((await checkState(store)).findings).toEqual([]);
    await store.write([{ type: 'put', key: 'inventory:b', value: '~00000000"b"' }]);

    const report = await checkState(store);

    expect(report.rows).toMatchObject({ inventory: 2 });
    expect(report.findings).toEqual([
      { code: 'LM_ROW_DAMAGED', message: 'stored row "b" of inventory is not what was written, and is left out' },
    ]);
    const kept: unknown[] = [];
    expect(await store.dropDamaged(async (rows) => void kept.push(...rows))).toBe(1);
    expect(kept).toEqual([{ key: 'inventory:b', value: '~00000000"b"' }]);
    expect((await checkState(store)).findings).toEqual([]);
  });
});

describe('a table of the database that was changed', () => {
  it('is named by state check; one that LevelDB has only begun to write is not', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 3);
    await using store = await opened(folder.path);
    for (let n = 0; n < 100; n += 1) await store.table('history').put(`${n}`, 'text');
    // What LevelDB had in its log is a table then.
    await store.reopen();
    const db = join(folder.path, 'db');
    const [name = ''] = (await readdir(db)).filter((each) => each.endsWith('.ldb')).sort();
    await writeFile(join(db, '999999.ldb'), 'the beginning of a table');
    expect((await checkState(store)).findings).toEqual([]);

    const octets = await readFile(join(db, name));
    await writeFile(join(db, name), octets.subarray(0, -1));

    expect((await checkState(store)).findings).toContainEqual({
      code: 'LM_DATABASE_DAMAGED',
      message: expect.stringContaining(name),
    });
  });
});

describe('a backup', () => {
  it('is of one moment, made while it is written to, and comes back whole', async () => {
    await using folder = await TempFolder.make();
    const [state, copy, again] = ['state', 'copy', 'again'].map((name) => join(folder.path, name));
    await seed(state ?? '', 5);
    {
      await using store = await opened(state ?? '');
      await store.table('inventory').put('row', 1);
      const made = backUp(store, copy ?? '', now);
      for (let n = 0; n < 20; n += 1) await store.append(now, [JSON.stringify({ late: n })]);
      expect((await made).rows).toBeGreaterThan(1);
    }

    const { manifest, replaced } = await restore(copy ?? '', again ?? '', { replace: false, now });

    expect(replaced).toBeUndefined();
    expect(manifest.at).toBe('2026-11-22T00:00:00.000Z');
    await using store = await opened(again ?? '');
    expect(await store.table('inventory').get('row')).toBe(1);
    const report = await checkState(store);
    expect(report.findings).toEqual([]);
    expect(report.journal.commits).toBeGreaterThanOrEqual(5);
  });

  it('is not written to when it is put back: it may lie on what can only be read', async () => {
    await using folder = await TempFolder.make();
    const [state, copy] = [join(folder.path, 'state'), join(folder.path, 'copy')];
    await seed(state, 5);
    {
      await using store = await opened(state);
      await backUp(store, copy, now);
    }
    const before = await readdir(join(copy, 'db'));

    await restore(copy, join(folder.path, 'again'), { replace: false, now });

    expect(await readdir(join(copy, 'db'))).toEqual(before);
  });

  it('is refused where something is, and where it is not what was backed up', async () => {
    await using folder = await TempFolder.make();
    const [state, copy] = [join(folder.path, 'state'), join(folder.path, 'copy')];
    await seed(state, 5);
    {
      await using store = await opened(state);
      await backUp(store, copy, now);
      await expect(backUp(store, copy, now)).rejects.toThrow('is not empty');
    }
    await expect(restore(copy, state, { replace: false, now })).rejects.toThrow('--replace');
    await expect(restore(state, join(folder.path, 'x'), { replace: false, now })).rejects.toThrow('is no backup');

    const { replaced = '' } = await restore(copy, state, { replace: true, now });
    expect(await readdir(replaced)).toContain('journal');

    const [segment = ''] = (await readdir(join(copy, 'journal'))).filter((name) => name.endsWith('.journal'));
    await appendFile(join(copy, 'journal', segment), 'x');
    await expect(restore(copy, join(folder.path, 'y'), { replace: false, now })).rejects.toThrow(
      'not what was backed up',
    );
    await rm(join(copy, 'db'), { recursive: true });
    await expect(restore(copy, join(folder.path, 'z'), { replace: false, now })).rejects.toMatchObject({
      code: 'LM_BACKUP',
    });
  });
});

/** @returns the segment that is open */
async function seed(dir: string, commits: number): Promise<string> {
  await using store = await opened(dir);
  for (let n = 0; n < commits; n += 1)
    await store.append(now + n, [JSON.stringify({ n }), '{"more":"text of some length"}']);
  await store.journal.sealed();
  return store.journal.end?.segment ?? '';
}

async function opened(dir: string): Promise<Store> {
  const store = await Store.open(dir, options);
  for await (const _ of store.replay(undefined, () => undefined));
  return store;
}

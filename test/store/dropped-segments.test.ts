import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { backUp, restore } from '../../src/store/backup.ts';
import { verifyJournal } from '../../src/store/check-state.ts';
import { Store } from '../../src/store/store.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 22);
const options = { clock: new QuickClock(now), log: pino({ level: 'silent' }) };

describe('segments that have been kept long enough', () => {
  it('are dropped, all up to one, and the chain holds before and after, also when it goes on', async () => {
    await using folder = await TempFolder.make();
    await using store = await seeded(folder.path);
    const over = await store.journal.over(now - 3.5 * dayMs);
    expect(over).toHaveLength(5);

    const dropped = await store.dropSegments(over.at(-1) ?? '', now);

    expect(dropped).toMatchObject({ count: 5, segment: over[4], next: 11, at: now });
    expect(await store.journal.segments()).toHaveLength(5);
    const report = await verifyJournal(store);
    expect(report).toMatchObject({ findings: [], journal: { commits: 10, last: 20, dropped: { count: 5 } } });
    const more = await store.journal.over(now - 1.5 * dayMs);
    await store.dropSegments(more.at(-1) ?? '', now + 5);
    await store.append(now + 3 * dayMs, ['{}']);
    await store.journal.sealed();
    expect(await verifyJournal(store)).toMatchObject({ findings: [], journal: { last: 21, dropped: { count: 7 } } });
    expect((await store.journal.over(0)).length).toBe(0);
  });

  it('are not missed when all is read from the begin', async () => {
    await using folder = await TempFolder.make();
    {
      await using store = await seeded(folder.path);
      await store.dropSegments((await store.journal.over(now - 3.5 * dayMs)).at(-1) ?? '', now);
    }
    await using store = await Store.open(folder.path, options);
    const damage: unknown[] = [];
    const found: number[] = [];
    for await (const { sequence } of store.replay(undefined, (each) => damage.push(each))) found.push(sequence);

    expect(damage).toEqual([]);
    expect(found).toEqual(Array.from({ length: 10 }, (_, at) => at + 11));
  });

  it('go at the next start where a drop was cut short', async () => {
    await using folder = await TempFolder.make();
    await using elsewhere = await TempFolder.make();
    {
      await using store = await seeded(folder.path);
      await cp(join(folder.path, 'journal'), join(elsewhere.path, 'journal'), { recursive: true });
      await store.dropSegments((await store.journal.over(now - 3.5 * dayMs)).at(-1) ?? '', now);
    }
    const chain = join(folder.path, 'journal', 'chain');
    const after = await readFile(chain);
    // The database has noted it, and the chain does not say so yet; then it does, and the files are there still.
    for (const said of [false, true]) {
      await cp(join(elsewhere.path, 'journal'), join(folder.path, 'journal'), { recursive: true });
      if (said) await writeFile(chain, after);
      await using store = await Store.open(folder.path, options);
      for await (const _ of store.replay(undefined, () => undefined));
      await store.journal.sealed();

      expect((await verifyJournal(store)).findings).toEqual([]);
      expect(await store.journal.segments()).toHaveLength(said ? 5 : 10);
    }
  });

  it('are none that are younger, whatever a segment says that began by a clock that was set back', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { ...options, segmentOctets: 1 });
    for await (const _ of store.replay(undefined, () => undefined));
    // The day before yesterday, yesterday, and then a machine that has no clock of its own starts; by one that was years ahead.
    for (const at of [now - 20 * dayMs, now + 9000 * dayMs, now - 2 * dayMs, now - dayMs, 5000, 6000, now]) {
      await store.append(at, ['{}']);
    }
    await store.journal.sealed();
    const names = await store.journal.segments();

    expect(await store.journal.over(now - 10 * dayMs, now)).toEqual(names.slice(0, 2));
    expect(await store.journal.over(now - 1.5 * dayMs, now)).toEqual(names.slice(0, 3));
    expect(await store.journal.over(now + dayMs, now + 9 * dayMs)).toEqual(names.slice(0, 6));
  });

  it('are missed where somebody else took them away', async () => {
    await using folder = await TempFolder.make();
    await using other = await TempFolder.make();
    const journal = join(folder.path, 'journal');
    let forged = Buffer.alloc(0);
    {
      await using store = await seeded(other.path);
      await store.dropSegments((await store.journal.over(now - 3.5 * dayMs)).at(-1) ?? '', now);
      forged = await readFile(join(other.path, 'journal', 'chain'));
    }
    await using store = await seeded(folder.path);
    const [first = ''] = await store.journal.segments();
    await rm(join(journal, first));
    expect((await verifyJournal(store)).findings).toMatchObject([{ code: 'LM_SEGMENT_CHANGED' }]);
    for (const name of (await store.journal.over(now - 3.5 * dayMs)).filter((each) => each !== first)) {
      await rm(join(journal, name));
    }
    await writeFile(join(journal, 'chain'), forged);

    expect((await verifyJournal(store)).findings).toMatchObject([{ code: 'LM_CHAIN_BROKEN' }]);
  });

  it('leave a journal of which any octet that is changed, and any file that is cut short, shows; a backup of it, too', async () => {
    await using folder = await TempFolder.make();
    const [state, copy] = [join(folder.path, 'state'), join(folder.path, 'copy')];
    {
      await using store = await seeded(state);
      await store.dropSegments((await store.journal.over(now - 3.5 * dayMs)).at(-1) ?? '', now);
      await backUp(store, copy, now);
    }
    await restore(copy, state, { replace: true, now });
    await using store = await Store.open(state, options);
    for await (const _ of store.replay(undefined, () => undefined));
    await store.journal.sealed();
    const journal = join(state, 'journal');
    expect((await verifyJournal(store)).findings).toEqual([]);

    for (const file of await readdir(journal)) {
      const path = join(journal, file);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at += file === 'chain' ? 29 : 37) {
        const spoilt = Buffer.from(whole);
        spoilt[at] = (spoilt[at] ?? 0) ^ 4;
        await writeFile(path, spoilt);
        expect((await verifyJournal(store)).findings, `${file} at ${at}`).not.toEqual([]);
      }
      for (const length of [0, 30, whole.length - 1]) {
        await writeFile(path, whole);
        await truncate(path, length);
        expect((await verifyJournal(store)).findings, `${file} cut to ${length}`).not.toEqual([]);
      }
      await writeFile(path, whole);
    }
    expect((await verifyJournal(store)).findings).toEqual([]);
  });
});

/** Ten days, a segment each, of two commits: the last is open. */
async function seeded(path: string): Promise<Store> {
  const store = await Store.open(path, options);
  for await (const _ of store.replay(undefined, () => undefined));
  for (let n = 0; n < 20; n += 1) {
    const at = now - (9 - Math.floor(n / 2)) * dayMs;
    await store.append(at, [JSON.stringify({ n, username: 'anna' })]);
  }
  await store.journal.sealed();
  return store;
}

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../src/accounting/store.ts';
import { hourMs } from '../../src/accounting/usage/usage-deltas.ts';
import { checkState } from '../../src/store/check-state.ts';
import { Store } from '../../src/store/store.ts';
import { packet, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const began = Date.UTC(2026, 9, 1, 8);
const options = { clock: new QuickClock(began + 3 * hourMs), log: pino({ level: 'silent' }) };

describe('a state folder that a release with schema 1 wrote, and was killed', () => {
  it('is taken over: journal, sessions, usage and the rest, each once', async () => {
    await using folder = await TempFolder.make();
    await layOut(folder.path);

    await expectTakenOver(folder.path);

    // As it is from here on.
    await using store = await Store.open(folder.path, options);
    await using accounting = await AccountingStore.open(store, options);
    await accounting.record(
      packet('interim', 0, { ...used(9000, 90_000, 900_000), nas: 'core-1', sessionId: '813', username: 'user-3' }),
    );
    expect(accounting.sequence).toBe(13);
    expect((await checkState(store)).findings).toEqual([]);
  });

  it('is taken over as well where that was cut short', async () => {
    await using folder = await TempFolder.make();
    await layOut(folder.path);
    {
      // Killed when the journal had gone over and nothing had rows yet.
      await using store = await Store.open(folder.path, options);
      await AccountingStore.open(store, options);
    }
    {
      // Some of it came back, as after a power cut.
      await using store = await Store.open(folder.path, options);
      const rows = (await rowsOf()).filter(([key]) => key.startsWith('journal:'));
      await store.write(rows.slice(0, 5).map(([key, value]) => ({ type: 'put', key, value })));
    }

    await expectTakenOver(folder.path);
  });
});

async function expectTakenOver(dir: string): Promise<void> {
  await using store = await Store.open(dir, options);
  await using accounting = await AccountingStore.open(store, options);

  const sessions = await accounting.find({ interimSeconds: 600 });
  const shown = sessions.map(
    ({ username, stoppedAt, upOctets }) => `${username} ${stoppedAt === undefined} ${upOctets}`,
  );
  expect(shown.sort()).toEqual(['user-1 false 12000', 'user-2 false 18000', 'user-3 true 6000', 'user-4 true 0']);
  const hours = await accounting.usage('user-2', began / hourMs, began / hourMs + 24);
  expect(hours.reduce((sum, { down }) => sum + down, 0n)).toBe(180_000n);
  expect(await accounting.totalsOf('core-1')).toEqual(new Map([['guest', { up: '5', down: '6', seconds: 7 }]]));
  expect(await accounting.flowsOf('core-1')).toBe('snap-1');
  expect(await store.table('inventory').get('core-1/ppp/anna')).toEqual({ row: 1 });
  expect(await store.table('audit').get('00000000000001')).toEqual({ who: 'ops' });
  expect(accounting.sequence).toBe(12);
  expect(accounting.findings()).toEqual([]);
  const commits: number[] = [];
  for await (const { sequence } of store.journal.read(0)) commits.push(sequence);
  expect(commits).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
}

/** Every row of the database that such a release left: `[key, value]` a line. */
async function rowsOf(): Promise<readonly (readonly [key: string, value: string])[]> {
  const text = await readFile(join(import.meta.dirname, 'schema-1.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string]);
}

async function layOut(dir: string): Promise<void> {
  await mkdir(join(dir, 'db'));
  const level = new Level<string, string>(join(dir, 'db'), { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  await level.batch((await rowsOf()).map(([key, value]) => ({ type: 'put', key, value })));
  await level.close();
}

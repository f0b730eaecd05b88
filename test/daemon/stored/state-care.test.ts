import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { careForState } from '../../../src/daemon/stored/state-care.ts';
import { Store } from '../../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../../support/accounting-event.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const clock = new QuickClock(t0);
const options = { clock, log: pino({ level: 'silent' }) };

describe('state repair, while records come', () => {
  it('takes damaged rows out, keeps them, and works out anew what they held of accounting', async () => {
    await using folder = await TempFolder.make();
    {
      await using state = await opened(folder.path);
      for (const id of ['a', 'b', 'c']) {
        await state.accounting.record(packet('start', 0, { sessionId: id, username: id }));
        await state.accounting.record(packet('interim', 60, { ...used(60, 500, 700), sessionId: id, username: id }));
      }
      await state.accounting.record(packet('stop', 90, { ...used(90, 900, 900), sessionId: 'c', username: 'c' }));
    }
    await using state = await opened(folder.path);
    const { store, accounting } = state;
    const before = await accounting.find({ interimSeconds: 60 });
    const tables = ['sessions:', 'closed:', 'latest:', 'usage:'];
    const spoilt: string[] = [];
    for await (const group of store.everything()) {
      for (const [key, value] of group) {
        if (!tables.some((name) => key.startsWith(name))) continue;
        await store.write([{ type: 'put', key, value: `${value.slice(0, -1)}!` }]);
        spoilt.push(key);
      }
    }

    const during = accounting.record(packet('interim', 120, { ...used(120, 2000, 0), sessionId: 'b', username: 'b' }));
    const answer = await careForState(state, clock, { action: 'repair' });
    await during.catch(() => undefined);

    expect(answer.repaired?.dropped).toBe(spoilt.length);
    expect(answer.report?.findings).toEqual([]);
    const kept = await readFile(answer.repaired?.kept ?? '', 'utf8');
    expect(kept.trimEnd().split('\n')).toHaveLength(spoilt.length);
    const after = await accounting.find({ interimSeconds: 60 });
    expect(after.map(({ key, stoppedAt }) => `${key} ${stoppedAt}`).sort()).toEqual(
      before.map(({ key, stoppedAt }) => `${key} ${stoppedAt}`).sort(),
    );
    const hours = await accounting.usage('a', Math.floor(t0 / 3_600_000), Math.floor(t0 / 3_600_000) + 5);
    expect(hours.map(({ up, down }) => [up, down])).toEqual([[500n, 700n]]);
  });

  it('mends a table of the database of which an octet was changed, and keeps it', async () => {
    await using folder = await TempFolder.make();
    await using state = await opened(folder.path);
    await state.accounting.workOutAnew();
    await state.accounting.record(packet('interim', 60, used(60, 5, 7)));
    for (let n = 0; n < 100; n += 1) await state.store.table('history').put(`row ${n}`, `${n}`);
    // What LevelDB had in its log is a table then.
    await state.accounting.workOutAnew();
    const db = join(folder.path, 'db');
    const [name = ''] = (await readdir(db))
      .filter((each) => each.endsWith('.ldb'))
      .sort()
      .slice(-1);
    const octets = await readFile(join(db, name));
    octets[40] = (octets[40] ?? 0) ^ 1;
    await writeFile(join(db, name), octets);
    const { report } = await careForState(state, clock, { action: 'check' });
    expect(report?.findings).toContainEqual({
      code: 'LM_DATABASE_DAMAGED',
      message: expect.stringMatching(new RegExp(`${name}.*lastmile state repair`)),
    });

    const answer = await careForState(state, clock, { action: 'repair' });

    expect(answer.report?.findings).toEqual([]);
    expect(await readdir(join(db, 'lost'))).toContain(name);
    expect(state.accounting.openOf('anna')).toMatchObject([{ upOctets: 5n }]);
    await state.accounting.record(packet('interim', 90, used(90, 6, 8)));
  });

  it('changes nothing where nothing is damaged', async () => {
    await using folder = await TempFolder.make();
    await using state = await opened(folder.path);
    await state.accounting.record(packet('start', 0));
    await state.accounting.record(nasPacket('on', 10));
    await state.accounting.record(packet('interim', 60, used(30, 5, 6)));
    const before = await state.accounting.find({ interimSeconds: 60 });

    const answer = await careForState(state, clock, { action: 'repair' });

    expect(answer.repaired).toEqual({ dropped: 0 });
    expect(await state.accounting.find({ interimSeconds: 60 })).toEqual(before);
    expect(await readdir(folder.path)).not.toContain('damaged');
    await state.accounting.record(packet('interim', 90, used(60, 7, 8)));
    expect(state.accounting.sequence).toBe(4);
  });
});

describe('state verify and backup', () => {
  it('say what was changed, and need a whole path', async () => {
    await using folder = await TempFolder.make();
    await using state = await opened(join(folder.path, 'state'));
    await state.accounting.record(packet('start', 0));
    const [segment = ''] = await state.store.journal.segments();
    const path = state.store.journal.path(segment);
    await writeFile(path, (await readFile(path, 'utf8')).replace('anna', 'anne'));

    const { report } = await careForState(state, clock, { action: 'verify' });
    expect(report?.findings).toMatchObject([{ code: 'LM_JOURNAL_DAMAGED' }]);
    await expect(careForState(state, clock, { action: 'backup', to: 'here' })).rejects.toThrow('whole path');
    const { backup } = await careForState(state, clock, { action: 'backup', to: join(folder.path, 'copy') });
    expect(Object.keys(backup?.files ?? {})).toEqual([`journal/${segment}`]);
  });
});

async function opened(dir: string) {
  const store = await Store.open(dir, options);
  const accounting = await AccountingStore.open(store, options);
  return {
    store,
    accounting,
    async [Symbol.asyncDispose]() {
      await accounting.close();
      await store.close();
    },
  };
}

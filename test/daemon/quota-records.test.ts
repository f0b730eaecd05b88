import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { QuotaRecords } from '../../src/daemon/quota-records.ts';
import { Store } from '../../src/store/store.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const topUp = { at: 1000, of: 'octets', used: {}, by: 'admin' } as const;

describe('two top-ups of one subscription at the same moment', () => {
  it('are both kept: each was paid for', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log: pino({ level: 'silent' }) });
    const tables = { quota: store.table<never>('quota'), topups: store.table<never>('topups') };
    const records = await QuotaRecords.open(tables);

    const added = await Promise.all(['1', '2'].map((amount) => records.add('anna', { ...topUp, amount })));
    const again = await QuotaRecords.open(tables);

    expect(added.map(({ number }) => number)).toEqual([1, 2]);
    expect(again.topUps('anna').map(({ amount }) => amount)).toEqual(['1', '2']);
  });
});

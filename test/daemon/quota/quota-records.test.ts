import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { QuotaRecords } from '../../../src/daemon/quota/quota-records.ts';
import { Store } from '../../../src/store/store.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const topUp = { at: 1000, of: 'octets', used: {}, by: 'admin' } as const;

describe('a subscription that is forgotten', () => {
  it('is forgotten at once, not with the next start', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log: pino({ level: 'silent' }) });
    const tables = { quota: store.table<never>('quota'), topups: store.table<never>('topups') };
    const records = await QuotaRecords.open(tables);
    for (const name of ['anna', 'anna/tv']) {
      records.note(name, { service: 'home', assignedAt: 1, firstLogin: 2 });
      await records.write([name]);
      await records.add(name, { ...topUp, amount: '1' }, { offset: 0, after: 0 });
    }

    await records.forget('anna');

    for (const known of [records, await QuotaRecords.open(tables)]) {
      expect([known.facts('anna'), known.topUps('anna')]).toEqual([undefined, []]);
      expect([known.facts('anna/tv')?.firstLogin, known.topUps('anna/tv').length]).toEqual([2, 1]);
    }
    expect(records.shiftTopUps(() => 10, 0).map(({ subscription }) => subscription)).toEqual(['anna/tv']);
  });
});

describe('two top-ups of one subscription at the same moment', () => {
  it('are both kept: each was paid for', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log: pino({ level: 'silent' }) });
    const tables = { quota: store.table<never>('quota'), topups: store.table<never>('topups') };
    const records = await QuotaRecords.open(tables);

    const added = await Promise.all(
      ['1', '2'].map((amount) => records.add('anna', { ...topUp, amount }, { offset: 0, after: 0 })),
    );
    const again = await QuotaRecords.open(tables);

    expect(added.map(({ number }) => number)).toEqual([1, 2]);
    expect(again.topUps('anna').map(({ amount }) => amount)).toEqual(['1', '2']);
  });
});

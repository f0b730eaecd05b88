import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, AuditLog, type AuditRecord, firstBroken } from '../../src/status/audit-log.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const record = (who: string): AuditRecord => ({
  at: 1000,
  who,
  action: 'disconnect',
  object: 'anna on core-1 (81c00001)',
  reason: 'unpaid',
  result: 'disconnected',
  detail: 'Disconnect-ACK, Stop received',
});

describe('what people had done', () => {
  it('IW-25: is kept with who, when and why, each entry bound to the one before, over a restart', async () => {
    await using folder = await TempFolder.make();
    const options = { clock: new ManualClock(), log: pino({ level: 'silent' }) };
    const open = async (store: Store) => AuditLog.open(store.table<AuditEntry>('audit'));
    const first = await Store.open(folder.path, options);
    const log = await open(first);
    await Promise.all(['ann', 'bob', 'cid'].map((who) => log.record(record(who))));
    await first.close();
    const second = await Store.open(folder.path, options);
    await (await open(second)).record(record('dan'));

    const entries = await (await open(second)).last(10);
    await second.close();

    const oldestFirst = [...entries].reverse();
    expect(oldestFirst.map(({ number, who }) => [number, who])).toEqual([
      [1, 'ann'],
      [2, 'bob'],
      [3, 'cid'],
      [4, 'dan'],
    ]);
    expect(entries[0]).toMatchObject({ at: 1000, reason: 'unpaid', result: 'disconnected' });
    expect(firstBroken(oldestFirst)).toBeUndefined();
    const changed = oldestFirst.map((entry) => (entry.number === 2 ? { ...entry, who: 'eve' } : entry));
    expect(firstBroken(changed)?.number).toBe(2);
    expect(firstBroken(oldestFirst.filter(({ number }) => number !== 3))?.number).toBe(4);
  });
});

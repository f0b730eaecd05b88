import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, AuditLog, type AuditRecord, firstBroken, verifyAudit } from '../../src/status/audit-log.ts';
import { numberKey } from '../../src/store/layout.ts';
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

  it('IW-25: shows what was changed or taken out, also after its beginning was dropped and it went on', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const table = store.table<AuditEntry>('audit');
    const log = await AuditLog.open(table, store.table('meta'));
    for (let at = 1; at <= 9; at += 1) await log.record({ ...record('ann'), at });
    const whole = async () => (await verifyAudit(store)).broken;
    expect(await whole()).toBeUndefined();

    // The fifth is held, and the newest stays whatever its age.
    expect(await log.dropBefore(8, ({ number }) => number === 5, 10)).toBe(4);
    expect(await log.dropBefore(99, () => false, 10)).toBe(4);
    expect(await log.dropBefore(99, () => false, 10)).toBe(0);
    await (await AuditLog.open(table, store.table('meta'))).record({ ...record('bob'), at: 10 });
    const both = await log.last(9);

    expect(both.map(({ number }) => number)).toEqual([10, 9]);
    expect(await verifyAudit(store)).toEqual({ entries: 2, link: both[0]?.hash });
    for (const entry of both) {
      const key = numberKey(entry.number);
      for (const change of [{ who: 'eve' }, { at: 5 }, { reason: '' }, { hash: `0${entry.hash.slice(1)}0` }]) {
        await table.put(key, { ...entry, ...change });
        expect(await whole()).toContain('is not what was written');
      }
      await table.put(key, entry);
    }
    await table.del(numberKey(9));
    expect(await whole()).toBe('entry 9 is missing');
  });
});

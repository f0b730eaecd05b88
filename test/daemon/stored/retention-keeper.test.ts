import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { RetentionKeeper } from '../../../src/daemon/stored/retention-keeper.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { LearnedDevices } from '../../../src/directory/learned-devices.ts';
import type { Model } from '../../../src/model/model.ts';
import { AuditLog, type AuditRecord } from '../../../src/status/audit-log.ts';
import { Store } from '../../../src/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const dayMs = 86_400_000;
const retention = { auditMs: 30 * dayMs };
const model = {
  portalSites: [],
  subscriptions: [],
  operator: { timezone: 'UTC', accounting: { interimSeconds: 120, staleAfterSeconds: 86_400, retention } },
} as unknown as Model;

describe('what was kept as long as declared', () => {
  it('is not removed by a clock that moved on by years, unless somebody says that it is right', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock();
    const log = pino({ level: 'silent' });
    await using store = await Store.open(folder.path, { clock, log });
    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const entry = { who: 'ann', action: 'coa', object: 'anna', result: 'done', detail: '' };
    for (let n = 0; n < 3; n += 1) await audit.record({ ...entry, at: clock.now() });
    const devices = await LearnedDevices.open({
      ...{ table: store.table('devices'), now: () => clock.now(), onLost: () => undefined },
    });
    await using accounting = await AccountingStore.open(store, { clock, log });
    const quotas = { forget: () => Promise.resolve() };
    const engine = { store, accounting, audit, quotas, directory: new Directory() };
    let now = clock.now();
    const settable = {
      now: () => now,
      monotonic: () => 0,
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    };
    await using keeper = await RetentionKeeper.start({ engine, devices, model: () => model, clock: settable, log });

    expect((await keeper.look()).audit).toBe(0);
    now += 25 * 365 * dayMs;
    expect((await keeper.look()).audit).toBe(0);
    expect(keeper.retention().waitsUntil).toBe(new Date(now + dayMs).toISOString());
    const pruned = await keeper.prune({ by: 'ann' });

    expect(pruned).toMatchObject({ keptSeconds: { audit: 30 * 86_400 }, removed: { audit: 2 }, holds: 0 });
    expect(pruned.waitsUntil).toBeUndefined();
    expect((await audit.last(1))[0]).toMatchObject({ action: 'prune', who: 'ann' });
  });

  it('is not being removed any more when a legal hold is said to be in force', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock();
    const log = pino({ level: 'silent' });
    await using store = await Store.open(folder.path, { clock, log });
    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const devices = await LearnedDevices.open({
      ...{ table: store.table('devices'), now: () => clock.now(), onLost: () => undefined },
    });
    let tell: () => void = () => undefined;
    const noted = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const record = audit.record.bind(audit);
    Object.assign(audit, { record: (entry: AuditRecord) => record(entry).finally(tell) });
    // It gets no further before the hold is in the audit log.
    const accounting = { settled: () => noted.then(() => 0), clockSet: 0, readUpTo: clock.now() };
    const quotas = { forget: () => Promise.resolve() };
    const engine = { store, accounting, audit, quotas, directory: new Directory() };
    await using keeper = await RetentionKeeper.start({ engine, devices, model: () => model, clock, log });

    const removed = keeper.look();
    expect(keeper.retention().last).toBeUndefined();
    await keeper.hold({ who: 'anna', reason: 'case 7', by: 'desk' });

    expect(keeper.retention().last).toBeDefined();
    await removed;
  });
});

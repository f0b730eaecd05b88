import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingRecord } from '../../src/accounting/event.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { StoreIoError } from '../../src/store/errors.ts';
import type { TableName } from '../../src/store/layout.ts';
import { Store } from '../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../support/accounting-event.ts';
import { FailingDisk } from '../support/failing-disk.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const hours = Math.floor(t0 / 3_600_000);

describe('what cannot be worked out of accounting', () => {
  it('is told, and holds up nothing: use whose row cannot be read is taken back where it is known', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.open(folder.path);
    await lab.accounting.record(readOverApi(9000));
    lab.unreadable.add('usage');

    await lab.accounting.record(packet('interim', 60, used(60, 5, 5)));
    await lab.accounting.record(packet('start', 61, { sessionId: '82', username: 'ben' }));

    expect(lab.disk.reopened).toBe(0);
    expect(lab.accounting.openOf('ben')).toHaveLength(1);
    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 5n }]);
    expect(lab.accounting.findings()).toMatchObject([
      { code: 'LM_RECORD_SET_ASIDE', message: expect.stringContaining('81000001') },
    ]);
    lab.unreadable.clear();
    const sum = (await lab.accounting.usage('anna', hours, hours + 24)).reduce((all, { up }) => all + up, 0n);
    expect(sum).toBe(5n);
  });

  it('is a record: it stays in the journal, and the others of its commit count', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.open(folder.path);
    lab.unreadable.add('latest');

    await Promise.all([
      lab.accounting.record(packet('interim', 60, used(60, 5, 5))),
      lab.accounting.record(nasPacket('on', 70, { nas: 'core-9' })),
    ]);
    lab.unreadable.clear();
    await lab.accounting.record(packet('interim', 120, used(120, 9, 9)));

    expect(lab.accounting.findings()).toHaveLength(1);
    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 9n, sessionSeconds: 120 }]);
    expect(lab.accounting.sequence).toBe(2);
  });

  it('is no more told when all that the journal comes to was worked out anew', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.open(folder.path);
    lab.unreadable.add('latest');
    await lab.accounting.record(packet('interim', 60, used(60, 5, 5)));
    lab.unreadable.clear();

    await lab.accounting.workOutAnew();

    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 5n }]);
    expect(lab.accounting.findings().filter(({ code }) => code === 'LM_RECORD_SET_ASIDE')).toEqual([]);
  });

  it('does not keep it from being opened: a record that no release wrote, rows that cannot be compared', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await Lab.open(folder.path);
      await lab.accounting.record(packet('start', 0));
      await lab.accounting.close();
      await lab.store.append(t0 + 1000, ['{"status":', 'null', JSON.stringify(packet('interim', 60, used(60, 5, 5)))]);
    }

    await using lab = await Lab.open(folder.path);
    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 5n }]);
    expect(lab.accounting.findings()).toHaveLength(2);

    lab.unreadable.add('sessions').add('latest').add('closed').add('usage');
    await lab.accounting.workOutAnew();
    lab.unreadable.clear();
    await lab.accounting.record(packet('start', 90, { sessionId: '82', username: 'ben' }));
    expect(lab.accounting.openOf('ben')).toHaveLength(1);
  });

  it('is a row of usage that the disk does not give: others are written, what is added to it is beside it, and counts', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.open(folder.path);
    await lab.accounting.record(packet('interim', 60, used(60, 5, 5)));
    await lab.accounting.settled();
    for await (const key of lab.store.table('usage').keys()) lab.lost = key;

    for (const [at, octets] of [9, 20, 31].entries()) {
      const second = 120 + 60 * at;
      await lab.accounting.record(packet('interim', second, used(second, octets, octets)));
      expect(await lab.accounting.settled()).toBe(at + 2);
    }

    expect(lab.disk.reopened).toBe(0);
    expect(lab.accounting.findings()).toMatchObject([{ message: expect.stringContaining('row of usage') }]);
    const sum = async () =>
      (await lab.accounting.usage('anna', hours, hours + 24)).reduce((all, { up }) => all + up, 0n);
    expect(await sum()).toBe(31n);
    lab.lost = undefined;
    await lab.accounting.record(packet('stop', 300, used(300, 40, 40)));
    await lab.accounting.workOutAnew();
    expect(await sum()).toBe(40n);
  });

  it('is told of so many times and no more, however often it happens', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.open(folder.path);
    lab.unreadable.add('latest');
    const events = Array.from({ length: 500 }, (_, n) =>
      packet('interim', 60, { ...used(60, 5, 5), sessionId: `9${n}` }),
    );

    await Promise.all(events.map((event) => lab.accounting.record(event)));

    const told = lab.accounting.findings();
    expect(told.length).toBeLessThan(50);
    expect(told.at(-1)?.message).toContain('more');
  });
});

/** Accounting over tables that cannot be read while a test says so. */
class Lab implements AsyncDisposable {
  readonly store: Store;
  readonly disk: FailingDisk;
  readonly accounting: AccountingStore;
  readonly unreadable: Set<TableName>;
  /** Key of a row of usage that cannot be. */
  lost: string | undefined;

  private constructor(store: Store, disk: FailingDisk, accounting: AccountingStore, unreadable: Set<TableName>) {
    this.store = store;
    this.disk = disk;
    this.accounting = accounting;
    this.unreadable = unreadable;
  }

  static async open(dir: string): Promise<Lab> {
    const clock = new QuickClock(t0 + 60_000);
    const store = await Store.open(dir, { clock, log });
    const unreadable = new Set<TableName>();
    let lab: Lab | undefined;
    const disk = new FailingDisk(store, (name, key) => {
      if (unreadable.has(name) || (key === lab?.lost && name === 'usage'))
        throw new StoreIoError(dir, new Error('Input/output error'));
    });
    lab = new Lab(store, disk, await AccountingStore.open(disk, { clock, log }), unreadable);
    return lab;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.accounting.close();
    await this.store.close();
  }
}

function readOverApi(octets: number): AccountingRecord {
  return {
    ...{ status: 'read', nas: 'core-1', sessionId: '81000001', username: 'anna', access: 'ppp' },
    ...{ startedAt: t0, receivedAt: t0 + 30_000, sessionSeconds: 30, everySeconds: 60 },
    meter: { source: 'interface', id: '*1', up: `${octets}`, down: '0' },
  };
}

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingRecord } from '../../../src/accounting/event.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { rollUpUsage } from '../../../src/accounting/usage/roll-up-usage.ts';
import { joinedCorrections } from '../../../src/accounting/usage/usage-corrections.ts';
import { hourMs, type UsageDelta } from '../../../src/accounting/usage/usage-deltas.ts';
import { correctionsBy } from '../../../src/accounting/usage/usage-periods.ts';
import { Store } from '../../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const ever = [0, 2 ** 40] as const;
const minuteMs = 60_000;

/** Records each at its minute, and what is known of usage then, by a store that has been closed and opened in between. */
async function usageAfter(records: readonly AccountingRecord[]): Promise<readonly UsageDelta[]> {
  await using folder = await TempFolder.make();
  const options = { clock: new ManualClock(t0), log };
  await using store = await Store.open(folder.path, options);
  const accounting = await AccountingStore.open(store, options);
  for (const record of records) {
    options.clock.advance(record.receivedAt - options.clock.now());
    await accounting.record(record);
  }
  const before = await accounting.usage('anna', ...ever);
  await accounting.close();
  await using again = await AccountingStore.open(store, options);
  const usage = await again.usage('anna', ...ever);
  expect(usage).toEqual(before);
  return usage;
}

const sum = (usage: readonly UsageDelta[]) => usage.reduce((octets, { up }) => octets + up, 0n);
const corrections = (usage: readonly UsageDelta[]) => correctionsBy(usage, 'day', 'UTC');
const day = '2026-01-01';

function reading(minute: number, octets: number): AccountingRecord {
  return {
    ...{ status: 'read', nas: 'core-1', sessionId: '81000001', username: 'anna', startedAt: t0, access: 'ppp' },
    ...{ receivedAt: t0 + minute * minuteMs, sessionSeconds: minute * 60, everySeconds: 300 },
    meter: { source: 'interface', id: '*1', up: `${octets}`, down: '0' },
  };
}

describe('usage that is as it was told', () => {
  it('tells of no corrections', async () => {
    const usage = await usageAfter([packet('start', 0), packet('stop', 600, used(600, 100, 0))]);

    expect([sum(usage), corrections(usage)]).toEqual([100n, []]);
  });
});

describe('a counter that begins anew within a session', () => {
  it('leaves what it had counted before in the sums, and says how much that is', async () => {
    const usage = await usageAfter([
      packet('start', 0),
      packet('interim', 300, used(300, 5000, 7000)),
      packet('interim', 600, used(600, 40, 7100)),
      packet('interim', 900, used(900, 10, 7200)),
    ]);

    expect(sum(usage)).toBe(5050n);
    expect(corrections(usage)).toEqual([
      { period: day, kind: 'counter-fell', times: 2, up: 5040n, down: 0n, onlineMs: 0 },
    ]);
  });

  it('is not one that only goes round at 32 bits', async () => {
    const { inputGigawords: _, outputGigawords: __, ...narrow } = used(600, 100, 0);
    const usage = await usageAfter([
      packet('start', 0),
      packet('interim', 300, used(300, 0xff_ff_ff_00, 0)),
      packet('interim', 600, narrow),
    ]);

    expect([sum(usage), corrections(usage)]).toEqual([2n ** 32n + 100n, []]);
  });
});

describe('a Stop that comes after its session was taken for over', () => {
  it('is counted as late', async () => {
    const usage = await usageAfter([
      packet('start', 0),
      packet('interim', 300, used(300, 100, 0)),
      nasPacket('on', 600),
      packet('stop', 610, used(590, 150, 0)),
    ]);

    expect(sum(usage)).toBe(150n);
    expect(corrections(usage)).toEqual([{ period: day, kind: 'late', times: 1, up: 50n, down: 0n, onlineMs: 290_000 }]);
  });
});

describe('a Stop that says less than was read over the API', () => {
  it('takes back what was too much, once, however many quarters of an hour that is', async () => {
    const usage = await usageAfter([
      reading(5, 1000),
      reading(20, 3000),
      packet('stop', 1260, { ...used(1260, 200, 0), eventTimestamp: (t0 + 1_260_000) / 1000 }),
    ]);

    expect(sum(usage)).toBe(200n);
    expect(corrections(usage)).toEqual([
      { period: day, kind: 'taken-back', times: 1, up: 2800n, down: 0n, onlineMs: 0 },
    ]);
  });
});

describe('corrections', () => {
  it('stay when hours are summed up to days', async () => {
    await using folder = await TempFolder.make();
    const options = { clock: new ManualClock(t0), log };
    await using store = await Store.open(folder.path, options);
    const accounting = await AccountingStore.open(store, options);
    await accounting.record(packet('interim', 300, used(300, 5000, 0)));
    await accounting.record(packet('interim', 600, used(600, 40, 0)));
    await accounting.close();
    const signal = new AbortController().signal;
    await rollUpUsage(store, { hoursBefore: t0 + 48 * hourMs, timezone: 'UTC', isHeld: () => false, signal });

    await using again = await AccountingStore.open(store, options);

    expect(corrections(await again.usage('anna', ...ever))).toMatchObject([{ kind: 'counter-fell', up: 5000n }]);
  });

  it('of one kind are one', () => {
    const late = { kind: 'late', times: 1, up: 1n, down: 2n, onlineMs: 3 } as const;
    const fell = { ...late, kind: 'counter-fell' } as const;

    expect(joinedCorrections([late, fell], [late])).toEqual([
      { kind: 'late', times: 2, up: 2n, down: 4n, onlineMs: 6 },
      fell,
    ]);
    expect(joinedCorrections(undefined, undefined)).toBeUndefined();
  });
});

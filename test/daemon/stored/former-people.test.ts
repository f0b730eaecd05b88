import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { QuotaRecords } from '../../../src/daemon/quota/quota-records.ts';
import { dropFormer } from '../../../src/daemon/stored/former-people.ts';
import { LearnedDevices } from '../../../src/directory/learned-devices.ts';
import type { Model } from '../../../src/model/model.ts';
import { keyOf } from '../../../src/store/layout.ts';
import { Store } from '../../../src/store/store.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const dayMs = 86_400_000;
const forMs = 30 * dayMs;

describe('what is known of subscribers', () => {
  it('goes when they have been declared no more for so long, and not before; whoever comes back has it', async () => {
    await using folder = await TempFolder.make();
    const clock = new QuickClock();
    await using store = await Store.open(folder.path, { clock, log: pino({ level: 'silent' }) });
    const devices = await LearnedDevices.open({
      ...{ table: store.table('devices'), now: () => clock.now(), onLost: () => undefined },
    });
    for (const name of ['anna', 'ben', 'carl', 'dora/tv']) {
      await store.table('quota').put(keyOf(name), { subscription: name, service: 'home', assignedAt: 1 });
      await store.table('topups').put(keyOf(name, 1), { subscription: name, number: 1 });
      devices.learn(name.slice(0, 4), 'AA:BB:CC:00:00:01');
    }
    await devices.kept();
    const quotas = await QuotaRecords.open({ quota: store.table('quota'), topups: store.table('topups') });
    const drop = (declared: readonly string[], held: readonly string[] = []) =>
      dropFormer(forMs, {
        ...{ store, devices, quotas, model: modelOf(declared), now: clock.now() },
        isHeld: (name) => held.includes(name),
      });
    const known = async () => {
      const rows: string[] = [];
      for (const table of ['quota', 'topups'] as const)
        for await (const [, { subscription }] of store.table<{ readonly subscription: string }>(table).entries())
          rows.push(subscription);
      return [...new Set([...rows, ...devices.list().map(({ username }) => username)])].sort();
    };
    const all = ['anna', 'ben', 'carl', 'dora', 'dora/tv'];

    expect(await drop(['anna', 'ben', 'carl'])).toBe(0);
    await clock.sleep(20 * dayMs);
    expect(await drop(['anna', 'carl'])).toBe(0);
    await clock.sleep(11 * dayMs);
    expect(await drop(['anna', 'carl'], ['dora'])).toBe(0);
    expect(await known()).toEqual(all);
    expect(await drop(['anna', 'carl'])).toBe(2);
    expect(await known()).toEqual(['anna', 'ben', 'carl']);
    expect([quotas.facts('dora/tv'), quotas.topUps('dora/tv')]).toEqual([undefined, []]);
    expect(quotas.facts('ben')).toBeDefined();
    expect(await drop(['anna', 'ben', 'carl'])).toBe(0);
    await clock.sleep(20 * dayMs);
    expect(await drop(['anna', 'carl'])).toBe(0);
    await clock.sleep(31 * dayMs);
    expect(await drop(['anna', 'carl'])).toBe(2);
    expect(await known()).toEqual(['anna', 'carl']);
  });
});

/** Subscribers that go by their own names. */
function modelOf(names: readonly string[]): Model {
  return {
    subscriptions: names.map((name) => ({ id: name, subscriber: name, username: name, macs: [] })),
  } as unknown as Model;
}

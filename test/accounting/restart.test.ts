import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { Store } from '../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const options = { clock: new QuickClock(t0), log: pino({ level: 'silent' }), keepClosed: 2, commitsPerSettle: 3 };
const everything = { interimSeconds: 120, limit: 100_000 };

/** Packets of few subscribers, so that sessions meet again; now and then their NAS boots. */
const packets = fc.array(
  fc
    .record({
      kind: fc.constantFrom('start', 'interim', 'interim', 'stop', 'stop', 'on', 'gone'),
      second: fc.integer({ min: 1, max: 20_000 }),
      who: fc.constantFrom('anna', 'ben', ''),
      id: fc.constantFrom('81', '82'),
      age: fc.integer({ min: 0, max: 5000 }),
    })
    .map(({ kind, second, who, id, age }) => {
      if (kind === 'gone') return kind;
      if (kind === 'on') return nasPacket('on', second);
      return packet(kind as 'start', second, { ...used(age, age, age * 2), sessionId: id, username: who });
    }),
  { maxLength: 40 },
);

describe('sessions', () => {
  it('are the same after a restart, at whatever point of writing their rows it came', async () => {
    await fc.assert(
      fc.asyncProperty(packets, fc.boolean(), fc.integer({ min: 1, max: 4 }), async (events, orderly, together) => {
        await using folder = await TempFolder.make();
        const store = await Store.open(folder.path, options);
        const accounting = await AccountingStore.open(store, options);
        for (let at = 0; at < events.length; at += together) {
          await Promise.all(events.slice(at, at + together).map((event) => take(accounting, event)));
        }
        const before = await accounting.find(everything);
        const annas = await accounting.history('anna', 100);
        // Without an orderly end, rows being written stay half written.
        if (orderly) await accounting.close();
        await store.close();

        await using again = await Store.open(folder.path, options);
        await using restarted = await AccountingStore.open(again, options);

        expect(byKey(await restarted.find(everything))).toEqual(byKey(before));
        expect(byKey(await restarted.history('anna', 100))).toEqual(byKey(annas));
        expect(restarted.findings()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** A packet, or the news that a NAS has some session no more. */
async function take(accounting: AccountingStore, event: AccountingEvent | 'gone'): Promise<void> {
  if (event !== 'gone') return accounting.record(event);
  for (const { key } of accounting.open()) return accounting.end(key, 'Not-On-NAS');
}

function byKey<T extends { readonly key: string }>(sessions: readonly T[]): T[] {
  return [...sessions].sort((a, b) => (a.key < b.key ? -1 : 1));
}

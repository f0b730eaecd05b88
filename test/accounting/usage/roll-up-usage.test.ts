import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { SessionUsage } from '../../../src/accounting/sessions/unsettled-sessions.ts';
import { rollUpUsage } from '../../../src/accounting/usage/roll-up-usage.ts';
import { hourMs } from '../../../src/accounting/usage/usage-deltas.ts';
import { periodNamer } from '../../../src/accounting/usage/usage-periods.ts';
import { UsageRows } from '../../../src/accounting/usage/usage-rows.ts';
import { Store } from '../../../src/store/store.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const first = Date.UTC(2026, 2, 1) / hourMs;
const dayHours = 24;
const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'];
const use = fc.record({
  session: fc.constantFrom('a', 'b', 'c'),
  quarter: fc.integer({ min: 0, max: 4 * dayHours * 100 }),
  up: fc.bigInt({ min: 0n, max: 1n << 50n }),
  online: fc.integer({ min: 0, max: 900_000 }),
});

describe('usage that is old', () => {
  it('comes to the same by day and by month, in any zone, however often and wherever it is summed up', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log: pino({ level: 'silent' }) });
    const rows = new UsageRows(store.table('usage'));
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(use, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...zones),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })), { maxLength: 3 }),
        async (uses, timezone, passes) => {
          n += 1;
          const user = `user-${n}`;
          await store.table('meta').del('usage-rolled-up');
          for (const [at, { session, quarter, up, online }] of uses.entries()) {
            const hour = first + quarter / 4;
            const usage = new SessionUsage({ key: session, username: user });
            usage.add({ hour, up, down: 1n, onlineMs: online }, at);
            await store.write(rows.writes(usage));
          }
          const before = await sums(rows, user, timezone, uses.length);
          for (const [days, months] of passes) {
            const [hoursBefore, daysBefore] = [days, Math.min(days, months)].map(
              (day) => (first + day * dayHours) * hourMs,
            );
            await rollUpUsage(store, {
              ...{ timezone, isHeld: () => false, signal: new AbortController().signal },
              ...(hoursBefore === undefined ? {} : { hoursBefore }),
              ...(daysBefore === undefined ? {} : { daysBefore }),
            });
          }

          const after = await sums(rows, user, timezone, uses.length);
          const months = Math.max(0, ...passes.map(([days, all]) => Math.min(days, all)));
          expect(after.month).toEqual(before.month);
          // Of a month of which a part is summed up, days are no more.
          if (months === 0) expect(after.day).toEqual(before.day);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of many rows is summed up in parts, and none is left out', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log: pino({ level: 'silent' }) });
    const rows = new UsageRows(store.table('usage'));
    for (let session = 0; session < 7; session += 1) {
      const usage = new SessionUsage({ key: `${session}`, username: 'anna' });
      for (let at = 0; at < 200; at += 1) usage.add({ hour: first + at, up: 3n, down: 1n }, 1);
      await store.write(rows.writes(usage));
    }

    const fewer = await rollUpUsage(store, {
      ...{ timezone: 'UTC', isHeld: () => false, signal: new AbortController().signal },
      hoursBefore: (first + 192) * hourMs,
    });

    expect(fewer).toBeGreaterThan(7 * 192 - 8 - 10);
    const { day } = await sums(rows, 'anna', 'UTC', 2);
    expect([...day.values()]).toEqual([...Array.from({ length: 8 }, () => '504 168 0'), '168 56 0']);
  });
});

async function sums(rows: UsageRows, user: string, timezone: string, upTo: number) {
  expect(upTo).toBeGreaterThan(0);
  const name = periodNamer(timezone);
  const found = { day: new Map<string, string>(), month: new Map<string, string>() };
  for (const { hour, up, down, onlineMs = 0 } of await rows.read([user], 0, first * 2, [])) {
    for (const by of ['day', 'month'] as const) {
      const period = name(hour * hourMs, by);
      const [a = '0', b = '0', c = '0'] = (found[by].get(period) ?? '').split(' ').filter((part) => part !== '');
      found[by].set(period, `${BigInt(a) + up} ${BigInt(b) + down} ${Number(c) + onlineMs}`);
    }
  }
  return found;
}

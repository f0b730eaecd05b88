import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import type { SessionState } from '../../src/accounting/session-state.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { hourMs, type UsageDelta, usageBetween } from '../../src/accounting/usage-deltas.ts';
import { periodsOf, usualSince } from '../../src/accounting/usage-periods.ts';
import { Store } from '../../src/store/store.ts';
import { packet, t0, used } from '../support/accounting-event.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const ever = [0, 2 ** 40] as const;
const h0 = t0 / hourMs;

const nothing = () => ({ up: 0n, down: 0n });
const state = (updatedAt: number, octets: bigint) =>
  ({ startedAt: t0, updatedAt, upOctets: octets, downOctets: octets * 2n }) as SessionState;

describe('what a session used between two moments', () => {
  it('is laid evenly into the hours between them', () => {
    const from = state(t0 + hourMs / 2, 0n);

    expect(usageBetween(from, state(t0, 1000n), t0 + hourMs * 2.5, nothing)).toEqual([
      { hour: h0, up: 250n, down: 500n },
      { hour: h0 + 1, up: 500n, down: 1000n },
      { hour: h0 + 2, up: 250n, down: 500n },
    ]);
  });

  it('SPL-28: is of the time that the session got longer, where the clock was set forward meanwhile', () => {
    const [before, after] = [
      { ...state(t0 + 300_000, 0n), sessionSeconds: 300 },
      { ...state(t0, 600n), sessionSeconds: 600 },
    ];

    expect(usageBetween(before, after, t0 + 10 * hourMs + 600_000, nothing)).toEqual([
      { hour: h0 + 10, up: 600n, down: 1200n },
    ]);
  });

  it('is taken back from its last hours, where it turns out to have used less', () => {
    const used = (hour: number) => (hour === h0 ? { up: 900n, down: 1800n } : { up: 100n, down: 200n });

    expect(usageBetween(state(t0 + hourMs, 1000n), state(t0, 850n), t0 + hourMs * 1.5, used)).toEqual([
      { hour: h0 + 1, up: -100n, down: -200n },
      { hour: h0, up: -50n, down: -100n },
    ]);
  });

  it('is all there, whatever the clock did meanwhile', () => {
    const moment = fc.integer({ min: 0, max: 2 ** 42 });
    fc.assert(
      fc.property(moment, moment, fc.bigInt({ min: 1n, max: 2n ** 60n }), (since, now, octets) => {
        const hours = usageBetween(state(since, 0n), state(since, octets), now, nothing);

        expect(hours.reduce((sum, { up }) => sum + up, 0n)).toBe(octets);
        expect(hours.reduce((sum, { down }) => sum + down, 0n)).toBe(octets * 2n);
        expect(hours.every(({ up, down }) => up >= 0n && down >= 0n)).toBe(true);
        expect(hours.length).toBeLessThan(31 * 24 + 3);
      }),
    );
  });
});

describe('usage by hour', () => {
  const packets = fc.array(
    fc
      .record({
        kind: fc.constantFrom('start', 'interim', 'interim', 'interim', 'stop'),
        minute: fc.integer({ min: 1, max: 600 }),
        who: fc.constantFrom('anna', 'ben'),
        id: fc.constantFrom('81', '82'),
      })
      .map(({ kind, minute, who, id }) =>
        packet(kind as 'start', minute * 60, {
          ...used(minute * 60, minute, minute * 2),
          sessionId: id,
          username: who,
        }),
      ),
    { maxLength: 40 },
  );

  it('is what the sessions have together, also after a restart at whatever point of writing it down', async () => {
    await fc.assert(
      fc.asyncProperty(packets, fc.boolean(), fc.integer({ min: 1, max: 4 }), async (events, orderly, together) => {
        await using folder = await TempFolder.make();
        const options = { clock: new QuickClock(t0), log, commitsPerSettle: 3 };
        const store = await Store.open(folder.path, options);
        const accounting = await AccountingStore.open(store, options);
        for (let at = 0; at < events.length; at += together) {
          await Promise.all(events.slice(at, at + together).map((event) => accounting.record(event)));
        }
        const before = await accounting.usage('anna', ...ever);
        const sessions = await accounting.history('anna', 1000);
        if (orderly) await accounting.close();
        await store.close();

        await using again = await Store.open(folder.path, options);
        await using restarted = await AccountingStore.open(again, options);

        expect(sum(before)).toBe(sessions.reduce((octets, { upOctets }) => octets + upOctets, 0n));
        expect(await restarted.usage('anna', ...ever)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it('of a device is that of every spelling of its MAC', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock(t0 + hourMs);
    await using store = await Store.open(folder.path, { clock, log });
    await using accounting = await AccountingStore.open(store, { clock, log });
    const stop = (sessionId: string, username: string): AccountingEvent =>
      packet('stop', 60, { ...used(60, 5, 7), sessionId, username });
    await accounting.record(stop('81', 'AA:BB:CC:DD:EE:FF'));
    await accounting.record(stop('82', 'aabb.ccdd.eeff'));

    expect(sum(await accounting.usage('aa-bb-cc-dd-ee-ff', ...ever))).toBe(10n);
  });
});

describe('periods', () => {
  const at = (text: string) => ({ hour: Date.parse(text) / hourMs, up: 1n, down: 10n });

  it('are those of the operator’s time zone', () => {
    const hours = [at('2026-01-31T20:00Z'), at('2026-01-31T21:00Z'), at('2026-02-01T03:00Z')];

    expect(periodsOf(hours, 'month', 'Africa/Nairobi').map(({ period, up }) => [period, up])).toEqual([
      ['2026-01', 1n],
      ['2026-02', 2n],
    ]);
    expect(periodsOf(hours, 'day', 'UTC').map(({ period }) => period)).toEqual(['2026-01-31', '2026-02-01']);
    expect(periodsOf(hours, 'hour', 'Africa/Nairobi')[0]?.period).toBe('2026-01-31 23:00');
  });

  it('begin where a period begins', () => {
    const now = Date.parse('2026-03-15T12:34:56Z');

    expect(new Date(usualSince(now, 'month', 'Africa/Nairobi')).toISOString()).toBe('2025-02-28T21:00:00.000Z');
    expect(new Date(usualSince(now, 'day', 'UTC')).toISOString()).toBe('2026-02-13T00:00:00.000Z');
  });
});

function sum(hours: readonly UsageDelta[]): bigint {
  return hours.reduce((octets, { up }) => octets + up, 0n);
}

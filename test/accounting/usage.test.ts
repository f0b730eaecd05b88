import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import type { SessionState } from '../../src/accounting/sessions/session-state.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { noOctets } from '../../src/accounting/usage/octets.ts';
import { hourMs, type UsageDelta, usageBetween } from '../../src/accounting/usage/usage-deltas.ts';
import { periodsOf, usualSince } from '../../src/accounting/usage/usage-periods.ts';
import type { UsageRow } from '../../src/accounting/usage/usage-rows.ts';
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
  ({
    ...{ startedAt: t0, updatedAt, sessionSeconds: 0, upOctets: octets, downOctets: octets * 2n },
    up: { ...noOctets, seen: octets },
    down: { ...noOctets, seen: octets * 2n },
  }) as SessionState;

describe('what a session used between two moments', () => {
  it('is laid evenly into the quarters of an hour between them', () => {
    const from = state(t0 + hourMs / 2, 0n);

    expect(usageBetween(from, state(t0, 1000n), t0 + hourMs * 1.125, nothing)).toEqual([
      { hour: h0 + 0.5, up: 400n, down: 800n },
      { hour: h0 + 0.75, up: 400n, down: 800n },
      { hour: h0 + 1, up: 200n, down: 400n },
    ]);
  });

  it('is online in the quarters in which it was, though it has used nothing', () => {
    const at = (sessionSeconds: number) => ({ ...state(t0, 0n), startedAt: t0 - 60_000, sessionSeconds });

    expect(usageBetween(undefined, at(60), t0, nothing)).toEqual([
      { hour: h0 - 0.25, up: 0n, down: 0n, onlineMs: 60_000 },
    ]);
    expect(usageBetween(at(60), at(1060), t0 + hourMs, nothing)).toEqual([
      { hour: h0, up: 0n, down: 0n, onlineMs: 900_000 },
      { hour: h0 + 0.25, up: 0n, down: 0n, onlineMs: 100_000 },
    ]);
  });

  it('gives time back from its last quarters, where it turns out to have been shorter', () => {
    const at = (sessionSeconds: number) => ({ ...state(t0, 0n), sessionSeconds });
    const used = (hour: number) => ({ up: 0n, down: 0n, onlineMs: hour === h0 + 0.25 ? 100_000 : 900_000 });

    expect(usageBetween(at(1000), at(700), t0 + hourMs / 4 + 100_000, used)).toMatchObject([
      { hour: h0 + 0.25, up: 0n, down: 0n, onlineMs: -100_000 },
      { hour: h0, up: 0n, down: 0n, onlineMs: -200_000 },
    ]);
  });

  it('SPL-28: is of the time that the session got longer, where the clock was set forward meanwhile', () => {
    const [before, after] = [
      { ...state(t0 + 300_000, 0n), sessionSeconds: 300 },
      { ...state(t0, 600n), sessionSeconds: 600 },
    ];

    expect(usageBetween(before, after, t0 + 10 * hourMs + 600_000, nothing)).toEqual([
      { hour: h0, up: 0n, down: 0n, onlineMs: 300_000 },
      { hour: h0 + 10, up: 600n, down: 1200n },
    ]);
  });

  it('is taken back from its last hours, where it turns out to have used less', () => {
    const used = (hour: number) => (hour === h0 + 1 ? { up: 900n, down: 1800n } : { up: 100n, down: 200n });

    expect(usageBetween(state(t0 + hourMs, 1000n), state(t0, 850n), t0 + hourMs * 1.25, used)).toMatchObject([
      { hour: h0 + 1.25, up: -100n, down: -200n },
      { hour: h0 + 1, up: -50n, down: -100n },
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
        expect(hours.length).toBeLessThan(4 * 31 * 24 + 3);
      }),
    );
  });
});

describe('usage by quarter of an hour', () => {
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
        expect(before.reduce((ms, { onlineMs = 0 }) => ms + onlineMs, 0)).toBe(
          sessions.reduce(
            (ms, { sessionSeconds, formerly }) => ms + (sessionSeconds - (formerly?.seconds ?? 0)) * 1000,
            0,
          ),
        );
        expect(await restarted.usage('anna', ...ever)).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it('is read of rows of an older release, which tell no quarters, and added to in its own', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock(t0 + 60_000);
    await using store = await Store.open(folder.path, { clock, log });
    const write = async (at: number, octets: number) => {
      await using accounting = await AccountingStore.open(store, { clock, log });
      clock.advance(t0 + at * 1000 - clock.now());
      await accounting.record(packet('interim', at, { ...used(at, octets, 0), username: 'anna' }));
    };
    await write(60, 100);
    const table = store.table<UsageRow>('usage');
    for await (const [key, { up, down, upTo }] of table.entries()) await table.put(key, { up, down, upTo });
    await write(1000, 150);

    await using accounting = await AccountingStore.open(store, { clock, log });

    expect(await accounting.usage('anna', ...ever)).toEqual([
      { hour: h0, up: 144n, down: 0n, onlineMs: 840_000 },
      { hour: h0 + 0.25, up: 6n, down: 0n, onlineMs: 100_000 },
    ]);
    expect(await accounting.usage('anna', h0 + 0.25, h0 + 0.5)).toHaveLength(1);
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

  it.each([
    ['Asia/Kolkata', '2026-03-09T18:15Z', '2026-03-09T18:30Z'],
    ['Asia/Kathmandu', '2026-03-09T18:00Z', '2026-03-09T18:15Z'],
    ['Pacific/Chatham', '2026-03-10T10:00Z', '2026-03-10T10:15Z'],
  ])('are those of %s, which is off by parts of an hour', (zone, last, first) => {
    const hours = [at(last), at(first)];

    expect(periodsOf(hours, 'day', zone).map(({ up }) => up)).toEqual([1n, 1n]);
    expect(periodsOf(hours, 'hour', zone).map(({ period }) => period.slice(11))).toEqual(['23:00', '00:00']);
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

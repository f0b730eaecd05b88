import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseAddressRange } from '../../src/accounting/addresses/address-range.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { hourMs } from '../../src/accounting/usage/usage-deltas.ts';
import { periodsOf } from '../../src/accounting/usage/usage-periods.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Retention } from '../../src/model/kinds/operator.ts';
import type { GuestRetention } from '../../src/retention/guest-records.ts';
import { LegalHolds } from '../../src/retention/legal-holds.ts';
import { removeOld } from '../../src/retention/retention.ts';
import { AuditLog, verifyAudit } from '../../src/status/audit-log.ts';
import { verifyJournal } from '../../src/store/check-state.ts';
import { Store } from '../../src/store/store.ts';
import { packet, t0, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const dayMs = 86_400_000;
const days = 120;

describe('what was kept long enough', () => {
  it('goes: sessions, records and the audit log; what is younger stays, and all of it verifies', async () => {
    await using state = await State.lived();

    const removed = await state.removeOld({ sessionsMs: 30 * dayMs, journalMs: 20 * dayMs, auditMs: 10 * dayMs });

    expect(removed.sessions).toBeGreaterThanOrEqual(2 * (days - 31));
    expect(removed.segments).toBeGreaterThanOrEqual(days - 22);
    expect(removed.audit).toBe(days - 10);
    const left = await state.accounting.find({ interimSeconds: 60, active: false });
    expect(left.length).toBe(2 * days - removed.sessions);
    expect(Math.min(...left.map(({ stoppedAt = 0 }) => stoppedAt))).toBeGreaterThanOrEqual(state.now - 30 * dayMs);
    await state.expectWhole();
    expect(await state.removeOld({ sessionsMs: 30 * dayMs, journalMs: 20 * dayMs })).toMatchObject({
      sessions: 0,
      segments: 0,
    });
    expect((await state.holders('10.0.0.1', state.now - 10 * dayMs)).map(({ session }) => session.username)).toEqual([
      'anna',
    ]);
    expect(await state.holders('10.0.0.1', state.now - 50 * dayMs)).toEqual([]);
  });

  it('of usage is summed up, by day and by month, and the sums stay; so they do when all is worked out anew', async () => {
    await using state = await State.lived();
    const [daily, monthly] = [await state.usage('day'), await state.usage('month')];

    const removed = await state.removeOld({ hoursMs: 70 * dayMs, daysMs: 90 * dayMs });

    expect(removed.usage).toBeGreaterThan(50);
    expect(await state.usage('month')).toEqual(monthly);
    expect((await state.usage('day')).slice(-89)).toEqual(daily.slice(-89));
    expect((await state.removeOld({ hoursMs: 70 * dayMs, daysMs: 90 * dayMs })).usage).toBe(0);
    await state.accounting.workOutAnew();
    expect(await state.usage('month')).toEqual(monthly);
    expect((await state.removeOld({ hoursMs: 70 * dayMs, monthsMs: 90 * dayMs })).usage).toBeGreaterThan(0);
    expect((await state.usage('day')).length).toBeLessThanOrEqual(91);
  });

  it('of guests of a portal site goes sooner than that of others, sessions and usage, unless it is held', async () => {
    await using state = await State.lived();
    await state.holds.add({
      ...{ at: state.now, by: 'desk', reason: 'case 7', usernames: ['ben'] },
      ...{ from: state.now - 40 * dayMs, till: state.now - 38 * dayMs },
    });
    // Anna is no guest.
    const guests = (username: string) => ({
      prefix: username.slice(0, 1),
      shortestMs: 2 * dayMs,
      keptMs: (name: string) => (name === username ? 20 * dayMs : undefined),
    });

    const removed = await state.removeOld({}, state.accounting, guests('ben'));
    const left = await state.accounting.find({ interimSeconds: 60, active: false, from: 0 });
    const ofBen = left.filter(({ username }) => username === 'ben');
    const held = ofBen.filter(({ stoppedAt = 0 }) => stoppedAt < state.now - 20 * dayMs);

    expect(removed).toMatchObject({ sessions: days - 20 - held.length, segments: 0 });
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThan(4);
    expect(left.filter(({ username }) => username === 'anna')).toHaveLength(days);
    expect((await state.usage('day')).length).toBe(days);
    await state.removeOld({}, state.accounting, guests('anna'));
    const usageOfAnna = await state.accounting.usage('anna', 0, state.now / hourMs);
    expect(usageOfAnna.every(({ hour }) => hour * hourMs >= state.now - 20 * dayMs - hourMs)).toBe(true);
    expect(usageOfAnna.length).toBeGreaterThan(18);
    expect((await state.usage('day')).length).toBe(days);
    expect(await state.removeOld({}, state.accounting, guests('anna'))).toMatchObject({ sessions: 0, usage: 0 });
    await state.expectWhole();
  });

  it('stays while it is under a legal hold, in records as in rows, and goes after its release', async () => {
    await using state = await State.lived();
    const at = { at: state.now, by: 'desk', reason: 'case 7' };
    const anna = await state.holds.add({ ...at, usernames: ['anna'] });
    const address = await state.holds.add({
      ...at,
      address: '10.0.0.0/30',
      from: state.now - 50 * dayMs,
      till: state.now - 48 * dayMs,
    });
    const policy = { sessionsMs: 10 * dayMs, journalMs: 10 * dayMs, hoursMs: 70 * dayMs };

    await state.removeOld(policy);

    const left = await state.accounting.find({ interimSeconds: 60, active: false, from: 0 });
    const old = left.filter(({ stoppedAt = 0 }) => stoppedAt < state.now - 10 * dayMs);
    expect(old.filter(({ username }) => username === 'anna').length).toBeGreaterThan(days - 13);
    // Who had that address, and the one beside it, in those two days.
    expect(old.filter(({ username }) => username === 'ben').length).toBe(2);
    expect((await readdir(join(state.path, 'journal', 'held'))).length).toBeGreaterThan(days - 15);
    await state.expectWhole();
    await state.holds.release(anna.number);
    await state.removeOld(policy);
    const after = await state.accounting.find({ interimSeconds: 60, active: false, from: 0 });
    expect(after.filter(({ stoppedAt = 0 }) => stoppedAt < state.now - 10 * dayMs).length).toBeLessThanOrEqual(6);
    expect((await readdir(join(state.path, 'journal', 'held'))).length).toBeLessThanOrEqual(5);
    await state.expectWhole();
    await state.holds.release(address.number);
    await state.removeOld(policy);
    await expect(readdir(join(state.path, 'journal', 'held'))).rejects.toThrow('ENOENT');
    await state.expectWhole();
  });
});

describe('what is held by somebody who comes when it is nearly gone', () => {
  it('is kept, though the segment was looked at for another, and could not go', async () => {
    await using state = await State.lived();
    const given = { at: state.now, by: 'desk', reason: 'case 7' };
    await state.holds.add({ ...given, usernames: ['anna'] });
    const policy = { journalMs: 100 * dayMs };

    // A backup is being made.
    await state.store.keepingSegments(() => state.removeOld(policy));
    expect((await state.held()).has('ben')).toBe(false);
    await state.holds.add({ ...given, usernames: ['ben'] });
    expect((await state.removeOld(policy)).segments).toBeGreaterThan(0);

    expect(await state.held()).toEqual(new Set(['anna', 'ben']));
    await state.expectWhole();
  });
});

describe('what is held', () => {
  it('is the usage of all, where it is a time alone', async () => {
    await using state = await State.lived();
    const [from, till] = [state.now - 100 * dayMs, state.now - 99 * dayMs];
    const hold = await state.holds.add({ at: state.now, by: 'desk', reason: 'case 7', from, till });
    const policy = { hoursMs: 70 * dayMs, daysMs: 80 * dayMs, monthsMs: 90 * dayMs };

    expect((await state.removeOld(policy)).usage).toBe(0);
    await state.holds.release(hold.number);
    expect((await state.removeOld(policy)).usage).toBeGreaterThan(0);
  });

  it('is that a session of somebody was ended, which names the session alone', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.make(folder.path);
    await lab.accounting.record(packet('start', 0));
    await lab.accounting.end([...lab.accounting.open()][0]?.key ?? '', 'Not-On-NAS');
    for (const at of [40, 80]) {
      await lab.clock.sleep(40 * dayMs);
      await lab.accounting.record(packet('start', at * 86_400, { username: 'ben', sessionId: `b${at}` }));
    }
    await lab.holds.add({ at: 0, by: 'desk', reason: 'case 7', usernames: ['anna'] });

    expect((await lab.removeOld({ journalMs: 30 * dayMs })).segments).toBe(1);
    const held = await readFile(join(lab.path, 'journal', 'held', '00000000000001.journal'), 'utf8');
    expect(held).toContain('"status":"ended"');
    expect(held).toContain('"status":"start"');
  });
});

describe('records that have no rows yet', () => {
  it('are in the journal as long, so that a kill loses none of them', async () => {
    await using folder = await TempFolder.make();
    await using lab = await Lab.make(join(folder.path, 'state'));
    const { accounting, clock, options } = lab;
    for (const at of [0, 40, 41]) {
      await accounting.record(packet('start', at * 86_400, { sessionId: `s${at}` }));
      await accounting.record(packet('stop', at * 86_400 + 60, { ...used(60, 7, 5), sessionId: `s${at}` }));
      await clock.sleep(40 * dayMs);
    }

    expect((await lab.removeOld({ journalMs: 60 * dayMs })).segments).toBe(1);
    // As a kill leaves it.
    const killed = join(folder.path, 'killed');
    await cp(lab.path, killed, { recursive: true });
    await rm(join(killed, 'lock-holder.json'));
    await using again = await Store.open(killed, options);
    await using after = await AccountingStore.open(again, options);
    expect((await after.history('anna', 9)).map(({ sessionId }) => sessionId)).toEqual(['s41', 's40', 's0']);
    expect(after.findings()).toEqual([]);
  });

  it('stay, rows not being written', async () => {
    await using state = await State.lived();
    const held = { settled: () => Promise.resolve(30), clockSet: 0 };

    expect((await state.removeOld({ journalMs: 20 * dayMs }, held)).segments).toBe(14);
  });
});

describe('a session that ended while the clock was years behind', () => {
  it('is as young as it is', async () => {
    await using folder = await TempFolder.make();
    const quick = new QuickClock(t0);
    let set = 0;
    const clock = {
      now: () => quick.now() + set,
      monotonic: () => quick.monotonic(),
      sleep: (ms: number, signal?: AbortSignal) => quick.sleep(ms, signal),
    };
    await using lab = await Lab.make(folder.path, clock);
    set = -20 * 365 * dayMs;
    const at = { receivedAt: clock.now() };
    await lab.accounting.record({ ...packet('start', 0), ...at });
    await lab.accounting.record({ ...packet('stop', 0, used(60, 7, 5)), ...at });
    set = 0;

    expect((await lab.removeOld({ sessionsMs: 30 * dayMs })).sessions).toBe(0);
    await quick.sleep(31 * dayMs);
    expect((await lab.removeOld({ sessionsMs: 30 * dayMs })).sessions).toBe(1);
  });
});

interface LabParts {
  readonly path: string;
  readonly clock: Clock;
  readonly store: Store;
  readonly accounting: AccountingStore;
  readonly audit: AuditLog;
  readonly holds: LegalHolds;
}

/** A new folder. */
class Lab implements AsyncDisposable {
  readonly path: string;
  readonly clock: Clock;
  readonly accounting: AccountingStore;
  readonly holds: LegalHolds;
  readonly #parts: LabParts;

  private constructor(parts: LabParts) {
    this.#parts = parts;
    this.path = parts.path;
    this.clock = parts.clock;
    this.accounting = parts.accounting;
    this.holds = parts.holds;
  }

  static async make(path: string, clock: Clock = new QuickClock(t0)): Promise<Lab> {
    const options = { clock, log: pino({ level: 'silent' }) };
    const store = await Store.open(path, options);
    const accounting = await AccountingStore.open(store, options);
    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const holds = await LegalHolds.open(store.table('holds'));
    return new Lab({ path, clock, store, accounting, audit, holds });
  }

  get options() {
    return { clock: this.clock, log: pino({ level: 'silent' }) };
  }

  async removeOld(policy: Retention) {
    const { store, accounting, audit, holds, clock } = this.#parts;
    await store.journal.sealed();
    return await removeOld(policy, {
      ...{ store, accounting, audit, holds, now: clock.now(), signal: new AbortController().signal },
      timezone: 'UTC',
      dropFormer: () => Promise.resolve(0),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.accounting.close();
    await this.#parts.store.close();
  }
}

/** Months in which two people were online for an hour a day. */
class State implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly path: string;
  readonly store: Store;
  readonly accounting: AccountingStore;
  readonly audit: AuditLog;
  readonly holds: LegalHolds;
  readonly now: number;

  private constructor(folder: TempFolder, parts: Pick<State, 'store' | 'accounting' | 'audit' | 'holds' | 'now'>) {
    this.#folder = folder;
    this.path = folder.path;
    this.store = parts.store;
    this.accounting = parts.accounting;
    this.audit = parts.audit;
    this.holds = parts.holds;
    this.now = parts.now;
  }

  static async lived(): Promise<State> {
    const folder = await TempFolder.make();
    const clock = new QuickClock(t0);
    const options = { clock, log: pino({ level: 'silent' }) };
    const store = await Store.open(folder.path, options);
    const accounting = await AccountingStore.open(store, { ...options, commitsPerSettle: 50 });
    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    for (let day = 0; day < days; day += 1) {
      const people = [
        { username: 'anna', sessionId: `a${day}`, framedIpAddress: '10.0.0.1' },
        { username: 'ben', sessionId: `b${day}`, framedIpAddress: '10.0.0.2' },
      ];
      const seconds = (clock.now() - t0) / 1000;
      await Promise.all(people.map((each) => accounting.record(packet('start', seconds, each))));
      await clock.sleep(hourMs);
      await Promise.all(
        people.map((each) =>
          accounting.record(packet('stop', seconds + 3600, { ...used(3600, 1000 + day, 5), ...each })),
        ),
      );
      await audit.record({
        at: clock.now(),
        who: 'x',
        action: 'disconnect',
        object: 'ben',
        result: 'done',
        detail: '',
      });
      await clock.sleep(dayMs - hourMs);
    }
    await accounting.close();
    const again = await AccountingStore.open(store, { ...options });
    await store.journal.sealed();
    const holds = await LegalHolds.open(store.table('holds'));
    return new State(folder, { store, accounting: again, audit, holds, now: clock.now() });
  }

  async removeOld(
    policy: Retention,
    accounting: Pick<AccountingStore, 'settled' | 'clockSet'> = this.accounting,
    guests?: GuestRetention,
  ) {
    const { store, audit, holds, now } = this;
    const signal = new AbortController().signal;
    return await removeOld(policy, {
      ...{ store, accounting, audit, holds, now, signal },
      timezone: 'Asia/Kathmandu',
      dropFormer: () => Promise.resolve(0),
      ...(guests === undefined ? {} : { guests }),
    });
  }

  async usage(by: 'day' | 'month') {
    const hours = await this.accounting.usage('ben', 0, this.now / hourMs);
    return periodsOf(hours, by, 'Asia/Kathmandu');
  }

  async holders(address: string, at: number) {
    const range = parseAddressRange(address);
    if (range === undefined) throw new Error(address);
    // Each was online for an hour of each day.
    return await this.accounting.holders({ range, at: at + 600_000, interimSeconds: 60, limit: 9 });
  }

  /** Whose records are held that are no more in the journal. */
  async held(): Promise<ReadonlySet<string>> {
    const dir = join(this.path, 'journal', 'held');
    const names = (await readdir(dir)).filter((name) => name.endsWith('.journal'));
    const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
    return new Set(texts.flatMap((text) => Array.from(text.matchAll(/"username":"(\w+)"/g), ([, who = '']) => who)));
  }

  async expectWhole(): Promise<void> {
    expect((await verifyJournal(this.store)).findings).toEqual([]);
    expect((await verifyAudit(this.store)).broken).toBeUndefined();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.accounting.close();
    await this.store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

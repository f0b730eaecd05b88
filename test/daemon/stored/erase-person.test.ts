import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { hourMs } from '../../../src/accounting/usage/usage-deltas.ts';
import { QuotaRecords } from '../../../src/daemon/quota/quota-records.ts';
import { erasePerson } from '../../../src/daemon/stored/erase-person.ts';
import { exportPerson } from '../../../src/daemon/stored/export-person.ts';
import { LearnedDevices } from '../../../src/directory/learned-devices.ts';
import { EventLog } from '../../../src/events/event-log.ts';
import { LegalHolds } from '../../../src/retention/legal-holds.ts';
import { AuditLog, verifyAudit } from '../../../src/status/audit-log.ts';
import { checkState } from '../../../src/store/check-state.ts';
import { keyOf } from '../../../src/store/layout.ts';
import { Store } from '../../../src/store/store.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const mac = 'AA:BB:CC:00:00:01';
const anna = { username: 'anna', framedIpAddress: '10.0.0.1', callingStationId: mac, nasPortId: 'ether7' };

describe('somebody who wants to know what is stored of him, and to be forgotten', () => {
  it('gets all of it, but not what authorities asked', async () => {
    await using state = await State.lived();

    const lines = await state.exported('anna');

    const kinds = [...new Set(lines.map(({ is }) => is))];
    expect(kinds.map((kind) => [kind, lines.filter(({ is }) => is === kind).length])).toEqual([
      ['person', 1],
      ['session', 3],
      ['usage', 1],
      ['decision', 1],
      ['device', 1],
      ['standing', 1],
      ['top-up', 1],
      ['event', 1],
      ['audit', 2],
    ]);
    expect(JSON.stringify(lines)).not.toContain('case 9');
    expect(JSON.stringify(lines)).not.toContain('"ben"');
    expect(await state.lastAudit()).toMatchObject({ action: 'export-person', object: 'anna', who: 'desk' });
  });

  it('gets what of his usage was set right', async () => {
    await using state = await State.lived();
    const { accounting } = state;
    await accounting.record(packet('interim', 300, { ...used(300, 5000, 0), username: 'carl', sessionId: '99' }));
    await accounting.record(packet('interim', 600, { ...used(600, 40, 0), username: 'carl', sessionId: '99' }));

    expect(await state.exported('carl')).toContainEqual({
      ...{ is: 'correction', username: 'carl', day: '2026-01-01' },
      ...{ kind: 'counter-fell', times: 1, up: '5000', down: '0' },
    });
  });

  it('is nowhere any more but in the journal; sums stay, and nothing brings him back', async () => {
    await using state = await State.lived();
    const sums = await state.sums();

    const erased = await state.erase('anna');

    expect(erased).toMatchObject({ sessions: 3, usage: expect.any(Number), events: 2, facts: 2 });
    expect(erased.journalUntil).toContain('2026-02-01T06:00');
    expect(await state.traces()).toEqual([]);
    expect(await state.sums()).toEqual(sums);
    expect((await state.accounting.history(erased.pseudonym, 9)).map(({ upOctets }) => upOctets)).toEqual([
      12n,
      11n,
      10n,
    ]);
    expect(await state.accounting.history('anna', 9)).toEqual([]);
    expect((await state.exported('anna')).map(({ is }) => is)).toEqual(['person', 'audit', 'audit']);
    await state.accounting.workOutAnew();
    expect(await state.traces()).toEqual([]);
    expect(await state.sums()).toEqual(sums);
    expect((await checkState(state.store)).findings).toEqual([]);
    expect((await verifyAudit(state.store)).broken).toBeUndefined();
    const journal = await readFile(join(state.store.dir, 'journal', '00000000000001.journal'), 'utf8');
    expect(journal).toContain('"anna"');
  });

  it('is found again when he comes back', async () => {
    await using state = await State.lived();
    await state.erase('anna');

    await state.accounting.record(packet('start', 9 * 3600, { ...anna, sessionId: 'new' }));
    await state.accounting.record(packet('stop', 10 * 3600, { ...anna, ...used(3600, 7, 7), sessionId: 'new' }));
    await state.accounting.workOutAnew();

    expect((await state.accounting.history('anna', 9)).map(({ upOctets }) => upOctets)).toEqual([7n]);
  });

  it('is not erased while declared, online, or under a legal hold, on him or on an address of his', async () => {
    await using state = await State.lived();
    const refused = (why: string) => expect(state.erase('anna')).rejects.toThrow(why);
    await state.store.table('directory').put(`${keyOf('login')}anna`, { fields: {} });
    await refused('he is declared');
    await state.store.table('directory').del(`${keyOf('login')}anna`);
    await state.accounting.record(packet('start', 9 * 3600, { ...anna, sessionId: 'now' }));
    await refused('he is online');
    await state.accounting.record(packet('stop', 9 * 3600 + 60, { ...anna, sessionId: 'now' }));
    const given = { at: 0, by: 'desk', reason: 'case 9' };
    const hold = await state.holds.add({ ...given, usernames: ['anna'] });
    await refused('he is under a legal hold');
    await state.holds.release(hold.number);
    const held = await state.holds.add({
      ...given,
      address: '10.0.0.0/24',
      from: t0 + 2 * hourMs,
      till: t0 + 3 * hourMs,
    });
    await refused('sessions of his are under a legal hold');
    await state.holds.release(held.number);

    expect((await state.erase('anna')).sessions).toBe(4);
    expect(await state.lastAudit()).toMatchObject({ action: 'erase', who: 'desk', reason: 'asked for it' });
    expect((await state.lastAudit())?.object).toMatch(/^erased-[0-9a-f]{12}$/);
  });
});

describe('somebody who is to be forgotten', () => {
  it('is not when he comes online, or under a legal hold, before it begins', async () => {
    await using state = await State.lived();
    const rewriteRows = state.accounting.rewriteRows.bind(state.accounting);
    const meanwhile = (happens: () => Promise<unknown>) =>
      Object.assign(state.accounting, {
        rewriteRows: async (work: (upTo: number) => Promise<unknown>) => {
          await happens();
          return await rewriteRows(work);
        },
      });

    meanwhile(() => state.holds.add({ at: 0, by: 'desk', reason: 'case 9', usernames: ['anna'] }));
    await expect(state.erase('anna')).rejects.toThrow('he is under a legal hold');
    await state.holds.release(1);
    meanwhile(() => state.accounting.record(packet('start', 9 * 3600, { ...anna, sessionId: 'now' })));
    await expect(state.erase('anna')).rejects.toThrow('he is online');

    expect((await state.accounting.history('anna', 9)).length).toBe(4);
    await state.accounting.record(packet('stop', 9 * 3600 + 60, { ...anna, sessionId: 'now' }));
  });
});

class State implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly clock: QuickClock;
  readonly store: Store;
  readonly accounting: AccountingStore;
  readonly audit: AuditLog;
  readonly holds: LegalHolds;
  readonly #devices: LearnedDevices;

  private constructor(
    folder: TempFolder,
    parts: Pick<State, 'clock' | 'store' | 'accounting' | 'audit' | 'holds'>,
    devices: LearnedDevices,
  ) {
    this.#folder = folder;
    this.#devices = devices;
    this.clock = parts.clock;
    this.store = parts.store;
    this.accounting = parts.accounting;
    this.audit = parts.audit;
    this.holds = parts.holds;
  }

  /** Three sessions of anna and ben each, and all there can be beside them. */
  static async lived(): Promise<State> {
    const folder = await TempFolder.make();
    const clock = new QuickClock(t0);
    const options = { clock, log: pino({ level: 'silent' }) };
    const store = await Store.open(folder.path, options);
    const accounting = await AccountingStore.open(store, options);
    for (let hour = 0; hour < 6; hour += 2) {
      for (const detail of [anna, { username: 'ben', framedIpAddress: '10.0.0.9' }]) {
        const of = { ...detail, sessionId: `${detail.username}${hour}` };
        await accounting.record(packet('start', hour * 3600, of));
        await accounting.record(packet('stop', hour * 3600 + 600, { ...of, ...used(600, 10 + hour / 2, 5) }));
      }
      await clock.sleep(2 * hourMs);
    }
    const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
    const at = clock.now();
    const entry = { at, who: 'desk', result: 'done', detail: '' };
    await audit.record({ ...entry, action: 'disconnect', object: 'anna on core-1 (81c00001)' });
    await audit.record({ ...entry, action: 'hold', object: 'hold 1: anna', reason: 'case 9' });
    const events = await EventLog.open({ store, now: () => at });
    events.keepFor(() => true);
    const data = { username: 'anna', callingStationId: mac, upOctets: '10' };
    await events.add([{ type: 'session.stopped', at, subject: 'session/1f', data }]);
    const quota = { subscriber: 'anna/home', service: 'home' };
    await events.add([{ type: 'quota.changed', at, subject: 'subscriber/anna/home', data: quota }]);
    const devices = await LearnedDevices.open({
      table: store.table('devices'),
      now: () => at,
      onLost: () => undefined,
    });
    devices.learn('anna', mac);
    await devices.kept();
    await store.table('quota').put(keyOf('anna'), { subscription: 'anna', service: 'home', assignedAt: 1 });
    await store.table('meta').put('former-since', { 'subscription anna': 1, 'login anna': 1 });
    await store.table('topups').put(keyOf('anna', 1), { subscription: 'anna', number: 1, amount: '5' });
    await store.table('totals').put(keyOf('core-1', 'anna'), { username: 'anna', up: '1', down: '1' });
    const holds = await LegalHolds.open(store.table('holds'));
    return new State(folder, { clock, store, accounting, audit, holds }, devices);
  }

  async erase(username: string) {
    const { store, accounting, audit, holds } = this;
    let next = 0;
    const random = (octets: Uint8Array) => {
      next += 1;
      octets.fill(next);
    };
    const quotas = await QuotaRecords.open({ quota: store.table('quota'), topups: store.table('topups') });
    const around = { store, accounting, audit, holds, random, quotas, devices: this.#devices, now: this.clock.now() };
    return await erasePerson(
      { username, by: 'desk', reason: 'asked for it' },
      { ...around, journalMs: 30 * 86_400_000 },
    );
  }

  async exported(username: string): Promise<readonly { readonly is: string }[]> {
    const { store, accounting, audit } = this;
    const decision = { at: 1, username, nas: 'core-1', method: 'pap', verdict: 'accept' } as const;
    const isThere = (await accounting.history(username, 1)).length > 0;
    const text = await exportPerson(
      { username, by: 'desk' },
      {
        ...{ store, accounting, audit, timezone: 'UTC', interimSeconds: 60, now: this.clock.now() },
        decisions: () => (isThere ? [decision] : []),
      },
    );
    const lines: string[] = [];
    for await (const line of text) lines.push(line);
    return lines.map((line) => JSON.parse(line) as { readonly is: string });
  }

  async sums(): Promise<unknown> {
    let [sessions, octets, hours] = [0, 0n, 0n];
    for await (const session of this.accounting.endedIn(0, this.clock.now())) {
      sessions += 1;
      octets += session.upOctets + session.downOctets;
    }
    for await (const user of this.accounting.usageUsers()) {
      for (const { up, down } of await this.accounting.usage(user, 0, this.clock.now() / hourMs)) hours += up + down;
    }
    return { sessions, octets, hours };
  }

  /** Rows with her name, device, address or port in them, but for the audit log. */
  async traces(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const rows of this.store.everything()) {
      for (const [key, value] of rows) {
        if (!key.startsWith('audit:') && /anna|AA:BB:CC|10\.0\.0\.1"|0a000001|ether7/.test(key + value))
          found.push(key);
      }
    }
    return found;
  }

  async lastAudit() {
    return (await this.audit.last(1))[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.accounting.close();
    await this.store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingUnavailableError } from '../../src/accounting/errors.ts';
import type { AccountingEvent, AccountingRecord } from '../../src/accounting/event.ts';
import { decodeEntry } from '../../src/accounting/journal.ts';
import { type AccountingOptions, AccountingStore } from '../../src/accounting/store.ts';
import { Store } from '../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../support/accounting-event.ts';
import { FailingDisk } from '../support/failing-disk.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const query = { interimSeconds: 120 };

describe('accounting records', () => {
  it('are told to who listens, once they are stored', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    const told: string[] = [];
    const end = setup.accounting.onStored(({ username, sessionId, stoppedAt }) => {
      const known = setup.accounting.openOf(username).length;
      told.push(`${sessionId} ${stoppedAt === undefined ? 'open' : 'ended'} ${known}`);
    });

    await setup.accounting.record(packet('start', 0));
    await setup.accounting.record(packet('stop', 60));
    end();
    await setup.accounting.record(packet('start', 90, { sessionId: '81000002' }));

    expect(told).toEqual(['81000001 open 1', '81000001 ended 0']);
  });

  it('IW-03: become an open session, and a closed one, that survive a restart', async () => {
    await using folder = await TempFolder.make();
    {
      await using setup = await start(folder.path);
      const { accounting } = setup;
      await accounting.record(packet('start', 0));
      await accounting.record(packet('interim', 60, used(60, 1000, 2 ** 32 - 1)));
      await accounting.record(packet('start', 5, { sessionId: '81000002', username: 'ben' }));
      await accounting.record(packet('stop', 90, { sessionId: '81000002', username: 'ben', terminateCause: 2 }));
    }

    await using setup = await start(folder.path);

    expect([...setup.accounting.open()]).toMatchObject([
      { username: 'anna', upOctets: 1000n, downOctets: 2n ** 32n - 1n },
    ]);
    expect(await setup.accounting.history('ben', 10)).toMatchObject([
      { terminateCause: 'Lost-Carrier', sessionSeconds: 85 },
    ]);
    expect(setup.accounting.findings()).toEqual([]);
  });

  it('that come while open sessions are being read are acknowledged when they are stored over them', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 3);
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log });
    await using accounting = AccountingStore.unread(store, { clock: new QuickClock(t0), log });
    const known: (number | undefined)[] = [];

    const stored = accounting
      .record(packet('interim', 300, used(300, 9, 9)))
      .then(() => known.push(accounting.openCount));
    const online = accounting.after(() => [...accounting.open()].map(({ upOctets }) => upOctets));
    expect([accounting.isRead, accounting.openCount]).toEqual([false, 0]);
    await accounting.read();
    await stored;

    expect(known).toEqual([1]);
    expect(await online).toEqual([2n]);
    expect([...accounting.open()]).toMatchObject([{ upOctets: 9n }]);
  });

  it('that come while open sessions are being read, and the clock is set, are of the clock as it is then', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log });
    let now = t0 - 365 * 86_400_000;
    const clock = { now: () => now, monotonic: () => 0, sleep: () => Promise.resolve() };
    await using accounting = AccountingStore.unread(store, { clock, log });

    const stored = accounting.record({ ...packet('start', 0), receivedAt: now });
    now = t0;
    await accounting.read();
    await stored;
    await accounting.record(packet('stop', 60, used(60, 9, 9)));

    expect(await accounting.history('anna', 1)).toMatchObject([{ startedAt: t0, stoppedAt: t0 + 60_000 }]);
  });

  it('that come while open sessions are being read are refused where there is an end before', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(), log });
    const accounting = AccountingStore.unread(store, { clock: new QuickClock(t0), log });

    const refused = expect(accounting.record(packet('start', 0))).rejects.toThrow(AccountingUnavailableError);
    await accounting.close();

    await refused;
  });

  it('IW-10: of every status are kept as they came, in order', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    const events = [
      nasPacket('on', 0),
      packet('start', 1),
      packet('interim', 2),
      packet('stop', 3),
      packet('failed', 4),
      packet('other', 5, { statusNumber: 9 }),
      nasPacket('off', 6),
    ];

    await Promise.all(events.map((event) => setup.accounting.record(event)));

    expect(await journalOf(setup.store)).toEqual(events);
  });

  it('that arrive during a commit share the next', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);

    await Promise.all(many(500).map((event) => setup.accounting.record(event)));

    expect(setup.accounting.sequence).toBe(1);
    expect(setup.disk.commits).toEqual([500]);
  });

  it('see each other within a commit', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    const events = [
      packet('start', 0),
      packet('interim', 60, used(60, 7, 7)),
      packet('stop', 61),
      packet('start', 5000),
    ];

    await Promise.all(events.map((event) => setup.accounting.record(event)));

    expect([...setup.accounting.open()]).toMatchObject([{ startedAt: t0 + 5_000_000 }]);
    expect(await setup.accounting.find({ ...query, user: 'anna', active: false })).toMatchObject([{ upOctets: 7n }]);
  });

  it('find their session again long after it left the memory', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path, { keepClosed: 1 });
    await setup.accounting.record(packet('start', 0));
    await setup.accounting.record(packet('stop', 60, used(60, 5, 5)));
    for (const event of many(5, 'stop')) await setup.accounting.record(event);

    await setup.accounting.record(packet('start', 61, { eventTimestamp: t0 / 1000 }));
    await setup.accounting.record(packet('interim', 62, used(62, 9, 9)));

    expect([...setup.accounting.open()]).toEqual([]);
    expect(await setup.accounting.history('anna', 10)).toMatchObject([{ upOctets: 5n }]);
  });

  it('are refused when too many wait already', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path, { maxWaiting: 10 });

    const results = await Promise.allSettled(many(12).map((event) => setup.accounting.record(event)));

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(results.at(-1)).toMatchObject({ reason: expect.any(AccountingUnavailableError) });
  });

  it('are stored to the last when it closes, and refused then', async () => {
    await using folder = await TempFolder.make();
    const setup = await start(folder.path);
    const waiting = many(20).map((event) => setup.accounting.record(event));

    await setup.accounting.close();

    await Promise.all(waiting);
    await expect(setup.accounting.record(packet('start', 0))).rejects.toBeInstanceOf(AccountingUnavailableError);
    expect(await journalOf(setup.store)).toHaveLength(20);
    await setup.store.close();
  });
});

describe('a disk that fails', () => {
  it('gets nothing acknowledged, and nothing into memory', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    setup.disk.full = 'nothing-written';
    setup.disk.failingReopens = Number.POSITIVE_INFINITY;

    await expect(setup.accounting.record(packet('stop', 60))).rejects.toMatchObject({
      code: 'LM_ACCOUNTING_UNAVAILABLE',
    });
    await expect(setup.accounting.record(packet('stop', 61))).rejects.toBeInstanceOf(AccountingUnavailableError);

    expect([...setup.accounting.open()]).toHaveLength(1);
    expect(await journalOf(setup.store)).toHaveLength(1);
  });

  it('is opened again, ever less often, at least each second, until it works; then records count once', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    setup.disk.full = 'nothing-written';
    setup.disk.failingReopens = 4;
    await expect(setup.accounting.record(packet('interim', 60, used(60, 5, 5)))).rejects.toThrow();

    setup.disk.full = 'no';
    await recordUntilTaken(setup.accounting, packet('interim', 60, used(60, 5, 5)));

    expect(setup.clock.slept).toEqual([100, 200, 400, 800, 1000]);
    expect([...setup.accounting.open()]).toMatchObject([{ upOctets: 5n }]);
    expect(setup.accounting.findings()).toEqual([]);
  });

  it('may have kept what it reported as lost: the record that comes again changes nothing', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    setup.disk.full = 'written-not-synced';
    await expect(setup.accounting.record(packet('interim', 60, used(60, 5, 5)))).rejects.toThrow();

    setup.disk.full = 'no';
    await recordUntilTaken(setup.accounting, packet('interim', 61, used(60, 5, 5)));

    expect([...setup.accounting.open()]).toMatchObject([{ upOctets: 5n, updatedAt: t0 + 60_000 }]);
    expect(setup.accounting.sequence).toBe(2);
    expect(setup.accounting.findings()).toEqual([]);
  });
});

describe('a journal that is not whole', () => {
  it('is reported at the start, by the numbers of what is missing', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 6, 'killed');
    await spoil(folder.path, (lines) => lines.filter((_, at) => ![2, 4, 5].includes(Math.ceil(at / 2))));

    await using setup = await start(folder.path);

    expect(setup.accounting.findings().map(({ message }) => message)).toEqual([
      'accounting journal: commit 2 is missing',
      'accounting journal: commits 4 to 5 are missing',
    ]);
    expect([...setup.accounting.open()]).toMatchObject([{ upOctets: 5n }]);
  });

  it('is reported when its end is gone, and no number is used twice', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 3);
    await spoil(folder.path, (lines) => lines.slice(0, -3));

    await using setup = await start(folder.path);
    await setup.accounting.record(packet('interim', 50, used(50, 1, 1)));

    expect(setup.accounting.findings()).toMatchObject([{ code: 'LM_JOURNAL_DAMAGED' }]);
    expect(setup.accounting.findings()[0]?.message).toContain('the file was cut short');
    expect(setup.accounting.sequence).toBe(4);
    // What it had come to has its rows.
    expect([...setup.accounting.open()]).toMatchObject([{ upOctets: 2n }]);
  });

  it('is reported when a commit is not what was written', async () => {
    await using folder = await TempFolder.make();
    await seed(folder.path, 3, 'killed');
    await spoil(folder.path, (lines) => lines.map((line, at) => (at === 4 ? line.replace('anna', 'anne') : line)));

    await using setup = await start(folder.path);

    expect(setup.accounting.findings()).toMatchObject([{ code: 'LM_JOURNAL_DAMAGED' }]);
    expect(setup.accounting.findings()[0]?.message).toContain('commit 2');
    expect((await journalOf(setup.store)).length).toBe(2);
    await setup.accounting.record(packet('interim', 200, used(200, 9, 9)));
    expect(setup.accounting.sequence).toBe(4);
  });
});

describe('a NAS that boots', () => {
  it('IW-10: ends all its sessions and no others, however many', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await Promise.all(many(1700).map((event) => setup.accounting.record(event)));
    await setup.accounting.record(packet('start', 0, { nas: 'core-2' }));

    await setup.accounting.record(nasPacket('on', 600));
    await setup.accounting.close();

    expect([...setup.accounting.open()]).toMatchObject([{ nas: 'core-2' }]);
    expect(await setup.accounting.history('user-1699', 1)).toMatchObject([{ terminateCause: 'NAS-Reboot' }]);
    await setup.store.close();
  });

  it('lets others come between: its sessions end a few at a time', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await Promise.all(many(1700).map((event) => setup.accounting.record(event)));
    await setup.accounting.record(nasPacket('on', 600));
    const left: number[] = [];

    while (setup.accounting.openCount > 0) {
      left.push(setup.accounting.openCount);
      await new Promise(setImmediate);
    }

    expect(left.map((count, at) => (left[at - 1] ?? 1700) - count).every((ended) => ended <= 400)).toBe(true);
  });

  it('has the rest of its sessions ended after a restart of ours', async () => {
    await using folder = await TempFolder.make();
    {
      await using setup = await start(folder.path);
      await Promise.all(many(1700).map((event) => setup.accounting.record(event)));
      await setup.accounting.record(nasPacket('on', 600));
      expect([...setup.accounting.open()].length).toBeGreaterThan(0);
      setup.disk.full = 'nothing-written';
      setup.disk.failingReopens = Number.POSITIVE_INFINITY;
    }

    const setup = await start(folder.path);
    await setup.accounting.close();

    expect([...setup.accounting.open()]).toEqual([]);
    await setup.store.close();
  });

  it('has them all ended for whatever comes after: one that is not ended yet takes no packet that was late', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await Promise.all(many(1700).map((event) => setup.accounting.record(event)));
    await setup.accounting.record(nasPacket('on', 600));
    const last = { sessionId: many(1700)[1699]?.sessionId ?? '', username: 'user-1699' };
    expect(setup.accounting.openOf('user-1699')).toHaveLength(1);

    await setup.accounting.record(packet('interim', 601, { ...last, ...used(590, 5, 7) }));

    expect(setup.accounting.openOf('user-1699')).toEqual([]);
    expect(await setup.accounting.history('user-1699', 2)).toMatchObject([
      { terminateCause: 'NAS-Reboot', upOctets: 0n },
    ]);
  });

  it('ends a session that began in the same commit, not one that began after it', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    const events = [packet('start', 0), nasPacket('on', 10), packet('start', 11, { sessionId: '81000009' })];

    await Promise.all(events.map((event) => setup.accounting.record(event)));

    expect([...setup.accounting.open()]).toMatchObject([{ sessionId: '81000009' }]);
  });
});

describe('a session that its NAS no longer has', () => {
  it('ends where it was last seen, for a cause that no NAS sends, and stays ended after a restart', async () => {
    await using folder = await TempFolder.make();
    {
      await using setup = await start(folder.path);
      await setup.accounting.record(packet('start', 0));
      await setup.accounting.record(packet('interim', 60, used(60, 5, 7)));
      const [session] = setup.accounting.openOf('anna');
      await setup.clock.sleep(900_000);

      await setup.accounting.end(session?.key ?? '', 'Not-On-NAS');
      await setup.accounting.end(session?.key ?? '', 'Not-On-NAS');

      expect(setup.accounting.openCount).toBe(0);
      expect(await setup.accounting.stopped(session?.key ?? '', AbortSignal.abort())).toBe(true);
      expect((await journalOf(setup.store)).map(({ status }) => status)).toEqual(['start', 'interim', 'ended']);
    }

    await using again = await start(folder.path);

    expect(again.accounting.findings()).toEqual([]);
    expect(await again.accounting.find(query)).toMatchObject([
      { stoppedAt: t0 + 60_000, sessionSeconds: 60, downOctets: 7n, terminateCause: 'Not-On-NAS' },
    ]);
  });

  it('is not the one that began meanwhile under its id', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    const [old] = setup.accounting.openOf('anna');

    await Promise.all([
      setup.accounting.record(packet('start', 600)),
      setup.accounting.end(old?.key ?? '', 'Not-On-NAS'),
    ]);

    expect(setup.accounting.openOf('anna')).toMatchObject([{ startedAt: t0 + 600_000 }]);
    expect(await setup.accounting.history('anna', 5)).toMatchObject([{}, { key: old?.key, terminateCause: 'Lost' }]);
  });

  it('has its Stop, when that comes after all, as the last word', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    await setup.accounting.end(setup.accounting.openOf('anna')[0]?.key ?? '', 'Not-On-NAS');

    await setup.accounting.record(packet('stop', 300, { ...used(290, 11, 13), terminateCause: 2 }));

    expect(await setup.accounting.find(query)).toMatchObject([{ downOctets: 13n, terminateCause: 'Lost-Carrier' }]);
  });

  it('goes on where the NAS accounts for it after all, and nothing is counted twice', async () => {
    await using folder = await TempFolder.make();
    {
      await using setup = await start(folder.path);
      await setup.accounting.record(packet('start', 0));
      await setup.accounting.record(packet('interim', 60, used(60, 5, 7)));
      await setup.clock.sleep(90_000);
      await setup.accounting.end(setup.accounting.openOf('anna')[0]?.key ?? '', 'Not-On-NAS');
      await setup.accounting.record(packet('interim', 100, used(100, 6, 8)));
      const soon = setup.accounting.openCount;

      await setup.accounting.record(packet('interim', 300, used(300, 50, 70)));

      expect(soon).toBe(0);
      expect(setup.accounting.openOf('anna')).toMatchObject([{ startedAt: t0, upOctets: 45n, downOctets: 63n }]);
    }
    await using again = await start(folder.path);
    await again.accounting.record(packet('stop', 400, { ...used(400, 60, 80), terminateCause: 1 }));

    const sessions = await again.accounting.history('anna', 5);
    expect(sessions.map(({ terminateCause }) => terminateCause)).toEqual(
      expect.arrayContaining(['User-Request', 'Not-On-NAS']),
    );
    expect(sessions.reduce((sum, { downOctets }) => sum + downOctets, 0n)).toBe(80n);
  });

  it('stays open where that cannot be stored', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    await setup.accounting.close();

    const ending = setup.accounting.end(setup.accounting.openOf('anna')[0]?.key ?? '', 'Not-On-NAS');

    await expect(ending).rejects.toBeInstanceOf(AccountingUnavailableError);
    expect(setup.accounting.openCount).toBe(1);
  });
});

describe('those who ask for sessions', () => {
  it('find them by username and by Acct-Session-Id, newest last', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    await setup.accounting.record(packet('start', 1, { nas: 'core-2' }));
    await setup.accounting.record(packet('start', 2, { sessionId: '82', username: 'ben' }));

    expect([...setup.accounting.open()].map(({ username }) => username)).toEqual(['anna', 'anna', 'ben']);
    expect(setup.accounting.openOf('anna').map(({ nas }) => nas)).toEqual(['core-1', 'core-2']);
    expect(setup.accounting.bySessionId('82')).toMatchObject([{ username: 'ben' }]);
    expect(setup.accounting.openOf('Anna')).toEqual([]);
  });

  it('get open ones before closed ones, and may ask for either', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('stop', 50, { sessionId: '81', username: 'ben' }));
    await setup.accounting.record(packet('start', 60));
    const names = async (part: object) =>
      (await setup.accounting.find({ ...query, ...part })).map(({ username }) => username);

    expect(await names({})).toEqual(['anna', 'ben']);
    expect(await names({ active: true })).toEqual(['anna']);
    expect(await names({ active: false })).toEqual(['ben']);
    expect(await names({ user: 'ben' })).toEqual(['ben']);
    expect(await names({ user: 'ben', active: true })).toEqual([]);
    expect(await names({ limit: 1 })).toEqual(['anna']);
  });

  it('get the last of a long history first', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    for (let n = 0; n < 5; n += 1) {
      await setup.accounting.record(packet('stop', 100 * n + 50, { sessionId: `8${n}`, ...used(10, n, n) }));
    }
    await setup.accounting.record(packet('start', 1000, { sessionId: '89' }));

    const history = await setup.accounting.history('anna', 3);

    expect(history.map(({ sessionId }) => sessionId)).toEqual(['89', '84', '83']);
  });

  it('learn of a Stop once it is stored', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    const [session] = setup.accounting.openOf('anna');
    const giveUp = new AbortController();
    const waiting = setup.accounting.stopped(session?.key ?? '', new AbortController().signal);
    const inVain = setup.accounting.stopped('no such session', giveUp.signal);

    await setup.accounting.record(packet('stop', 60));
    giveUp.abort();

    expect(await waiting).toBe(true);
    expect(await inVain).toBe(false);
    expect(await setup.accounting.stopped(session?.key ?? '', giveUp.signal)).toBe(true);
  });

  it('see which open sessions have fallen silent', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    const stale = async () => (await setup.accounting.find(query)).map((view) => view.stale);

    await setup.clock.sleep(420_000);
    expect(await stale()).toEqual([false]);
    await setup.clock.sleep(1);
    expect(await stale()).toEqual([true]);
  });

  it('IW-08: see none as silent whose NAS reports at uneven intervals', async () => {
    await using folder = await TempFolder.make();
    await using setup = await start(folder.path);
    await setup.accounting.record(packet('start', 0));
    const stale: (boolean | undefined)[] = [];

    let seconds = 0;
    for (const later of [60, 180, 121, 400, 12, 240]) {
      seconds += later;
      await setup.clock.sleep(later * 1000);
      const [view] = await setup.accounting.find(query);
      stale.push(view?.stale);
      await setup.accounting.record(packet('interim', seconds, used(seconds, seconds, 7)));
    }
    const sessions = await setup.accounting.find(query);

    expect(new Set(stale)).toEqual(new Set([false]));
    expect(sessions).toMatchObject([{ sessionSeconds: seconds, upOctets: BigInt(seconds) }]);
  });
});

async function start(dir: string, options: Partial<AccountingOptions> = {}) {
  const clock = new QuickClock(t0);
  const store = await Store.open(dir, { clock, log });
  const disk = new FailingDisk(store);
  const accounting = await AccountingStore.open(disk, { clock, log, ...options });
  return {
    clock,
    store,
    disk,
    accounting,
    async [Symbol.asyncDispose]() {
      await accounting.close();
      await store.close();
    },
  };
}

/** A state folder with so many commits of one record each. */
async function seed(dir: string, commits: number, end: 'orderly' | 'killed' = 'orderly'): Promise<void> {
  await using store = await Store.open(dir, { clock: new QuickClock(), log });
  const accounting = await AccountingStore.open(store, { clock: new QuickClock(t0), log });
  for (let n = 0; n < commits; n += 1) await accounting.record(packet('interim', 60 * n, used(60 * n, n, n)));
  if (end === 'orderly') await accounting.close();
}

/** Changes the lines of the one segment there is: its first, then two a commit. */
async function spoil(dir: string, change: (lines: readonly string[]) => readonly string[]): Promise<void> {
  const [segment = ''] = await readdir(join(dir, 'journal'));
  const path = join(dir, 'journal', segment);
  await writeFile(path, change((await readFile(path, 'utf8')).split('\n')).join('\n'));
}

function many(count: number, status: 'start' | 'stop' = 'start'): AccountingEvent[] {
  return Array.from({ length: count }, (_, n) => packet(status, 1, { sessionId: `9${n}`, username: `user-${n}` }));
}

async function journalOf(store: Store): Promise<AccountingRecord[]> {
  const events: AccountingRecord[] = [];
  for await (const entry of store.journal.read(0)) events.push(...decodeEntry(entry).events);
  return events;
}

/** As a NAS does: sends it again until it is answered. */
async function recordUntilTaken(accounting: AccountingStore, event: AccountingEvent): Promise<void> {
  for (;;) {
    try {
      await accounting.record(event);
      return;
    } catch (error) {
      if (!(error instanceof AccountingUnavailableError)) throw error;
      await new Promise(setImmediate);
    }
  }
}

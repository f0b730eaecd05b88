import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../../src/accounting/event.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { SilentSessions } from '../../../src/daemon/sessions/silent-sessions.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { Store } from '../../../src/store/store.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const mac = { callingStationId: '02:00:00:00:00:01' };

/** Accounting by a clock that stands still, with interim intervals of two minutes and an hour of patience. */
class Lab implements AsyncDisposable {
  readonly clock = new ManualClock(t0);
  readonly #folder: TempFolder;
  readonly #store: Store;
  readonly accounting: AccountingStore;
  readonly silent: SilentSessions;

  private constructor(folder: TempFolder, store: Store, accounting: AccountingStore, clock: ManualClock) {
    this.#folder = folder;
    this.#store = store;
    this.accounting = accounting;
    this.clock = clock;
    this.silent = new SilentSessions({
      accounting,
      directory: new Directory(),
      settings: () => ({ interimSeconds: 120, staleAfterSeconds: 3600 }),
      clock,
      log,
    });
  }

  static async start(): Promise<Lab> {
    const folder = await TempFolder.make();
    const clock = new ManualClock(t0);
    const store = await Store.open(folder.path, { clock, log });
    return new Lab(folder, store, await AccountingStore.open(store, { clock, log }), clock);
  }

  /** A packet that comes now. */
  tell(status: AccountingEvent['status'], detail: Partial<AccountingEvent> = {}): Promise<void> {
    return this.accounting.record({ ...packet(status, 0, detail), receivedAt: this.clock.now() });
  }

  async pass(seconds: number): Promise<number> {
    this.clock.advance(seconds * 1000);
    return await this.silent.look();
  }

  async all(): Promise<readonly string[]> {
    const found = await this.accounting.find({ interimSeconds: 120 });
    return found.map(({ sessionId, terminateCause }) => `${sessionId} ${terminateCause ?? 'open'}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.silent[Symbol.asyncDispose]();
    await this.accounting.close();
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('a session that nothing is heard of', () => {
  it('ends where it was last heard of when it was silent for too long', async () => {
    await using lab = await Lab.start();
    await lab.tell('start');
    lab.clock.advance(120_000);
    await lab.tell('interim', used(120, 7, 7));

    expect(await lab.pass(3000)).toBe(0);
    expect(await lab.pass(700)).toBe(1);

    expect(await lab.all()).toEqual(['81000001 Not-Heard-Of']);
    expect(await lab.accounting.history('anna', 1)).toMatchObject([{ stoppedAt: t0 + 120_000, upOctets: 7n }]);
  });

  it('goes on when it is heard of all the same, and each octet counts once', async () => {
    await using lab = await Lab.start();
    await lab.tell('start');
    lab.clock.advance(120_000);
    await lab.tell('interim', used(120, 7, 7));
    await lab.pass(4000);
    lab.clock.advance(120_000);
    await lab.tell('interim', used(4240, 10, 10));

    expect(await lab.all()).toEqual(['81000001 open', '81000001 Not-Heard-Of']);
    const sessions = await lab.accounting.history('anna', 5);
    expect(sessions.map(({ upOctets }) => String(upOctets)).toSorted((a, b) => a.localeCompare(b))).toEqual(['3', '7']);
  });

  it('is left alone while its clock was only set', async () => {
    await using lab = await Lab.start();
    await lab.tell('start');
    await lab.pass(3000);
    lab.clock.set(25 * 365 * 86_400_000);

    expect(await lab.pass(10)).toBe(0);
    await lab.tell('interim', used(3010, 5, 5));

    expect(await lab.all()).toEqual(['81000001 open']);
    expect([...lab.accounting.open()]).toMatchObject([{ sessionSeconds: 3010, upOctets: 5n }]);
  });
});

describe('a device that comes online anew', () => {
  it('takes over from a session of its own that is silent', async () => {
    await using lab = await Lab.start();
    await lab.tell('start', mac);
    lab.clock.advance(500_000);
    const [old] = lab.accounting.openOf('anna');
    const stopped = lab.accounting.stopped(old?.key ?? '', AbortSignal.timeout(120_000));

    await lab.tell('start', { ...mac, sessionId: '81000002', nas: 'core-2' });

    expect(await stopped).toBe(true);
    expect(await lab.all()).toEqual(['81000002 open', '81000001 Replaced']);
  });

  it('leaves those alone that are heard of, and other devices', async () => {
    await using lab = await Lab.start();
    await lab.tell('start', { callingStationId: '02:00:00:00:00:02', sessionId: '81000009' });
    lab.clock.advance(500_000);
    await lab.tell('start', mac);
    lab.clock.advance(200_000);

    await lab.tell('start', { ...mac, sessionId: '81000002' });
    await lab.pass(0);

    expect(await lab.all()).toEqual(['81000002 open', '81000001 open', '81000009 open']);
  });
});

describe('a NAS whose session ids begin anew', () => {
  it('has booted: its other sessions end that miss two reports, without an Accounting-On', async () => {
    await using lab = await Lab.start();
    await lab.tell('start');
    await lab.tell('start', { sessionId: '81000002', username: 'ben' });
    await lab.tell('start', { sessionId: '81000003', username: 'cleo' });
    await lab.tell('start', { sessionId: '81000002', username: 'dora', nas: 'core-2' });
    lab.clock.advance(300_000);

    await lab.tell('start');
    await lab.pass(100);
    await lab.tell('interim', { sessionId: '81000003', username: 'cleo', ...used(400, 1, 1) });

    expect(await lab.pass(100)).toBe(0);
    expect(await lab.pass(80)).toBe(1);
    expect((await lab.all()).toSorted()).toEqual(
      ['81000001 Lost', '81000001 open', '81000002 NAS-Reboot', '81000002 open', '81000003 open'].toSorted(),
    );
  });
});

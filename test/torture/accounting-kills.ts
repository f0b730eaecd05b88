import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { decodeEntry } from '../../src/accounting/journal.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { hourMs } from '../../src/accounting/usage/usage-deltas.ts';
import { checkState } from '../../src/store/check-state.ts';
import { Store } from '../../src/store/store.ts';
import { DaemonProcess } from '../support/lastmile.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { AccountingNas, nasDeclarations } from './accounting-nas.ts';
import { randomOf } from './random.ts';

const users = 40;

/**
 * Kills the shipped daemon again and again while it acknowledges accounting, at any moment: while it starts, in the middle of a
 * commit, while rows are written. What it acknowledged is there, and counts once.
 *
 * @param seed of the moments
 */
export function tortureAccounting(title: string, kills: number, seed: number, timeoutMs: number): void {
  describe(title, () => {
    it(
      `IW-15: loses nothing that was acknowledged, and counts nothing twice (${kills} kills, seed ${seed})`,
      async () => {
        await using folder = await TempFolder.make();
        await using nas = await AccountingNas.start(users);
        const isp = join(folder.path, 'isp');
        await mkdir(isp);
        await writeFile(join(isp, 'network.yaml'), nasDeclarations);
        const state = join(folder.path, 'state');
        const random = randomOf(seed);

        for (let kill = 1; kill <= kills; kill += 1) {
          await using daemon = await DaemonProcess.start([isp, '--state', state, ...listening]);
          const { accounting = '' } = await daemon.serving();
          nas.aimAt(Number(accounting.split(':').at(-1)));
          // Every fourth is killed before it has acknowledged much.
          if (kill % 4 !== 0) await nas.more(1 + Math.floor(random() * 400));
          await pause(random() * 20);
          await daemon.stop('SIGKILL');
          if (kill % 50 === 0 || kill === kills) await expectKept(state, nas.acknowledged);
        }

        expect(nas.acknowledged.size).toBe(users);
      },
      timeoutMs,
    );
  });
}

const listening = [
  '--listen-auth',
  '127.0.0.1:0',
  '--listen-accounting',
  '127.0.0.1:0',
  '--listen-admin',
  '127.0.0.1:0',
];

/** What was acknowledged is in the journal, in its session, and in usage by hour, once. */
export async function expectKept(state: string, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  // The time it is: to look with another clock would be a clock that was set.
  const options = { clock: new QuickClock(Date.now()), log: pino({ level: 'silent' }) };
  await using store = await Store.open(state, options);
  await using accounting = await AccountingStore.open(store, options);
  const stored = new Map<string, number>();
  for await (const entry of store.journal.read(0)) {
    for (const event of decodeEntry(entry).events) {
      if (event.status !== 'interim') continue;
      const { username = '', inputOctets = 0 } = event;
      stored.set(username, Math.max(stored.get(username) ?? 0, inputOctets));
    }
  }

  expect(accounting.findings()).toEqual([]);
  const lost = [...acknowledged].filter(([user, octets]) => (stored.get(user) ?? 0) < octets);
  expect(lost).toEqual([]);
  for (const [user, octets] of stored) {
    const sessions = await accounting.history(user, 100);
    expect(
      sessions.map(({ upOctets }) => Number(upOctets)),
      user,
    ).toEqual([octets]);
    const hours = await accounting.usage(user, 0, Math.ceil(Date.now() / hourMs) + 1);
    expect(
      hours.reduce((sum, { up }) => sum + Number(up), 0),
      user,
    ).toBe(octets);
  }
  expect((await checkState(store)).findings).toEqual([]);
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DaemonProcess } from '../support/lastmile.ts';
import { mayMount, type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { expectKept } from './accounting-kills.ts';
import { AccountingNas, letsAnnaIn, nasDeclarations } from './accounting-nas.ts';

const users = 20;
const loginsEachTime = 5;
const listening = [
  '--listen-auth',
  '127.0.0.1:0',
  '--listen-accounting',
  '127.0.0.1:0',
  '--listen-admin',
  '127.0.0.1:0',
];

/**
 * Fills the disk below the daemon's state folder again and again while it acknowledges accounting.
 *
 * @param longestMs accounting goes on so soon once there is room. Absent: it goes on
 */
export function tortureFullDisk(title: string, times: number, timeoutMs: number, longestMs?: number): void {
  describe(title, () => {
    it.runIf(mayMount())(
      'lets everybody in, loses nothing it acknowledged, and goes on by itself once there is room (needs root on Linux)',
      async () => {
        await using place = await makePlace();
        const { isp, state, disk, nas } = place;
        await using daemon = await DaemonProcess.start([isp, '--state', state, ...listening]);
        const { auth = '', accounting = '' } = await daemon.serving();
        nas.aimAt(portOf(accounting));
        const waited: number[] = [];

        for (let time = 0; time < times; time += 1) {
          await nas.more(50);
          disk.fill();
          for (let n = 0; n < loginsEachTime; n += 1) expect(await letsAnnaIn(portOf(auth))).toBe(true);
          disk.clear();
          const since = performance.now();
          await nas.more(1);
          waited.push(performance.now() - since);
        }
        await nas.more(50);
        await daemon.logged({ msg: 'state folder opened again, accounting goes on' });
        await daemon.stop('SIGKILL');

        await expectKept(state, nas.acknowledged);
        // What it waited for, and what took how long, is in its log.
        const said = daemon.complaints.split('\n').filter((line) => /state folder|accounting not stored/.test(line));
        if (longestMs !== undefined) expect(Math.max(...waited), said.join('\n')).toBeLessThan(longestMs);
      },
      timeoutMs,
    );
  });
}

/** Starts a daemon, after a stop in good order, on a disk that has no room at all. */
export function startOnFullDisk(title: string, times: number, timeoutMs: number): void {
  describe(title, () => {
    it.runIf(mayMount())(
      'lets everybody in, says why it acknowledges no accounting, and does once there is room (needs root on Linux)',
      async () => {
        await using place = await makePlace();
        const { isp, state, disk, nas } = place;
        const start = () => DaemonProcess.start([isp, '--state', state, ...listening]);

        for (let time = 0; time < times; time += 1) {
          await using before = await start();
          nas.aimAt(portOf((await before.serving()).accounting ?? ''));
          await nas.more(50);
          expect(await before.stop()).toBe(0);
          disk.fill();
          // Twice: the first must not use up what the second needs.
          await expectServed(await start());
          await using after = await start();
          const { auth = '', accounting = '' } = await after.serving();
          nas.aimAt(portOf(accounting));
          // A record or two may still find room in the last block of a file.
          await after.logged({ msg: 'state folder cannot be written' });
          expect(await letsAnnaIn(portOf(auth))).toBe(true);
          disk.clear();
          await nas.more(50);
          await after.stop('SIGKILL');
        }

        await expectKept(state, nas.acknowledged);
      },
      timeoutMs,
    );
  });
}

interface Place extends AsyncDisposable {
  readonly isp: string;
  readonly state: string;
  readonly disk: SmallDisk;
  readonly nas: AccountingNas;
}

/** Declarations, a NAS, and a state folder on a disk of its own. */
async function makePlace(): Promise<Place> {
  const folder = await TempFolder.make();
  const disk = await smallDisk(join(folder.path, 'disk'), 48);
  const nas = await AccountingNas.start(users);
  const isp = join(folder.path, 'isp');
  await mkdir(isp);
  await writeFile(join(isp, 'network.yaml'), nasDeclarations);
  return {
    ...{ isp, state: join(disk.path, 'state'), disk, nas },
    async [Symbol.asyncDispose]() {
      for (const each of [nas, disk, folder]) await each[Symbol.asyncDispose]();
    },
  };
}

async function expectServed(daemon: DaemonProcess): Promise<void> {
  const { auth = '' } = await daemon.serving();
  expect(await letsAnnaIn(portOf(auth))).toBe(true);
  expect(await daemon.stop()).toBe(0);
}

function portOf(listener: string): number {
  return Number(listener.split(':').at(-1));
}

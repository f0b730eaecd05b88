import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ext4Disk, ext4Disk, mayMountFiles } from '../support/ext4-disk.ts';
import { DaemonProcess } from '../support/lastmile.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { expectKept } from './accounting-kills.ts';
import { AccountingNas, letsAnnaIn, nasDeclarations } from './accounting-nas.ts';

const users = 20;
const loginsEachTime = 20;
const listening = [
  '--listen-auth',
  '127.0.0.1:0',
  '--listen-accounting',
  '127.0.0.1:0',
  '--listen-admin',
  '127.0.0.1:0',
];

type Trouble = readonly [what: string, begin: (disk: Ext4Disk) => void, end: (disk: Ext4Disk) => void];

const troubles: readonly Trouble[] = [
  ['makes who writes wait', (disk) => disk.freeze(), (disk) => disk.thaw()],
  ['takes no writes any more', (disk) => disk.protect(), (disk) => disk.unprotect()],
];

/** Has the disk below the daemon's state folder stand still, or refuse writes, again and again while it acknowledges accounting. */
export function tortureStuckDisk(title: string, times: number, timeoutMs: number): void {
  describe(title, () => {
    it.runIf(mayMountFiles()).each(troubles)(
      'that %s: everybody is let in, what is not stored is not acknowledged, and it goes on by itself (needs root on Linux)',
      async (_, begin, end) => {
        await using folder = await TempFolder.make();
        await using disk = await ext4Disk(folder.path, 64);
        await using nas = await AccountingNas.start(users);
        const [isp, state] = [join(folder.path, 'isp'), join(disk.path, 'state')];
        await mkdir(isp);
        await writeFile(join(isp, 'network.yaml'), nasDeclarations);
        await using daemon = await DaemonProcess.start([isp, '--state', state, ...listening]);
        const { auth = '', accounting = '' } = await daemon.serving();
        nas.aimAt(portOf(accounting));

        for (let time = 0; time < times; time += 1) {
          await nas.more(50);
          begin(disk);
          try {
            for (let n = 0; n < loginsEachTime; n += 1) expect(await letsAnnaIn(portOf(auth))).toBe(true);
            // Answers to what was stored before are on their way; from then on there are none.
            const before = nas.count;
            for (let n = 0; n < loginsEachTime; n += 1) expect(await letsAnnaIn(portOf(auth))).toBe(true);
            expect(nas.count - before).toBeLessThanOrEqual(users);
          } finally {
            end(disk);
          }
          await nas.more(50);
        }
        await daemon.stop('SIGKILL');

        await expectKept(state, nas.acknowledged);
      },
      timeoutMs,
    );
  });
}

function portOf(listener: string): number {
  return Number(listener.split(':').at(-1));
}

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DaemonProcess } from '../support/lastmile.ts';
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
        await using folder = await TempFolder.make();
        await using disk = await smallDisk(join(folder.path, 'disk'));
        const [isp, state] = [join(folder.path, 'isp'), join(disk.path, 'state')];
        await mkdir(isp);
        await writeFile(join(isp, 'network.yaml'), nasDeclarations);
        await using nas = await AccountingNas.start(users);
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
        if (longestMs !== undefined) expect(Math.max(...waited)).toBeLessThan(longestMs);
      },
      timeoutMs,
    );
  });
}

function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function smallDisk(path: string) {
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    path,
    /** To the last octet, as whoever else writes to it does. */
    fill() {
      const file = openSync(filler, 'a');
      for (const size of [1 << 20, 1 << 12, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size));
        } catch {
          // No room for so much.
        }
      }
      closeSync(file);
    },
    clear: () => rmSync(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['--lazy', path]);
    },
  };
}

function portOf(listener: string): number {
  return Number(listener.split(':').at(-1));
}

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a disk of its own can be mounted here: on Linux, as root. */
export function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A file system with no more room than that, until it is disposed of. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  grow(mebibytes: number): void;
  /** To the last octet, as whoever else writes to it does. */
  fill(): void;
  clear(): void;
}

/** @param path a folder that is not there yet */
export async function smallDisk(path: string, mebibytes: number): Promise<SmallDisk> {
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    path,
    grow: (more) => void execFileSync('mount', ['-o', `remount,size=${more}m`, path]),
    fill: () => fillWith(filler),
    clear: () => rmSync(filler, { force: true }),
    // A daemon that has just been killed may hold a file of it for a moment yet.
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['--lazy', path]);
    },
  };
}

function fillWith(path: string): void {
  const file = openSync(path, 'a');
  for (const size of [1 << 20, 1 << 12, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch {
      // No room for so much.
    }
  }
  closeSync(file);
}

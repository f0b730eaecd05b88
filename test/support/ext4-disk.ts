import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tools = 'mkfs.ext4 && fsfreeze && chattr';

/** Whether a disk of its own can be made in a file and mounted here: on Linux, as root, with loop devices. */
export function mayMountFiles(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe =
    'f=$(mktemp) && truncate -s 4M "$f" && mkfs.ext4 -q "$f" && mount -o loop "$f" /mnt; ok=$?; rm -f "$f"; exit $ok';
  const has = tools.replaceAll(/[\w.]+/g, (tool) => `command -v ${tool}`);
  try {
    execFileSync('unshare', ['--mount', 'sh', '-c', `${has} && ${probe}`], { stdio: 'ignore', cwd: tmpdir() });
    return true;
  } catch {
    return false;
  }
}

/** A file system that can be made to misbehave, until it is disposed of. */
export interface Ext4Disk extends AsyncDisposable {
  readonly path: string;
  /** Who writes waits from here on, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Nothing can be written any more, not even to files that are open, until `unprotect`. */
  protect(): void;
  unprotect(): void;
}

/** @param folder in which the disk and its place are made */
export async function ext4Disk(folder: string, mebibytes: number): Promise<Ext4Disk> {
  const [image, path] = [join(folder, 'disk.img'), join(folder, 'disk')];
  await mkdir(path);
  const file = openSync(image, 'w');
  ftruncateSync(file, mebibytes * 2 ** 20);
  closeSync(file);
  execFileSync('mkfs.ext4', ['-q', image]);
  execFileSync('mount', ['-o', 'loop', image, path]);
  let [frozen, protectedNow] = [false, false];
  const set = (flag: '+i' | '-i') => execFileSync('chattr', ['-R', '-f', flag, path], { stdio: 'ignore' });
  const disk = {
    path,
    freeze() {
      execFileSync('fsfreeze', ['--freeze', path]);
      frozen = true;
    },
    thaw() {
      if (frozen) execFileSync('fsfreeze', ['--unfreeze', path]);
      frozen = false;
    },
    protect() {
      protectedNow = true;
      orNot(() => set('+i'));
    },
    unprotect() {
      if (protectedNow) orNot(() => set('-i'));
      protectedNow = false;
    },
    async [Symbol.asyncDispose]() {
      disk.thaw();
      disk.unprotect();
      execFileSync('umount', ['--lazy', path]);
    },
  };
  return disk;
}

/** A socket has no such flag, and a file may just have gone. */
function orNot(work: () => void): void {
  try {
    work();
  } catch {
    // Of those that are there it is set.
  }
}

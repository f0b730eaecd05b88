import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Octets of all files below a folder. What is gone by the time it is looked at counts nothing: the database merges files. */
export async function folderBytes(dir: string): Promise<number> {
  let total = 0;
  for (const entry of await entriesOf(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) total += await folderBytes(path);
    else total += (await lstat(path).catch(() => undefined))?.size ?? 0;
  }
  return total;
}

function entriesOf(dir: string): Promise<readonly Dirent[]> {
  return readdir(dir, { withFileTypes: true }).catch(() => []);
}

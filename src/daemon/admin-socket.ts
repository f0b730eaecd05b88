import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Longest path a Unix socket may have everywhere, with room to spare. */
const longestPath = 100;

/**
 * Where the daemon of a state folder opens its socket: `admin.sock` in it, or, where that path is too long for a Unix
 * socket, in a private temporary folder that `admin.path` names.
 */
export async function adminSocketPath(stateDir: string): Promise<string> {
  const direct = join(resolve(stateDir), 'admin.sock');
  const pointer = join(stateDir, 'admin.path');
  if (Buffer.byteLength(direct) <= longestPath) {
    await rm(pointer, { force: true });
    return direct;
  }
  const elsewhere = join(await mkdtemp(join(tmpdir(), 'lastmile-')), 'admin.sock');
  await writeFile(pointer, elsewhere, { mode: 0o600 });
  return elsewhere;
}

/** Where a command finds the daemon of a state folder. */
export async function findAdminSocket(stateDir: string): Promise<string> {
  const elsewhere = await readFile(join(stateDir, 'admin.path'), 'utf8').catch(() => undefined);
  return elsewhere?.trim() ?? join(resolve(stateDir), 'admin.sock');
}

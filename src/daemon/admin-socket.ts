import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Longest path a Unix socket may have everywhere, with room to spare. */
const longestPath = 100;

/**
 * Where the daemon of a state folder opens its socket: `admin.sock` in it, or, where that path is too long for a Unix
 * socket, in a private temporary folder that `admin.path` names.
 */
export async function adminSocketPath(stateDir: string): Promise<string> {
  const direct = join(resolve(stateDir), 'admin.sock');
  // A killed daemon leaves its own.
  await forgetAdminSocket(stateDir);
  if (Buffer.byteLength(direct) <= longestPath) return direct;
  const elsewhere = join(await mkdtemp(join(tmpdir(), 'lastmile-')), 'admin.sock');
  await writeFile(pointerOf(stateDir), elsewhere, { mode: 0o600 });
  return elsewhere;
}

/** Removes the temporary folder, and what names it, when the daemon has stopped. */
export async function forgetAdminSocket(stateDir: string): Promise<void> {
  const elsewhere = await readPointer(stateDir);
  if (elsewhere === undefined) return;
  await rm(elsewhere, { force: true }).catch(() => undefined);
  await rmdir(dirname(elsewhere)).catch(() => undefined);
  await rm(pointerOf(stateDir), { force: true });
}

/** Where a command finds the daemon of a state folder. */
export async function findAdminSocket(stateDir: string): Promise<string> {
  return (await readPointer(stateDir)) ?? join(resolve(stateDir), 'admin.sock');
}

async function readPointer(stateDir: string): Promise<string | undefined> {
  const text = await readFile(pointerOf(stateDir), 'utf8').catch(() => undefined);
  return text?.trim();
}

function pointerOf(stateDir: string): string {
  return join(stateDir, 'admin.path');
}

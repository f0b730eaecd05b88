import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockHolderFile } from './layout.ts';

/** Who holds the state folder. A file left by a process that died says nothing: LevelDB's own lock decides. */
export interface LockHolder {
  readonly pid: number;
  /** Tells processes with one number apart, as in containers, where it is always 1: when this one began. */
  readonly process: number;
  /** RFC 3339. */
  readonly since: string;
  /** Absent: a command that works alone, or an earlier release. */
  readonly as?: 'daemon';
}

export function thisProcess(now: number, as?: 'daemon'): LockHolder {
  const since = new Date(now).toISOString();
  const began = Math.round(performance.timeOrigin);
  return { pid: process.pid, process: began, since, ...(as === undefined ? {} : { as }) };
}

export function isThisProcess(holder: LockHolder): boolean {
  return holder.pid === process.pid && holder.process === Math.round(performance.timeOrigin);
}

/** `undefined` when there is no such file, or none that can be read: it only adds a number to a message. */
export async function readLockHolder(dir: string): Promise<LockHolder | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(join(dir, lockHolderFile), 'utf8'));
    return isLockHolder(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

export async function writeLockHolder(dir: string, holder: LockHolder): Promise<void> {
  await writeFile(join(dir, lockHolderFile), `${JSON.stringify(holder)}\n`, { mode: 0o600 });
}

export async function removeLockHolder(dir: string): Promise<void> {
  await rm(join(dir, lockHolderFile), { force: true });
}

function isLockHolder(found: unknown): found is LockHolder {
  if (typeof found !== 'object' || found === null) return false;
  const { pid, process: began, since } = found as Partial<Record<keyof LockHolder, unknown>>;
  return typeof pid === 'number' && typeof began === 'number' && typeof since === 'string';
}

import { createCipheriv } from 'node:crypto';
import { open, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { reserveFile } from './layout.ts';

/** LevelDB turns its log, of 4 MiB and at times two of them, into a table as it opens, and begins a new list of its files. */
export const reserveOctets = 8 << 20;
const blockOctets = 1 << 16;

/**
 * Sees to it that there is room in a state folder for its database to be opened, should the disk be full then: a file that is in its
 * place meanwhile. It takes no room that is needed now: as much again is left free. Never throws.
 *
 * @param isFull the disk is full but for what was just given up of it: it takes that back, as far as it is there
 */
export async function keepReserve(dir: string, isFull = false): Promise<void> {
  const path = join(dir, reserveFile);
  const octets = (await stat(path).catch(() => undefined))?.size ?? 0;
  const most = isFull ? reserveOctets : Math.min(reserveOctets, octets + (await freeIn(dir)) - reserveOctets);
  if (octets >= most) return;
  const file = await open(path, 'a', 0o600).catch(() => undefined);
  if (file === undefined) return;
  try {
    for (let at = octets; at < most; at += blockOctets) {
      await file.appendFile(block(at).subarray(0, most - at));
    }
  } catch {
    // It is as large as it could be.
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Gives so much of it up, or what there is. @returns whether there was any */
export async function giveUpReserve(dir: string, octets: number): Promise<boolean> {
  const path = join(dir, reserveFile);
  const had = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (had === 0) return false;
  return truncate(path, Math.max(0, had - octets)).then(
    () => true,
    () => false,
  );
}

/** How much whoever is not root may write there still; infinite where that cannot be told. */
export async function freeIn(dir: string): Promise<number> {
  const found = await statfs(dir).catch(() => undefined);
  return found === undefined ? Number.POSITIVE_INFINITY : found.bavail * found.bsize;
}

/** Nothing that a file system could make smaller, or have once for all. */
function block(at: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(at / 16, 8);
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), counter).update(Buffer.alloc(blockOctets));
}

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccountingRecord, addressFields } from '../accounting/event.ts';
import { parseSessionKey } from '../accounting/sessions/session-state.ts';
import { othersFirst } from '../base/steps.ts';
import { type Chain, chainOf, digestOf, readChain, sealSegment, writeChain } from '../store/journal-chain.ts';
import { encodeEntry, recordsOf, segmentHead } from '../store/journal-format.ts';
import { heldFolder } from '../store/layout.ts';
import { readSegment } from '../store/read-segment.ts';
import type { Store } from '../store/store.ts';
import { syncFolder } from '../store/sync-folder.ts';
import type { LegalHolds } from './legal-holds.ts';

const commitsPerStep = 64;

/**
 * Copies the records of a segment that are under a legal hold to `journal/held/`, with the numbers and times of their commits,
 * and adds that file to a chain of their own: the segment itself may go then. Done again, for it has not gone and holds are
 * others now, it keeps what is held now.
 *
 * @returns how many records there are
 * @throws NodeJS.ErrnoException
 */
export async function keepHeldRecords(
  store: Pick<Store, 'journal'>,
  segment: string,
  holds: LegalHolds,
): Promise<number> {
  if (holds.all().length === 0) return 0;
  const dir = store.journal.path(heldFolder);
  const pieces: Buffer[] = [];
  let [count, commits] = [0, 0];
  for await (const found of readSegment(store.journal.path(segment))) {
    if (found.type !== 'entry') continue;
    const kept = recordsOf(found.entry).filter((text) => isHeld(text, found.entry.at, holds));
    if (kept.length > 0) pieces.push(encodeEntry(found.entry.sequence, found.entry.at, kept));
    count += kept.length;
    commits += 1;
    if (commits % commitsPerStep === 0) await othersFirst();
  }
  if (count === 0) return 0;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeWhole(join(dir, segment), [segmentHead, ...pieces]);
  await syncFolder(dir);
  await seal(dir, segment);
  return count;
}

async function writeWhole(path: string, pieces: readonly Buffer[]): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o600);
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

async function seal(dir: string, segment: string): Promise<void> {
  const chain = await readChain(dir);
  const before = chain.sealed.find((each) => each.segment === segment);
  if (before === undefined) {
    await sealSegment(dir, chain, segment);
    return;
  }
  const { sha256 } = await digestOf(join(dir, segment));
  if (sha256 === before.sha256) return;
  const names = chain.sealed.map((each) => each.segment);
  const others: Chain = { ...chain, sealed: chain.sealed.filter((each) => each !== before) };
  await writeChain(dir, await chainOf(dir, names, others));
}

/** Files with nothing in them that is held any more go, and the chain is made anew without them. @returns how many went */
export async function dropReleasedRecords(store: Pick<Store, 'journal'>, holds: LegalHolds): Promise<number> {
  const dir = store.journal.path(heldFolder);
  const names = (await readdir(dir).catch((): string[] => [])).filter((name) => name.endsWith('.journal')).sort();
  const still: string[] = [];
  for (const name of names) if (await hasHeld(join(dir, name), holds)) still.push(name);
  if (still.length === names.length) return 0;
  await writeChain(dir, await chainOf(dir, still, await readChain(dir)));
  for (const name of names) if (!still.includes(name)) await rm(join(dir, name));
  if (still.length === 0) await rm(dir, { recursive: true });
  return names.length - still.length;
}

async function hasHeld(path: string, holds: LegalHolds): Promise<boolean> {
  for await (const found of readSegment(path)) {
    if (found.type === 'entry' && recordsOf(found.entry).some((text) => isHeld(text, found.entry.at, holds)))
      return true;
  }
  return false;
}

/** What cannot be read is kept: nobody can say that it is not held. */
function isHeld(text: string, at: number, holds: LegalHolds): boolean {
  try {
    const record = JSON.parse(text) as AccountingRecord & Readonly<Record<string, unknown>>;
    const addresses = addressFields.flatMap((field) => (typeof record[field] === 'string' ? [record[field]] : []));
    const username = usernameOf(record);
    return holds.holds({ username, addresses, from: Math.min(at, record.receivedAt), till: at });
  } catch {
    return true;
  }
}

/** An end that was not told by the NAS, and a move, name the session alone. */
function usernameOf({ username, key }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof username === 'string') return username;
  return typeof key === 'string' ? parseSessionKey(key)?.[2] : undefined;
}

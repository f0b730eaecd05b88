import { readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ErasedUsers, type StoredErasures } from '../../accounting/erase-user.ts';
import type { RecordsService } from '../../admin/records-service.ts';
import { codeOf, LastmileError } from '../../base/errors.ts';
import { restoringFolder } from '../../store/backup.ts';
import { dueErasuresFile } from '../../store/layout.ts';
import { syncFolder } from '../../store/sync-folder.ts';
import { writeInPlace } from '../../store/write-in-place.ts';
import type { Engine } from '../engine.ts';
import { type ErasedAgain, eraseAgain, erasuresIn } from './erase-again.ts';

interface DueErasures {
  /** Who wants it. */
  readonly by: string;
  /** As the folders knew them that this one comes after. */
  readonly known: readonly StoredErasures[];
  /** Who was erased in the backup as it was made: half an erasure of before a kill is none. Absent: nothing was begun. */
  readonly here?: StoredErasures;
}

/** Said of a restored folder in which not all could be erased who were. */
export class DueErasuresError extends LastmileError {
  readonly code = 'LM_ERASURES_DUE';
  readonly retry = 'never';

  constructor(path: string, cause: unknown) {
    super(`${path} says who is to be erased again after a restore, and cannot be read: restore again, or remove it`, {
      cause,
    });
  }
}

/**
 * What a backup is to hold when it takes the place of a state folder, so that a kill at any moment forgets no erasure: who was
 * erased in that folder, in one whose place it is to take still, and in one that was on its way there when a restore was killed.
 *
 * @returns files by name; none where nobody was erased
 */
export async function dueErasures(
  stateDir: string,
  tmp: string,
  by: string,
): Promise<Readonly<Record<string, string>>> {
  const dir = resolve(stateDir);
  const here = (await erasuresIn(dir, tmp))?.toStored();
  const left = await Promise.all([dir, restoringFolder(dir)].map((each) => readDue(join(each, dueErasuresFile))));
  const all = [...(here === undefined ? [] : [here]), ...left.flatMap((due) => due?.known ?? [])];
  const known = all.filter(({ digests }) => digests.length > 0);
  return known.length === 0 ? {} : { [dueErasuresFile]: textOf({ by, known }) };
}

/**
 * Erases whoever is to be erased in this folder since it was restored. Done again after a kill, it goes on.
 *
 * @returns undefined where nobody is
 * @throws DueErasuresError, LastmileError of the store
 */
export async function eraseDue(
  engine: Pick<Engine, 'store' | 'accounting'>,
  records: () => Promise<Pick<RecordsService, 'erase'>>,
): Promise<ErasedAgain | undefined> {
  const path = join(engine.store.dir, dueErasuresFile);
  const due = await readDue(path);
  if (due === undefined) return undefined;
  const here = due.here ?? (await ErasedUsers.open(engine.store)).toStored();
  // First of all: from here on the backup itself says something else.
  if (due.here === undefined) await writeInPlace(path, textOf({ ...due, here }));
  const known = due.known.map((each) => ErasedUsers.fromStored(each));
  const before = ErasedUsers.fromStored(here);
  const isDue = (username: string) => !before.knows(username) && known.some((each) => each.knows(username));
  const again = await eraseAgain(engine, await records(), isDue, due.by);
  await rm(path, { force: true });
  await syncFolder(dirname(path));
  return again;
}

function textOf(due: DueErasures): string {
  return `${JSON.stringify(due)}\n`;
}

async function readDue(path: string): Promise<DueErasures | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DueErasures;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new DueErasuresError(path, error);
  }
}

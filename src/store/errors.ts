import { codeOf, LastmileError, messageOf } from '../base/errors.ts';

/** Another process holds the state folder. */
export class StoreLockedError extends LastmileError {
  readonly code = 'LM_STORE_LOCKED';
  readonly retry = 'never';
  readonly dir: string;
  /** Who holds it, where it said so in `lock-holder.json`. */
  readonly pid: number | undefined;
  readonly as: 'daemon' | undefined;

  constructor(dir: string, pid: number | undefined, cause?: unknown, as?: 'daemon') {
    const holder = pid === undefined ? 'another process' : `process ${pid}`;
    super(`state folder ${dir} is in use by ${holder}: only one daemon may run on it`, { cause });
    this.dir = dir;
    this.pid = pid;
    this.as = as;
  }
}

/** As the above, for a command that wants the state folder for a moment: whoever holds it does not answer. */
export class StoreBusyError extends LastmileError {
  readonly code = 'LM_STORE_BUSY';
  readonly retry = 'backoff';

  constructor(dir: string, pid: number | undefined, as: 'daemon' | undefined, cause?: unknown) {
    const holder = pid === undefined ? '' : ` (process ${pid})`;
    const who = as === 'daemon' ? `a daemon${holder} is starting or stopping on` : `another command${holder} works on`;
    super(`${who} state folder ${dir} and does not answer yet: try again in a moment`, { cause });
  }
}

/** There is no state folder to look at. */
export class NothingStoredError extends LastmileError {
  readonly code = 'LM_NO_STATE';
  readonly retry = 'never';

  constructor(dir: string, why: string) {
    super(`no daemon answers, and ${dir} is no state folder: ${why}. --state names the daemon's`);
  }
}

/** The state folder is another user's. */
export class StoreNotReadableError extends LastmileError {
  readonly code = 'LM_STORE_NOT_READABLE';
  readonly retry = 'never';

  /** @param owner uid of whom it belongs to */
  constructor(dir: string, owner: number | undefined, cause: unknown) {
    const run = owner === undefined ? 'as its owner' : `as user ${owner}, whose it is (sudo -u '#${owner}' lastmile …)`;
    super(`state folder ${dir} cannot be read: ${reason(cause)}; run this ${run}`, { cause });
  }
}

/** There is no place for the working copy that a look needs. */
export class LookNotPossibleError extends LastmileError {
  readonly code = 'LM_NO_ROOM_TO_LOOK';
  readonly retry = 'never';

  constructor(tmp: string, cause: unknown) {
    super(`no working copy can be made in ${tmp}: ${reason(cause)}; TMPDIR names another folder`, { cause });
  }
}

/** The state folder may not be written to: rights, or a read-only file system. */
export class StoreNotWritableError extends LastmileError {
  readonly code = 'LM_STORE_NOT_WRITABLE';
  readonly retry = 'never';

  constructor(dir: string, cause: unknown) {
    super(`state folder ${dir} cannot be written to: ${reason(cause)}`, { cause });
  }
}

/** No room left, by disk, quota or file size limit. */
export class StoreFullError extends LastmileError {
  readonly code = 'LM_STORE_FULL';
  readonly retry = 'backoff';

  constructor(dir: string, cause: unknown) {
    super(`no room left for state folder ${dir}: ${reason(cause)}`, { cause });
  }
}

/** What is stored cannot be read. Nothing is changed; `lastmile state` commands deal with it. */
export class StoreCorruptError extends LastmileError {
  readonly code = 'LM_STORE_CORRUPT';
  readonly retry = 'never';

  constructor(dir: string, what: string, cause?: unknown) {
    super(`state folder ${dir} is damaged: ${what}`, { cause });
  }
}

/** The path given for the state folder, or one above it, is something else. */
export class StoreNotAFolderError extends LastmileError {
  readonly code = 'LM_STORE_NOT_A_FOLDER';
  readonly retry = 'never';

  constructor(dir: string, cause: unknown) {
    super(`state folder ${dir} is not a folder`, { cause });
  }
}

/** Written by a newer lastmile than this one. */
export class StoreTooNewError extends LastmileError {
  readonly code = 'LM_STORE_TOO_NEW';
  readonly retry = 'never';

  constructor(dir: string, found: number, known: number) {
    super(`state folder ${dir} has schema version ${found}, this lastmile knows ${known}: run the newer release`);
  }
}

/** The folder a daemon holds was removed, or another put in its place: what is written goes to files nobody can find. */
export class StoreRemovedError extends LastmileError {
  readonly code = 'LM_STORE_REMOVED';
  readonly retry = 'backoff';

  constructor(dir: string, cause?: unknown) {
    super(`state folder ${dir} was removed while it was in use`, { cause });
  }
}

/** A line of the chain of closed segments is not what was written. What is closed from here on cannot be added to it. */
export class ChainBrokenError extends LastmileError {
  readonly code = 'LM_CHAIN_BROKEN';
  readonly retry = 'never';

  constructor(line: number) {
    super(`line ${line} of the chain of closed segments does not hold: lastmile state verify says more`);
  }
}

/** Used after closing, or while a reopening failed. */
export class StoreClosedError extends LastmileError {
  readonly code = 'LM_STORE_CLOSED';
  readonly retry = 'backoff';

  constructor(dir: string, cause?: unknown) {
    super(`state folder ${dir} is closed`, { cause });
  }
}

/** Any other failure of the disk below. */
export class StoreIoError extends LastmileError {
  readonly code = 'LM_STORE_IO';
  readonly retry = 'backoff';

  constructor(dir: string, cause: unknown) {
    super(`state folder ${dir}: ${reason(cause)}`, { cause });
  }
}

/**
 * One of ours for whatever LevelDB or the file system threw. LevelDB gives no errno, only the system's text
 * (`IO error: …/000003.log: No space left on device`), hence the matching on words.
 */
export function toStoreError(dir: string, error: unknown): LastmileError {
  if (error instanceof LastmileError) return error;
  const codes = chain(error).map(codeOf);
  const text = chain(error).map(messageOf).join('\n');
  if (codes.includes('LEVEL_LOCKED')) return new StoreLockedError(dir, undefined, error);
  if (codes.some(isFull) || /No space left|quota exceeded|File too large/i.test(text)) {
    return new StoreFullError(dir, error);
  }
  if (codes.some(isNotWritable) || /Read-only file system|Permission denied|Operation not permitted/i.test(text)) {
    return new StoreNotWritableError(dir, error);
  }
  if (codes.some(isNotAFolder) || /Not a directory/i.test(text)) return new StoreNotAFolderError(dir, error);
  if (codes.includes('LEVEL_CORRUPTION') || isMissingPart(codes, text)) {
    return new StoreCorruptError(dir, reason(error), error);
  }
  if (codes.some((code) => code?.endsWith('_NOT_OPEN') === true) && chain(error).length === 1) {
    return new StoreClosedError(dir, error);
  }
  return new StoreIoError(dir, error);
}

const isFull = (code: string | undefined) => code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
const isNotWritable = (code: string | undefined) => code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
const isNotAFolder = (code: string | undefined) => code === 'ENOTDIR' || code === 'EEXIST';

/** A file that is named and gone, or is empty and cannot be mapped into memory: an I/O error to LevelDB, damage to us. */
function isMissingPart(codes: readonly (string | undefined)[], text: string): boolean {
  return (
    codes.includes('LEVEL_IO_ERROR') &&
    /No such file or directory|does not exist|\.(?:ldb|sst): Invalid argument/i.test(text)
  );
}

/** The error and its causes, outermost first. `level` wraps what went wrong in "Database failed to open". */
function chain(error: unknown): unknown[] {
  const all: unknown[] = [];
  for (let at = error; at !== undefined && all.length < 8; at = at instanceof Error ? at.cause : undefined)
    all.push(at);
  return all;
}

function reason(error: unknown): string {
  return messageOf(chain(error).at(-1));
}

import {
  close as closeFile,
  constants,
  type Dirent,
  fdatasync,
  open as openFile,
  stat as statFile,
  write,
} from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../base/errors.ts';
import { ChainBrokenError, StoreRemovedError } from './errors.ts';
import { readChain, type SealedSegment, sealSegment } from './journal-chain.ts';
import { encodeEntry, type Found, recordsOf, segmentHead } from './journal-format.ts';
import { numberKey, parseNumberKey } from './layout.ts';
import { readSegment } from './read-segment.ts';
import { syncFolder } from './sync-folder.ts';

/** Just after a commit of the journal. */
export interface JournalPlace {
  readonly sequence: number;
  /** Name of the segment's file, and the octets of it up to there. */
  readonly segment: string;
  readonly offset: number;
  /** Wall time of that commit, milliseconds since 1970. */
  readonly at: number;
}

/** Records that were synced together, in order of arrival. */
export interface JournalEntry extends JournalPlace {
  readonly records: readonly string[];
}

/** Something that is not as it was written. */
export type JournalDamage =
  | {
      readonly type: 'damaged';
      readonly segment: string;
      readonly offset: number;
      readonly octets: number;
      readonly why: string;
      /** Of the commit that was there, where that can be read. */
      readonly sequence?: number;
    }
  /** Octets at the end of a segment that are no whole commit: the last write was cut short, or the file was. */
  | { readonly type: 'torn'; readonly segment: string; readonly offset: number; readonly octets: number }
  /** Commits that are not there: both numbers among them. */
  | { readonly type: 'missing'; readonly from: number; readonly to: number }
  | { readonly type: 'unreadable'; readonly segment: string; readonly error: unknown };

export interface JournalOptions {
  /** A segment that is as large as this is closed. Default 64 MiB. */
  readonly segmentOctets?: number;
  /** Called with each closed segment that is now in the chain, or with why none can be added. */
  readonly onSealed?: (sealed: SealedSegment) => Promise<void>;
  /** The newest link of the chain as it was noted elsewhere. */
  readonly notedLink?: () => Promise<string | undefined>;
  readonly onNotSealed?: (error: unknown) => void;
}

interface OpenSegment {
  readonly name: string;
  readonly path: string;
  readonly fd: number;
  readonly inode: string;
  /** Of its first commit, days since 1970: a later day has a segment of its own. */
  readonly day: number;
  end: number;
}

/** Where reading is. */
interface Cursor {
  /** Number of the commit that should come. */
  next: number;
  /** The end of the last segment, if it is whole. */
  goOn?: JournalPlace | undefined;
  /** Where to stop. Absent: at the end. */
  readonly end?: { readonly segment: string; readonly offset: number };
}

const dayMs = 86_400_000;
const suffix = '.journal';
const files = {
  open: promisify(openFile),
  close: promisify(closeFile),
  stat: promisify(statFile),
  sync: promisify(fdatasync),
};
/** One call writes and syncs where the system can; elsewhere `fdatasync` follows. */
const writesThrough = process.platform === 'linux';

/**
 * What was acknowledged, in the order it came: files that only grow, `journal/<number of its first commit>.journal`. A commit is in
 * the file, synced, before `append` resolves. Closed segments are never written again.
 *
 * What `append` left when it failed is written over by the next, or cut off by `release`.
 */
export class Journal {
  readonly #dir: string;
  readonly #segmentOctets: number;
  readonly #options: JournalOptions;
  #sealing: Promise<void> | undefined;
  #next = 1;
  #segment: OpenSegment | undefined;
  /** Where `replay` says to go on: a segment that ended whole. */
  #goOn: JournalPlace | undefined;

  constructor(dir: string, options: JournalOptions = {}) {
    this.#dir = dir;
    this.#options = options;
    this.#segmentOctets = options.segmentOctets ?? 64 << 20;
  }

  /** Number that the next commit gets. */
  get next(): number {
    return this.#next;
  }

  /** Name of the segment that is written to now. */
  get current(): string | undefined {
    return this.#segment?.name ?? this.#goOn?.segment;
  }

  /** Names of the segments there are, in order. */
  async segments(): Promise<readonly string[]> {
    const entries = await readdir(this.#dir, { withFileTypes: true }).catch(nobody);
    return entries
      .filter((entry) => entry.isFile() && /^[0-9a-f]{14}\.journal$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  path(segment: string): string {
    return join(this.#dir, segment);
  }

  async octetsOf(segment: string): Promise<number> {
    return (await files.stat(this.path(segment))).size;
  }

  /**
   * All commits after a place, to the end of the journal, after which it can be appended to. No number comes twice.
   *
   * @param after as `append` or this gave it: what is before is not looked at
   * @param onDamage called with what is not as it was written
   */
  async *replay(
    after: JournalPlace | undefined,
    onDamage: (damage: JournalDamage) => void,
  ): AsyncIterable<JournalEntry> {
    await this.release();
    const cursor: Cursor = { next: (after?.sequence ?? 0) + 1 };
    yield* this.#readAll(after, cursor, onDamage);
    this.#next = cursor.next;
    this.#goOn = cursor.goOn;
    this.#seal();
  }

  /** Where the newest commit ends; `undefined` before there is one. */
  get end(): { readonly segment: string; readonly offset: number } | undefined {
    const open = this.#segment;
    return open === undefined ? this.#goOn : { segment: open.name, offset: open.end };
  }

  /** Resolves when every segment that is closed now is in the chain, or cannot be put there. */
  async sealed(): Promise<void> {
    await this.#sealing;
  }

  /**
   * All commits after one, as far as there are any now. What is damaged is left out.
   *
   * @param end what comes after is not looked at: it may be being written
   */
  read(
    after: number,
    onDamage: (damage: JournalDamage) => void = () => undefined,
    end?: { readonly segment: string; readonly offset: number },
  ): AsyncIterable<JournalEntry> {
    const place = { sequence: after, segment: '', offset: 0, at: 0 };
    return this.#readAll(place, { next: after + 1, ...(end === undefined ? {} : { end }) }, onDamage);
  }

  /**
   * Stores a commit. One at a time. @returns the place after it, once it is synced
   *
   * @param at wall time, milliseconds since 1970
   * @param records one line of text each, none beginning with `=`
   * @param sequence its number, not below `next`: for commits of another journal
   * @throws NodeJS.ErrnoException, StoreRemovedError: nothing of it counts, and `replay` must come before the next
   */
  async append(at: number, records: readonly string[], sequence: number = this.#next): Promise<JournalPlace> {
    const [head, body] = encodeEntry(sequence, at, records);
    const segment = this.#fitting(at) ?? (await this.#another(at, sequence));
    const octets = Buffer.concat([head, body]);
    // Both to their end: a descriptor that is written to must not be closed, and be another file's, meanwhile.
    const done = await Promise.allSettled([writeAll(segment.fd, octets, segment.end), this.#stillThere(segment)]);
    for (const each of done) if (each.status === 'rejected') throw each.reason;
    segment.end += octets.length;
    this.#next = sequence + 1;
    return { sequence, segment: segment.name, offset: segment.end, at };
  }

  /** Lets go of the file, without what a failed `append` left of its own. */
  async release(): Promise<void> {
    await this.#sealing;
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    await files.close(segment.fd).catch(() => undefined);
    await cut(segment.path, segment.end);
  }

  /** Behind what is acknowledged: what fails is tried again when the next segment is closed. */
  #seal(): void {
    const sealing = (this.#sealing ?? Promise.resolve()).then(() => this.#sealClosed());
    this.#sealing = sealing.catch((error: unknown) => this.#options.onNotSealed?.(error));
  }

  async #sealClosed(): Promise<void> {
    let chain = await readChain(this.#dir);
    // To go on behind what does not hold would make it look as if it did.
    const noted = await this.#options.notedLink?.();
    const isWhole = noted === undefined || chain.sealed.some(({ link }) => link === noted);
    if (chain.brokenAt !== undefined || !isWhole) throw new ChainBrokenError(chain.brokenAt ?? chain.sealed.length + 1);
    const names = await this.segments();
    const written = this.end?.segment ?? names.at(-1) ?? '';
    for (const segment of names) {
      if (segment >= written || segment <= (chain.sealed.at(-1)?.segment ?? '')) continue;
      chain = await sealSegment(this.#dir, chain, segment);
      const sealed = chain.sealed.at(-1);
      if (sealed !== undefined) await this.#options.onSealed?.(sealed);
    }
  }

  async *#readAll(
    after: JournalPlace | undefined,
    cursor: Cursor,
    onDamage: (damage: JournalDamage) => void,
  ): AsyncIterable<JournalEntry> {
    const names = await this.segments();
    const first = names.findLastIndex((name) => firstOf(name) <= cursor.next);
    if (after !== undefined && after.segment !== '' && !names.includes(after.segment)) {
      onDamage({ type: 'unreadable', segment: after.segment, error: new Error('the file is gone') });
    }
    for (const [at, name] of names.entries()) {
      if (at < first) continue;
      if (cursor.end !== undefined && name > cursor.end.segment) return;
      const following = names[at + 1];
      const until = following === undefined ? Number.POSITIVE_INFINITY : firstOf(following);
      yield* this.#readSegment(name, after?.segment === name ? after : undefined, until, cursor, onDamage);
    }
  }

  async *#readSegment(
    segment: string,
    after: JournalPlace | undefined,
    until: number,
    cursor: Cursor,
    onDamage: (damage: JournalDamage) => void,
  ): AsyncIterable<JournalEntry> {
    let place = after;
    let isWhole = true;
    const damaged = (damage: JournalDamage) => {
      isWhole = false;
      onDamage(damage);
    };
    try {
      for await (const found of this.#foundIn(segment, after, damaged)) {
        if (cursor.end?.segment === segment && found.offset >= cursor.end.offset) return;
        if (found.type !== 'entry') {
          damaged(toDamage(segment, found));
          if (found.type === 'damage' && found.sequence === cursor.next) cursor.next += 1;
          continue;
        }
        const { sequence, at } = found.entry;
        // Left by a write that failed, or told already: the next segment begins with what counts.
        if (sequence < cursor.next || sequence >= until) continue;
        if (sequence > cursor.next) onDamage({ type: 'missing', from: cursor.next, to: sequence - 1 });
        cursor.next = sequence + 1;
        place = { sequence, segment, offset: found.offset + found.length, at };
        yield { ...place, records: recordsOf(found.entry) };
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      damaged({ type: 'unreadable', segment, error });
    }
    cursor.goOn = isWhole ? place : undefined;
  }

  async *#foundIn(
    segment: string,
    after: JournalPlace | undefined,
    damaged: (damage: JournalDamage) => void,
  ): AsyncIterable<Found> {
    const path = this.path(segment);
    const { size } = await files.stat(path);
    if (after !== undefined && size < after.offset) {
      damaged({ type: 'damaged', segment, offset: size, octets: after.offset - size, why: 'the file was cut short' });
      return;
    }
    yield* readSegment(path, after?.offset);
  }

  /** The segment that is open, unless it is large, or of a day before. */
  #fitting(at: number): OpenSegment | undefined {
    const segment = this.#segment;
    return segment !== undefined && segment.end < this.#segmentOctets && dayOf(at) <= segment.day ? segment : undefined;
  }

  async #another(at: number, sequence: number): Promise<OpenSegment> {
    if (this.#segment === undefined && this.#goOn !== undefined) {
      this.#segment = await this.#openAgain(this.#goOn);
      this.#goOn = undefined;
      const fitting = this.#fitting(at);
      if (fitting !== undefined) return fitting;
    }
    const full = this.#segment;
    const next = await this.#begin(sequence, dayOf(at));
    if (full !== undefined) await files.close(full.fd);
    this.#segment = next;
    this.#seal();
    return next;
  }

  async #openAgain({ segment: name, offset: end, at }: JournalPlace): Promise<OpenSegment> {
    const path = this.path(name);
    const fd = await files.open(path, constants.O_WRONLY | throughFlag());
    return { name, path, fd, inode: inodeOf(await files.stat(path)), day: dayOf(at), end };
  }

  async #begin(sequence: number, day: number): Promise<OpenSegment> {
    const name = `${numberKey(sequence)}${suffix}`;
    const path = this.path(name);
    await makeFolder(this.#dir);
    // There may be one whose first commit was never whole: it is no part of the journal.
    await rename(path, `${path}.left`).catch(ifThere);
    const fd = await files.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | throughFlag(), 0o600);
    try {
      await writeAll(fd, segmentHead, 0);
      await syncFolder(this.#dir);
      return { name, path, fd, inode: inodeOf(await files.stat(path)), day, end: segmentHead.length };
    } catch (error) {
      await files.close(fd).catch(() => undefined);
      throw error;
    }
  }

  /** What is written to a file that was removed is gone when it is closed. */
  async #stillThere({ path, inode }: OpenSegment): Promise<void> {
    try {
      if (inodeOf(await files.stat(path)) === inode) return;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
      throw new StoreRemovedError(this.#dir, error);
    }
    throw new StoreRemovedError(this.#dir);
  }
}

/** Number of the first commit of a segment. */
export function firstOf(segment: string): number {
  return parseNumberKey(segment.slice(0, -suffix.length));
}

async function writeAll(fd: number, octets: Buffer, position: number): Promise<void> {
  for (let done = 0; done < octets.length; ) done += await writeSome(fd, octets, done, position + done);
  if (!writesThrough) await files.sync(fd);
}

function writeSome(fd: number, octets: Buffer, from: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, octets, from, octets.length - from, position, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}

/** Best effort: what is not cut off is met as a commit that nobody was told of, or as damage. */
async function cut(path: string, end: number): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      if ((await file.stat()).size > end) {
        await file.truncate(end);
        await file.sync();
      }
    } finally {
      await file.close();
    }
  } catch {
    // Gone, or as broken as the disk below it.
  }
}

function toDamage(segment: string, found: Exclude<Found, { readonly type: 'entry' }>): JournalDamage {
  const { offset, length: octets } = found;
  if (found.type === 'torn') return { type: 'torn', segment, offset, octets };
  const { why, sequence } = found;
  return { type: 'damaged', segment, offset, octets, why, ...(sequence === undefined ? {} : { sequence }) };
}

/** Not with its parents: where the state folder itself is gone, nobody would find it. */
async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

function ifThere(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const throughFlag = () => (writesThrough ? constants.O_DSYNC : 0);
const dayOf = (at: number) => Math.floor(at / dayMs);
const inodeOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }) => `${dev}:${ino}`;
const nobody = (): Dirent[] => [];

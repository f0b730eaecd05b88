import {
  close as closeFile,
  constants,
  type Dirent,
  fdatasync,
  fstatSync,
  open as openFile,
  stat as statFile,
  write,
} from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../base/errors.ts';
import type { EntryBody } from './entry-writer.ts';
import { ChainBrokenError, StoreRemovedError } from './errors.ts';
import {
  type Chain,
  type DroppedSegments,
  readChain,
  type SealedSegment,
  sealSegment,
  withoutUpTo,
  writeChain,
} from './journal-chain.ts';
import { encodeEntry, type Found, recordsOf, segmentHead } from './journal-format.ts';
import { JournalRoom } from './journal-room.ts';
import { numberKey, parseNumberKey } from './layout.ts';
import { endOfSegment, readSegment } from './read-segment.ts';
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
  /** Absent: each commit makes the file longer. */
  readonly room: JournalRoom | undefined;
  end: number;
  /** Wall time at which its path was last looked at, and what was wrong with it. */
  lookedAt: number;
  astray?: unknown;
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
/** So often, by the times of commits, it is looked whether the file is still where it belongs. */
const lookEveryMs = 1000;
/** A smaller segment needs no room made. */
const leastSegment = 4 << 20;
const files = {
  open: promisify(openFile),
  close: promisify(closeFile),
  stat: promisify(statFile),
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
  readonly #beganAt = new Map<string, number>();
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
    const { dropped } = after === undefined ? await readChain(this.#dir).catch(() => noChain) : noChain;
    const cursor: Cursor = { next: after === undefined ? (dropped?.next ?? 1) : after.sequence + 1 };
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
   * @param records one line of text each, none beginning with `=`; or written by an `EntryWriter`, which is free again when this is done
   * @param sequence its number, not below `next`: for commits of another journal
   * @throws NodeJS.ErrnoException, StoreRemovedError: nothing of it counts, and `replay` must come before the next
   */
  append(at: number, records: readonly string[] | EntryBody, sequence: number = this.#next): Promise<JournalPlace> {
    const segment = this.#fitting(at);
    // By far the most go to the segment that is open: without an `async` function for each step, which leave as much behind as a record.
    if (segment !== undefined) return this.#appendTo(segment, at, records, sequence);
    return this.#another(at, sequence).then((next) => this.#appendTo(next, at, records, sequence));
  }

  #appendTo(
    segment: OpenSegment,
    at: number,
    records: readonly string[] | EntryBody,
    sequence: number,
  ): Promise<JournalPlace> {
    return new Promise((resolve, reject) => {
      const octets = encodeEntry(sequence, at, records);
      const finish = (error: Error | null): void => {
        try {
          if (error !== null) throw error;
          this.#mustBeThere(segment, at);
          segment.end += octets.length;
          segment.room?.written(octets.length, segment.end);
          this.#next = sequence + 1;
          resolve({ sequence, segment: segment.name, offset: segment.end, at });
        } catch (failure) {
          reject(failure);
        }
      };
      const inWay = segment.room?.inWayOf(segment.end + octets.length);
      if (inWay === undefined) writeAll(segment.fd, octets, segment.end, finish);
      else inWay.then(() => writeAll(segment.fd, octets, segment.end, finish), reject);
    });
  }

  /** When the first commit of a segment was, wall time; `undefined` where none can be read. Segments never get another. */
  async beganAt(segment: string): Promise<number | undefined> {
    const known = this.#beganAt.get(segment);
    if (known !== undefined) return known;
    for await (const found of readSegment(this.path(segment))) {
      if (found.type !== 'entry') continue;
      this.#beganAt.set(segment, found.entry.at);
      return found.entry.at;
    }
    return undefined;
  }

  /**
   * Closed segments, oldest first, all of whose commits were before a moment: a later segment began before it, too, and none of
   * them is of later by a clock that was right, which `now` is. Those that are not in the chain yet are not among them.
   */
  async over(before: number, now = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
    const { sealed } = await readChain(this.#dir);
    const closed = new Set(sealed.map(({ segment }) => segment));
    const names = await this.segments();
    const first = names.findIndex((name) => !closed.has(name));
    for (let at = first === -1 ? names.length - 1 : first; at > 0; at -= 1) {
      const began = await this.beganAt(names[at] ?? '').catch(() => undefined);
      if (began !== undefined && began < before) return await this.#oldOf(names.slice(0, at + 1), before, now);
    }
    return [];
  }

  /**
   * All but the last, up to one that is younger: what a segment that begins before the one before it says of that means nothing, for the
   * clock was set back. One that begins later than now is of a clock that was wrong.
   */
  async #oldOf(names: readonly string[], before: number, now: number): Promise<readonly string[]> {
    const began: (number | undefined)[] = [];
    // One by one: of each a megabyte is read.
    for (const name of names) began.push(await this.beganAt(name).catch(() => undefined));
    const young = began.slice(0, -1).findIndex((from, at) => {
      if (from === undefined || from > now) return false;
      const wasSetBack = (began[at + 1] ?? from) < from;
      return (wasSetBack ? (dayOf(from) + 1) * dayMs : from) > before;
    });
    return names.slice(0, young === -1 ? names.length - 1 : young);
  }

  /**
   * Drops closed segments, all up to one, for good; the chain tells that they were there. Cut short, it is done the next time.
   *
   * @param upTo of `over`
   * @param note keeps elsewhere what the chain is about to say of them
   * @throws NodeJS.ErrnoException, ChainBrokenError, and whatever `note` throws: nothing was dropped then
   */
  drop(upTo: string, at: number, note: (dropped: DroppedSegments) => Promise<void>): Promise<DroppedSegments> {
    const dropping = (this.#sealing ?? Promise.resolve()).then(() => this.#drop(upTo, at, note));
    this.#sealing = dropping.then(
      () => undefined,
      () => undefined,
    );
    return dropping;
  }

  /** Lets go of the file, without what a failed `append` left of its own. */
  async release(): Promise<void> {
    await this.#sealing;
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    await segment.room?.stop();
    await files.close(segment.fd).catch(() => undefined);
    await cut(segment.path, segment.end);
  }

  /** Behind what is acknowledged: what fails is tried again when the next segment is closed. */
  #seal(): void {
    const sealing = (this.#sealing ?? Promise.resolve()).then(() => this.#sealClosed());
    this.#sealing = sealing.catch((error: unknown) => this.#options.onNotSealed?.(error));
  }

  async #drop(upTo: string, at: number, note: (dropped: DroppedSegments) => Promise<void>): Promise<DroppedSegments> {
    const chain = await this.#wholeChain();
    const names = await this.segments();
    const next = names.find((name) => name > upTo);
    if (next === undefined || !chain.sealed.some(({ segment }) => segment === upTo)) throw new RangeError(upTo);
    const rest = withoutUpTo(chain, upTo, firstOf(next), at);
    const { dropped } = rest;
    if (dropped === undefined) throw new RangeError(upTo);
    await note(dropped);
    await writeChain(this.#dir, rest);
    for (const name of names) if (name <= upTo) await rm(this.path(name), { force: true });
    await syncFolder(this.#dir);
    return dropped;
  }

  /** To go on behind what does not hold would make it look as if it did. @throws ChainBrokenError */
  async #wholeChain(): Promise<Chain> {
    const chain = await readChain(this.#dir);
    const noted = await this.#options.notedLink?.();
    const links = [chain.dropped, ...chain.sealed].map((each) => each?.link);
    const isWhole = noted === undefined || links.includes(noted);
    if (chain.brokenAt !== undefined || !isWhole) throw new ChainBrokenError(chain.brokenAt ?? chain.sealed.length + 1);
    return chain;
  }

  async #sealClosed(): Promise<void> {
    let chain = await this.#wholeChain();
    await this.#endDrop(chain);
    const names = await this.segments();
    const written = this.end?.segment ?? names.at(-1) ?? '';
    for (const segment of names) {
      if (segment >= written || segment <= ((chain.sealed.at(-1) ?? chain.dropped)?.segment ?? '')) continue;
      chain = await sealSegment(this.#dir, chain, segment);
      const sealed = chain.sealed.at(-1);
      if (sealed !== undefined) await this.#options.onSealed?.(sealed);
    }
  }

  /** A drop that was cut short. */
  async #endDrop({ dropped }: Chain): Promise<void> {
    if (dropped === undefined) return;
    for (const name of await this.segments()) {
      if (name <= dropped.segment) await rm(this.path(name), { force: true });
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
    const end = after === undefined ? 0 : await endOfSegment(path);
    if (after !== undefined && end < after.offset) {
      damaged({ type: 'damaged', segment, offset: end, octets: after.offset - end, why: 'the file was cut short' });
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
    if (full !== undefined) await leave(full);
    this.#segment = next;
    this.#seal();
    return next;
  }

  async #openAgain({ segment: name, offset: end, at }: JournalPlace): Promise<OpenSegment> {
    const path = this.path(name);
    const fd = await files.open(path, constants.O_WRONLY | throughFlag());
    const inode = inodeOf(await files.stat(path));
    return { name, path, fd, inode, day: dayOf(at), room: await this.#room(path, inode), end, lookedAt: 0 };
  }

  async #begin(sequence: number, day: number): Promise<OpenSegment> {
    const name = `${numberKey(sequence)}${suffix}`;
    const path = this.path(name);
    await makeFolder(this.#dir);
    // There may be one whose first commit was never whole: it is no part of the journal.
    await rename(path, `${path}.left`).catch(ifThere);
    const fd = await files.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | throughFlag(), 0o600);
    try {
      await new Promise<void>((resolve, reject) => {
        writeAll(fd, segmentHead, 0, (error) => (error === null ? resolve() : reject(error)));
      });
      await syncFolder(this.#dir);
      const inode = inodeOf(await files.stat(path));
      const room = await this.#room(path, inode);
      return { name, path, fd, inode, day, room, end: segmentHead.length, lookedAt: 0 };
    } catch (error) {
      await files.close(fd).catch(() => undefined);
      throw error;
    }
  }

  /** Of another file that took its place in this moment nothing may be touched. */
  async #room(path: string, inode: string): Promise<JournalRoom | undefined> {
    if (!writesThrough || this.#segmentOctets < leastSegment) return undefined;
    const room = await JournalRoom.of(path, this.#segmentOctets);
    if (room === undefined || inodeOf(await room.inode()) === inode) return room;
    await room.stop();
    return undefined;
  }

  /**
   * What is written to a file that was removed is gone when it is closed. That a file has no name any more is known without its path: a
   * disk that hangs must not hold up those who wait for other things, as it would whoever walks along a path. A file that was moved is
   * still there with all that is in it; that it is not where it belongs is seen within a second, by another thread.
   */
  #mustBeThere(segment: OpenSegment, at: number): void {
    if (fstatSync(segment.fd).nlink === 0) throw new StoreRemovedError(this.#dir);
    if (segment.astray !== undefined) throw segment.astray;
    if (Math.abs(at - segment.lookedAt) < lookEveryMs) return;
    segment.lookedAt = at;
    this.#look(segment).catch((error: unknown) => {
      segment.astray = error;
    });
  }

  async #look({ path, inode }: OpenSegment): Promise<void> {
    const found = await files.stat(path).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
      throw new StoreRemovedError(this.#dir, error);
    });
    if (inodeOf(found) !== inode) throw new StoreRemovedError(this.#dir);
  }
}

/** Number of the first commit of a segment. */
export function firstOf(segment: string): number {
  return parseNumberKey(segment.slice(0, -suffix.length));
}

/** Calls back when all of it is on the disk, or cannot be put there. */
function writeAll(fd: number, octets: Buffer, position: number, done: (error: Error | null) => void, from = 0): void {
  write(fd, octets, from, octets.length - from, position + from, (error, written) => {
    if (error !== null) done(error);
    else if (from + written < octets.length) writeAll(fd, octets, position, done, from + written);
    else if (writesThrough) done(null);
    else fdatasync(fd, done);
  });
}

/** It is closed for good: no octet of it is written from now on. */
async function leave({ path, fd, room, end }: OpenSegment): Promise<void> {
  await room?.stop();
  await files.close(fd);
  if (room !== undefined) await cut(path, end);
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
const noChain: Chain = { sealed: [], octets: 0 };

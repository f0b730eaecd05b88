import { type FileHandle, open } from 'node:fs/promises';

/** So much is made at once: the disk is busy with it for some milliseconds. */
const chunk = 1 << 20;
/** When less is left, more is made. */
const least = chunk / 2;
/** In front of what is being made, for commits that come meanwhile. */
const gap = chunk / 4;
const block = 4096;
/** Commits of a segment before any is made: what hardly ever gets one needs no room. */
const commitsBefore = 16;
/** Of a larger commit most of the time goes to its own octets. */
const mostOctets = 16 << 10;

/** Never written to. */
const zeros = Buffer.alloc(chunk);

/**
 * Zeros behind what a segment of the journal holds. A write that makes a file longer is on the disk only when the file system has
 * written its own journal, and with it what others wrote meanwhile; one into octets that are there already waits for nobody. On
 * ext4 with others at work the slowest of a hundred such writes takes a quarter of the time.
 *
 * Whoever reads takes zeros at the end for nothing. They are cut off when the segment is closed, or let go of.
 */
export class JournalRoom {
  readonly #file: FileHandle;
  readonly #till: number;
  /** Zeros, or commits, up to there. */
  #end: number;
  #commits = 0;
  #making: Promise<void> | undefined;
  #stopped = false;

  private constructor(file: FileHandle, size: number, till: number) {
    this.#file = file;
    this.#end = size;
    this.#till = till;
  }

  /**
   * @param till as long as the segment gets
   * @returns `undefined` where that cannot be: commits make the file longer then
   */
  static async of(path: string, till: number): Promise<JournalRoom | undefined> {
    // Of its own: a failure of what it writes must not hide one of a commit, nor the other way round.
    const file = await open(path, 'r+').catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      return new JournalRoom(file, (await file.stat()).size, till);
    } catch {
      await file.close();
      return undefined;
    }
  }

  /** Which file it is in. */
  async inode(): Promise<{ readonly dev: number; readonly ino: number }> {
    return await this.#file.stat();
  }

  /** To be awaited before a commit is written up to there, if it is something: its place is being filled with zeros. */
  inWayOf(end: number): Promise<void> | undefined {
    return this.#making !== undefined && end > this.#end ? this.#making : undefined;
  }

  /** A commit of so many octets was written up to there. Makes more room behind it, while others go on. */
  written(octets: number, end: number): void {
    this.#commits += 1;
    if (this.#stopped || this.#making !== undefined || this.#commits < commitsBefore || octets > mostOctets) return;
    if (this.#end - end >= least) return;
    if (this.#end < end + gap) this.#end = Math.ceil((end + gap) / block) * block;
    if (this.#end >= this.#till) return;
    this.#making = this.#make().finally(() => {
      this.#making = undefined;
    });
  }

  /** Makes no more. What there is remains. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#making;
    await this.#file.close().catch(() => undefined);
  }

  async #make(): Promise<void> {
    const from = this.#end;
    try {
      for (let done = 0; done < chunk; ) {
        done += (await this.#file.write(zeros, 0, chunk - done, from + done)).bytesWritten;
      }
      await this.#file.datasync();
      this.#end = from + chunk;
    } catch {
      // A full disk, or worse: the next commit meets it, and tells.
      this.#stopped = true;
    }
  }
}

/** Where the zeros begin that a file ends with, not before `from`. */
export async function endOfOctets(file: FileHandle, from: number): Promise<number> {
  let { size: end } = await file.stat();
  for (let step = block; end > from; step = chunk) {
    const octets = Buffer.allocUnsafe(Math.min(step, end - from));
    const { bytesRead } = await file.read(octets, 0, octets.length, end - octets.length);
    // It was cut meanwhile: whoever reads on meets its end.
    if (bytesRead < octets.length) break;
    const last = octets.findLastIndex((octet) => octet !== 0);
    if (last !== -1) return end - octets.length + last + 1;
    end -= octets.length;
  }
  return Math.max(end, from);
}

import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/errors.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * The chain of closed segments, `journal/chain`, a line each:
 *
 *     <segment> <octets> <SHA-256 of the file> <SHA-256 of the link before, a space and this line so far>
 *
 * The link before the first is 64 zeros. Where segments were dropped because they had been kept long enough, their lines are
 * gone with them, and the first line stands for them, up to the last, with its link, which the next line goes on from:
 *
 *     dropped <how many> <last segment> <number of the next commit> <when> <link> <SHA-256 of this line so far>
 *
 * Whoever changes an octet of a closed segment, or of a line, has to make every line
 * after it anew, and the newest link is known elsewhere: it is in the log, in the database, and printed by `state verify`.
 */
export interface SealedSegment {
  readonly segment: string;
  readonly octets: number;
  readonly sha256: string;
  readonly link: string;
}

/** Segments that were dropped, all up to one. */
export interface DroppedSegments {
  /** Since the beginning. */
  readonly count: number;
  /** The last of them. */
  readonly segment: string;
  /** Number of the first commit after them. */
  readonly next: number;
  /** Wall time of the last drop, milliseconds since 1970. */
  readonly at: number;
  /** Of the last of them: it vouches for all before it. */
  readonly link: string;
}

/** What the chain says, up to the first line that does not hold. */
export interface Chain {
  readonly dropped?: DroppedSegments;
  /** Those that are there. */
  readonly sealed: readonly SealedSegment[];
  /** Of the file up to there. What follows, if it is no whole line, was cut short while it was written. */
  readonly octets: number;
  /** Number of that line, from 1. */
  readonly brokenAt?: number;
}

const chainFile = 'chain';
const noLink = '0'.repeat(64);

/** @throws NodeJS.ErrnoException when it cannot be read; where there is none it is empty */
export async function readChain(dir: string): Promise<Chain> {
  const text = await readFile(join(dir, chainFile), 'latin1').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  let done = 0;
  const sealed: SealedSegment[] = [];
  const dropped = parseDropped(lines[0]);
  const head = dropped === undefined ? {} : { dropped };
  for (const [at, line] of lines.entries()) {
    const entry = parseLine(line, sealed.at(-1) ?? dropped);
    if (entry !== undefined) sealed.push(entry);
    else if (at > 0 || dropped === undefined) return { ...head, sealed, octets: done, brokenAt: at + 1 };
    done += line.length + 1;
  }
  return { ...head, sealed, octets: done };
}

/** What is left of a chain when its first segments are dropped. @param upTo one that is in it */
export function withoutUpTo(chain: Chain, upTo: string, next: number, at: number): Chain {
  const count = chain.sealed.findIndex(({ segment }) => segment === upTo) + 1;
  const link = chain.sealed[count - 1]?.link ?? noLink;
  const dropped = { count: (chain.dropped?.count ?? 0) + count, segment: upTo, next, at, link };
  return { dropped, sealed: chain.sealed.slice(count), octets: 0 };
}

/**
 * A chain of these segments. Of those that are in another, their sums are those that it has, and not what the files are now.
 *
 * @throws NodeJS.ErrnoException
 */
export async function chainOf(dir: string, segments: readonly string[], { sealed: known }: Chain): Promise<Chain> {
  const sealed: SealedSegment[] = [];
  for (const name of segments) {
    const { segment, octets, sha256 } = known.find((each) => each.segment === name) ?? {
      ...{ segment: name, ...(await digestOf(join(dir, name))) },
    };
    const entry = { segment, octets, sha256 };
    sealed.push({ ...entry, link: linkOf(sealed.at(-1), entry) });
  }
  return { sealed, octets: 0 };
}

/** Writes a chain anew, all of it or nothing. Synced. @throws NodeJS.ErrnoException */
export async function writeChain(dir: string, { dropped, sealed }: Chain): Promise<void> {
  const lines = [...(dropped === undefined ? [] : [droppedLine(dropped)]), ...sealed.map(lineOf)];
  const fresh = join(dir, `${chainFile}.new`);
  await writeFile(fresh, lines.map((line) => `${line}\n`).join(''), { mode: 0o600, flush: true });
  await rename(fresh, join(dir, chainFile));
  await syncFolder(dir);
}

/** The chain with a segment that is closed. Synced. @throws NodeJS.ErrnoException */
export async function sealSegment(dir: string, chain: Chain, segment: string): Promise<Chain> {
  const entry = { segment, ...(await digestOf(join(dir, segment))) };
  const sealed = { ...entry, link: linkOf(chain.sealed.at(-1) ?? chain.dropped, entry) };
  const line = Buffer.from(`${lineOf(sealed)}\n`);
  const file = await open(join(dir, chainFile), constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    await file.truncate(chain.octets);
    await file.write(line, 0, line.length, chain.octets);
    await file.sync();
  } finally {
    await file.close();
  }
  if (chain.octets === 0) await syncFolder(dir);
  return { ...chain, sealed: [...chain.sealed, sealed], octets: chain.octets + line.length };
}

/** Size and SHA-256 of a file, as it is now. */
export async function digestOf(path: string): Promise<{ readonly octets: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let octets = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    octets += chunk.length;
  }
  return { octets, sha256: hash.digest('hex') };
}

type Entry = Omit<SealedSegment, 'link'>;

function parseLine(line: string, before: { readonly link: string } | undefined): SealedSegment | undefined {
  const [segment = '', octets = '', sha256 = '', link = ''] = line.split(' ');
  const entry = { segment, octets: Number(octets), sha256 };
  const holds = link === linkOf(before, entry) && line === lineOf({ ...entry, link });
  return holds ? { ...entry, link } : undefined;
}

const droppedForm = /^dropped (\d+) ([0-9a-f]{14}\.journal) (\d+) (\d+) ([0-9a-f]{64}) [0-9a-f]{64}$/;

function parseDropped(line: string | undefined): DroppedSegments | undefined {
  const [, count, segment = '', next, at, link = ''] = droppedForm.exec(line ?? '') ?? [];
  const dropped = { count: Number(count), segment, next: Number(next), at: Number(at), link };
  return link !== '' && line === droppedLine(dropped) ? dropped : undefined;
}

function droppedLine({ count, segment, next, at, link }: DroppedSegments): string {
  const text = `dropped ${count} ${segment} ${next} ${at} ${link}`;
  return `${text} ${createHash('sha256').update(text).digest('hex')}`;
}

function linkOf(before: { readonly link: string } | undefined, { segment, octets, sha256 }: Entry): string {
  const text = `${before?.link ?? noLink} ${segment} ${octets} ${sha256}`;
  return createHash('sha256').update(text).digest('hex');
}

function lineOf({ segment, octets, sha256, link }: SealedSegment): string {
  return `${segment} ${octets} ${sha256} ${link}`;
}

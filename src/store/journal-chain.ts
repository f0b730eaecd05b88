import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/errors.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * The chain of closed segments, `journal/chain`, a line each:
 *
 *     <segment> <octets> <SHA-256 of the file> <SHA-256 of the link before, a space and this line so far>
 *
 * The link before the first is 64 zeros. Whoever changes an octet of a closed segment, or of a line, has to make every line
 * after it anew, and the newest link is known elsewhere: it is in the log, in the database, and printed by `state verify`.
 */
export interface SealedSegment {
  readonly segment: string;
  readonly octets: number;
  readonly sha256: string;
  readonly link: string;
}

/** What the chain says, up to the first line that does not hold. */
export interface Chain {
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
  for (const [at, line] of lines.entries()) {
    const [segment = '', octets = '', sha256 = '', link = ''] = line.split(' ');
    const entry = { segment, octets: Number(octets), sha256 };
    const holds = link === linkOf(sealed.at(-1), entry) && line === lineOf({ ...entry, link });
    if (!holds) return { sealed, octets: done, brokenAt: at + 1 };
    sealed.push({ ...entry, link });
    done += line.length + 1;
  }
  return { sealed, octets: done };
}

/** The chain with a segment that is closed. Synced. @throws NodeJS.ErrnoException */
export async function sealSegment(dir: string, chain: Chain, segment: string): Promise<Chain> {
  const entry = { segment, ...(await digestOf(join(dir, segment))) };
  const sealed = { ...entry, link: linkOf(chain.sealed.at(-1), entry) };
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
  return { sealed: [...chain.sealed, sealed], octets: chain.octets + line.length };
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

function linkOf(before: SealedSegment | undefined, { segment, octets, sha256 }: Entry): string {
  const text = `${before?.link ?? noLink} ${segment} ${octets} ${sha256}`;
  return createHash('sha256').update(text).digest('hex');
}

function lineOf({ segment, octets, sha256, link }: SealedSegment): string {
  return `${segment} ${octets} ${sha256} ${link}`;
}

import { type FileHandle, open } from 'node:fs/promises';
import { type Found, nextFound, segmentHead } from './journal-format.ts';
import { endOfOctets } from './journal-room.ts';

const readAtOnce = 1 << 20;

/**
 * All that a segment of the journal holds, from an offset on, in order. It is read in pieces: one with an entry of its own is
 * as large as that. Zeros that it ends with are room for more.
 *
 * @param from where an entry begins
 * @throws NodeJS.ErrnoException when the file cannot be read
 */
export async function* readSegment(path: string, from = 0): AsyncIterable<Found> {
  const file = await open(path, 'r');
  try {
    let at = from;
    const end = await endOfOctets(file, from);
    let octets: Buffer = await piece(file, at, Math.min(readAtOnce, end - at));
    if (at === 0) {
      const isOurs = octets.subarray(0, segmentHead.length).equals(segmentHead);
      if (isOurs) at = segmentHead.length;
      octets = octets.subarray(at);
    }
    for (;;) {
      const next = at + octets.length;
      const more = await piece(file, next, Math.min(Math.max(readAtOnce, octets.length), end - next));
      const whole = more.length === 0;
      octets = Buffer.concat([octets, more]);
      let done = 0;
      while (done < octets.length) {
        const found = nextFound(octets, done, whole, at);
        if (found === undefined) break;
        yield { ...found, offset: at + done };
        done += found.length;
      }
      at += done;
      octets = octets.subarray(done);
      if (whole) return;
    }
  } finally {
    await file.close();
  }
}

/** Where a segment ends, without the room behind. @throws NodeJS.ErrnoException when the file cannot be read */
export async function endOfSegment(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return await endOfOctets(file, 0);
  } finally {
    await file.close();
  }
}

async function piece(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const octets = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(octets, 0, length, at);
  return octets.subarray(0, bytesRead);
}

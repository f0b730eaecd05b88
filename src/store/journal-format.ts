import { crc32 } from 'node:zlib';
import type { EntryBody } from './entry-writer.ts';

/**
 * Form of a segment of the journal, text throughout:
 *
 *     #lastmile journal 1
 *     =<sequence> <time> <octets of the body> <CRC-32 of the body> <CRC-32 of this line so far>
 *     one record a line, no line of which begins with `=`
 *
 * Each entry, its head and its records, was synced as one.
 */
export const segmentHead = Buffer.from('#lastmile journal 1\n');

/** What one look at the octets of a segment gives. `length` octets at `offset` are done with then. */
export type Found =
  | { readonly type: 'entry'; readonly offset: number; readonly length: number; readonly entry: RawEntry }
  /** Octets that are no whole entry, though what comes after them may be. */
  | {
      readonly type: 'damage';
      readonly offset: number;
      readonly length: number;
      readonly why: string;
      /** Where the head could be read. */
      readonly sequence?: number;
    }
  /** The segment ends within an entry, or with one of whose pages some were never written. */
  | { readonly type: 'torn'; readonly offset: number; readonly length: number };

export interface RawEntry {
  readonly sequence: number;
  /** Wall time of the commit, milliseconds since 1970. */
  readonly at: number;
  /** A view: its lines are the records. */
  readonly body: Buffer;
}

/** In front of what an `EntryWriter` wrote: a head is no longer. */
export const headRoom = 80;

/** @param records one text per record, none with a line break; or as an `EntryWriter` wrote them, whose memory it is then */
export function encodeEntry(sequence: number, at: number, records: readonly string[] | EntryBody): Buffer {
  const octets = 'octets' in records ? records.octets : bodyOf(records);
  const body = octets.subarray(headRoom);
  const text = `=${sequence} ${Math.max(0, Math.floor(at))} ${body.length} ${hex(crc32(body))}`;
  const head = `${text} ${hex(crc32(text))}\n`;
  const start = headRoom - head.length;
  octets.write(head, start, 'latin1');
  return octets.subarray(start);
}

function bodyOf(records: readonly string[]): Buffer {
  const octets = Buffer.allocUnsafe(headRoom + Math.max(1, sizeOf(records)));
  let end = headRoom;
  for (const record of records) {
    end += octets.write(record, end);
    octets[end] = lineEnd;
    end += 1;
  }
  if (records.length === 0) octets[end] = lineEnd;
  return octets;
}

function sizeOf(records: readonly string[]): number {
  let size = records.length;
  for (const record of records) size += Buffer.byteLength(record);
  return size;
}

export function recordsOf({ body }: RawEntry): readonly string[] {
  return body.length <= 1 ? [] : body.toString('utf8', 0, body.length - 1).split('\n');
}

/**
 * What is next in the octets of a segment.
 *
 * @param at where to look: at the first octet of an entry, if all is well
 * @param whole whether these are all there are; else `undefined` is returned when more are needed to tell
 * @param base where the first of these octets is in its file
 */
export function nextFound(octets: Buffer, at: number, whole: boolean, base = 0): Found | undefined {
  const found = entryAt(octets, at, whole);
  if (found?.type !== 'damage' || at + found.length < octets.length) return found;
  if (!whole) return undefined;
  // The last there is: a write that was cut short, unless all of it was written once.
  return hasHole(octets, at, base) ? { type: 'torn', offset: at, length: found.length } : found;
}

function entryAt(octets: Buffer, at: number, whole: boolean): Found | undefined {
  const head = readHead(octets, at);
  if (head !== undefined) return bodyAt(octets, at, head, whole);
  // A head may be cut short by where the octets end.
  const rest = octets.length - at;
  if (rest < headRoom && octets.indexOf(lineEnd, at) === -1) {
    if (!whole) return undefined;
    if (rest > 0 && octets[at] === headMark) return { type: 'torn', offset: at, length: rest };
  }
  const next = nextHead(octets, at + 1);
  if (next === undefined && !whole) return undefined;
  const length = (next ?? octets.length) - at;
  return { type: 'damage', offset: at, length, why: 'this is no entry' };
}

function bodyAt(octets: Buffer, offset: number, head: Head, whole: boolean): Found | undefined {
  const start = offset + head.length;
  const end = start + head.octets;
  if (end > octets.length) {
    return whole ? { type: 'torn', offset, length: octets.length - offset } : undefined;
  }
  const { sequence, at } = head;
  const [body, length] = [octets.subarray(start, end), end - offset];
  if (crc32(body) === head.sum) return { type: 'entry', offset, length, entry: { sequence, at, body } };
  return { type: 'damage', offset, length, why: 'the checksum does not hold', sequence };
}

/**
 * Whether some sector of these octets, to their end, was never written: a disk takes the pages of one write in any order, what is
 * made room for is zeros, and so is what a file system has not written; text has none.
 */
function hasHole(octets: Buffer, from: number, base: number): boolean {
  for (let at = from; at < octets.length; ) {
    const end = Math.min(octets.length, at + sectorOctets - ((base + at) % sectorOctets));
    if (octets.subarray(at, end).every((octet) => octet === 0)) return true;
    at = end;
  }
  return false;
}

interface Head {
  readonly sequence: number;
  readonly at: number;
  /** Of the body. */
  readonly octets: number;
  readonly sum: number;
  readonly length: number;
}

const sectorOctets = 512;
const headMark = 0x3d;
const lineEnd = 0x0a;
const headForm = /^=(\d+) (\d+) (\d+) ([0-9a-f]{8}) ([0-9a-f]{8})$/;

function readHead(octets: Buffer, at: number): Head | undefined {
  if (octets[at] !== headMark) return undefined;
  const end = octets.subarray(at, at + headRoom).indexOf(lineEnd);
  if (end === -1) return undefined;
  const line = octets.toString('latin1', at, at + end);
  const [, sequence, time, length, sum = '', own = ''] = headForm.exec(line) ?? [];
  if (sequence === undefined || hex(crc32(line.slice(0, -9))) !== own) return undefined;
  return {
    ...{ sequence: Number(sequence), at: Number(time), octets: Number(length) },
    ...{ sum: Number.parseInt(sum, 16), length: end + 1 },
  };
}

/** The first head from there on that holds. */
function nextHead(octets: Buffer, from: number): number | undefined {
  for (let at = octets.indexOf(headMark, from); at !== -1; at = octets.indexOf(headMark, at + 1)) {
    if (readHead(octets, at) !== undefined) return at;
  }
  return undefined;
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

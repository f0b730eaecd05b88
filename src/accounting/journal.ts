import { crc32 } from 'node:zlib';
import { messageOf } from '../base/errors.ts';
import { numberKey, parseNumberKey } from '../store/layout.ts';
import type { Table } from '../store/table.ts';
import { JournalDamagedError } from './errors.ts';
import type { AccountingRecord } from './event.ts';

/** One commit: the records that were synced together, in order of arrival. */
export interface JournalCommit {
  readonly sequence: number;
  /** Wall time of the commit, milliseconds since 1970. */
  readonly at: number;
  readonly events: readonly AccountingRecord[];
}

/** Commits that are not there though later ones are: `from` to `to`, both missing. */
export interface JournalGap {
  readonly from: number;
  readonly to: number;
}

/**
 * The journal value of a commit: `<CRC-32, 8 hex digits> <time> <number of records>`, then one line of JSON per record. The sum
 * is over all after itself.
 *
 * @param records one JSON text per record
 */
export function encodeCommit(at: number, records: readonly string[]): string {
  const body = ` ${at} ${records.length}\n${records.join('\n')}`;
  return checksum(body) + body;
}

/** @throws JournalDamagedError when the checksum or the count does not hold */
export function decodeCommit(sequence: number, value: string): JournalCommit {
  const body = value.slice(8);
  if (checksum(body) !== value.slice(0, 8)) throw new JournalDamagedError(sequence, 'the checksum does not hold');
  const [head = '', ...lines] = body.split('\n');
  const [, at, count] = /^ (\d+) (\d+)$/.exec(head) ?? [];
  if (Number(count) !== lines.length) throw new JournalDamagedError(sequence, `${lines.length} of ${count} records`);
  try {
    return { sequence, at: Number(at), events: lines.map((line) => JSON.parse(line) as AccountingRecord) };
  } catch (error) {
    throw new JournalDamagedError(sequence, messageOf(error), error);
  }
}

/** All commits from a sequence number on. @throws JournalDamagedError at the first that is damaged */
export async function* readJournal(journal: Table<string>, from = 0): AsyncIterable<JournalCommit> {
  for await (const [key, value] of journal.entries({ gte: numberKey(from) })) {
    yield decodeCommit(parseNumberKey(key), value);
  }
}

/** Sequence of the newest commit, 0 when there is none. */
export async function lastSequence(journal: Table<string>): Promise<number> {
  for await (const key of journal.keys({ reverse: true, limit: 1 })) return parseNumberKey(key);
  return 0;
}

/** Commits missing after `checked` and up to `last`. Reads keys only. */
export async function findGaps(journal: Table<string>, checked: number, last: number): Promise<readonly JournalGap[]> {
  const gaps: JournalGap[] = [];
  let next = checked + 1;
  for await (const key of journal.keys({ gte: numberKey(next), lte: numberKey(last) })) {
    const sequence = parseNumberKey(key);
    if (sequence > next) gaps.push({ from: next, to: sequence - 1 });
    next = sequence + 1;
  }
  if (next <= last) gaps.push({ from: next, to: last });
  return gaps;
}

/** The first damaged of the newest commits, `undefined` when they are whole. */
export async function findDamage(journal: Table<string>, commits: number): Promise<JournalDamagedError | undefined> {
  for await (const [key, value] of journal.entries({ reverse: true, limit: commits })) {
    try {
      decodeCommit(parseNumberKey(key), value);
    } catch (error) {
      if (error instanceof JournalDamagedError) return error;
      throw error;
    }
  }
  return undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

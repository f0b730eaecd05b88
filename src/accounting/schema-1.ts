import { crc32 } from 'node:zlib';
import { parseNumberKey } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Table } from '../store/table.ts';

/** What it needs of the store. */
type Schema1Store = Pick<Store, 'table' | 'append' | 'replay'>;

const rowsAtOnce = 200;

/**
 * Releases with schema 1 kept the journal in the database, one commit a row: `<CRC-32 of the rest, 8 hex digits> <time> <number
 * of records>`, then one line of JSON per record.
 *
 * @returns the number of the last commit that is still there
 */
export async function lastOfOldJournal(store: Pick<Store, 'table'>): Promise<number | undefined> {
  for await (const key of store.table<string>('journal').keys({ reverse: true, limit: 1 })) return parseNumberKey(key);
  return undefined;
}

/**
 * The old journal goes over into files of its own, numbers and times kept. Cut short, it goes on the next time. What is damaged
 * stays where it was.
 */
export async function takeOverJournal(store: Schema1Store): Promise<void> {
  const table = store.table<string>('journal');
  let last = 0;
  let taken: string[] = [];
  // The journal's end must be known before anything can be added to it.
  for await (const entry of store.replay(undefined, () => undefined)) last = entry.sequence;
  for await (const [key, value] of table.entries()) {
    const sequence = parseNumberKey(key);
    const commit = decode(value);
    if (commit === undefined) continue;
    if (sequence > last) await store.append(commit.at, commit.records, sequence);
    last = Math.max(last, sequence);
    taken.push(key);
    if (taken.length < rowsAtOnce) continue;
    await remove(table, taken);
    taken = [];
  }
  await remove(table, taken);
}

async function remove(table: Table<string>, keys: readonly string[]): Promise<void> {
  await table.batch(
    keys.map((key) => ({ type: 'del', key })),
    { sync: true },
  );
}

function decode(value: string): { readonly at: number; readonly records: readonly string[] } | undefined {
  const body = value.slice(8);
  if (crc32(body).toString(16).padStart(8, '0') !== value.slice(0, 8)) return undefined;
  const [head = '', ...records] = body.split('\n');
  const [, at, count] = /^ (\d+) (\d+)$/.exec(head) ?? [];
  return Number(count) === records.length ? { at: Number(at), records } : undefined;
}

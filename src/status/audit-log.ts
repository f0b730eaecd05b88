import { createHash } from 'node:crypto';
import { numberKey } from '../store/layout.ts';
import type { Table } from '../store/table.ts';
import type { AuditedApply, AuditedRevision } from './audited-apply.ts';

/** Something that a person or a commit had done, and what came of it. */
export interface AuditEntry {
  /** Grows by one. */
  readonly number: number;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  /** `disconnect`, `coa`; `apply` of changes to a target, `revision` that came into force or was refused. */
  readonly action: string;
  /** Whom or what it concerned: `anna on core-1 (81c00001)`. */
  readonly object: string;
  /** Why, in the words of that person. Absent: none were given. */
  readonly reason?: string;
  readonly result: string;
  readonly detail: string;
  /** Of an `apply`: what was changed. */
  readonly apply?: AuditedApply;
  /** Of a `revision`. */
  readonly revision?: AuditedRevision;
  /** SHA-256 of the entry before it and of this one without it, hexadecimal: what is changed or taken out later shows. */
  readonly hash: string;
}

export type AuditRecord = Omit<AuditEntry, 'number' | 'hash'>;

/** The last of the entries that were dropped: the next is bound to it. */
export interface DroppedEntries extends Pick<AuditEntry, 'number' | 'hash'> {
  /** When they were, wall time. */
  readonly at: number;
}

/** In `meta`. */
const droppedKey = 'audit-dropped';
const entriesPerStep = 500;

/** What people and commits had done, in order, each entry bound to the one before. */
export class AuditLog {
  readonly #table: Table<AuditEntry>;
  readonly #meta: Table<DroppedEntries> | undefined;
  #last: Pick<AuditEntry, 'number' | 'hash'>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(
    table: Table<AuditEntry>,
    meta: Table<DroppedEntries> | undefined,
    last: Pick<AuditEntry, 'number' | 'hash'>,
  ) {
    this.#table = table;
    this.#meta = meta;
    this.#last = last;
  }

  /** @param meta where it is kept what was dropped; absent: nothing ever is @throws LastmileError of the store */
  static async open(table: Table<AuditEntry>, meta?: Table<DroppedEntries>): Promise<AuditLog> {
    let last: Pick<AuditEntry, 'number' | 'hash'> = (await meta?.get(droppedKey)) ?? { number: 0, hash: '' };
    for await (const [, entry] of table.entries({ reverse: true, limit: 1 })) last = entry;
    return new AuditLog(table, meta, last);
  }

  /** Resolves when it is synced to disk. @throws LastmileError of the store */
  record(record: AuditRecord): Promise<AuditEntry> {
    const written = this.#writing.then(() => this.#write(record));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Newest first. @param actions only these; absent: all */
  async last(limit: number, actions?: readonly string[]): Promise<readonly AuditEntry[]> {
    const entries: AuditEntry[] = [];
    for await (const entry of this.newestFirst()) {
      if (entries.length >= limit) break;
      if (actions === undefined || actions.includes(entry.action)) entries.push(entry);
    }
    return entries;
  }

  /** Read as it is taken. */
  async *newestFirst(): AsyncIterable<AuditEntry> {
    for await (const [, entry] of this.#table.entries({ reverse: true })) yield entry;
  }

  /** Oldest first. */
  async *all(): AsyncIterable<AuditEntry> {
    for await (const [, entry] of this.#table.entries()) yield entry;
  }

  /**
   * Drops entries from the beginning on, up to the first that is younger, or held. What the next is bound to is kept.
   *
   * @returns how many went
   * @throws LastmileError of the store
   */
  async dropBefore(before: number, isHeld: (entry: AuditEntry) => boolean, now: number): Promise<number> {
    let dropped = 0;
    for (;;) {
      const step: AuditEntry[] = [];
      for await (const [, entry] of this.#table.entries({ limit: entriesPerStep })) {
        // The newest stays: the next is bound to it, whatever else is lost.
        if (entry.at >= before || isHeld(entry) || entry.number === this.#last.number) break;
        step.push(entry);
      }
      const last = step.at(-1);
      if (last === undefined) return dropped;
      await this.#meta?.put(droppedKey, { number: last.number, hash: last.hash, at: now }, { sync: true });
      await this.#table.batch(step.map(({ number }) => ({ type: 'del', key: numberKey(number) })));
      dropped += step.length;
    }
  }

  async #write(record: AuditRecord): Promise<AuditEntry> {
    const number = this.#last.number + 1;
    const entry = { number, ...record };
    const sealed = { ...entry, hash: hashOf(this.#last.hash, entry) };
    await this.#table.put(numberKey(number), sealed, { sync: true });
    this.#last = sealed;
    return sealed;
  }
}

/** The first entry that is not bound to the one before it; `undefined` when all are. Pure. @param entries oldest first */
export function firstBroken(entries: readonly AuditEntry[]): AuditEntry | undefined {
  return entries.find((entry, at) => {
    const { hash, ...rest } = entry;
    const before = entries[at - 1];
    const follows = before === undefined || before.number + 1 === entry.number;
    return !follows || (before !== undefined && hash !== hashOf(before.hash, rest));
  });
}

/** What `verifyAudit` needs of a state folder. */
export interface AuditTables {
  table<T>(name: 'audit' | 'meta'): Pick<Table<T>, 'get' | 'entries'>;
}

/** What is there of the audit log, and, in words, what is not as it was written. @throws LastmileError of the store */
export async function verifyAudit(
  tables: AuditTables,
): Promise<{ readonly entries: number; readonly link?: string; readonly broken?: string }> {
  const dropped = await tables.table<DroppedEntries>('meta').get(droppedKey);
  let last: Pick<AuditEntry, 'number' | 'hash'> = dropped ?? { number: 0, hash: '' };
  let entries = 0;
  for await (const [, { hash, ...rest }] of tables.table<AuditEntry>('audit').entries()) {
    // A drop was cut short.
    if (dropped !== undefined && rest.number <= dropped.number) continue;
    if (rest.number !== last.number + 1) return { entries, broken: missing(last.number + 1, rest.number - 1) };
    if (hash !== hashOf(last.hash, rest)) return { entries, broken: `entry ${rest.number} is not what was written` };
    last = { number: rest.number, hash };
    entries += 1;
  }
  return { entries, ...(last.hash === '' ? {} : { link: last.hash }) };
}

function missing(from: number, to: number): string {
  return from >= to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`;
}

function hashOf(before: string, entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(before).update(JSON.stringify(entry)).digest('hex');
}

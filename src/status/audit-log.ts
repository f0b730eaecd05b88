import { createHash } from 'node:crypto';
import { numberKey } from '../store/layout.ts';
import type { Table } from '../store/table.ts';

/** Something that a person had done, and what came of it. */
export interface AuditEntry {
  /** Grows by one. */
  readonly number: number;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  /** `disconnect`, `coa`. */
  readonly action: string;
  /** Whom or what it concerned: `anna on core-1 (81c00001)`. */
  readonly object: string;
  /** Why, in the words of that person. Absent: none were given. */
  readonly reason?: string;
  readonly result: string;
  readonly detail: string;
  /** SHA-256 of the entry before it and of this one without it, hexadecimal: what is changed or taken out later shows. */
  readonly hash: string;
}

export type AuditRecord = Omit<AuditEntry, 'number' | 'hash'>;

/** What people had done, in order, each entry bound to the one before. Kept until somebody removes the state folder. */
export class AuditLog {
  readonly #table: Table<AuditEntry>;
  #last: Pick<AuditEntry, 'number' | 'hash'>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(table: Table<AuditEntry>, last: Pick<AuditEntry, 'number' | 'hash'>) {
    this.#table = table;
    this.#last = last;
  }

  /** @throws LastmileError of the store */
  static async open(table: Table<AuditEntry>): Promise<AuditLog> {
    let last: Pick<AuditEntry, 'number' | 'hash'> = { number: 0, hash: '' };
    for await (const [, entry] of table.entries({ reverse: true, limit: 1 })) last = entry;
    return new AuditLog(table, last);
  }

  /** Resolves when it is synced to disk. @throws LastmileError of the store */
  record(record: AuditRecord): Promise<AuditEntry> {
    const written = this.#writing.then(() => this.#write(record));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Newest first. */
  async last(limit: number): Promise<readonly AuditEntry[]> {
    const entries: AuditEntry[] = [];
    for await (const [, entry] of this.#table.entries({ reverse: true, limit })) entries.push(entry);
    return entries;
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

function hashOf(before: string, entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(before).update(JSON.stringify(entry)).digest('hex');
}

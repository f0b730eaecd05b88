import { createHmac, randomBytes } from 'node:crypto';
import { LastmileError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { othersFirst } from '../base/steps.ts';
import type { ObservedRow, ObservedValue, Row } from '../reconcile/row.ts';
import { keyOf as nameOf } from '../reconcile/row-key.ts';
import type { SessionEffect } from '../reconcile/target.ts';
import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Table, Write } from '../store/table.ts';
import { Outbox, type OutboxEntry, type OutboxOrder, type RowBefore } from './outbox.ts';
import { lacksSeal, openedFields, type RowSeal, sealedSecrets } from './row-seal.ts';
import type { StoredRow } from './stored-row.ts';

/** Rows as they were before changes that are on disk, of which sessions that began meanwhile may have no order yet. */
export interface RowsUnderWay {
  readonly before: readonly RowBefore[];
}

export type DirectoryRecord = StoredRow | SessionEffect | RowsUnderWay;

/** Tells whether a secret is the one that was stored, without holding it. */
class DigestedSecret {
  readonly digest: string;
  readonly #key: Buffer;

  constructor(digest: string, key: Buffer) {
    this.digest = digest;
    this.#key = key;
  }

  equals(secret: Secret): boolean {
    return digestOf(secret, this.#key) === this.digest;
  }
}

/**
 * The directory's rows on disk, so that a restart knows what was applied before and which sessions are still to be
 * told. Passwords and shared secrets are in it only under a seal, if at all: else they come from the declarations each time.
 */
export class StoredRows {
  /** What sessions have still to be told. */
  readonly outbox: Outbox;
  readonly #store: RowStore;
  readonly #table: Table<DirectoryRecord>;
  readonly #key: Buffer;
  #seal: RowSeal | undefined;
  /** Rows whose secrets are not under the seal, as far as rows were looked at. */
  #unsealed: Set<string> | 'unknown' = 'unknown';

  private constructor(store: RowStore, table: Table<DirectoryRecord>, key: Buffer, outbox: Outbox) {
    this.#store = store;
    this.#table = table;
    this.#key = key;
    this.outbox = outbox;
  }

  /** @param now wall time, milliseconds since 1970 */
  static async open(store: RowStore, now: () => number): Promise<StoredRows> {
    const table = store.table<DirectoryRecord>('directory');
    const key = await digestKey(store.table('meta'));
    const outbox = await Outbox.open({ table: store.table('outbox'), now });
    const stored = new StoredRows(store, table, key, outbox);
    await stored.#takeOver();
    return stored;
  }

  /** From here on the secrets of rows are kept under it. Absent: they are not kept. */
  useSeal(seal: RowSeal | undefined): void {
    this.#seal = seal;
    this.#unsealed = 'unknown';
  }

  get hasSeal(): boolean {
    return this.#seal !== undefined;
  }

  /** Every row, as it was applied last. */
  async rows(): Promise<readonly ObservedRow[]> {
    const rows: ObservedRow[] = [];
    const unsealed = new Set<string>();
    const seal = this.#seal;
    for (const menu of ['nas', 'portal', 'device', 'login']) {
      const prefix = keyOf(menu).length;
      for await (const [key, record] of this.#table.entries(keysUnder(menu))) {
        const row = this.#observed(menu, key.slice(prefix), record as StoredRow);
        if (seal !== undefined && lacksSeal(record as StoredRow, seal)) unsealed.add(nameOf(row));
        rows.push(row);
      }
    }
    if (seal !== undefined && seal === this.#seal) this.#unsealed = unsealed;
    return rows;
  }

  /**
   * One row with its secrets, without leaving the turn. `undefined` where there is none.
   *
   * @throws RowSealedError where its secrets cannot be had, and the errors of the store
   */
  row(menu: string, identity: string): StoredSecretRow | undefined {
    const record = this.#table.getSync(rowKey(menu, identity)) as StoredRow | undefined;
    const fields = record === undefined ? undefined : openedFields({ menu, identity }, record, this.#seal);
    if (record !== undefined && fields === undefined) throw new RowSealedError(menu);
    return fields === undefined ? undefined : { menu, identity, fields };
  }

  /** Every row of a menu with its secrets, but for those whose secrets cannot be had. */
  async *opened(menu: string): AsyncIterable<StoredSecretRow> {
    const prefix = keyOf(menu).length;
    for await (const [key, record] of this.#table.entries(keysUnder(menu))) {
      const identity = key.slice(prefix);
      const fields = openedFields({ menu, identity }, record as StoredRow, this.#seal);
      if (fields !== undefined) yield { menu, identity, fields };
    }
  }

  /** Seals the secrets of those of these rows that are on the disk as they are here, and are not sealed yet. */
  async sealAll(rows: Iterable<StoredSecretRow>): Promise<void> {
    const unsealed = this.#unsealed;
    const seal = this.#seal;
    if (seal === undefined || (unsealed !== 'unknown' && unsealed.size === 0)) return;
    let part: StoredSecretRow[] = [];
    for (const row of rows) {
      if (unsealed !== 'unknown' && !unsealed.has(nameOf(row))) continue;
      part.push(row);
      if (part.length < rowsPerSealing) continue;
      await this.#sealPart(part);
      part = [];
      await othersFirst();
    }
    await this.#sealPart(part);
    if (seal === this.#seal) this.#unsealed = new Set();
  }

  /**
   * Keeps changed rows, and what sessions have to be told of them, in one write. What is written last is what was decided
   * last.
   *
   * @param before of these rows, as they were: kept until `finished`, for sessions that begin during the write
   */
  write(
    changes: readonly StoredChange[],
    orders: readonly OutboxOrder[],
    before: readonly RowBefore[] = [],
  ): Promise<void> {
    return this.outbox.inTurn(async () => {
      const rows = changes.map(({ menu, identity, after }): Write => {
        const key = rowKey(menu, identity);
        if (after === undefined) return this.#table.toDel(key);
        const { fields } = after;
        const sealed = sealedSecrets({ menu, identity, fields }, this.#seal);
        return this.#table.toPut(key, { fields: this.asStored(fields), ...sealed });
      });
      const due = this.outbox.join(orders);
      const underWay = before.length === 0 ? [] : [this.#table.toPut(underWayKey, { before })];
      await this.#store.write([...rows, ...this.outbox.writes(due), ...underWay], { sync: true });
      this.outbox.keep(due);
      const over = this.outbox.trim();
      if (over.length > 0) await this.#store.write(over);
    });
  }

  /** Rows as they were before a write after which the process ended, so that no session of them was told. */
  async underWay(): Promise<readonly RowBefore[]> {
    const record = await this.#table.get(underWayKey);
    return record === undefined ? [] : (record as RowsUnderWay).before;
  }

  /** Every session that the rows written last concern has its order. */
  async finished(): Promise<void> {
    await this.#table.del(underWayKey);
  }

  /** Fields as they are kept: digests in place of secrets. */
  asStored(fields: Readonly<Record<string, ObservedValue>>): StoredRow['fields'] {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, this.#stored(value)]));
  }

  /** In turn with writes: what one of them is about to replace must not come back. */
  #sealPart(part: readonly StoredSecretRow[]): Promise<void> {
    const seal = this.#seal;
    if (seal === undefined || part.length === 0) return Promise.resolve();
    return this.outbox.inTurn(() => {
      const writes = part.flatMap(({ menu, identity, fields }): readonly Write[] => {
        const key = rowKey(menu, identity);
        const record = this.#table.getSync(key) as StoredRow | undefined;
        if (record === undefined || !lacksSeal(record, seal) || !this.#holds(record, fields)) return [];
        const sealed = sealedSecrets({ menu, identity, fields }, seal);
        return [this.#table.toPut(key, { fields: record.fields, ...sealed })];
      });
      return writes.length === 0 ? Promise.resolve() : this.#store.write(writes);
    });
  }

  /** Does a stored row have just these secrets? */
  #holds({ fields }: StoredRow, secrets: Row['fields']): boolean {
    return Object.keys(fields).every((name) => {
      const [kept, value] = [fields[name], secrets[name]];
      if (typeof kept !== 'object') return true;
      return value instanceof Secret && digestOf(value, this.#key) === kept.digest;
    });
  }

  /** Effects that an earlier version kept among the rows. */
  async #takeOver(): Promise<void> {
    const old: SessionEffect[] = [];
    for await (const [, record] of this.#table.entries(keysUnder('effect'))) old.push(record as SessionEffect);
    if (old.length === 0) return;
    const due: readonly OutboxEntry[] = this.outbox.join(
      old.flatMap(({ username, action, why, sessionIds }) =>
        sessionIds.map((sessionId) => ({ nas: '', username, sessionId, action, why })),
      ),
    );
    const gone = old.map(({ username }) => this.#table.toDel(keyOf('effect') + username));
    await this.#store.write([...this.outbox.writes(due), ...gone], { sync: true });
    this.outbox.keep(due);
  }

  #stored(value: ObservedValue): string | { readonly digest: string } {
    if (typeof value === 'string') return value;
    if (value instanceof Secret) return { digest: digestOf(value, this.#key) };
    return { digest: value instanceof DigestedSecret ? value.digest : '' };
  }

  #observed(menu: string, identity: string, { fields }: StoredRow): ObservedRow {
    const observed: Record<string, ObservedValue> = fields as Record<string, string>;
    // In place: with each start this is done to a hundred thousand of them before the first is served.
    for (const name of Object.keys(fields)) {
      const value = fields[name];
      if (typeof value === 'object') observed[name] = new DigestedSecret(value.digest, this.#key);
    }
    return { menu, identity, fields: observed, ownership: 'ours' };
  }
}

/** Secrets of a row are under a key that is not known, or damaged. */
export class RowSealedError extends LastmileError {
  readonly code = 'LM_ROW_SEALED';
  readonly retry = 'backoff';

  constructor(menu: string) {
    super(`the secrets of a stored ${menu} cannot be read before the declarations are`);
  }
}

/** A row with its secrets in clear. */
export type StoredSecretRow = Pick<Row, 'menu' | 'identity' | 'fields'>;

export interface StoredChange {
  readonly menu: string;
  readonly identity: string;
  readonly after?: Row;
}

/** What it needs of the store. */
export type RowStore = Pick<Store, 'table' | 'write'>;

/** Sealed and written together. */
const rowsPerSealing = 256;
const underWayKey = keyOf('under-way');
const digestKeyName = 'directory-digest-key';

async function digestKey(meta: KeyValue<unknown>): Promise<Buffer> {
  const known = await meta.get(digestKeyName);
  const key = typeof known === 'string' ? known : randomBytes(32).toString('hex');
  if (key !== known) await meta.put(digestKeyName, key, { sync: true });
  return Buffer.from(key, 'hex');
}

function digestOf(secret: Secret, key: Buffer): string {
  return createHmac('sha256', key).update(secret.reveal()).digest('hex');
}

/** The identity comes last and bare: nothing follows that it could run into. */
function rowKey(menu: string, identity: string): string {
  return keyOf(menu) + identity;
}

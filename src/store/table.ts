import type { Level } from 'level';
import { StoreCorruptError, toStoreError } from './errors.ts';
import type { BatchOperation, KeyRange, KeyValue, WriteOptions } from './key-value.ts';
import { fromDiskKey, schemaKey, type TableName, tableEnd, tables, toDiskKey } from './layout.ts';
import { textOf, withSum } from './row-sum.ts';

/** One write as LevelDB takes it: made by a table's `toPut` and `toDel`, carried out by `Store.write`. */
export type Write = PutWrite | { readonly type: 'del'; readonly key: string };

export interface PutWrite {
  readonly type: 'put';
  readonly key: string;
  readonly value: string;
}

/** What a table needs of the store it is in. */
export interface TableHost {
  readonly dir: string;
  /** The database, once it is open. */
  level(): Promise<Level>;
  /** The same at once. @throws StoreClosedError when it is not open now */
  levelNow(): Level;
  write(writes: readonly Write[], options?: WriteOptions): Promise<void>;
  /** A row is not what was written. For whoever asked, there is none. */
  damaged(table: TableName, key: string): void;
  /** Rows cannot be read for damage of the database itself. */
  unreadable(error: StoreCorruptError): void;
  /** Counts as under way until it settles. Settles as it does. */
  during<Result>(work: Promise<Result>): Promise<Result>;
}

const rowsPerBatch = 4000;
const rowsPerRead = 1000;

export class Table<T> implements KeyValue<T> {
  readonly #name: TableName;
  readonly #host: TableHost;
  readonly #plain: boolean;

  /** @param plain takes rows without a checksum as well, as releases before schema 2 wrote them */
  constructor(name: TableName, host: TableHost, plain = false) {
    this.#name = name;
    this.#host = host;
    this.#plain = plain;
  }

  async get(key: string): Promise<T | undefined> {
    const level = await this.#host.level();
    const text = await this.#host
      .during(level.get(toDiskKey(this.#name, key)))
      .catch((error: unknown) => this.#fail(error));
    return text === undefined ? undefined : this.#decode(key, text);
  }

  /** `get` without leaving the turn: a few microseconds when the block is in memory, a disk read when not. */
  getSync(key: string): T | undefined {
    const level = this.#host.levelNow();
    let text: string | undefined;
    try {
      text = level.getSync(toDiskKey(this.#name, key));
    } catch (error) {
      this.#fail(error);
    }
    return text === undefined ? undefined : this.#decode(key, text);
  }

  put(key: string, value: T, options?: WriteOptions): Promise<void> {
    return this.#host.write([this.toPut(key, value)], options);
  }

  del(key: string, options?: WriteOptions): Promise<void> {
    return this.#host.write([this.toDel(key)], options);
  }

  batch(operations: readonly BatchOperation<T>[], options?: WriteOptions): Promise<void> {
    return this.#host.write(
      operations.map((operation) => this.#toWrite(operation)),
      options,
    );
  }

  /** Any number of operations, in batches of some thousand: quick, but not all or nothing. Sync, if asked for, ends it. */
  async bulk(operations: Iterable<BatchOperation<T>>, options?: WriteOptions): Promise<void> {
    let batch: Write[] = [];
    for (const operation of operations) {
      batch.push(this.#toWrite(operation));
      if (batch.length < rowsPerBatch) continue;
      await this.#host.write(batch);
      batch = [];
    }
    // LevelDB's log is one file in order: syncing its end syncs what went before, and an older log was synced when it was left.
    if (batch.length > 0 || options?.sync === true) await this.#host.write(batch, options);
  }

  async *entries(range: KeyRange = {}): AsyncIterable<[string, T]> {
    for await (const [key, text] of this.#read(range, true)) {
      const value = this.#decode(key, text);
      if (value !== undefined) yield [key, value];
    }
  }

  /** The values of some keys, in their order: many at once cost a fraction of what they do one by one. */
  async getMany(keys: readonly string[]): Promise<readonly (T | undefined)[]> {
    const level = await this.#host.level();
    const texts = await this.#host
      .during(level.getMany(keys.map((key) => toDiskKey(this.#name, key))))
      .catch((error: unknown) => this.#fail(error));
    return keys.map((key, at) => {
      const text = texts[at];
      return text === undefined ? undefined : this.#decode(key, text);
    });
  }

  async *keys(range: KeyRange = {}): AsyncIterable<string> {
    for await (const [key] of this.#read(range, false)) yield key;
  }

  toPut(key: string, value: T): PutWrite {
    const diskKey = toDiskKey(this.#name, key);
    return { type: 'put', key: diskKey, value: this.#encode(diskKey, value) };
  }

  toDel(key: string): Write {
    return { type: 'del', key: toDiskKey(this.#name, key) };
  }

  #toWrite(operation: BatchOperation<T>): Write {
    return operation.type === 'put' ? this.toPut(operation.key, operation.value) : this.toDel(operation.key);
  }

  async *#read(range: KeyRange, values: boolean): AsyncIterable<[string, string]> {
    const level = await this.#host.level();
    const iterator = level.iterator({ ...this.#bounds(range), values });
    try {
      for (;;) {
        const rows = await this.#host.during(iterator.nextv(rowsPerRead));
        if (rows.length === 0) return;
        for (const [key, text] of rows) yield [fromDiskKey(this.#name, key), text];
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      await this.#host.during(iterator.close());
    }
  }

  #bounds(range: KeyRange): KeyRange {
    const lower = range.gt ?? range.gte;
    const upper = range.lt ?? range.lte;
    return {
      [range.gt === undefined ? 'gte' : 'gt']: lower === undefined ? `${this.#name}:` : toDiskKey(this.#name, lower),
      [range.lt === undefined && upper !== undefined ? 'lte' : 'lt']:
        upper === undefined ? tableEnd(this.#name) : toDiskKey(this.#name, upper),
      ...(range.reverse === undefined ? {} : { reverse: range.reverse }),
      ...(range.limit === undefined ? {} : { limit: range.limit }),
    };
  }

  #encode(diskKey: string, value: T): string {
    return tables[this.#name] === 'text' ? String(value) : withSum(diskKey, JSON.stringify(value));
  }

  /** What was put as T comes back as T: only this table's owner writes it. `undefined` when it is not what was put. */
  #decode(key: string, stored: string): T | undefined {
    if (tables[this.#name] === 'text') return stored as T;
    try {
      const text = textOf(toDiskKey(this.#name, key), stored) ?? (this.#plain ? stored : undefined);
      if (text !== undefined) return JSON.parse(text) as T;
    } catch {
      // No JSON: of a plain row that is all there is to tell by.
    }
    // The schema's row is in a form of its own, for every release to read.
    if (this.#name !== 'meta' || key !== schemaKey) this.#host.damaged(this.#name, key);
    return undefined;
  }

  #fail(error: unknown): never {
    const failure = toStoreError(this.#host.dir, error);
    if (failure instanceof StoreCorruptError) this.#host.unreadable(failure);
    throw failure;
  }
}

export interface WriteOptions {
  /** Resolve only once it is on the disk itself. Default false: a crash of the machine may lose the last of it. */
  readonly sync?: boolean;
}

export type BatchOperation<T> =
  | { readonly type: 'put'; readonly key: string; readonly value: T }
  | { readonly type: 'del'; readonly key: string };

/** Bounds of keys, as they were put. Order is by code point. */
export interface KeyRange {
  readonly gte?: string;
  readonly gt?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** One table of the store. Every method throws a `LastmileError` of `errors.ts` when the disk below does not do it. */
export interface KeyValue<T> {
  get(key: string): Promise<T | undefined>;
  put(key: string, value: T, options?: WriteOptions): Promise<void>;
  del(key: string, options?: WriteOptions): Promise<void>;
  /** All of it or nothing. */
  batch(operations: readonly BatchOperation<T>[], options?: WriteOptions): Promise<void>;
  /** Entries as they were when the iteration began, in order of keys. */
  entries(range?: KeyRange): AsyncIterable<[string, T]>;
}

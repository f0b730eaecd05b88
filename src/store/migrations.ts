import type { TableName } from './layout.ts';
import type { Table } from './table.ts';

/** Brings a store from one schema version to the next. It may be cut short and run again: it must do no harm then. */
export interface Migration {
  readonly from: number;
  run(table: (name: TableName) => Table<unknown>): Promise<void>;
}

/** One per version that is not the newest, in order. */
export const migrations: readonly Migration[] = [];

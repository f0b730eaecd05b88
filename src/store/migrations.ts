import type { BatchOperation } from './key-value.ts';
import { schemaKey, type TableName, tables } from './layout.ts';
import type { Table } from './table.ts';

/** Brings a store from one schema version to the next. It may be cut short and run again: it must do no harm then. */
export interface Migration {
  readonly from: number;
  /** @param table reads rows of either version, and writes those of the newest */
  run(table: (name: TableName) => Table<unknown>): Promise<void>;
}

/** One per version that is not the newest, in order. */
export const migrations: readonly Migration[] = [
  // Every row gets a checksum. What the table `journal` holds has its own; accounting takes it over as it opens.
  { from: 1, run: (table) => addSums(table) },
];

async function addSums(table: (name: TableName) => Table<unknown>): Promise<void> {
  for (const [name, kind] of Object.entries(tables) as [TableName, string][]) {
    if (kind === 'text') continue;
    let rows: BatchOperation<unknown>[] = [];
    for await (const [key, value] of table(name).entries()) {
      if (name === 'meta' && key === schemaKey) continue;
      rows.push({ type: 'put', key, value });
      if (rows.length < 1000) continue;
      await table(name).batch(rows);
      rows = [];
    }
    await table(name).batch(rows);
  }
}

import type { AccountingDatabase } from '../../src/accounting/store.ts';
import { StoreFullError } from '../../src/store/errors.ts';
import type { WriteOptions } from '../../src/store/key-value.ts';
import type { Store } from '../../src/store/store.ts';
import type { Write } from '../../src/store/table.ts';

/** A real store on a disk that a test fills up and clears. */
export class FailingDisk implements AccountingDatabase {
  /** What a write does when the disk is full: leave nothing, or all of it and still report failure. */
  full: 'no' | 'nothing-written' | 'written-not-synced' = 'no';
  /** So many reopenings fail before one succeeds. */
  failingReopens = 0;
  reopened = 0;
  readonly writes: number[] = [];
  readonly #store: Store;
  readonly table: Store['table'];
  readonly onBroken: Store['onBroken'];

  constructor(store: Store) {
    this.#store = store;
    this.table = store.table.bind(store);
    this.onBroken = store.onBroken.bind(store);
  }

  async write(writes: readonly Write[], options?: WriteOptions): Promise<void> {
    this.writes.push(writes.length);
    if (this.full !== 'nothing-written') await this.#store.write(writes, options);
    if (this.full !== 'no') throw new StoreFullError(this.#store.dir, new Error('No space left on device'));
  }

  async reopen(): Promise<void> {
    this.reopened += 1;
    if (this.failingReopens > 0) {
      this.failingReopens -= 1;
      throw new StoreFullError(this.#store.dir, new Error('No space left on device'));
    }
    await this.#store.reopen();
  }
}

import type { AccountingDatabase } from '../../src/accounting/store.ts';
import { StoreFullError } from '../../src/store/errors.ts';
import type { WriteOptions } from '../../src/store/key-value.ts';
import type { TableName } from '../../src/store/layout.ts';
import type { Store } from '../../src/store/store.ts';
import type { Write } from '../../src/store/table.ts';

/** A real store on a disk that a test fills up and clears. */
export class FailingDisk implements AccountingDatabase {
  /** What a write does when the disk is full: leave nothing, or all of it and still report failure. */
  full: 'no' | 'nothing-written' | 'written-not-synced' = 'no';
  /** So many reopenings fail before one succeeds. */
  failingReopens = 0;
  reopened = 0;
  /** Records of each commit. */
  readonly commits: number[] = [];
  readonly #store: Store;
  readonly table: Store['table'];
  readonly replay: Store['replay'];
  readonly onBroken: Store['onBroken'];

  /** @param beforeRead is asked before a row is read within a turn: throws where it cannot be */
  constructor(store: Store, beforeRead: (table: TableName, key: string) => void = () => undefined) {
    this.#store = store;
    this.table = (name) => {
      const table = store.table<never>(name);
      const getSync = table.getSync.bind(table);
      table.getSync = (key) => {
        beforeRead(name, key);
        return getSync(key);
      };
      return table;
    };
    this.replay = store.replay.bind(store);
    this.onBroken = store.onBroken.bind(store);
  }

  get journal(): Store['journal'] {
    return this.#store.journal;
  }

  get broken(): Store['broken'] {
    return this.#store.broken;
  }

  get wasRepaired(): boolean {
    return this.#store.wasRepaired;
  }

  async append(...args: Parameters<Store['append']>): ReturnType<Store['append']> {
    this.commits.push('count' in args[1] ? args[1].count : args[1].length);
    const stored = this.full === 'nothing-written' ? undefined : await this.#store.append(...args);
    if (stored === undefined || this.full !== 'no') throw this.#fullError();
    return stored;
  }

  async write(writes: readonly Write[], options?: WriteOptions): Promise<void> {
    if (this.full === 'nothing-written') throw this.#fullError();
    await this.#store.write(writes, options);
  }

  async writeInTurns(...args: Parameters<Store['writeInTurns']>): Promise<void> {
    if (this.full === 'nothing-written') throw this.#fullError();
    await this.#store.writeInTurns(...args);
  }

  async reopen(): Promise<void> {
    this.reopened += 1;
    if (this.failingReopens > 0) {
      this.failingReopens -= 1;
      throw this.#fullError();
    }
    await this.#store.reopen();
  }

  #fullError(): StoreFullError {
    return new StoreFullError(this.#store.dir, new Error('No space left on device'));
  }
}

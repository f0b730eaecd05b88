import pino from 'pino';
import { Reconciler, type ReconcilerOptions } from '../../src/daemon/targets/reconciler.ts';
import type { Model } from '../../src/model/model.ts';
import { DriftLog } from '../../src/status/drift-log.ts';
import { Pauses } from '../../src/status/pauses.ts';
import { Protection } from '../../src/status/protection.ts';
import type { TargetReport } from '../../src/status/report.ts';
import { StatusBook } from '../../src/status/status-book.ts';
import { StoreFullError } from '../../src/store/errors.ts';
import { Store } from '../../src/store/store.ts';
import { applyBook } from './apply-book.ts';
import { modelOf, operator } from './manifest.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryInventory } from './memory-inventory.ts';
import type { ScriptedTarget } from './scripted-target.ts';
import { TempFolder } from './temp-folder.ts';
import { unpoliced } from './unpoliced.ts';
import { unreviewed } from './unreviewed.ts';

const log = pino({ level: 'silent' });
/** Wall time at which a lab begins. */
export const start = Date.UTC(2026, 0, 1);
export const emptyModel = modelOf({ 'a.yaml': operator });

/** A clock whose wall time can jump, which wakes nobody. */
export class JumpingClock extends ManualClock {
  jumped = 0;

  override now(): number {
    return super.now() + this.jumped;
  }
}

/** A reconciler of scripted targets, on a real status book. */
export class Lab implements AsyncDisposable {
  readonly clock = new JumpingClock(start);
  readonly reports: TargetReport[] = [];
  readonly reconciler: Reconciler;
  targets: readonly ScriptedTarget[];
  readonly #folder: TempFolder;
  readonly #store: Store;

  private constructor(
    folder: TempFolder,
    store: Store,
    books: Pick<ReconcilerOptions['engine'], 'status' | 'pauses' | 'protection' | 'drift' | 'applies'>,
    targets: readonly ScriptedTarget[],
  ) {
    this.#folder = folder;
    this.#store = store;
    this.targets = targets;
    this.reconciler = new Reconciler({
      engine: {
        targets: () => this.targets,
        ...books,
        inventory: new MemoryInventory(),
        planSeal: Buffer.alloc(32),
        approvals: unreviewed,
        policies: unpoliced,
      },
      clock: this.clock,
      log,
      random: () => 0.5,
      onReport: (report) => this.reports.push(report),
    });
  }

  static async open(targets: readonly ScriptedTarget[], full?: { yes: boolean }): Promise<Lab> {
    const folder = await TempFolder.make();
    const store = await Store.open(folder.path, { clock: new ManualClock(), log });
    const meta = store.table('meta');
    const del = async (key: string) => {
      if (full?.yes === true) throw new StoreFullError(folder.path, new Error('No space left on device'));
      await meta.del(key);
    };
    const table = { get: meta.get.bind(meta), put: meta.put.bind(meta), entries: meta.entries.bind(meta), del };
    const status = await StatusBook.open(Object.assign(Object.create(meta), table));
    const books = {
      status,
      applies: await applyBook(store),
      pauses: await Pauses.open(meta),
      protection: await Protection.open(meta),
      drift: await DriftLog.open(meta),
    };
    return new Lab(folder, store, books, targets);
  }

  /** A revision, and a run of all of its targets. */
  async commit(revision: string, targets: readonly ScriptedTarget[], model: Model = emptyModel): Promise<void> {
    this.targets = targets;
    await this.reconciler.follow({ model, revision });
  }

  /** The first report like that, once there is one. */
  async reported(like: (report: TargetReport) => boolean): Promise<TargetReport> {
    for (;;) {
      const found = this.reports.find(like);
      if (found !== undefined) return found;
      await new Promise(setImmediate);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reconciler[Symbol.asyncDispose]();
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

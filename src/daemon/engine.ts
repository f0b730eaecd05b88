import type { Logger } from 'pino';
import { type RecentDecisions, wasAcceptedInFull } from '../access/decision-log.ts';
import { AccountingStore } from '../accounting/store.ts';
import type { Clock } from '../base/clock.ts';
import { Directory } from '../directory/directory.ts';
import { DirectoryTarget } from '../directory/directory-target.ts';
import type { Nas } from '../directory/reader.ts';
import { StoredRows } from '../directory/stored-rows.ts';
import { EventLog } from '../events/event-log.ts';
import type { Model } from '../model/model.ts';
import type { Slot } from '../radius/coa/request-lanes.ts';
import { NasSessionControl } from '../radius/coa/session-control.ts';
import type { Inventory } from '../reconcile/inventory.ts';
import type { Target } from '../reconcile/target.ts';
import { AuditLog } from '../status/audit-log.ts';
import { DriftLog } from '../status/drift-log.ts';
import { Pauses } from '../status/pauses.ts';
import { Protection } from '../status/protection.ts';
import { StatusBook } from '../status/status-book.ts';
import { type InventoryRecord, StoredInventory } from '../status/stored-inventory.ts';
import { StoreCorruptError } from '../store/errors.ts';
import { Store } from '../store/store.ts';
import { CoaGateway } from './coa-gateway.ts';
import { grantedOtherwise } from './granted-otherwise.ts';
import { LateSessions } from './late-sessions.ts';
import { OmadaPool } from './omada-pool.ts';
import { onlineSessions, siteOfGuest } from './online-sessions.ts';
import { OutboxDelivery } from './outbox-delivery.ts';
import { QuotaKeeper } from './quota-keeper.ts';
import { QuotaRecords } from './quota-records.ts';
import { RouterMemories } from './router-memories.ts';
import { RouterPool } from './router-pool.ts';

export interface EngineOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
  /** Decisions about logins, where any are made. */
  readonly decisions?: RecentDecisions;
  /** A way to a NAS through a connection that it has to us. */
  readonly tunnel?: (nas: Nas) => Slot | undefined;
}

type EngineParts = Omit<Engine, 'targets' | 'borrow' | 'wrongClocks' | typeof Symbol.asyncDispose>;

/** Targets for a while. */
export interface Loan extends AsyncDisposable {
  readonly targets: readonly Target[];
}

/**
 * What a daemon and a command that works alone have in common: the state folder, the directory, the routers, and the ways
 * to people who are online. Holds the state folder's lock as long as it is open.
 */
export class Engine implements AsyncDisposable {
  readonly store: Store;
  readonly inventory: Inventory;
  readonly directory: Directory;
  readonly directoryTarget: DirectoryTarget;
  readonly accounting: AccountingStore;
  /** How subscriptions stand with their quotas. */
  readonly quotas: QuotaKeeper;
  readonly status: StatusBook;
  readonly sessions: NasSessionControl;
  readonly routers: RouterPool;
  /** Targets that a person wants left alone. */
  readonly pauses: Pauses;
  /** Objects that must not be destroyed. */
  readonly protection: Protection;
  readonly drift: DriftLog;
  /** What happened, for programs. */
  readonly events: EventLog;
  /** What people had done. */
  readonly audit: AuditLog;
  /** Tells sessions what they could not be told when it was decided. */
  readonly delivery: OutboxDelivery;
  readonly #coa: CoaGateway;
  readonly #controllers: OmadaPool;
  readonly #disposables: readonly AsyncDisposable[];

  private constructor(
    parts: EngineParts,
    coa: CoaGateway,
    controllers: OmadaPool,
    disposables: readonly AsyncDisposable[],
  ) {
    this.store = parts.store;
    this.inventory = parts.inventory;
    this.directory = parts.directory;
    this.directoryTarget = parts.directoryTarget;
    this.accounting = parts.accounting;
    this.quotas = parts.quotas;
    this.status = parts.status;
    this.sessions = parts.sessions;
    this.routers = parts.routers;
    this.pauses = parts.pauses;
    this.protection = parts.protection;
    this.drift = parts.drift;
    this.events = parts.events;
    this.delivery = parts.delivery;
    this.audit = parts.audit;
    this.#coa = coa;
    this.#controllers = controllers;
    this.#disposables = disposables;
  }

  /** @throws StoreLockedError and the other errors of the state folder */
  static async open(options: EngineOptions): Promise<Engine> {
    const { clock, log } = options;
    const store = await Store.open(options.stateDir, { clock, log });
    try {
      return await Engine.#over(store, options).catch(async (error: unknown) => {
        if (!(error instanceof StoreCorruptError)) throw error;
        // What can be read of it is kept, and what accounting lacks comes from the journal.
        await store.reopen();
        return await Engine.#over(store, options);
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  static async #over(store: Store, options: EngineOptions): Promise<Engine> {
    const { clock, log, decisions } = options;
    const accounting = await AccountingStore.open(store, { clock, log });
    try {
      const inventory = await StoredInventory.open(store.table<InventoryRecord>('inventory'));
      const status = await StatusBook.open(store.table('meta'));
      const stored = await StoredRows.open(store, () => clock.now());
      const directory = new Directory();
      const pauses = await Pauses.open(store.table('meta'));
      const isPaused = (name: string) => pauses.of(name, clock.now()) !== undefined;
      const routers = new RouterPool({ clock, isPaused, memories: await RouterMemories.open(store.table('meta')) });
      const { tunnel } = options;
      const records = await QuotaRecords.open({ quota: store.table('quota'), topups: store.table('topups') });
      const quotas = new QuotaKeeper({ records, accounting, clock, log });
      const dynamic = new CoaGateway({
        clock,
        quotas,
        random: options.fillRandom,
        log,
        ...(tunnel === undefined ? {} : { tunnel }),
      });
      const sessions = new NasSessionControl({ directory, sessions: accounting, dynamic, api: routers });
      const directoryTarget = new DirectoryTarget({
        directory,
        stored,
        online: onlineSessions(accounting, directory),
        siteOfGuest,
        control: sessions,
        grantedOtherwise: grantedOtherwise(accounting, directory, () => clock.now()),
        ...(decisions === undefined
          ? {}
          : { acceptedInFull: (username: string) => wasAcceptedInFull(decisions, username) }),
      });
      const meta = store.table<unknown>('meta');
      const [protection, drift] = [await Protection.open(meta), await DriftLog.open(meta)];
      const audit = await AuditLog.open(store.table('audit'));
      const events = await EventLog.open({ store, now: () => clock.now() });
      const delivery = new OutboxDelivery({ target: directoryTarget, status, clock, log });
      const parts = {
        ...{ store, inventory, directory, directoryTarget, accounting, quotas, status, sessions, routers },
        ...{ pauses, protection, drift, delivery, audit, events },
      };
      routers.onCall((router, { result }) => {
        if (result === 'done') delivery.heard(router);
      });
      const late = new LateSessions({ accounting, target: directoryTarget, status, clock, log });
      const controllers = new OmadaPool({ clock });
      return new Engine(parts, dynamic, controllers, [
        delivery,
        late,
        dynamic,
        routers,
        controllers,
        quotas,
        accounting,
        store,
      ]);
    } catch (error) {
      await accounting.close();
      throw error;
    }
  }

  /** Names of NAS that take CoA only without Event-Timestamp. */
  wrongClocks(): readonly string[] {
    return this.#coa.wrongClocks();
  }

  /** Every target of a model: the directory first, then routers that have an API, then controllers with an OpenAPI. */
  targets(model: Model): readonly Target[] {
    this.#coa.useSource(model.operator.radius.servers.map((server) => server.address));
    return [this.directoryTarget, ...this.routers.targets(model), ...this.#controllers.targets(model)];
  }

  /**
   * Targets to plan another model with. Routers and controllers dialled otherwise than those in force get connections of their own, which
   * end with the loan; nothing in force is closed.
   */
  borrow(model: Model): Loan {
    const [routers, controllers] = [this.routers.borrow(model), this.#controllers.borrow(model)];
    return {
      targets: [this.directoryTarget, ...routers.targets, ...controllers.targets],
      async [Symbol.asyncDispose]() {
        await controllers[Symbol.asyncDispose]();
        await routers[Symbol.asyncDispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const each of this.#disposables) {
      try {
        await each[Symbol.asyncDispose]();
      } catch (error) {
        // One that cannot be closed must not keep accounting from being written, nor the lock from being given up.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

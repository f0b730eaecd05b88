import type { Logger } from 'pino';
import { type RecentDecisions, wasAcceptedInFull } from '../access/decision-log.ts';
import { TranslationHistory } from '../accounting/addresses/translation-history.ts';
import { AccountingStore } from '../accounting/store.ts';
import type { Clock } from '../base/clock.ts';
import { Directory } from '../directory/directory.ts';
import { DirectoryTarget } from '../directory/directory-target.ts';
import type { Nas } from '../directory/reader.ts';
import { StoredRows } from '../directory/stored-rows.ts';
import { EventLog } from '../events/event-log.ts';
import type { Model } from '../model/model.ts';
import { OmadaClients } from '../omada/clients.ts';
import type { Slot } from '../radius/coa/request-lanes.ts';
import { NasSessionControl } from '../radius/coa/session-control.ts';
import type { Inventory } from '../reconcile/inventory.ts';
import type { PlanSeal } from '../reconcile/plan-checksum.ts';
import type { Target } from '../reconcile/target.ts';
import { ApplyBook, auditKey } from '../status/apply-book.ts';
import { Approvals } from '../status/approvals.ts';
import { AuditLog } from '../status/audit-log.ts';
import { Blame } from '../status/blame.ts';
import { DriftLog } from '../status/drift-log.ts';
import { Pauses } from '../status/pauses.ts';
import { openPlanSeal } from '../status/plan-seal.ts';
import { Protection } from '../status/protection.ts';
import { StatusBook } from '../status/status-book.ts';
import { type InventoryRecord, StoredInventory } from '../status/stored-inventory.ts';
import { StoreCorruptError } from '../store/errors.ts';
import { Store } from '../store/store.ts';
import { grantedOtherwise } from './logins/granted-otherwise.ts';
import { PolicyBook } from './policy-book.ts';
import { QuotaKeeper } from './quota/quota-keeper.ts';
import { QuotaRecords } from './quota/quota-records.ts';
import { CoaGateway } from './sessions/coa-gateway.ts';
import { LateSessions } from './sessions/late-sessions.ts';
import { OmadaSessions } from './sessions/omada-sessions.ts';
import { onlineSessions, siteOfGuest } from './sessions/online-sessions.ts';
import { OutboxDelivery } from './sessions/outbox-delivery.ts';
import { OmadaPool } from './targets/omada-pool.ts';
import { RouterMemories } from './targets/router-memories.ts';
import { RouterPool } from './targets/router-pool.ts';

export interface EngineOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
  /** Decisions about logins, where any are made. */
  readonly decisions?: RecentDecisions;
  /** Open sessions are read with `readSessions` only: RADIUS may be served before. */
  readonly sessionsLater?: boolean;
  /** A way to a NAS through a connection that it has to us. */
  readonly tunnel?: (nas: Nas) => Slot | undefined;
  /** Commands that find the state folder held are told that this is the daemon. */
  readonly as?: 'daemon';
}

type EngineParts = Omit<
  Engine,
  'targets' | 'followGuests' | 'borrow' | 'wrongClocks' | 'readSessions' | typeof Symbol.asyncDispose
>;

/** Targets for a while. */
export interface Loan extends AsyncDisposable {
  readonly targets: readonly Target[];
  /** Those that are dialled otherwise than in force, and were not to be dialled. */
  readonly unknown: readonly string[];
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
  /** How routers translated addresses, and when. */
  readonly translations: TranslationHistory;
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
  /** Which plans were shown, and approved. */
  readonly approvals: Approvals;
  /** Rules of the operator's own that were in force before. */
  readonly policies: PolicyBook;
  /** By which checksums of plans stand for secrets. */
  readonly planSeal: PlanSeal;
  /** What happened, for programs. */
  readonly events: EventLog;
  /** What people and commits had done. */
  readonly audit: AuditLog;
  /** Sees to it that the audit log has what commits had done. */
  readonly applies: ApplyBook;
  /** Who last had each row changed. */
  readonly blame: Blame;
  /** Tells sessions what they could not be told when it was decided. */
  readonly delivery: OutboxDelivery;
  /** Controllers that let guests in for us. */
  readonly omada: OmadaClients;
  /** Who was let in there. */
  readonly guests: OmadaSessions;
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
    this.translations = parts.translations;
    this.quotas = parts.quotas;
    this.status = parts.status;
    this.sessions = parts.sessions;
    this.routers = parts.routers;
    this.pauses = parts.pauses;
    this.protection = parts.protection;
    this.drift = parts.drift;
    this.planSeal = parts.planSeal;
    this.approvals = parts.approvals;
    this.policies = parts.policies;
    this.events = parts.events;
    this.delivery = parts.delivery;
    this.audit = parts.audit;
    this.applies = parts.applies;
    this.blame = parts.blame;
    this.omada = parts.omada;
    this.guests = parts.guests;
    this.#coa = coa;
    this.#controllers = controllers;
    this.#disposables = disposables;
  }

  /** @throws StoreLockedError and the other errors of the state folder */
  static async open(options: EngineOptions): Promise<Engine> {
    const { clock, log, as } = options;
    const store = await Store.open(options.stateDir, { clock, log, ...(as === undefined ? {} : { as }) });
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
    const directory = new Directory();
    const untilSpared = () => directory.untilWhole;
    const accounting = await (options.sessionsLater === true
      ? AccountingStore.unread(store, { clock, log, untilSpared })
      : AccountingStore.open(store, { clock, log }));
    try {
      const inventory = await StoredInventory.open(store.table<InventoryRecord>('inventory'));
      const status = await StatusBook.open(store.table('meta'));
      const stored = await StoredRows.open(store, () => clock.now());
      const pauses = await Pauses.open(store.table('meta'));
      const isPaused = (name: string) => pauses.of(name, clock.now()) !== undefined;
      const memories = await RouterMemories.open(store.table('meta'));
      const routers = new RouterPool({ clock, isPaused, memories });
      const { tunnel } = options;
      const records = await QuotaRecords.open({ quota: store.table('quota'), topups: store.table('topups') });
      const quotas = new QuotaKeeper({ records, accounting, meta: store.table('meta'), clock, log });
      const dynamic = new CoaGateway({
        clock,
        quotas,
        random: options.fillRandom,
        log,
        ...(tunnel === undefined ? {} : { tunnel }),
      });
      const omada = new OmadaClients({ clock, log });
      const guests = new OmadaSessions({
        ...{ accounting, controllers: omada, clock, log },
        onAnswer: (controller) => delivery.heard(controller),
      });
      const sessions = new NasSessionControl({
        ...{ directory, sessions: accounting, dynamic, api: routers },
        controllers: guests,
      });
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
      const [planSeal, approvals] = [await openPlanSeal(meta), await Approvals.open(meta)];
      const policies = await PolicyBook.open(meta);
      const audit = await AuditLog.open(store.table('audit'), store.table('meta'));
      const blame = new Blame(store.table('blame'));
      const key = await auditKey(meta, options.fillRandom);
      const onTrouble = (err: unknown) => log.warn({ err }, 'what was applied is not in the audit log');
      const applies = new ApplyBook({ audit, blame, meta, key, onTrouble });
      await applies.recover();
      const translations = new TranslationHistory(store.table('nat'));
      const events = await EventLog.open({ store, now: () => clock.now() });
      const delivery = new OutboxDelivery({ target: directoryTarget, status, clock, log });
      const parts = {
        ...{ store, inventory, directory, directoryTarget, accounting, quotas, status, sessions, routers },
        ...{
          pauses,
          protection,
          drift,
          planSeal,
          approvals,
          policies,
          delivery,
          audit,
          applies,
          blame,
          events,
          translations,
          omada,
          guests,
        },
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
        applies,
        accounting,
        store,
      ]);
    } catch (error) {
      await accounting.close();
      throw error;
    }
  }

  /** Who is online, as accounting knows; once. @throws LastmileError of the store */
  async readSessions(): Promise<void> {
    try {
      await this.accounting.read();
    } catch (error) {
      if (!(error instanceof StoreCorruptError)) throw error;
      // What can be read of it is kept, and what accounting lacks comes from the journal.
      await this.store.reopen();
      await this.accounting.read();
    }
  }

  /** Names of NAS that take CoA only without Event-Timestamp. */
  wrongClocks(): readonly string[] {
    return this.#coa.wrongClocks();
  }

  /** From now on guests are let in, and put off the line, by the controllers and sites of this model. */
  followGuests(model: Model): void {
    this.omada.use(model);
    this.guests.use(model);
  }

  /** Every target of a model: the directory first, then routers that have an API, then controllers with an OpenAPI. */
  targets(model: Model): readonly Target[] {
    this.followGuests(model);
    this.#coa.useSource(model.operator.radius.servers.map((server) => server.address));
    return [this.directoryTarget, ...this.routers.targets(model), ...this.#controllers.targets(model)];
  }

  /**
   * Targets to plan another model with. Routers and controllers dialled otherwise than those in force get connections of their own, which
   * end with the loan; nothing in force is closed.
   *
   * @param only `known`: such are not dialled, and named instead
   */
  borrow(model: Model, only?: 'known'): Loan {
    const [routers, controllers] = [this.routers.borrow(model, only), this.#controllers.borrow(model, only)];
    return {
      unknown: [...routers.unknown, ...controllers.unknown],
      targets: [this.directoryTarget, ...routers.targets, ...controllers.targets],
      async [Symbol.asyncDispose]() {
        await controllers[Symbol.asyncDispose]();
        await routers[Symbol.asyncDispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.omada[Symbol.dispose]();
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

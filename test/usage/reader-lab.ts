import { pino } from 'pino';
import { expect } from 'vitest';
import { TranslationHistory } from '../../src/accounting/addresses/translation-history.ts';
import { AccountingUnavailableError } from '../../src/accounting/errors.ts';
import type { AccountingRecord } from '../../src/accounting/event.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { Secret } from '../../src/base/secret.ts';
import { type ReadRouter, RouterReader } from '../../src/daemon/sessions/router-reader.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

export const log = pino({ level: 'silent' });

/** Accounting in a folder of its own, and simulated routers whose sessions are read into it. */
export class ReaderLab implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly accounting: AccountingStore;
  readonly translations: TranslationHistory;
  readonly #folder: TempFolder;
  readonly #store: Store;
  readonly #routers: LabRouter[] = [];

  private constructor(clock: ManualClock, folder: TempFolder, store: Store, accounting: AccountingStore) {
    this.clock = clock;
    this.#folder = folder;
    this.#store = store;
    this.accounting = accounting;
    this.translations = new TranslationHistory(store.table('nat'));
  }

  static async start(): Promise<ReaderLab> {
    const folder = await TempFolder.make();
    const clock = new ManualClock();
    const store = await Store.open(folder.path, { clock, log });
    return new ReaderLab(clock, folder, store, await AccountingStore.open(store, { clock, log }));
  }

  async router(name = 'core-1', options: Partial<SimulatedRouterOsOptions> = {}): Promise<LabRouter> {
    const router = await LabRouter.start(this, name, options);
    this.#routers.push(router);
    return router;
  }

  pass(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const router of this.#routers) await router[Symbol.asyncDispose]();
    await this.accounting.close();
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

export class LabRouter implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  session: RouterOsSession;
  readonly #lab: ReaderLab;
  #reader: RouterReader;
  /** What is declared of it. */
  about: ReadRouter;

  private constructor(lab: ReaderLab, name: string, router: SimulatedRouterOs, session: RouterOsSession) {
    this.#lab = lab;
    this.router = router;
    this.session = session;
    this.about = { name, formerNames: [], everySeconds: 300, devices: new Set(), ports: new Set(), takesFlows: true };
    this.#reader = new RouterReader(lab);
  }

  static async start(lab: ReaderLab, name: string, options: Partial<SimulatedRouterOsOptions>): Promise<LabRouter> {
    const users = [{ name: 'lastmile', password: 'api' }];
    const router = await SimulatedRouterOs.start({ clock: lab.clock, users, ...options });
    return new LabRouter(lab, name, router, await connect(router, name));
  }

  read() {
    return this.#reader.read(this.about, this.session, AbortSignal.timeout(120_000));
  }

  arrived(menu: string, row: Readonly<Record<string, string>>) {
    return this.#reader.arrived(this.about, menu, row);
  }

  /** Power off and on, and a new connection. */
  async reboot(): Promise<void> {
    this.router.reboot();
    await this.session.closed;
    this.session = await connect(this.router, this.about.name);
  }

  /** lastmile was started anew. @param refused which records are not stored from now on */
  forget(refused: (record: AccountingRecord) => boolean = () => false): void {
    const { accounting, clock } = this.#lab;
    const record = async (event: AccountingRecord) => {
      if (refused(event)) throw new AccountingUnavailableError('the disk is full');
      await accounting.record(event);
    };
    const bound = {
      record,
      open: () => accounting.open(),
      openOf: (username: string) => accounting.openOf(username),
      history: (username: string, limit: number) => accounting.history(username, limit),
      totalsOf: (nas: string) => accounting.totalsOf(nas),
      flowsOf: (nas: string) => accounting.flowsOf(nas),
    };
    this.#reader = new RouterReader({ accounting: bound, clock });
  }

  /** A reading that cannot be stored. */
  async readInVain(): Promise<void> {
    await expect(this.read()).rejects.toBeInstanceOf(AccountingUnavailableError);
  }

  /** A PPPoE server and somebody who may dial in. */
  subscriber(name: string, profile: Readonly<Record<string, string>> = {}): void {
    if (this.router.rows('/interface/pppoe-server/server').length === 0) {
      this.router.add('/ip/pool', { name: 'home', ranges: '10.0.0.2-10.0.9.254' });
      this.router.add('/interface/pppoe-server/server', { interface: 'ether2', 'service-name': 'isp', disabled: 'no' });
    }
    const profileName = `of-${name}`;
    this.router.add('/ppp/profile', {
      name: profileName,
      'local-address': '10.0.0.1',
      'remote-address': 'home',
      ...profile,
    });
    this.router.add('/ppp/secret', { name, password: 'pw', profile: profileName });
  }

  async dial(username: string) {
    const dialled = await this.router.dial({ username, password: 'pw' });
    if (!dialled.ok) throw new Error(`${username} not let in: ${dialled.reason}`);
    return dialled;
  }

  /** A hotspot on ether3, and somebody who may use it. */
  guest(name: string): void {
    if (this.router.rows('/ip/hotspot').length === 0) {
      this.router.add('/ip/pool', { name: 'guests', ranges: '10.5.50.10-10.5.50.250' });
      this.router.add('/ip/dhcp-server/network', { address: '10.5.50.0/24', gateway: '10.5.50.1' });
      this.router.add('/ip/dhcp-server', {
        name: 'guests',
        interface: 'ether3',
        'address-pool': 'guests',
        disabled: 'no',
      });
      this.router.add('/ip/hotspot/profile', { name: 'cafe', 'hotspot-address': '10.5.50.1', 'login-by': 'mac' });
      this.router.add('/ip/hotspot', { name: 'cafe', interface: 'ether3', profile: 'cafe', disabled: 'no' });
    }
    this.router.add('/ip/hotspot/user', { name });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close();
    await this.router[Symbol.asyncDispose]();
  }
}

function connect({ apiHost: host, apiPort: port }: SimulatedRouterOs, router: string): Promise<RouterOsSession> {
  return connectRouterOs({ router, host, port, username: 'lastmile', password: new Secret('api'), maxInFlight: 32 });
}

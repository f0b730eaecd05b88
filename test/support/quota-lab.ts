import { randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { AdminClient } from '../../src/admin/client.ts';
import type { StandingJson } from '../../src/admin/quota.ts';
import type { UsageAnswer } from '../../src/admin/usage.ts';
import { Daemon, type Listeners } from '../../src/daemon/daemon.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { FolderSource } from '../../src/source/folder-source.ts';
import { freeUdpPort } from './free-ports.ts';
import { ManualClock } from './manual-clock.ts';
import { TempFolder } from './temp-folder.ts';

const secret = 'a shared secret of thirty-two ch';
const loopback = { host: '127.0.0.1', port: 0 };
export const minuteMs = 60_000;

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

/** Short waits, as of a reject that is held back, come to their end by themselves: nobody else moves the time meanwhile. */
const shortMs = 100;

class LabClock extends ManualClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= shortMs) setImmediate(() => this.advance(ms));
    return super.sleep(ms, signal);
  }
}

/** The daemon and a simulated router, which talk by UDP and over the API, in one time that stands still until it is moved. */
export class QuotaLab implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly folder: TempFolder;
  readonly router: SimulatedRouterOs;
  readonly lines: Line[] = [];
  readonly #ports: readonly number[];
  readonly #nas: string;
  readonly #listeners = new Set<() => void>();
  listeners: Listeners | undefined;
  #daemon: Daemon | undefined;

  private constructor(clock: ManualClock, folder: TempFolder, router: SimulatedRouterOs, ports: number[], nas: string) {
    this.clock = clock;
    this.folder = folder;
    this.router = router;
    this.#ports = ports;
    this.#nas = nas;
  }

  /** @param service more lines of the spec of the one service @param people items of the list of subscribers */
  static async start(service: string, people: string, at = '2026-03-10T12:00:00Z'): Promise<QuotaLab> {
    const clock = new LabClock(Date.parse(at));
    const nas = `127.${1 + (process.pid % 250)}.${Math.floor(Math.random() * 250)}.3`;
    const users = [{ name: 'lastmile', password: 'api' }];
    const router = await SimulatedRouterOs.start({ clock, radiusSourceAddress: nas, users });
    const ports = [await freeUdpPort('127.0.0.1'), await freeUdpPort('127.0.0.1'), await freeUdpPort(nas)];
    const lab = new QuotaLab(clock, await TempFolder.make(), router, ports, nas);
    mkdirSync(lab.dir);
    writeFileSync(join(lab.dir, 'network.yaml'), lab.#network());
    lab.declare(service, people);
    await lab.run();
    return lab;
  }

  get dir(): string {
    return join(this.folder.path, 'isp');
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new TypeError('it does not run');
    return this.#daemon;
  }

  declare(service: string, people: string): void {
    const spec = service.replaceAll(/^/gm, '  ');
    const all = people.replaceAll(/^/gm, '  ');
    writeFileSync(
      join(this.dir, 'people.yaml'),
      `apiVersion: lastmile/v1\nkind: Service\nmetadata: {name: home}\nspec:\n  access: [pppoe]\n  rate: {down: 20M, up: 5M}\n  sessions: {interim: 2m}\n  address: {pool: home}\n${spec}\n---\napiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: all}\ndefaults: {service: home}\nitems:\n${all}\n`,
    );
  }

  /** Starts the daemon, and waits until all is in step. */
  async run(): Promise<void> {
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.lines.push(JSON.parse(chunk.toString()));
        for (const listener of this.#listeners) listener();
        done();
      },
    });
    this.#daemon = await Daemon.start({
      source: new FolderSource(this.dir),
      stateDir: join(this.folder.path, 'state'),
      load: { env: {}, example: true },
      listen: { admin: loopback },
      clock: this.clock,
      log: pino({ level: 'debug' }, destination),
      random: () => 0.5,
      fillRandom: (octets) => void randomFillSync(octets),
      version: 'test',
      onListening: (bound) => {
        this.listeners = bound;
      },
    });
    await this.refresh();
  }

  async stop(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    this.#daemon = undefined;
  }

  /** Takes what is declared now, and waits until router and directory have it. */
  async refresh(): Promise<void> {
    await this.daemon.refresh();
    await (await this.admin()).post('/api/v1/reconcile', {});
  }

  async admin(): Promise<AdminClient> {
    const client = await AdminClient.find(this.listeners?.adminSocket ?? '');
    if (client === undefined) throw new TypeError('it does not answer');
    return client;
  }

  /** The first line so logged from here on, or one so many `times` later. */
  async logged(wanted: Readonly<Record<string, unknown>>, times = 1): Promise<Line> {
    let left = times;
    for (let at = this.lines.length; ; at += 1) {
      while (this.lines[at] === undefined) await this.#more();
      const line = this.lines[at] as Line;
      if (!Object.entries(wanted).every(([name, value]) => line[name] === value)) continue;
      left -= 1;
      if (left === 0) return line;
    }
  }

  /** Somebody dials, and his session, if there is one, is accounted for. */
  async dial(request: Parameters<SimulatedRouterOs['dial']>[0]): ReturnType<SimulatedRouterOs['dial']> {
    const dialled = await this.router.dial(request);
    await this.accounted();
    return dialled;
  }

  /** So much is used, and told with the next interim. */
  async uses(username: string, down: bigint): Promise<void> {
    this.router.traffic(username, { down });
    this.clock.advance(2 * minuteMs);
    await this.accounted();
  }

  /** Waits until all that the router has to tell by now is told: it wakes in a turn of its own. */
  async accounted(): Promise<void> {
    await new Promise(setImmediate);
    await this.router.accountingIdle();
  }

  rates(): readonly (string | undefined)[] {
    return this.router.sessions().map(({ rateLimit }) => rateLimit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.router[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const listener = () => {
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  #network(): string {
    const [auth, accounting, coa] = this.#ports;
    return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  radius:
    listen: {auth: "127.0.0.1:${auth}", accounting: "127.0.0.1:${accounting}"}
    servers: [{name: main, address: 127.0.0.1, authPort: ${auth}, accountingPort: ${accounting}}]
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${this.router.apiPort}, username: lastmile, password: api}
  radius: {secret: ${secret}, sourceAddress: ${this.#nas}, services: [ppp], coaPort: ${coa}}
  pools: [{name: home, ranges: [10.10.0.2-10.10.0.199]}, {name: slow, ranges: [10.20.0.2-10.20.0.199]}]
  ppp: {localAddress: 10.10.0.1, dns: [9.9.9.9], servers: [{interface: ether2, name: north}]}
`;
  }
}

/** What is logged when a NAS took a CoA, or a Disconnect. */
export const changedByCoa = { msg: 'session settled', result: 'changed' };
export const disconnected = { msg: 'session settled', result: 'disconnected' };

type Logged = Readonly<Record<string, unknown>>;

/** Time passes, until this is logged. */
export async function passes(lab: QuotaLab, ms: number, until: Logged, times = 1): Promise<void> {
  const told = lab.logged(until, times);
  lab.clock.advance(ms);
  await told;
}

/** Anna uses so much, until this is logged. */
export async function uses(lab: QuotaLab, octets: bigint, until: Logged, times = 1): Promise<void> {
  const told = lab.logged(until, times);
  await lab.uses('anna', octets);
  await told;
}

/** Lets time pass until something has come about. */
export async function meanwhile(lab: QuotaLab, something: Promise<unknown>): Promise<void> {
  let over = false;
  void something.then(() => {
    over = true;
  });
  while (!over) {
    lab.clock.advance(500);
    await new Promise(setImmediate);
  }
}

export async function standing(lab: QuotaLab, user = 'anna'): Promise<StandingJson | undefined> {
  return (await (await lab.admin()).get<UsageAnswer>(`/api/v1/usage/${user}`)).standings?.[0];
}

import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { AdminClient } from '../../src/admin/client.ts';
import type { ApprovalsAnswer, DaemonStatus, PlanAnswer } from '../../src/admin/service.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../src/daemon/daemon.ts';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { GitSource } from '../../src/source/git-source.ts';
import type { Condition } from '../../src/status/conditions.ts';
import type { TargetReport } from '../../src/status/report.ts';
import { BareRepository } from './bare-repository.ts';

const loopback = { host: '127.0.0.1', port: 0 };

/** What the repository of the lab declares; what is left out is as it was at first. */
export interface Declared {
  /** Of the one service: `5M/20M` on the router. */
  readonly rate?: string;
  /** More lines of `Operator.spec`, two spaces in. Default: only what is approved. */
  readonly operator?: string;
  /** More lines of the spec of the router, two spaces in. */
  readonly router?: string;
  readonly apiPort?: number;
  /** More documents. */
  readonly more?: string;
}

export const approvedMode = '  reconcile: {interval: 1h, mode: approved}\n';

/** A daemon in this process that follows a repository and one simulated router. */
export class ReviewedLab implements AsyncDisposable {
  readonly repository: BareRepository;
  readonly router: SimulatedRouterOs;
  readonly log: string[] = [];
  #daemon: Daemon | undefined;
  #listeners: Listeners | undefined;
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  private constructor(repository: BareRepository, router: SimulatedRouterOs) {
    this.repository = repository;
    this.router = router;
  }

  /** Runs, and all is in step. */
  static async start(declared: Declared = {}): Promise<ReviewedLab> {
    const lab = await ReviewedLab.open(declared);
    await lab.inStep();
    return lab;
  }

  /** Runs, and has read the declarations. */
  static async open(declared: Declared): Promise<ReviewedLab> {
    const users = [{ name: 'lastmile', password: 'api-of-core-1' }];
    const router = await SimulatedRouterOs.start({ clock: systemClock, users });
    const lab = new ReviewedLab(await BareRepository.make(filesOf(declared, router.apiPort)), router);
    await lab.run();
    return lab;
  }

  /** Where RADIUS is answered; empty while it is closed. */
  get answering(): readonly string[] {
    return this.#listeners?.auth ?? [];
  }

  async run(): Promise<void> {
    const { folder, url } = this.repository;
    const source = new GitSource(url, { ...process.env, HOME: folder.path });
    const read = source.read.bind(source);
    source.read = async (known) => {
      const revision = await read(known);
      await this.#open;
      return revision;
    };
    this.#daemon = await Daemon.start({
      source,
      stateDir: join(folder.path, 'state'),
      load: { env: {}, example: true },
      listen: { auth: loopback, accounting: loopback, admin: loopback },
      clock: systemClock,
      log: pino({ level: 'debug' }, this.#lines()),
      random: Math.random,
      fillRandom: (octets) => void randomFillSync(octets),
      version: 'test',
      pollMs: 3_600_000,
      onListening: (bound) => {
        this.#listeners = bound;
      },
    });
  }

  async stop(): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    this.#daemon = undefined;
  }

  /** Pushes, and resolves when the daemon has taken it, or not. @returns the id of the commit */
  async push(declared: Declared, message = 'next'): Promise<string> {
    const id = this.repository.push(filesOf(declared, this.router.apiPort), message);
    await this.#daemon?.refresh();
    return id;
  }

  /** Keeps whoever reads the source waiting from here on, until it is released. */
  hold(): void {
    this.#open = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release();
  }

  /** Looks at the source now. */
  async look(): Promise<void> {
    await this.#daemon?.refresh();
  }

  /** The next time that a router cannot be reached is now. */
  cut(): void {
    this.router.faults.replace([{ kind: 'close' }]);
    this.router.dropConnections();
  }

  mend(): void {
    this.router.faults.replace([]);
  }

  get rate(): string | undefined {
    return this.router.row('/ppp/profile', 'home')?.['rate-limit'];
  }

  async admin(): Promise<AdminClient> {
    const client = await AdminClient.find(this.#listeners?.adminSocket ?? '');
    if (client === undefined) throw new TypeError('it does not answer');
    return client;
  }

  async post<T>(path: string, body: object = {}): Promise<T> {
    return (await this.admin()).post<T>(`/api/v1/${path}`, body);
  }

  async status(): Promise<DaemonStatus> {
    return (await this.admin()).get('/api/v1/status');
  }

  async condition(type: Condition['type']): Promise<Condition | undefined> {
    return (await this.status()).conditions.find((each) => each.type === type);
  }

  async waiting(): Promise<ApprovalsAnswer['waiting']> {
    return (await (await this.admin()).get<ApprovalsAnswer>('/api/v1/approvals')).waiting;
  }

  approve(checksum: string): Promise<ApprovalsAnswer> {
    return this.post('approve', { checksum, by: 'reviewer' });
  }

  /** As a pull request has it looked at, by a token that may only look. */
  async review(declared: Declared): Promise<PlanDocument> {
    const files = Object.entries(filesOf(declared, this.router.apiPort)).map(([path, text]) => ({ path, text }));
    const answer = await this.post<PlanAnswer>('review', { files });
    if (answer.result === 'invalid') throw new TypeError('it is invalid');
    return answer.plan;
  }

  /** Has the router looked at as the interval does: nobody asks for it. */
  async reconciled(): Promise<TargetReport> {
    const [report] = await this.post<readonly TargetReport[]>('reconcile', { target: 'core-1' });
    if (report === undefined) throw new TypeError('it was not looked at');
    return report;
  }

  /** Resolves when the router is in step with the revision in force. */
  async inStep(): Promise<void> {
    await this.last(({ result }) => result === 'applied' || result === 'in-sync');
  }

  /** The last report of the router, as soon as it is of the revision in force and like that. */
  async last(like: (report: TargetReport) => boolean): Promise<TargetReport> {
    for (;;) {
      const { targets, revision } = await this.status();
      const last = targets.find(({ name }) => name === 'core-1')?.last;
      if (last !== undefined && last.revision === revision && like(last)) return last;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.router[Symbol.asyncDispose]();
    await this.repository[Symbol.asyncDispose]();
  }

  #lines(): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.log.push(chunk.toString());
        done();
      },
    });
  }
}

function filesOf(declared: Declared, port: number): Record<string, string> {
  const { rate = '20M', operator = approvedMode, router = '', apiPort = port, more = '' } = declared;
  return {
    'network.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  radius: {servers: [{name: main, address: 127.0.0.1}]}
${operator}---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${apiPort}, username: lastmile, password: api-of-core-1}
  radius: {secret: a shared secret of thirty-two ch, sourceAddress: 127.0.0.9, services: [ppp]}
  pools: [{name: home, ranges: [10.10.0.2-10.10.0.199]}]
  ppp: {localAddress: 10.10.0.1, dns: [9.9.9.9], servers: [{interface: ether2, name: north}]}
${router}---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: ${rate}, up: 5M}, address: {pool: home}}
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec: {service: home, username: anna, password: of-anna-7, auth: local, router: core-1}
${more}`,
  };
}

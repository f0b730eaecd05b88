import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/system-clock.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { freeUdpPort } from './free-ports.ts';
import { DaemonProcess, lastmile, type Ran } from './lastmile.ts';
import { TempFolder } from './temp-folder.ts';

/** Passwords and secrets of the test network: none of them may ever be seen in what it prints. */
export const canaries = {
  annaPassword: 'canary-anna-8d2f71',
  benPassword: 'canary-ben-55ac09',
  radiusSecret: 'canary-radius-secret-4f6e2b91d0',
  apiPassword: 'canary-api-77e1c3',
} as const;

export interface NetworkOptions {
  /** Passed to git: the folder is a repository. Default true. */
  readonly git?: boolean;
  /** More lines of `Operator.spec`, two spaces in. */
  readonly operator?: string;
}

/** One operator, one simulated router, two subscribers (anna by RADIUS, ben by a local secret), in a folder of its own. */
export class TestNetwork implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly router: SimulatedRouterOs;
  readonly authPort: number;
  readonly accountingPort: number;
  readonly coaPort: number;
  /** Address the router sends RADIUS from. */
  readonly nasAddress: string;
  readonly #git: boolean;

  private constructor(
    folder: TempFolder,
    router: SimulatedRouterOs,
    ports: readonly number[],
    nas: string,
    git: boolean,
  ) {
    this.folder = folder;
    this.router = router;
    [this.authPort = 0, this.accountingPort = 0, this.coaPort = 0] = ports;
    this.nasAddress = nas;
    this.#git = git;
  }

  static async start(options: NetworkOptions = {}): Promise<TestNetwork> {
    const folder = await TempFolder.make();
    const nas = `127.${1 + (process.pid % 250)}.${Math.floor(Math.random() * 250)}.2`;
    const router = await SimulatedRouterOs.start({
      clock: systemClock,
      radiusSourceAddress: nas,
      users: [{ name: 'lastmile', password: canaries.apiPassword }],
    });
    const ports = [await freeUdpPort('127.0.0.1'), await freeUdpPort('127.0.0.1'), await freeUdpPort(nas)];
    const network = new TestNetwork(folder, router, ports, nas, options.git ?? true);
    mkdirSync(network.dir);
    if (network.#git) network.#run('init', '-q', '-b', 'main');
    network.write('operator.yaml', network.#operator(options.operator ?? ''));
    network.write('router.yaml', network.routerYaml);
    network.write('services.yaml', servicesYaml('20M', '5M'));
    network.write('subscribers.yaml', subscribersYaml());
    network.commit('first');
    return network;
  }

  get dir(): string {
    return join(this.folder.path, 'isp');
  }

  get state(): string {
    return join(this.folder.path, 'state');
  }

  /** Writes the Operator anew, with more lines of its `spec`, two spaces in. */
  operator(more: string): void {
    this.write('operator.yaml', this.#operator(more));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.dir, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.dir, file));
  }

  /** Commits all there is; in a plain folder there is nothing to do. */
  commit(message: string): void {
    if (!this.#git) return;
    this.#run('add', '-A');
    this.#run('-c', 'user.name=Op', '-c', 'user.email=op@isp.example', 'commit', '-q', '-m', message);
  }

  /** Runs a command on this network's state folder. */
  lastmile(...args: readonly string[]): Promise<Ran> {
    return lastmile([...args, '--state', this.state], { cwd: this.folder.path });
  }

  daemon(...args: readonly string[]): Promise<DaemonProcess> {
    const listen = ['--listen-admin', '127.0.0.1:0'];
    return DaemonProcess.start([this.dir, '--state', this.state, ...listen, ...args], { cwd: this.folder.path });
  }

  /** Starts the daemon and waits until the router and the directory are in step. */
  async running(...args: readonly string[]): Promise<DaemonProcess> {
    const daemon = await this.daemon(...args);
    await this.lastmile('reconcile');
    return daemon;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }

  #run(...args: readonly string[]): void {
    execFileSync('git', ['-C', this.dir, ...args], {
      stdio: 'ignore',
      env: { ...process.env, HOME: this.folder.path },
    });
  }

  #operator(more: string): string {
    return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  radius:
    listen: {auth: "127.0.0.1:${this.authPort}", accounting: "127.0.0.1:${this.accountingPort}"}
    servers:
      - {name: main, address: 127.0.0.1, authPort: ${this.authPort}, accountingPort: ${this.accountingPort}}
    clients:
      - {name: checks, clientAddress: 127.0.0.1, secret: ${canaries.radiusSecret}, profile: mikrotik}
${more}`;
  }

  get routerYaml(): string {
    return `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${this.router.apiPort}, username: lastmile, password: ${canaries.apiPassword}}
  radius:
    secret: ${canaries.radiusSecret}
    sourceAddress: ${this.nasAddress}
    services: [ppp]
    coaPort: ${this.coaPort}
  pools:
    - name: home
      ranges: [10.10.0.2-10.10.0.199]
      static: [10.10.0.200-10.10.0.254]
  ppp:
    localAddress: 10.10.0.1
    dns: [9.9.9.9]
    servers: [{interface: ether2, name: north}]
  system: {identity: core-1}
`;
  }
}

export function servicesYaml(down: string, up: string): string {
  return `apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  access: [pppoe]
  rate: {down: ${down}, up: ${up}}
  sessions: {interim: 2m, timeout: 12h, idleTimeout: 30m}
  address: {pool: home}
  attributes: [{name: Mikrotik-Address-List, value: customers}]
`;
}

/** @param anna more lines of anna's item, four spaces in */
export function subscribersYaml(anna = '', ben = ''): string {
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home}
items:
  - name: anna
    username: anna@isp.example
    password: ${canaries.annaPassword}
${anna}  - name: ben
    username: ben@isp.example
    password: ${canaries.benPassword}
    auth: local
    router: core-1
${ben}`;
}

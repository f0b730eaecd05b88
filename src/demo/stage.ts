import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import { Secret } from '../base/secret.ts';
import { deriveSecret } from '../secrets/derive.ts';
import { askDaemon } from './admin-api.ts';
import type { Child } from './child.ts';
import { DemoError } from './demo-error.ts';
import { freeTcpPort, freeUdpPorts } from './free-ports.ts';
import { type Lastmile, lastmileIn, shellWrapper } from './lastmile.ts';
import { createRepository, type Repository } from './repository.ts';
import { type DemoRouter, startRouter } from './router.ts';
import { type DemoController, startController } from './terrace.ts';

export interface StageOptions {
  readonly clock: Clock;
  readonly random: (octets: number) => Buffer;
  readonly env: NodeJS.ProcessEnv;
  /** Ends everything that is being waited for. */
  readonly signal: AbortSignal;
}

/** Addresses `lastmile run --print-listeners` prints. */
export interface Listeners {
  readonly auth: string;
  readonly accounting: string;
  readonly portal: string;
  readonly admin: string;
  readonly adminSocket: string;
}

interface Parts {
  readonly folder: string;
  readonly repository: Repository;
  readonly lastmile: Lastmile;
  readonly north: DemoRouter;
  readonly south: DemoRouter;
  readonly terrace: DemoController;
  readonly masterKey: Secret;
  readonly apiPassword: string;
}

const entry = fileURLToPath(new URL('../main.js', import.meta.url));
const example = fileURLToPath(new URL('../../examples/demo-isp', import.meta.url));

/**
 * Where the tour takes place: a temporary folder with a git repository and the daemon's state, two simulated routers, a
 * simulated Omada controller, and the daemon when it was started. Gone without a trace when disposed of.
 */
export class Stage implements AsyncDisposable {
  readonly #options: StageOptions;
  readonly #parts: Parts;
  readonly #children: Child[];
  #daemon: { readonly child: Child; readonly listeners: Listeners } | undefined;

  private constructor(options: StageOptions, parts: Parts, children: Child[]) {
    this.#options = options;
    this.#parts = parts;
    this.#children = children;
  }

  /** @throws DemoError when an address, git or a router is not to be had */
  static async raise(options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'lastmile-demo-'));
    const children: Child[] = [];
    try {
      return new Stage(options, await build(folder, options, children), children);
    } catch (error) {
      await tearDown(folder, children);
      throw error;
    }
  }

  get folder(): string {
    return this.#parts.folder;
  }

  get repository(): Repository {
    return this.#parts.repository;
  }

  /** The shipped command, in the repository, with this stage's state folder and secrets. */
  get lastmile(): Lastmile {
    return this.#parts.lastmile;
  }

  /** core-1, which asks RADIUS. */
  get north(): DemoRouter {
    return this.#parts.north;
  }

  /** core-2, which keeps the logins itself. */
  get south(): DemoRouter {
    return this.#parts.south;
  }

  /** The Omada controller, with the café's access points outdoors. */
  get terrace(): DemoController {
    return this.#parts.terrace;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** Another router, which nobody declared. */
  startRouter(name: string, address: string): Promise<DemoRouter> {
    return startRouter(this.lastmile, { name, address, apiPassword: this.#parts.apiPassword }, this.#children);
  }

  /** What a subscriber types: `{derive: 1}` of the declaration. */
  password(subscriber: string): string {
    const parts = ['lastmile/derive/1', 'Subscriber', subscriber, 'password', '1'];
    return deriveSecret(this.#parts.masterKey, parts, 16).reveal();
  }

  /** Resolves when it listens. */
  async startDaemon(): Promise<Listeners> {
    const { child, firstLine } = await this.lastmile.stay('daemon', ['run', '--print-listeners']);
    this.#children.push(child);
    const listeners = JSON.parse(firstLine) as Listeners;
    this.#daemon = { child, listeners };
    return listeners;
  }

  /** An answer of the daemon's admin API. @throws DemoError when it is not to be had */
  ask<T>(path: string): Promise<T> {
    return askDaemon<T>(this.listeners.adminSocket, path, this.signal);
  }

  /** The one that was started last. */
  get daemon(): Child {
    return this.#running.child;
  }

  get listeners(): Listeners {
    return this.#running.listeners;
  }

  /** Every process that was started, the routers first. */
  get children(): readonly Child[] {
    return this.#children;
  }

  /** The last lines of every log that has any. */
  logs(lines: number): readonly { readonly name: string; readonly tail: readonly string[] }[] {
    const tails = new Map(this.#children.map((child) => [child.name, child.tail(lines)]));
    return [...tails].flatMap(([name, tail]) => (tail.length === 0 ? [] : [{ name, tail }]));
  }

  get #running() {
    if (this.#daemon === undefined) throw new DemoError('the daemon was not started');
    return this.#daemon;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await tearDown(this.folder, this.#children);
  }
}

async function build(folder: string, options: StageOptions, children: Child[]): Promise<Parts> {
  const { signal } = options;
  const ports = await freeUdpPorts(['127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.3']);
  const portal = `127.0.0.1:${await freeTcpPort()}`;
  const [masterKey, apiPassword, operatorPassword] = [24, 12, 12].map((octets) =>
    options.random(octets).toString('base64url'),
  ) as [string, string, string];
  const env = cleanEnvironment(options.env, folder);
  const secrets = {
    LASTMILE_STATE: join(folder, 'state'),
    LASTMILE_SECRET_MASTER: masterKey,
    LASTMILE_SECRET_API: apiPassword,
    LASTMILE_SECRET_OMADA: operatorPassword,
  };
  for (const name of ['home', 'log']) await mkdir(join(folder, name));
  const repository = await createRepository(join(folder, 'isp'), example, { env, signal });
  const around = { entry, cwd: repository.path, env: { ...env, ...secrets }, logFolder: join(folder, 'log'), signal };
  const wrapper = join(folder, 'lm');
  const lastmile = lastmileIn(around, wrapper);
  await writeFile(wrapper, shellWrapper(entry, repository.path, secrets), { mode: 0o700 });
  const [first, second, third] = await Promise.allSettled([
    startRouter(lastmile, { name: 'core-1', address: '127.0.0.2', apiPassword }, children),
    startRouter(lastmile, { name: 'core-2', address: '127.0.0.3', apiPassword }, children),
    startController(
      lastmile,
      { name: 'terrace', site: 'Terrace', operatorPassword, portalUrl: `http://${portal}/p/cafe` },
      children,
    ),
  ]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  if (third.status === 'rejected') throw third.reason;
  const [north, south, terrace] = [first.value, second.value, third.value];
  await declarePlaces(repository, ports, [north, south]);
  await declareGuests(repository, portal, north, terrace);
  await repository.commit('The network as it is');
  return { folder, repository, lastmile, north, south, terrace, masterKey: new Secret(masterKey), apiPassword };
}

/** The example names the usual ports; here they are free ones. Intervals are short, so that nobody has to wait. */
async function declarePlaces(repository: Repository, ports: readonly number[], routers: readonly DemoRouter[]) {
  const [auth, accounting, ...coa] = ports;
  await repository.set('operator.yaml', [
    [['spec', 'radius', 'listen', 'auth'], `127.0.0.1:${auth}`],
    [['spec', 'radius', 'listen', 'accounting'], `127.0.0.1:${accounting}`],
    [['spec', 'radius', 'servers', 0, 'authPort'], auth],
    [['spec', 'radius', 'servers', 0, 'accountingPort'], accounting],
    [['spec', 'admin', 'listen'], '127.0.0.1:0'],
    [['spec', 'reconcile', 'interval'], '2s'],
    [['spec', 'accounting', 'interim'], '2s'],
  ]);
  for (const [index, { name, apiPort }] of routers.entries()) {
    await repository.set(`routers/${name}.yaml`, [
      [['spec', 'api', 'port'], apiPort],
      [['spec', 'radius', 'coaPort'], coa[index]],
    ]);
  }
}

/** The router calls itself `login.cafe.example`, which this machine cannot resolve: guests meet it by its address. */
async function declareGuests(repository: Repository, portal: string, router: DemoRouter, controller: DemoController) {
  await repository.set('operator.yaml', [
    [['spec', 'portal', 'listen'], portal],
    [['spec', 'portal', 'publicUrl'], `http://${portal}`],
  ]);
  await repository.set('portal/cafe.yaml', [
    [['spec', 'bridge', 0, 'mikrotik', 'loginUrl'], `http://${router.hotspotAddress}/login`],
  ]);
  await repository.set('portal/terrace.yaml', [
    [['spec', 'url'], controller.url],
    [['spec', 'tls', 'fingerprint'], controller.fingerprint],
  ]);
}

/** Neither settings of git nor flags of lastmile reach us from the person's shell. */
function cleanEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const foreign = /^(?:GIT_|LASTMILE_|XDG_CONFIG_HOME$)/;
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), HOME: join(folder, 'home'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C.UTF-8' };
}

async function tearDown(folder: string, children: readonly Child[]): Promise<void> {
  // The daemon first: it is the youngest, and says goodbye to the routers.
  for (const child of [...children].reverse()) await child[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

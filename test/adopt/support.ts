import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/base/system-clock.ts';
import { applyCommand } from '../../src/cli/apply.ts';
import { type ImportOptions, importCommand } from '../../src/cli/import.ts';
import type { Io } from '../../src/cli/io.ts';
import { type OrphansOptions, orphansCommand } from '../../src/cli/orphans.ts';
import { planCommand } from '../../src/cli/plan.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { TempFolder } from '../support/temp-folder.ts';

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const around: Surroundings = {
  clock: systemClock,
  log: pino({ level: 'silent' }),
  fillRandom: (octets) => void octets.fill(7),
  random: Math.random,
  signal: new AbortController().signal,
  ask: undefined,
  version: '0',
};

/** An operator at a shell, in a folder of his own, with the password of his router in a variable. */
export class Desk implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly env: Record<string, string> = { LASTMILE_SECRET_API: 'api' };

  private constructor(folder: TempFolder) {
    this.folder = folder;
  }

  static async open(): Promise<Desk> {
    return new Desk(await TempFolder.make());
  }

  get dir(): string {
    return join(this.folder.path, 'isp');
  }

  get state(): string {
    return join(this.folder.path, 'state');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  /** Every YAML file, by path. */
  files(): Readonly<Record<string, string>> {
    const paths = readdirSync(this.dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
    return Object.fromEntries(paths.sort().map((path) => [path, this.read(path)]));
  }

  /** Declares how the router is reached, and nothing else. */
  declare(router: SimulatedRouterOs, name = 'core-1', more = ''): void {
    this.write(
      `${name}.yaml`,
      `apiVersion: lastmile/v1
kind: Router
metadata: {name: ${name}}
spec:
  address: ${router.apiHost}
  api: {port: ${router.apiPort}, username: lastmile, password: {env: LASTMILE_SECRET_API}}
${more}`,
    );
  }

  import(router = 'core-1', options: Partial<ImportOptions> = {}, dir = this.dir): Promise<Told> {
    return this.#run((io) => importCommand(router, dir, { secretsAs: 'env', ...options }, io, around));
  }

  plan(
    options: {
      readonly state?: string;
      readonly target?: readonly string[];
      readonly dir?: string;
      readonly secrets?: string;
    } = {},
  ): Promise<Told> {
    const { dir = this.dir, state = join(this.folder.path, 'none'), target = [], ...rest } = options;
    const all = { state, target, exclude: [], output: 'text' as const, detailedExitcode: true, ...rest };
    return this.#run((io) => planCommand(dir, all, io, around));
  }

  orphans(router?: string, options: Partial<OrphansOptions> = {}): Promise<Told> {
    const all = { state: this.state, output: 'text' as const, detailedExitcode: true, ...options };
    return this.#run((io) => orphansCommand(router, this.dir, all, io, around));
  }

  apply(): Promise<Told> {
    const options = { state: this.state, target: [], exclude: [], autoApprove: true };
    return this.#run((io) => applyCommand(this.dir, options, io, around));
  }

  /** Goes on to `mode: apply`. */
  takeOver(): void {
    for (const [path, text] of Object.entries(this.files()))
      this.write(path, text.replace('mode: observe', 'mode: apply'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }

  async #run(command: (io: Io) => Promise<number>): Promise<Told> {
    const [out, err]: [string[], string[]] = [[], []];
    const io: Io = {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: this.env,
      color: false,
    };
    const code = await command(io);
    return { code, out: out.join(''), err: err.join('') };
  }
}

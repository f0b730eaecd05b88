import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/base/system-clock.ts';
import { applyCommand } from '../../src/cli/apply.ts';
import { type DoctorOptions, doctorCommand } from '../../src/cli/doctor.ts';
import type { Io } from '../../src/cli/io.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import type { Diagnosis } from '../../src/doctor/finding.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { TempFolder } from '../support/temp-folder.ts';

const around: Surroundings = {
  clock: systemClock,
  log: pino({ level: 'silent' }),
  fillRandom: (octets) => void octets.fill(7),
  random: Math.random,
  signal: new AbortController().signal,
  ask: undefined,
  version: '0',
};

/** The rights that are published (docs/routeros.md), and the one for pings. */
const rights = ['read', 'write', 'api', 'sensitive', 'test'];

export interface ClinicOptions extends Declared, Partial<SimulatedRouterOsOptions> {}

export interface Declared {
  /** More of `system:`, with a comma in front. */
  readonly system?: string;
  /** More of `api:` in the router's declaration, `tls: …` say. */
  readonly api?: string;
  /** More of `radius:`. */
  readonly radius?: string;
  /** More of its `spec:`, two spaces in. */
  readonly spec?: string;
  /** Where guests find the portal. */
  readonly publicUrl?: string;
}

/** A healthy router, declared and applied, to make ill. It is looked over by the command, without a daemon. */
export class Clinic implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly #folder: TempFolder;

  private constructor(router: SimulatedRouterOs, folder: TempFolder) {
    this.router = router;
    this.#folder = folder;
  }

  static async open({
    api = '',
    spec = '',
    radius = '',
    publicUrl = '',
    ...options
  }: ClinicOptions = {}): Promise<Clinic> {
    const users = [{ name: 'lastmile', password: 'api', policies: rights }];
    const router = await SimulatedRouterOs.start({ clock: systemClock, users, ...options });
    const clinic = new Clinic(router, await TempFolder.make());
    clinic.declare({ api, spec, radius, publicUrl });
    router.add('/interface/bridge', { name: 'loopback' });
    router.add('/ip/address', { address: '127.0.0.1/32', interface: 'loopback' });
    router.add('/ip/route', { 'dst-address': '0.0.0.0/0', gateway: '192.0.2.1' });
    return clinic;
  }

  get dir(): string {
    return join(this.#folder.path, 'isp');
  }

  declare({ api = '', spec = '', radius = '', system = '', publicUrl = '' }: Declared = {}): void {
    mkdirSync(this.dir, { recursive: true });
    const { apiHost, apiPort, apiSslPort } = this.router;
    const port = api.includes('tls') ? apiSslPort : apiPort;
    writeFileSync(
      join(this.dir, 'isp.yaml'),
      `apiVersion: lastmile/v1
kind: Operator
metadata: {name: test}
spec:
  radius:
    listen: {auth: 127.0.0.1:11812, accounting: 127.0.0.1:11813}
    servers: [{name: main, address: 127.0.0.1, authPort: 11812, accountingPort: 11813}]
${publicUrl === '' ? '' : `  masterKey: a master key of more than thirty-two letters\n  portal: {publicUrl: "${publicUrl}"}\n`}---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: ${apiHost}
  api: {port: ${port}, username: lastmile, password: {env: LASTMILE_SECRET_API}${api === '' ? '' : `, ${api}`}}
  radius: {secret: {env: LASTMILE_SECRET_RADIUS}, sourceAddress: 127.0.0.1${radius === '' ? '' : `, ${radius}`}}
  ppp: {servers: [{name: isp, interface: ether2}]}
  system: {ntp: {servers: [192.0.2.9]}${system}}
${spec}`,
    );
  }

  async apply(): Promise<void> {
    const options = { state: join(this.#folder.path, 'state'), target: [], exclude: [], autoApprove: true };
    const { code, out, err } = await this.#run((io) => applyCommand(this.dir, options, io, around));
    if (code !== 0) throw new Error(`apply: ${code}\n${out}${err}`);
  }

  doctor(options: Partial<DoctorOptions> = {}, target?: string) {
    const all = {
      state: join(this.#folder.path, 'none'),
      output: 'text' as const,
      detailedExitcode: false,
      ...options,
    };
    return this.#run((io) => doctorCommand(target ?? this.dir, target === undefined ? '.' : this.dir, all, io, around));
  }

  /** What is found, as `CODE says → mend`. */
  async findings(options: Partial<DoctorOptions> = {}): Promise<readonly string[]> {
    const { out } = await this.doctor({ ...options, output: 'json' });
    return (JSON.parse(out) as Diagnosis).findings.map(({ code, says, mend }) => `${code} ${says} → ${mend}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #run(command: (io: Io) => Promise<number>) {
    const [out, err]: [string[], string[]] = [[], []];
    const env = { LASTMILE_SECRET_API: 'api', LASTMILE_SECRET_RADIUS: 'radius-secret-0123456789' };
    const io: Io = { out: (text) => void out.push(text), err: (text) => void err.push(text), env, color: false };
    return { code: await command(io), out: out.join(''), err: err.join('') };
  }
}

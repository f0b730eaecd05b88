import { stat } from 'node:fs/promises';
import { printable } from '../base/bytes.ts';
import { diagnose } from '../daemon/targets/diagnose.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import type { Diagnosis, DoctorFinding } from '../doctor/finding.ts';
import { asOf } from '../model/as-of.ts';
import { OmadaClients } from '../omada/clients.ts';
import { loadDeclared, readDeclared } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render } from './output.ts';
import type { Surroundings } from './surroundings.ts';

export interface DoctorOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly output: Output;
  /** Warnings alone: exit 2. */
  readonly detailedExitcode: boolean;
  /** What routers ping to see whether they have the Internet. */
  readonly ping?: string;
}

/**
 * `lastmile doctor [TARGET] [DIR]`: what is wrong with routers and controllers, each in a line with what mends it. The
 * daemon looks over its open connections; where none answers, the command reads DIR and connects by itself.
 */
export async function doctorCommand(
  first: string | undefined,
  second: string,
  options: DoctorOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  // A folder alone is meant as such.
  const onlyDir = first !== undefined && second === '.' && (await isFolder(first));
  const [target, dir] = onlyDir ? [undefined, first] : [first, second];
  const found = (await byDaemon(target, options, around)) ?? (await alone(target, dir, options, io, around));
  if (found === undefined) return exitCodes.invalid;
  io.out(await render(found, options.output, () => doctorText(found)));
  if (found.findings.some(({ severity }) => severity === 'error')) return exitCodes.error;
  const warned = found.findings.some(({ severity }) => severity === 'warning');
  return options.detailedExitcode && warned ? exitCodes.changes : exitCodes.success;
}

async function byDaemon(
  target: string | undefined,
  { state, ping }: DoctorOptions,
  around: Surroundings,
): Promise<Diagnosis | undefined> {
  const daemon = await findDaemon(state, around.signal);
  const query = new URLSearchParams({
    ...(target === undefined ? {} : { target }),
    ...(ping === undefined ? {} : { ping }),
  });
  return daemon?.get<Diagnosis>(`/api/v1/doctor?${query}`);
}

async function alone(
  target: string | undefined,
  dir: string,
  options: DoctorOptions,
  io: Io,
  around: Surroundings,
): Promise<Diagnosis | undefined> {
  const declared = await loadDeclared(dir, await readDeclared(dir), options, io);
  if (declared === undefined) return undefined;
  const model = asOf(declared, around.clock.now());
  await using routers = new RouterPool(around);
  using omada = new OmadaClients(around);
  omada.use(model);
  return await diagnose(model, target, {
    routers,
    clock: around.clock,
    signal: around.signal,
    controllers: async (signal) => {
      await omada.check(signal);
      return omada.standing();
    },
    ...(options.ping === undefined ? {} : { outside: options.ping }),
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function doctorText({ examined, findings }: Diagnosis): string {
  const seen = examined.map(({ target, reached, version }) => {
    const count = findings.filter((finding) => finding.target === target).length;
    const what = count === 0 ? 'nothing found' : count === 1 ? '1 finding' : `${count} findings`;
    const how = reached ? (version ?? '') : 'not reached';
    return `${[printable(target), how].filter((word) => word !== '').join(', ')}: ${what}\n`;
  });
  const lines = findings.map((finding) => `${findingText(finding)}\n`);
  return [...seen, ...lines].join('');
}

function findingText({ target, severity, code, says, mend }: DoctorFinding): string {
  return `${severity} ${printable(target)} ${code}: ${printable(says, 500)}. Mend: ${printable(mend, 500)}`;
}

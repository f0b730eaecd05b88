import { resolve } from 'node:path';
import type { StateAnswer, StateRequest } from '../admin/state-care.ts';
import { printable } from '../base/bytes.ts';
import { formatOctets } from '../base/units.ts';
import type { StateReport } from '../store/check-state.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** All of a year may have to be read. */
const longestMs = 24 * 3_600_000;

/** `lastmile state check|verify|repair|backup`: exit 1 when something is not as it was written. */
export async function stateCommand(request: StateRequest, options: RuntimeOptions, io: Io, around: Surroundings) {
  const asked = request.to === undefined ? request : { ...request, to: resolve(request.to) };
  const answer = await either(
    options,
    around,
    (daemon) => daemon.post<StateAnswer>('/api/v1/state', asked, { waitMs: longestMs }),
    async (engine) => {
      const { careForState } = await import('../daemon/state-care.ts');
      return await careForState(engine, around.clock, asked);
    },
  );
  io.out(await render(answer, options.output, () => answerText(answer, asked)));
  return (answer.report?.findings ?? []).length === 0 ? exitCodes.success : exitCodes.error;
}

export interface RestoreOptions extends RuntimeOptions {
  readonly replace: boolean;
}

/** `lastmile state restore DIR`: no daemon may run on the state folder. */
export async function restoreCommand(from: string, options: RestoreOptions, io: Io, around: Surroundings) {
  if ((await findDaemon(options.state, around.signal)) !== undefined) {
    complain(new Error(`a daemon runs on ${options.state}: stop it first`), io);
    return exitCodes.error;
  }
  const { restore } = await import('../store/backup.ts');
  const { replace } = options;
  const done = await restore(from, options.state, { replace, now: around.clock.now() });
  io.out(
    await render(done, options.output, () => {
      const before = done.replaced === undefined ? '' : `What was there is in ${done.replaced}.\n`;
      return `${options.state} holds the backup of ${done.manifest.at}: ${done.manifest.rows} rows.\n${before}`;
    }),
  );
  return exitCodes.success;
}

function answerText({ report, repaired, backup }: StateAnswer, { to = '' }: StateRequest): string {
  const lines: string[] = [];
  if (backup !== undefined) {
    const files = Object.keys(backup.files).length;
    lines.push(`Backed up to ${to}: ${backup.rows} rows, ${files} files of the journal, as of ${backup.at}.\n`);
  }
  if (repaired !== undefined) {
    const kept = repaired.kept === undefined ? '' : `; as they were they are in ${repaired.kept}`;
    lines.push(`${repaired.dropped} damaged rows are gone${kept}.\n`);
    lines.push('Sessions and usage were worked out anew from the journal.\n');
  }
  if (report !== undefined) lines.push(reportText(report));
  return lines.join('');
}

function reportText({ rows, journal, findings }: StateReport): string {
  const { segments, closed, octets, commits, records, last, link } = journal;
  const shown = [
    ['segments', `${segments}, ${closed} of them closed and in the chain`],
    ['octets', formatOctets(BigInt(octets))],
    ['commits', `${commits}, the newest ${last}`],
    ['records', `${records}`],
    ['newest link', link ?? 'none yet'],
    ...Object.entries(rows ?? {}).map(([name, count]) => [`rows: ${name}`, `${count}`]),
  ];
  const told = findings.map(({ code, message }) => `${code}: ${printable(message)}\n`).join('');
  return `${table(['WHAT', 'THERE IS'], shown)}${told === '' ? 'Nothing is damaged.\n' : told}`;
}

import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { RetentionJson } from '../admin/records-service.ts';
import type { StateAnswer, StateRequest } from '../admin/state-care.ts';
import { printable } from '../base/bytes.ts';
import { formatOctets } from '../base/units.ts';
import type { ErasedAgain } from '../daemon/stored/erase-again.ts';
import type { StateReport } from '../store/check-state.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import { hasState, NoStateError, openAsItIs, openEngine, type Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

/** All of a year may have to be read. */
const longestMs = 24 * 3_600_000;

/** `lastmile state check|verify|repair|backup`: exit 1 when something is not as it was written. */
export async function stateCommand(request: StateRequest, options: RuntimeOptions, io: Io, around: Surroundings) {
  const asked = { ...request, by: whoOf(io), ...(request.to === undefined ? {} : { to: resolve(request.to) }) };
  const daemon = await findDaemon(options.state, around.signal);
  const answer =
    daemon === undefined
      ? await byItself(asked, options, around)
      : await daemon.post<StateAnswer>('/api/v1/state', asked, { waitMs: longestMs });
  io.out(await render(answer, options.output, () => answerText(answer, asked)));
  return (answer.report?.findings ?? []).length === 0 ? exitCodes.success : exitCodes.error;
}

/** No daemon answers. A look writes nothing, nor does it mend. */
async function byItself(asked: StateRequest, options: RuntimeOptions, around: Surroundings): Promise<StateAnswer> {
  if (asked.action === 'check' || asked.action === 'verify') {
    const { lookAtState } = await import('../daemon/stored/state-care.ts');
    return await lookAtState(asked.action, options.state, tmpdir());
  }
  if (!(await hasState(options.state))) throw new NoStateError(options.state);
  await using engine = await openEngine(options.state, around);
  const { careForState } = await import('../daemon/stored/state-care.ts');
  return await careForState(engine, around.clock, asked);
}

/** `lastmile state retention` and, to remove at once what is due, `state prune`. */
export async function retentionCommand(
  action: 'show' | 'prune',
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
) {
  const daemon = await findDaemon(options.state, around.signal);
  const path = '/api/v1/retention';
  const answer = await (daemon === undefined
    ? retentionAlone(action, options, io, around)
    : action === 'show'
      ? daemon.get<RetentionJson>(path)
      : daemon.post<RetentionJson>(path, { by: whoOf(io) }, { waitMs: longestMs }));
  if (answer === undefined) {
    complain(new Error(`no daemon has run on ${options.state} that said how long things are to be kept`), io);
    return exitCodes.error;
  }
  io.out(await render(answer, options.output, () => retentionText(answer)));
  return exitCodes.success;
}

/** By what was declared when a daemon ran last; `undefined` where none did. */
async function retentionAlone(
  action: 'show' | 'prune',
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<RetentionJson | undefined> {
  if (!(await hasState(options.state))) throw new NoStateError(options.state);
  const { recordsAlone } = await import('../daemon/stored/records-alone.ts');
  await using engine = await openEngine(options.state, around);
  await using alone = await recordsAlone(engine, around);
  if (!alone.isRetentionKnown) return undefined;
  return action === 'show' ? alone.records.retention() : await alone.records.prune({ by: whoOf(io) });
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
  const { dueErasures } = await import('../daemon/stored/due-erasures.ts');
  const hadState = await hasState(options.state);
  const files = await dueErasures(options.state, tmpdir(), whoOf(io));
  const done = await restore(from, options.state, { replace, now: around.clock.now(), files });
  const knows = hadState || Object.keys(files).length > 0;
  const again = knows ? await erasedAgain(options.state, around) : undefined;
  io.out(
    await render({ ...done, ...again }, options.output, () => {
      const replaced = done.replaced === undefined ? '' : `What was there is in ${done.replaced}.\n`;
      const holds = `${options.state} holds the backup of ${done.manifest.at}: ${done.manifest.rows} rows.\n`;
      return `${holds}${replaced}${againText(again, done.manifest.at)}`;
    }),
  );
  return (again?.refused ?? []).length === 0 ? exitCodes.success : exitCodes.refused;
}

/** Whom the folder in whose place the backup is knows to be erased is erased in this, too. */
async function erasedAgain(stateDir: string, around: Surroundings): Promise<ErasedAgain> {
  const { eraseDueAlone } = await import('../daemon/stored/records-alone.ts');
  await using engine = await openAsItIs(stateDir, around);
  return (await eraseDueAlone(engine, around)) ?? { erased: [], refused: [] };
}

function againText(again: ErasedAgain | undefined, at: string): string {
  if (again === undefined) return `Whoever was erased after ${at} is in it again: lastmile erase USERNAME.\n`;
  const { erased, refused } = again;
  const names = erased.map((name) => `${name}, who was erased since ${at}, is erased in it as well.\n`);
  return [...names, ...refused.map((why) => `${printable(why)}\n`)].join('');
}

function retentionText({ keptSeconds, removed, holds, last, waitsUntil, trouble }: RetentionJson): string {
  const kept = (name: string) => {
    const seconds = keptSeconds[name];
    return seconds === undefined ? 'for good' : `${Math.round(seconds / 86_400)} days`;
  };
  const rows = [
    ['sessions', kept('sessions'), `${removed.sessions}`],
    ['usage by the hour', kept('usageByHour'), `${removed.usage} rows`],
    ['usage by day', kept('usageByDay'), ''],
    ['usage by month', kept('usageByMonth'), ''],
    ['accounting records', kept('journal'), `${removed.segments} segments`],
    ['audit log', kept('audit'), `${removed.audit}`],
    ['of former subscribers', kept('former'), `${removed.former}`],
    ['dead letters', kept('letters'), `${removed.letters ?? 0}`],
  ];
  const notes = [
    holds === 0 ? '' : `${holds} legal holds: what they are on stays.\n`,
    last === undefined ? '' : `Last removed ${last}.\n`,
    waitsUntil === undefined ? '' : `The clock moved on by days: nothing is removed before ${waitsUntil}.\n`,
    trouble === undefined ? '' : `Not removed yet: ${printable(trouble)}\n`,
  ];
  return `${table(['WHAT', 'IS KEPT', 'REMOVED'], rows)}${notes.join('')}`;
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

function reportText({ rows, journal, audit, findings }: StateReport): string {
  const { segments, closed, octets, commits, records, last, link, dropped } = journal;
  const shown = [
    ['segments', `${segments}, ${closed} of them closed and in the chain`],
    ...(dropped === undefined ? [] : [['dropped', `${dropped.count} segments before, the last ${dropped.segment}`]]),
    ['octets', formatOctets(BigInt(octets))],
    ['commits', `${commits}, the newest ${last}`],
    ['records', `${records}`],
    ['newest link', link ?? 'none yet'],
    ...(audit === undefined ? [] : [['audit log', `${audit.entries} entries, the newest ${audit.link ?? 'none yet'}`]]),
    ...Object.entries(rows ?? {}).map(([name, count]) => [`rows: ${name}`, `${count}`]),
  ];
  const told = findings.map(({ code, message }) => `${code}: ${printable(message)}\n`).join('');
  return `${table(['WHAT', 'THERE IS'], shown)}${told === '' ? 'Nothing is damaged.\n' : told}`;
}

import { printable } from '../base/bytes.ts';
import { type HistoryRevision, type HistoryRun, historyOf } from '../status/history.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface HistoryOptions extends RuntimeOptions {
  /** Revisions. */
  readonly limit: number;
}

/** `lastmile history [T]`: which revisions were in force, and what came of them. */
export async function historyCommand(
  target: string | undefined,
  options: HistoryOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { limit } = options;
  const query = target === undefined ? '' : `&target=${encodeURIComponent(target)}`;
  const revisions = await either(
    options,
    around,
    (daemon) => daemon.get<readonly HistoryRevision[]>(`/api/v1/history?limit=${limit}${query}`),
    (engine) => historyOf(engine.audit.newestFirst(), { limit, ...(target === undefined ? {} : { target }) }),
  );
  io.out(await render(revisions, options.output, () => historyText(revisions)));
  return exitCodes.success;
}

/** For a terminal. Pure. */
export function historyText(revisions: readonly HistoryRevision[]): string {
  if (revisions.length === 0) return 'Nothing has been applied yet.\n';
  return `${revisions.flatMap(revisionLines).join('\n')}\n`;
}

function revisionLines({ id, at, result, author, signer, subject, detail, runs }: HistoryRevision): readonly string[] {
  const by = signer === undefined ? author : `${author ?? ''}, signed by ${signer}`;
  const words = [subject, by === undefined ? undefined : `(${by})`, detail === undefined ? undefined : `- ${detail}`];
  const about = words.filter((each) => each !== undefined).join(' ');
  const head = `${at === undefined ? '' : `${timeText(at)} `}${id}${result === undefined ? '' : `: ${result}`}`;
  return [head, ...(about === '' ? [] : [`    ${printable(about, 300)}`]), ...runs.map(runLine)];
}

function runLine({ target, at, reason, result, detail, failed, ...counts }: HistoryRun): string {
  const parts = (['created', 'updated', 'deleted', 'moved'] as const).flatMap((word) =>
    counts[word] === 0 ? [] : [`${counts[word]} ${word}`],
  );
  const all = [...parts, ...(failed === 0 ? [] : [`${failed} of them failed`])].join(', ');
  const says = detail === undefined ? '' : `: ${printable(detail, 200)}`;
  return `  ${timeText(at)} ${target} ${result}${all === '' ? '' : ` ${all}`} (${reason})${says}`;
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

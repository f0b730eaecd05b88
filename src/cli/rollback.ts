import type { RolledBack } from '../admin/operations-service.ts';
import { revertCommit } from '../source/revert-commit.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { exitOf, reportLines } from './report-text.ts';

import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface RollbackOptions extends RuntimeOptions {
  readonly to?: string;
  readonly reason: string;
  readonly allowDeletes?: number;
  /** A work tree, or a bare repository, in which a commit is made that has the files as they were. */
  readonly commit?: string;
}

/** The daemon answers when every NAS has answered, or has been silent for long enough. */
const waitMs = 15 * 60_000;

/** `lastmile rollback`: an earlier revision is served; the one in force is skipped until there is a newer one. */
export async function rollbackCommand(options: RollbackOptions, io: Io, { signal }: Surroundings): Promise<number> {
  const daemon = await findDaemon(options.state, signal);
  if (daemon === undefined) {
    const way = 'without one, git revert and lastmile apply do the same';
    complain(new Error(`no daemon answers for ${options.state}; ${way}`), io);
    return exitCodes.error;
  }
  const { to, reason, allowDeletes, commit } = options;
  const asked = {
    ...{ reason, by: whoOf(io) },
    ...(to === undefined ? {} : { to }),
    ...(allowDeletes === undefined ? {} : { allowDeletes }),
  };
  const rolled = await daemon.post<RolledBack>('/api/v1/rollback', asked, { waitMs });
  const made = commit === undefined ? undefined : await revertCommit(commit, rolled, reason);
  const answer = { ...rolled, ...(made === undefined ? {} : { commit: made }) };
  io.out(await render(answer, options.output, () => rolledText(answer)));
  return exitOf(rolled.reports);
}

function rolledText({ from, to, reports, commit }: RolledBack & { readonly commit?: string }): string {
  const next =
    commit === undefined
      ? `${from} is skipped. The next commit is followed again: revert it in git before you go on.`
      : `${from} is skipped, and reverted by ${commit}; push it where it is to be followed.`;
  return `${[`Serving ${to}.`, next, ...reports.flatMap(reportLines)].join('\n')}\n`;
}

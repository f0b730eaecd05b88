import type { DisconnectResult } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

/**
 * `lastmile disconnect U | --session ID`: 0 when every session is gone, 1 when there was none or one could not be ended.
 * With `--dry-run` none is ended: 0 when there is one.
 */
export async function disconnectCommand(
  user: string | undefined,
  options: RuntimeOptions & { readonly session?: string; readonly dryRun: boolean; readonly reason?: string },
  io: Io,
  { signal }: Surroundings,
): Promise<number> {
  if ((user === undefined) === (options.session === undefined)) {
    complain(new Error('name a user, or give --session ID'), io);
    return exitCodes.usage;
  }
  const daemon = await findDaemon(options.state, signal);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}: disconnect is done by the daemon`), io);
    return exitCodes.error;
  }
  const { dryRun, reason } = options;
  const which = {
    ...(user === undefined ? { session: options.session } : { user }),
    ...(dryRun ? { dryRun } : {}),
    ...(reason === undefined ? {} : { reason }),
    by: whoOf(io),
  };
  const results = await daemon.post<readonly DisconnectResult[]>('/api/v1/disconnect', which);
  io.out(await render(results, options.output, () => sessionResultsText(results, user ?? options.session ?? '')));
  return results.length > 0 && results.every(({ result }) => result !== 'failed') ? exitCodes.success : exitCodes.error;
}

/** What came of each session, a line each. */
export function sessionResultsText(results: readonly DisconnectResult[], who: string): string {
  if (results.length === 0) return `${printable(who)} has no open session.\n`;
  return results
    .map(
      ({ username, sessionId, nas, result, detail }) =>
        `${printable(username)} on ${nas} (${sessionId}): ${result}, ${detail}\n`,
    )
    .join('');
}

import { compact } from '../base/compact.ts';
import type { TargetReport } from '../status/report.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { exitOf, reportLines } from './report-text.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

/** `lastmile reconcile [T]`: asks the daemon to look and apply now. */
export async function reconcileCommand(
  target: string | undefined,
  options: RuntimeOptions & { readonly reason?: string },
  io: Io,
  { signal }: Surroundings,
): Promise<number> {
  const daemon = await findDaemon(options.state, signal);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}; lastmile apply works without one`), io);
    return exitCodes.error;
  }
  const reports = await daemon.post<readonly TargetReport[]>('/api/v1/reconcile', {
    by: whoOf(io),
    ...compact({ target, reason: options.reason }),
  });
  if (reports.length === 0) {
    complain(new Error(`no target ${target ?? ''}`), io);
    return exitCodes.error;
  }
  io.out(await render(reports, options.output, () => `${reports.flatMap(reportLines).join('\n')}\n`));
  return exitOf(reports);
}

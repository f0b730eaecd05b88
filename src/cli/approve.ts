import type { ApprovalsAnswer } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { daemonAt, findDaemon, NoDaemonError } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render } from './output.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface ApproveOptions {
  readonly state: string;
  readonly output: Output;
  readonly reason?: string;
  readonly daemonUrl?: string;
  readonly daemonToken?: string;
}

/**
 * `lastmile approve [CHECKSUM]`: what was reviewed may be applied (`reconcile.mode: approved`); without a checksum, what waits.
 * 4 when a revision still waits afterwards: what it would do by now is something else.
 */
export async function approveCommand(
  checksum: string | undefined,
  options: ApproveOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { daemonUrl, daemonToken, state, reason } = options;
  if (checksum !== undefined && !/^[0-9a-f]{64}$/.test(checksum))
    throw new RangeError('a checksum of a plan is needed: 64 hexadecimal digits, as lastmile plan -o markdown shows');
  const daemon =
    daemonUrl === undefined
      ? await findDaemon(state, around.signal)
      : daemonAt(daemonUrl, daemonToken, io, around.signal);
  if (daemon === undefined) throw new NoDaemonError(state);
  const asked = { checksum, by: whoOf(io), ...(reason === undefined ? {} : { reason }) };
  const answer =
    checksum === undefined
      ? await daemon.get<ApprovalsAnswer>('/api/v1/approvals')
      : await daemon.post<ApprovalsAnswer>('/api/v1/approve', asked);
  io.out(await render(answer, options.output, () => textOf(answer)));
  return checksum !== undefined && answer.waiting !== undefined ? exitCodes.refused : exitCodes.success;
}

function textOf({ waiting, approvals }: ApprovalsAnswer): string {
  const waits =
    waiting === undefined
      ? 'Nothing waits for approval.'
      : `${waiting.revision} waits: its plan is ${waiting.checksum} (${waiting.targets.map((name) => printable(name)).join(', ')})`;
  const said = approvals.slice(0, 10).map(({ checksum, by, at, reason, usedFor }) => {
    const why = reason === undefined ? '' : `, ${printable(reason)}`;
    const used = usedFor === undefined ? '' : `, used for ${usedFor}`;
    return `${checksum} approved by ${printable(by)} at ${new Date(at).toISOString()}${why}${used}`;
  });
  return `${[waits, ...said].join('\n')}\n`;
}

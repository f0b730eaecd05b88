import type { TopUpAnswer } from '../admin/quota.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { standingText } from './quota-text.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface TopUpOptions extends RuntimeOptions {
  readonly quota?: string;
  readonly valid?: string;
  readonly extend?: string;
  readonly reason?: string;
}

/** `lastmile topup USERNAME AMOUNT | --extend TIME`: gives somebody more, from now on. */
export async function topUpCommand(
  user: string,
  amount: string | undefined,
  options: TopUpOptions,
  io: Io,
  { signal }: Surroundings,
): Promise<number> {
  const { quota, valid, extend, reason } = options;
  if ((amount === undefined) === (extend === undefined)) {
    complain(new Error('give an amount (10G, 5h), or --extend'), io);
    return exitCodes.usage;
  }
  const daemon = await findDaemon(options.state, signal);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}: top-ups are given by the daemon`), io);
    return exitCodes.error;
  }
  const given = { amount, quota, valid, extend, reason };
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const answer = await daemon.post<TopUpAnswer>('/api/v1/topup', { user, ...asked, by: whoOf(io) });
  io.out(await render(answer, options.output, () => standingText(answer.standing)));
  return exitCodes.success;
}

import type { Clock } from '../base/clock.ts';
import { timeMs } from './canonical.ts';
import type { RouterOsSession } from './session.ts';

/**
 * Schedulers of `startup` run three seconds after the console has started (RouterOS manual, Scheduler), also those that are
 * made in that time; the console comes up some while after the kernel, whose time on is what a router tells.
 */
const startedMs = 60_000;

/**
 * Waits until a router that has just come up has done what it does at its start: what is to be done at the next start would
 * be done now. A router that does not say how long it has been on is not waited for.
 *
 * @throws the errors of the connection
 */
export async function untilStarted(
  session: RouterOsSession,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  const { rows } = await session.run('/system/resource/print', { '.proplist': 'uptime' }, { signal });
  const leftMs = startedMs - (timeMs(rows[0]?.['uptime'] ?? '') ?? startedMs);
  if (leftMs > 0) await clock.sleep(leftMs, signal);
}

import { LastmileError } from '../base/errors.ts';
import { readMarker } from '../reconcile/marker.ts';
import { laterBy } from './later-by.ts';
import { fallbackScheduler } from './menus/fallback-scheduler.ts';
import type { RouterOsSession } from './session.ts';

/** A router whose clock tells no time cannot be told when to do something. */
export class RouterClockError extends LastmileError {
  readonly code = 'LM_ROUTER_CLOCK';
  readonly retry = 'backoff';
  readonly router: string;

  constructor(router: string) {
    super(
      `router ${router}: /system/clock tells no time that could be read, so it cannot be told that we are there: ` +
        'it will let subscribers in by itself',
    );
    this.router = router;
  }
}

export interface FallbackArming {
  readonly router: string;
  readonly operator: string;
  readonly seconds: number;
}

const menu = '/system/scheduler';

/**
 * Tells the scheduler that lets subscribers in by local rows to begin anew: its turn is `seconds` from now, by the router's
 * own clock. RouterOS counts from `start-date` and `start-time`, so these are told, in the spelling of its clock. One that
 * does not carry our marker is somebody else's.
 *
 * @returns false when there is no such scheduler of ours
 * @throws RouterClockError; the errors of `RouterOsSession.run`
 */
export async function armFallback(
  session: Pick<RouterOsSession, 'run'>,
  { router, operator, seconds }: FallbackArming,
  signal: AbortSignal,
): Promise<boolean> {
  const queries = [`?name=${fallbackScheduler(operator)}`];
  const { rows } = await session.run(`${menu}/print`, { '.proplist': '.id,comment' }, { signal, queries });
  const id = rows.find(({ comment = '' }) => readMarker(comment).marker?.operator === operator)?.['.id'];
  if (id === undefined) return false;
  const clock = await session.run('/system/clock/print', { '.proplist': 'date,time' }, { signal });
  const start = laterBy(clock.rows[0] ?? {}, seconds * 1000);
  if (start === undefined) throw new RouterClockError(router);
  await session.run(`${menu}/set`, { '.id': id, 'start-date': start.date, 'start-time': start.time }, { signal });
  return true;
}

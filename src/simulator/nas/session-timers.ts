import type { Clock } from '../../base/clock.ts';
import { inBackground, sleepUntil } from '../timers.ts';
import type { Session, TerminateCause } from './session.ts';

export interface TimerActions {
  readonly clock: Clock;
  /** What interim reports go by. */
  readonly upkeep: Clock;
  end(session: Session, cause: TerminateCause): void;
  interim(session: Session): void;
}

/** Starts the clocks of a session: they stop with it. */
export function startTimers(session: Session, interimSeconds: number, actions: TimerActions): void {
  const { grant } = session;
  if (grant.sessionTimeoutSeconds !== undefined) restartSessionTimeout(session, grant.sessionTimeoutSeconds, actions);
  if (grant.idleTimeoutSeconds !== undefined) restartIdleTimeout(session, grant.idleTimeoutSeconds, actions);
  if (interimSeconds > 0)
    inBackground(session.lifetime.signal, () => interims(session, interimSeconds * 1000, actions));
}

/** Ends the session that many seconds from now; a later call counts instead of an earlier one. */
export function restartSessionTimeout(session: Session, seconds: number, actions: TimerActions): void {
  const at = actions.clock.monotonic() + seconds * 1000;
  session.sessionTimeoutAt = at;
  inBackground(session.lifetime.signal, async () => {
    await sleepUntil(at, actions.clock, session.lifetime.signal);
    if (session.sessionTimeoutAt === at) actions.end(session, 'Session-Timeout');
  });
}

/** Ends the session after that long without traffic. */
export function restartIdleTimeout(session: Session, seconds: number, actions: TimerActions): void {
  const ms = seconds * 1000;
  session.idleTimeoutMs = ms;
  inBackground(session.lifetime.signal, async () => {
    while (session.idleTimeoutMs === ms && actions.clock.monotonic() < session.lastTrafficAt + ms) {
      await sleepUntil(session.lastTrafficAt + ms, actions.clock, session.lifetime.signal);
    }
    if (session.idleTimeoutMs === ms) actions.end(session, 'Idle-Timeout');
  });
}

async function interims(session: Session, everyMs: number, actions: TimerActions): Promise<void> {
  const { upkeep } = actions;
  // One that should have been sent long ago is not sent late: the next says more.
  for (let count = 1; ; count = Math.max(count, passed(session, everyMs, upkeep)) + 1) {
    await sleepUntil(session.startedAt + count * everyMs, upkeep, session.lifetime.signal);
    actions.interim(session);
  }
}

/** Intervals since it began that are over. */
function passed({ startedAt }: Session, everyMs: number, clock: Clock): number {
  return Math.floor((clock.monotonic() - startedAt) / everyMs);
}

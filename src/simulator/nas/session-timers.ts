import type { Clock } from '../../base/clock.ts';
import type { Session, TerminateCause } from './session.ts';

/** Longest single wait: timers of Node overflow at 24.8 days. */
const maxWaitMs = 86_400_000;

export interface TimerActions {
  readonly clock: Clock;
  end(session: Session, cause: TerminateCause): void;
  interim(session: Session): void;
}

/** Starts the clocks of a session: they stop with it. */
export function startTimers(session: Session, interimSeconds: number, actions: TimerActions): void {
  const { grant } = session;
  if (grant.sessionTimeoutSeconds !== undefined) restartSessionTimeout(session, grant.sessionTimeoutSeconds, actions);
  if (grant.idleTimeoutSeconds !== undefined) restartIdleTimeout(session, grant.idleTimeoutSeconds, actions);
  if (interimSeconds > 0) inBackground(session, () => interims(session, interimSeconds * 1000, actions));
}

/** Ends the session that many seconds from now; a later call counts instead of an earlier one. */
export function restartSessionTimeout(session: Session, seconds: number, actions: TimerActions): void {
  const at = actions.clock.monotonic() + seconds * 1000;
  session.sessionTimeoutAt = at;
  inBackground(session, async () => {
    await sleepUntil(at, session, actions.clock);
    if (session.sessionTimeoutAt === at) actions.end(session, 'Session-Timeout');
  });
}

/** Ends the session after that long without traffic. */
export function restartIdleTimeout(session: Session, seconds: number, actions: TimerActions): void {
  const ms = seconds * 1000;
  session.idleTimeoutMs = ms;
  inBackground(session, async () => {
    while (session.idleTimeoutMs === ms && actions.clock.monotonic() < session.lastTrafficAt + ms) {
      await sleepUntil(session.lastTrafficAt + ms, session, actions.clock);
    }
    if (session.idleTimeoutMs === ms) actions.end(session, 'Idle-Timeout');
  });
}

async function interims(session: Session, everyMs: number, actions: TimerActions): Promise<void> {
  for (let count = 1; ; count += 1) {
    await sleepUntil(session.startedAt + count * everyMs, session, actions.clock);
    actions.interim(session);
  }
}

async function sleepUntil(at: number, { lifetime }: Session, clock: Clock): Promise<void> {
  for (let left = at - clock.monotonic(); left > 0; left = at - clock.monotonic()) {
    await clock.sleep(Math.min(left, maxWaitMs), lifetime.signal);
  }
}

/** Runs until done or until the session ends; any other failure is a fault of ours and surfaces. */
function inBackground(session: Session, work: () => Promise<void>): void {
  void work().catch((error: unknown) => {
    if (!session.lifetime.signal.aborted) throw error;
  });
}

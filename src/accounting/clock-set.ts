import type { AccountingRecord } from './event.ts';
import type { SessionState } from './sessions/session-state.ts';

/** A record that tells by how much the clock had been set when it came. Readings of the API name sessions by a clock of their own. */
export function stampedWith(record: AccountingRecord, clockSet: number): AccountingRecord {
  if (clockSet === 0 || record.status === 'read' || record.status === 'moved') return record;
  if (record.status === 'totals' || record.status === 'flows') return record;
  return { ...record, clockSet };
}

/**
 * A session with its times as the wall clock has them now that it was set: those that are by our clock are moved with it. Those
 * that a NAS stamped, and that were believed, are by its clock and stay.
 */
export function byClockOf(session: SessionState, clockSet = 0): SessionState {
  const shift = clockSet - (session.clockSet ?? 0);
  if (shift === 0) return session;
  const { originAt, updatedAt, endedAt, before, clockSet: _then, ...rest } = session;
  return {
    ...rest,
    ...(session.startFrom === 'event-timestamp' ? {} : movedTimes(session, shift)),
    originAt: originAt + shift,
    updatedAt: updatedAt + shift,
    ...(endedAt === undefined ? {} : { endedAt: endedAt + shift }),
    ...(before === undefined ? {} : { before: movedBefore(before, shift) }),
    ...clockSetOf(clockSet),
  };
}

/** As it is kept: none where the clock was never set. */
export function clockSetOf(clockSet: number | undefined): { readonly clockSet?: number } {
  return clockSet === undefined || clockSet === 0 ? {} : { clockSet };
}

/** To leave a start by our clock where it was would let what packets say of this session look as if it were of that one. */
function movedBefore(before: Required<SessionState>['before'], shift: number): Required<SessionState>['before'] {
  const { startedAt, originAt, startFrom } = before;
  return {
    ...before,
    ...(startFrom === 'event-timestamp' ? {} : { startedAt: Math.max(0, startedAt + shift) }),
    originAt: originAt + shift,
  };
}

function movedTimes(
  { startedAt, eventAt, stoppedAt, formerAddresses }: SessionState,
  shift: number,
): Partial<SessionState> {
  return {
    startedAt: Math.max(0, startedAt + shift),
    eventAt: Math.max(0, eventAt + shift),
    ...(stoppedAt === undefined ? {} : { stoppedAt: Math.max(0, stoppedAt + shift) }),
    ...(formerAddresses === undefined
      ? {}
      : { formerAddresses: formerAddresses.map((each) => ({ ...each, till: Math.max(0, each.till + shift) })) }),
  };
}

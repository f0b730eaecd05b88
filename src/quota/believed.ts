import { firstRightTime } from '../base/clock.ts';
import type { QuotaFacts } from './quota-facts.ts';
import type { TopUp } from './top-up.ts';

/** The wall clock, and by how much it was set in all, as `SessionState.clockSet` has it. Milliseconds. */
export interface SetClock {
  readonly now: number;
  readonly clockSet: number;
}

/** A clock that is kept in time moves a little. */
const leastMs = 5_000;

/**
 * Facts with times that can be: what was noted by a clock that was wrong, and that nobody set right before the next start, is later than
 * now, or from before there was anything to note. Such a time is moved with the clock, where that helps; what is stored stays as it
 * is, for the clock may be the one that is wrong. Pure.
 */
export function believedFacts(facts: QuotaFacts, clock: SetClock): QuotaFacts {
  const { assignedAt: noted, firstLogin: first } = facts;
  const assignedAt = believed(noted, facts.assignedSet, clock);
  const firstLogin = first === undefined ? undefined : Math.max(assignedAt, believed(first, facts.firstSet, clock));
  if (assignedAt === noted && firstLogin === first) return facts;
  return { ...facts, assignedAt, ...(firstLogin === undefined ? {} : { firstLogin }) };
}

/** The same of what somebody was given. Pure. */
export function believedTopUp(topUp: TopUp, clock: SetClock): TopUp {
  const by = believed(topUp.at, topUp.clockSet, clock) - topUp.at;
  return by === 0 ? topUp : movedTopUp(topUp, by);
}

/** With its times, milliseconds. Pure. */
export function movedTopUp({ until, ...topUp }: TopUp, by: number): TopUp {
  return { ...topUp, at: topUp.at + by, ...(until === undefined ? {} : { until: until + by }) };
}

function believed(at: number, set = 0, { now, clockSet }: SetClock): number {
  if (canBe(at, now)) return at;
  const moved = at + clockSet - set;
  return canBe(moved, now) ? moved : at;
}

function canBe(at: number, now: number): boolean {
  return at <= now + leastMs && (at >= firstRightTime || now < firstRightTime);
}

import type { SessionState } from './session-state.ts';

/** What a session used in one hour. */
export interface UsageDelta {
  /** Hours since 1970, UTC. */
  readonly hour: number;
  readonly up: bigint;
  readonly down: bigint;
}

export const hourMs = 3_600_000;
/** What came together after a longer silence is laid into the hour in which it came. */
const longestSpreadHours = 31 * 24;
/** Session times are whole seconds, and so are uptimes. */
const slackMs = 2_000;

/** Octets of a session that an hour has by now. */
export type UsedIn = (hour: number) => Pick<UsageDelta, 'up' | 'down'>;

/**
 * What a session used between two states of it, by hour: evenly over the time between them, for nobody knows better. What it
 * turns out not to have used, as when its Stop says less than was read over the API, is taken back from its last hours.
 *
 * @param now wall time when the later state came, milliseconds since 1970. Where the clock was set back meanwhile, all is of
 * its hour; where it was set forward, only so much time counts as the session itself got longer
 */
export function usageBetween(
  before: SessionState | undefined,
  after: SessionState,
  now: number,
  usedIn: UsedIn,
): readonly UsageDelta[] {
  const up = after.upOctets - (before?.upOctets ?? 0n);
  const down = after.downOctets - (before?.downOctets ?? 0n);
  const used = spread(before, after, now, { up: positive(up), down: positive(down) });
  if (before === undefined || (up >= 0n && down >= 0n)) return used;
  const back = takenBack(before, now, { up: positive(-up), down: positive(-down) }, usedIn);
  return [...used, ...back];
}

function spread(
  before: SessionState | undefined,
  after: SessionState,
  now: number,
  { up, down }: Pick<UsageDelta, 'up' | 'down'>,
): readonly UsageDelta[] {
  if (up === 0n && down === 0n) return [];
  const { from, to } = timeBetween(before, after, now);
  const last = hourOf(to);
  if (to - from < 1 || last - hourOf(from) > longestSpreadHours) return [{ hour: last, up, down }];
  const hours: UsageDelta[] = [];
  let [upBefore, downBefore] = [0n, 0n];
  for (let hour = hourOf(from); hour <= last; hour += 1) {
    const passed = BigInt(Math.floor(Math.min((hour + 1) * hourMs, to) - from));
    const whole = BigInt(Math.floor(to - from));
    const [upNow, downNow] = [(up * passed) / whole, (down * passed) / whole];
    hours.push({ hour, up: upNow - upBefore, down: downNow - downBefore });
    [upBefore, downBefore] = [upNow, downNow];
  }
  return hours.filter((each) => each.up > 0n || each.down > 0n);
}

/** Session times are counted by the router, whose uptime nobody sets. One that we read and that is over ended before now. */
function timeBetween(before: SessionState | undefined, after: SessionState, now: number) {
  const since = before?.updatedAt ?? after.startedAt;
  const { stoppedAt, source } = after;
  const isOver = source === 'api' && stoppedAt !== undefined && stoppedAt > since && stoppedAt <= now;
  const to = isOver ? stoppedAt : now;
  const longerMs = (after.sessionSeconds - (before?.sessionSeconds ?? 0)) * 1000;
  return { from: longerMs > 0 ? Math.max(since, to - longerMs - slackMs) : since, to };
}

function takenBack(
  before: SessionState,
  now: number,
  surplus: Pick<UsageDelta, 'up' | 'down'>,
  usedIn: UsedIn,
): readonly UsageDelta[] {
  const last = hourOf(Math.max(now, before.updatedAt));
  const first = Math.max(hourOf(Math.min(now, before.startedAt)), last - longestSpreadHours);
  let { up, down } = surplus;
  const hours: UsageDelta[] = [];
  for (let hour = last; hour >= first && (up > 0n || down > 0n); hour -= 1) {
    const used = usedIn(hour);
    const [upBack, downBack] = [least(up, positive(used.up)), least(down, positive(used.down))];
    [up, down] = [up - upBack, down - downBack];
    if (upBack > 0n || downBack > 0n) hours.push({ hour, up: -upBack, down: -downBack });
  }
  // In hours of another time, by a clock that was wrong then: the sum is right all the same.
  return up > 0n || down > 0n ? [...hours, { hour: hourOf(now), up: -up, down: -down }] : hours;
}

function hourOf(at: number): number {
  return Math.floor(at / hourMs);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function positive(octets: bigint): bigint {
  return octets > 0n ? octets : 0n;
}

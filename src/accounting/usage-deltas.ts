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

/**
 * What a session used between two states of it, by hour: evenly over the time between them, for nobody knows better.
 *
 * @param now wall time when the later state came, milliseconds since 1970. Where the clock was set back meanwhile, all is of
 * its hour
 */
export function usageBetween(
  before: SessionState | undefined,
  after: SessionState,
  now: number,
): readonly UsageDelta[] {
  const up = positive(after.upOctets - (before?.upOctets ?? 0n));
  const down = positive(after.downOctets - (before?.downOctets ?? 0n));
  if (up === 0n && down === 0n) return [];
  const last = hourOf(now);
  const since = before?.updatedAt ?? after.startedAt;
  if (now - since < 1 || last - hourOf(since) > longestSpreadHours) return [{ hour: last, up, down }];
  const spread: UsageDelta[] = [];
  let [upBefore, downBefore] = [0n, 0n];
  for (let hour = hourOf(since); hour <= last; hour += 1) {
    const passed = BigInt(Math.floor(Math.min((hour + 1) * hourMs, now) - since));
    const whole = BigInt(Math.floor(now - since));
    const [upNow, downNow] = [(up * passed) / whole, (down * passed) / whole];
    spread.push({ hour, up: upNow - upBefore, down: downNow - downBefore });
    [upBefore, downBefore] = [upNow, downNow];
  }
  return spread.filter((each) => each.up > 0n || each.down > 0n);
}

function hourOf(at: number): number {
  return Math.floor(at / hourMs);
}

function positive(octets: bigint): bigint {
  return octets > 0n ? octets : 0n;
}

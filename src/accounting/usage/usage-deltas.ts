import type { SessionState } from '../sessions/session-state.ts';
import { type Correction, type Corrections, correctionsOf } from './usage-corrections.ts';

/** What a session used in a quarter of an hour. */
export interface UsageDelta {
  /** When the quarter begins, in hours since 1970, UTC: whole, or with .25, .5 or .75. */
  readonly hour: number;
  readonly up: bigint;
  readonly down: bigint;
  /** Milliseconds online. Absent: none. */
  readonly onlineMs?: number;
  /** How it came to that. Absent: as it was told. */
  readonly corrections?: readonly Correction[];
}

export const hourMs = 3_600_000;
/** Every zone of today is off by quarters of an hour: local days are made of whole ones. */
export const quarterMs = hourMs / 4;
/** What came together after a longer silence is laid into the quarter in which it came. */
const longestSpreadMs = 31 * 24 * hourMs;
/** As late as a record is believed to come. */
const longestDelayMs = 7 * 24 * hourMs;
/** Session times are whole seconds, and so are uptimes. */
const slackMs = 2_000;

const nothingUsed: readonly UsageDelta[] = [];

/** What a session has in a quarter by now. */
export type UsedIn = (hour: number) => Omit<UsageDelta, 'hour' | 'corrections'>;

/**
 * What a session used between two states of it, by quarter of an hour: octets evenly over the time between them, for nobody
 * knows better, time online where it was. What it turns out not to have used, as when its Stop says less than was read over the
 * API, is taken back from its last quarters.
 *
 * @param now wall time when the later state came, milliseconds since 1970. Where the clock was set back meanwhile, all octets
 * are of its quarter; where it was set forward, only so much time counts as the session itself got longer
 */
export function usageBetween(
  before: SessionState | undefined,
  after: SessionState,
  now: number,
  usedIn: UsedIn,
): readonly UsageDelta[] {
  const up = after.upOctets - (before?.upOctets ?? 0n);
  const down = after.downOctets - (before?.downOctets ?? 0n);
  const online = onlineMs(after) - (before === undefined ? 0 : onlineMs(before));
  const more = { up: positive(up), down: positive(down), onlineMs: Math.max(0, online) };
  const octets = spread(before, after, now, more.up, more.down);
  const told = online > 0 ? withTime(octets, onlineTill(after, now), online) : octets;
  const used = withCorrections(told, correctionsOf(before, after, more));
  if (before === undefined || (up >= 0n && down >= 0n && online >= 0)) return used;
  return [...used, ...takenBack(before, now, { up: positive(-up), down: positive(-down), online: -online }, usedIn)];
}

/** They are noted where the last of it is counted. */
function withCorrections(used: readonly UsageDelta[], corrections: Corrections): readonly UsageDelta[] {
  const last = used.at(-1);
  return corrections === undefined || last === undefined ? used : used.with(-1, { ...last, corrections });
}

/** Not what another had of it, under another key: that counts there. */
function onlineMs({ sessionSeconds, formerly }: SessionState): number {
  return (sessionSeconds - (formerly?.seconds ?? 0)) * 1000;
}

function heardTill({ startedAt, sessionSeconds }: SessionState): number {
  return startedAt + sessionSeconds * 1000;
}

/** Until when it was online: a record may come late, and where the clocks disagree by more it is of when it came. */
function onlineTill(after: SessionState, now: number): number {
  const till = heardTill(after);
  return till > now || till < now - longestDelayMs ? now : till;
}

function spread(
  before: SessionState | undefined,
  after: SessionState,
  now: number,
  up: bigint,
  down: bigint,
): readonly UsageDelta[] {
  if (up === 0n && down === 0n) return nothingUsed;
  const { from, to } = timeBetween(before, after, now);
  const last = quarterOf(to);
  if (quarterOf(from) === last || to - from < 1 || to - from > longestSpreadMs) return [{ hour: last, up, down }];
  const whole = BigInt(Math.floor(to - from));
  const found: UsageDelta[] = [];
  let [upBefore, downBefore] = [0n, 0n];
  for (let hour = quarterOf(from); hour <= last; hour += 0.25) {
    const passed = BigInt(Math.floor(Math.min((hour + 0.25) * hourMs, to) - from));
    const [upNow, downNow] = [(up * passed) / whole, (down * passed) / whole];
    if (upNow > upBefore || downNow > downBefore)
      found.push({ hour, up: upNow - upBefore, down: downNow - downBefore });
    [upBefore, downBefore] = [upNow, downNow];
  }
  return found;
}

/** Session times are counted by the router, whose uptime nobody sets. One that we read and that is over ended before now. */
function timeBetween(before: SessionState | undefined, after: SessionState, now: number) {
  const since = before?.updatedAt ?? after.startedAt;
  const { stoppedAt, source } = after;
  const isOver = source !== undefined && stoppedAt !== undefined && stoppedAt > since && stoppedAt <= now;
  const to = isOver ? stoppedAt : now;
  const longerMs = (after.sessionSeconds - (before?.sessionSeconds ?? 0)) * 1000;
  return { from: longerMs > 0 ? Math.max(since, to - longerMs - slackMs) : since, to };
}

/** With time online up to a moment. By far the most of both lies in one quarter. */
function withTime(octets: readonly UsageDelta[], till: number, online: number): readonly UsageDelta[] {
  const one = octets[0];
  if (one !== undefined && octets.length === 1) {
    const { hour, up, down } = one;
    if (quarterOf(till - 1) === hour && quarterOf(till - online) === hour)
      return [{ hour, up, down, onlineMs: online }];
  }
  return joined(octets, timeSpread(till, online));
}

function timeSpread(till: number, online: number): readonly UsageDelta[] {
  const from = till - online;
  const last = quarterOf(till - 1);
  if (quarterOf(from) === last || online > longestSpreadMs) return [timeIn(last, online)];
  const found: UsageDelta[] = [];
  for (let hour = quarterOf(from); hour <= last; hour += 0.25) {
    found.push(timeIn(hour, Math.min((hour + 0.25) * hourMs, till) - Math.max(hour * hourMs, from)));
  }
  return found;
}

function timeIn(hour: number, onlineMs: number): UsageDelta {
  return { hour, up: 0n, down: 0n, onlineMs };
}

/** Each quarter once, in order. */
function joined(octets: readonly UsageDelta[], times: readonly UsageDelta[]): readonly UsageDelta[] {
  if (octets.length === 0) return times;
  const all = new Map(octets.map((each) => [each.hour, each]));
  for (const { hour, onlineMs = 0 } of times)
    all.set(hour, { ...(all.get(hour) ?? { hour, up: 0n, down: 0n }), onlineMs });
  return [...all.values()].sort((a, b) => a.hour - b.hour);
}

interface Surplus {
  readonly up: bigint;
  readonly down: bigint;
  readonly online: number;
}

function takenBack(before: SessionState, now: number, surplus: Surplus, usedIn: UsedIn): readonly UsageDelta[] {
  const last = quarterOf(Math.max(now, before.updatedAt, heardTill(before)));
  const first = Math.max(quarterOf(Math.min(now, before.startedAt)), last - longestSpreadMs / hourMs);
  let { up, down, online } = { ...surplus, online: Math.max(0, surplus.online) };
  const found: UsageDelta[] = [];
  for (let hour = last; hour >= first && (up > 0n || down > 0n || online > 0); hour -= 0.25) {
    const used = usedIn(hour);
    const [upBack, downBack] = [least(up, positive(used.up)), least(down, positive(used.down))];
    const timeBack = Math.min(online, Math.max(0, used.onlineMs ?? 0));
    [up, down, online] = [up - upBack, down - downBack, online - timeBack];
    if (upBack > 0n || downBack > 0n || timeBack > 0)
      found.push(backIn(hour, upBack, downBack, timeBack, found.length === 0));
  }
  // In quarters of another time, by a clock that was wrong then: the sum is right all the same.
  if (up === 0n && down === 0n && online <= 0) return found;
  return [...found, backIn(quarterOf(now), up, down, online, found.length === 0)];
}

function backIn(hour: number, up: bigint, down: bigint, online: number, isFirst: boolean): UsageDelta {
  const correction: Correction = { kind: 'taken-back', times: isFirst ? 1 : 0, up, down, onlineMs: online };
  return { hour, up: -up, down: -down, ...(online > 0 ? { onlineMs: -online } : {}), corrections: [correction] };
}

function quarterOf(at: number): number {
  return Math.floor(at / quarterMs) / 4;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function positive(octets: bigint): bigint {
  return octets > 0n ? octets : 0n;
}

import { StoreClosedError, StoreCorruptError } from '../../store/errors.ts';
import { firstTextOf, keyOf, keysUnder } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Table, Write } from '../../store/table.ts';
import type { SessionChange } from '../fold-commit.ts';
import type { SessionState } from '../sessions/session-state.ts';
import { userOf } from '../sessions/session-user.ts';
import type { HourUsage, SessionUsage } from '../sessions/unsettled-sessions.ts';
import { type Correction, type CorrectionKind, type Corrections, joinedCorrections } from './usage-corrections.ts';
import type { UsageDelta, UsedIn } from './usage-deltas.ts';

/** What a session used in an hour, and the commit up to which it is counted. */
export interface UsageRow {
  readonly up: string;
  readonly down: string;
  /** Milliseconds online. Absent: none, or not kept by the release that wrote it. */
  readonly online?: number;
  /** Of that, what lies in its second, third and fourth quarter; the rest is of the first. Absent: all is. */
  readonly quarters?: readonly StoredQuarter[];
  /** How it came to that. Absent: as it was told, or written by a release that kept none. */
  readonly corrections?: readonly StoredCorrection[];
  readonly upTo: number;
}

/** In `meta`: how far usage is summed up. */
export const rolledUpKey = 'usage-rolled-up';

/** Hours since 1970. */
export interface RolledUp {
  /** As far as it has begun: what comes of the journal once more does not count there. */
  readonly upTo: number;
  /** As far as it is done by days, and by months. */
  readonly days: number;
  readonly months: number;
}

type StoredQuarter = readonly [up: string, down: string, online: number];

/** `quarter` is 0 to 3. */
type StoredCorrection = readonly [
  quarter: number,
  kind: CorrectionKind,
  times: number,
  up: string,
  down: string,
  online: number,
];

/** What a session used by a commit, as that commit keeps it until it has rows: the commit, then hour, up, down of each hour. */
export type StoredUse = readonly [sequence: number, ...hours: (readonly [hour: number, up: string, down: string])[]];

/** Told of what the disk does not give. */
export type Unread = (error: unknown, of: Pick<SessionState, 'username' | 'key'>) => void;

type Used = Required<SessionChange>['used'];

export function storedUse(used: Used | undefined): { readonly used?: StoredUse } {
  if (used === undefined) return {};
  return { used: [used.sequence, ...used.hours.map(({ hour, up, down }) => [hour, `${up}`, `${down}`] as const)] };
}

export function loadedUse(stored: StoredUse | undefined): Used | undefined {
  if (stored === undefined) return undefined;
  const [sequence, ...hours] = stored;
  return { sequence, hours: hours.map(([hour, up, down]) => ({ hour, up: BigInt(up), down: BigInt(down) })) };
}

/** What was used by user, hour and session on disk. What a commit adds is added once, however often it is tried. */
export class UsageRows {
  readonly #table: Table<UsageRow>;
  readonly #unread: Unread;
  /** Hours before are summed up already, and no more by session: what the journal says of them is in the sums. */
  #rolledUp = 0;

  /** @param unread told of a row that cannot be read: what is added to it has a row of its own beside it */
  constructor(table: Table<UsageRow>, unread: Unread = () => undefined) {
    this.#table = table;
    this.#unread = unread;
  }

  async readRolledUp(store: Pick<Store, 'table'>): Promise<void> {
    this.#rolledUp = (await store.table<RolledUp>('meta').get(rolledUpKey))?.upTo ?? 0;
  }

  /** What of this the rows do not hold yet. */
  missing(session: SessionState, used: Used | undefined): Used | undefined {
    if (used === undefined) return undefined;
    const upTo = this.#remembering((hour) => Math.max(-1, ...this.#both(session, hour).map((row) => row.upTo)));
    const hours = used.hours.filter(({ hour }) => hour >= this.#rolledUp && upTo(hour) < used.sequence);
    return { ...used, hours };
  }

  /** The rows of a session that adds so much to them. */
  writes(usage: SessionUsage | undefined): readonly Write[] {
    if (usage === undefined) return [];
    const hours = new Map<number, { readonly key: string; readonly quarters: Quarters }>();
    for (const [hour, used] of usage.hours()) {
      const whole = Math.floor(hour);
      const { key, quarters } = hours.get(whole) ?? this.#rowFor(usage, whole);
      hours.set(whole, { key, quarters: added(quarters, quarterIn(hour), used) });
    }
    return Array.from(hours.values(), ({ key, quarters }) => this.#table.toPut(key, rowOf(quarters)));
  }

  /**
   * @param from hours since 1970, in quarters, and so is `to`
   * @param waiting what has no rows yet, or is getting them now
   * @returns each quarter of an hour once, the oldest first
   */
  async read(
    usernames: readonly string[],
    from: number,
    to: number,
    waiting: readonly SessionUsage[],
  ): Promise<readonly UsageDelta[]> {
    const rows = new Map<string, { readonly hour: number; readonly quarters: Quarters }>();
    for (const user of new Set(usernames.map(userOf))) {
      const range = { gte: keyOf(user, Math.floor(from)), lt: keyOf(user, Math.ceil(to)) };
      for await (const [key, row] of this.#table.entries(range)) {
        rows.set(key, { hour: hourOf(key, user), quarters: quartersOf(row) });
      }
    }
    for (const usage of waiting) {
      for (const [at, used] of usage.hours()) {
        const hour = Math.floor(at);
        const key = rowKey(usage, hour);
        const { quarters } = rows.get(key) ?? { quarters: none };
        if (quarters.upTo < used.upTo) rows.set(key, { hour, quarters: counted(quarters, quarterIn(at), used) });
      }
    }
    return byQuarter(rows.values(), from, to);
  }

  /** @param waiting what has no rows yet, or is getting them now, oldest first */
  usedIn(session: SessionState, waiting: readonly (SessionUsage | undefined)[]): UsedIn {
    const rows = this.#remembering((hour) => this.#both(session, hour).map(quartersOf));
    return (hour) => {
      const found = rows(hour);
      const upTo = Math.max(-1, ...found.map((row) => row.upTo));
      let used = found.map(({ each }) => each[quarterIn(hour)] ?? nothing).reduce(sum, nothing);
      for (const usage of waiting) {
        const more = usage?.in(hour);
        if (more !== undefined && upTo < more.upTo) used = sum(used, more);
      }
      return used;
    };
  }

  /** Users that have rows, each once. */
  async *users(prefix = ''): AsyncIterable<string> {
    let next: string | undefined = prefix;
    while (next !== undefined) {
      let user: string | undefined;
      for await (const key of this.#table.keys({ gte: next, limit: 1 })) user = firstTextOf(key);
      if (user?.startsWith(prefix) === false) return;
      if (user !== undefined) yield user;
      next = user === undefined ? undefined : keysUnder(user).lt;
    }
  }

  /**
   * The rows of a user in some hours, summed up: one for each period, without its sessions. So many rows at a time: a period
   * may come to several.
   *
   * @param periodOf of a quarter, in hours since 1970. `undefined`: what lies in it goes
   * @returns `next` is the hour to go on from, if there are more
   */
  async rolledUp(
    user: string,
    hours: { readonly from: number; readonly to: number },
    periodOf: (hour: number) => string | undefined,
  ): Promise<{ readonly writes: readonly Write[]; readonly next?: number }> {
    const dels: Write[] = [];
    const sums = new Map<string, { readonly hour: number; octets: Octets; upTo: number }>();
    let [next, last]: [number | undefined, number] = [undefined, hours.from];
    for await (const [key, row] of this.#table.entries({ gte: keyOf(user, hours.from), lt: keyOf(user, hours.to) })) {
      const whole = hourOf(key, user);
      // Rows of one hour go together: their sum lies where another of that hour would.
      if (dels.length >= rowsTogether && whole !== last) {
        next = whole;
        break;
      }
      last = whole;
      dels.push(this.#table.toDel(key));
      const { each, upTo } = quartersOf(row);
      for (const [at, used] of each.entries()) {
        const period = isNothing(used) ? undefined : periodOf(whole + at / 4);
        if (period === undefined) continue;
        const known = sums.get(period) ?? { hour: whole + at / 4, octets: nothing, upTo };
        sums.set(period, { ...known, octets: sum(known.octets, used), upTo: Math.max(known.upTo, upTo) });
      }
    }
    const rows = new Map<number, Quarters>();
    for (const { hour, octets, upTo } of sums.values()) {
      const whole = Math.floor(hour);
      rows.set(whole, added(rows.get(whole) ?? none, quarterIn(hour), { ...octets, upTo }));
    }
    const puts = Array.from(rows, ([hour, quarters]) => this.#table.toPut(keyOf(user, hour, ''), rowOf(quarters)));
    return { writes: [...dels, ...puts], ...(next === undefined ? {} : { next }) };
  }

  /** The row, and the one that there is beside it where it could not be read. */
  #both(session: Pick<SessionState, 'username' | 'key'>, hour: number): readonly UsageRow[] {
    const rows = [0, 1].map((spare) => this.#table.getSync(rowKey(session, hour, spare)));
    return rows.filter((row) => row !== undefined);
  }

  /** Where to add to, and what is there. A row that the disk does not give must not keep all others from being written. */
  #rowFor(usage: Pick<SessionState, 'username' | 'key'>, hour: number): { key: string; quarters: Quarters } {
    for (let spare = 0; ; spare += 1) {
      const key = rowKey(usage, hour, spare);
      try {
        return { key, quarters: quartersOf(this.#table.getSync(key)) };
      } catch (err) {
        // Damage of the database is mended; one row beside it is enough for what is not.
        if (err instanceof StoreCorruptError || err instanceof StoreClosedError || spare > 0) throw err;
        this.#unread(err, usage);
      }
    }
  }

  /** Quarters of an hour are asked for one after the other, and are one row. */
  #remembering<T>(read: (hour: number) => T): (at: number) => T {
    let last: { readonly hour: number; readonly found: T } | undefined;
    return (at) => {
      const hour = Math.floor(at);
      last = last?.hour === hour ? last : { hour, found: read(hour) };
      return last.found;
    };
  }
}

/** An hour in its four quarters. */
interface Quarters {
  readonly each: readonly Octets[];
  /** Commit up to which they are counted in a row. */
  readonly upTo: number;
}

interface Octets {
  readonly up: bigint;
  readonly down: bigint;
  readonly onlineMs: number;
  readonly corrections?: readonly Correction[];
}

/** Of a user, as they are summed up. */
const rowsTogether = 300;
const nothing: Octets = { up: 0n, down: 0n, onlineMs: 0 };
const none: Quarters = { each: [nothing, nothing, nothing, nothing], upTo: -1 };

function quartersOf(row: UsageRow | undefined): Quarters {
  if (row === undefined) return none;
  const { up, down, online = 0, quarters = [], corrections, upTo } = row;
  const later = quarters.map(([a, b, onlineMs]) => ({ up: BigInt(a), down: BigInt(b), onlineMs }));
  let first = { up: BigInt(up), down: BigInt(down), onlineMs: online };
  for (const each of later) first = difference(first, each);
  const each = [first, ...later, nothing, nothing, nothing].slice(0, 4);
  return { each: corrections === undefined ? each : each.map(withCorrectionsOf(corrections)), upTo };
}

function withCorrectionsOf(stored: readonly StoredCorrection[]) {
  return (used: Octets, quarter: number): Octets => {
    const corrections = stored
      .filter(([of]) => of === quarter)
      .map(([, kind, times, up, down, onlineMs]) => ({ kind, times, up: BigInt(up), down: BigInt(down), onlineMs }));
    return corrections.length === 0 ? used : { ...used, corrections };
  };
}

function storedCorrections(each: readonly Octets[]): readonly StoredCorrection[] {
  return each.flatMap(({ corrections = [] }, quarter) =>
    corrections.map(({ kind, times, up, down, onlineMs }): StoredCorrection => {
      return [quarter, kind, times, `${up}`, `${down}`, onlineMs];
    }),
  );
}

/** What is `undefined` in it is not stored: to leave it out takes several times as long as all the rest. */
function rowOf({ each, upTo }: Quarters): UsageRow {
  let [up, down, online, last, isCorrected] = [0n, 0n, 0, 0, false];
  for (let at = 0; at < each.length; at += 1) {
    const quarter = each[at] ?? nothing;
    up += quarter.up;
    down += quarter.down;
    online += quarter.onlineMs;
    if (!isNothing(quarter)) last = at;
    if (quarter.corrections !== undefined) isCorrected = true;
  }
  const quarters: StoredQuarter[] = [];
  for (let at = 1; at <= last; at += 1) quarters.push(storedQuarter(each[at] ?? nothing));
  const corrections = isCorrected ? storedCorrections(each) : [];
  const row = {
    up: `${up}`,
    down: `${down}`,
    online: online === 0 ? undefined : online,
    quarters: last === 0 ? undefined : quarters,
    corrections: corrections.length === 0 ? undefined : corrections,
    upTo,
  };
  return row as UsageRow;
}

function storedQuarter({ up, down, onlineMs }: Octets): StoredQuarter {
  return [`${up}`, `${down}`, onlineMs];
}

/** With what is to be in its row from now on. */
function added(quarters: Quarters, quarter: number, used: HourUsage): Quarters {
  return { each: counted(quarters, quarter, used).each, upTo: Math.max(quarters.upTo, used.upTo) };
}

/** With what its row does not hold yet. */
function counted({ each, upTo }: Quarters, quarter: number, used: HourUsage): Quarters {
  return { each: each.with(quarter, sum(each[quarter] ?? nothing, used)), upTo };
}

function sum(a: Octets, b: Omit<UsageDelta, 'hour'>): Octets {
  const octets = { up: a.up + b.up, down: a.down + b.down, onlineMs: a.onlineMs + (b.onlineMs ?? 0) };
  return corrected(octets, joinedCorrections(a.corrections, b.corrections));
}

function corrected(octets: Octets, corrections: Corrections): Octets {
  return corrections === undefined ? octets : { ...octets, corrections };
}

function isNothing({ up, down, onlineMs, corrections }: Octets): boolean {
  return up === 0n && down === 0n && onlineMs === 0 && corrections === undefined;
}

function difference(a: Octets, b: Octets): Octets {
  return { up: a.up - b.up, down: a.down - b.down, onlineMs: a.onlineMs - b.onlineMs };
}

function quarterIn(hour: number): number {
  return (hour - Math.floor(hour)) * 4;
}

/** @param spare 1: of the row beside it */
function rowKey({ username, key }: Pick<SessionState, 'username' | 'key'>, hour: number, spare = 0): string {
  return spare === 0 ? keyOf(userOf(username), hour, key) : keyOf(userOf(username), hour, key, spare);
}

/** `keyOf` begins with the user and what ends a text, then 14 digits. */
function hourOf(key: string, user: string): number {
  const at = keyOf(user).length;
  return Number.parseInt(key.slice(at, at + 14), 16);
}

function byQuarter(
  rows: Iterable<{ readonly hour: number; readonly quarters: Quarters }>,
  from: number,
  to: number,
): readonly UsageDelta[] {
  const found = new Map<number, Octets>();
  for (const { hour: whole, quarters } of rows) {
    for (const [at, used] of quarters.each.entries()) {
      const hour = whole + at / 4;
      if (isNothing(used)) continue;
      if (hour >= from && hour < to) found.set(hour, sum(found.get(hour) ?? nothing, used));
    }
  }
  return Array.from(found, ([hour, used]) => deltaOf(hour, used)).sort((a, b) => a.hour - b.hour);
}

function deltaOf(hour: number, { up, down, onlineMs, corrections }: Octets): UsageDelta {
  return {
    ...{ hour, up, down },
    ...(onlineMs === 0 ? {} : { onlineMs }),
    ...(corrections === undefined ? {} : { corrections }),
  };
}

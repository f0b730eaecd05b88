import { firstTextOf, keyOf, keysUnder } from '../store/layout.ts';
import type { Table, Write } from '../store/table.ts';
import type { SessionChange } from './fold-commit.ts';
import type { SessionState } from './session-state.ts';
import { userOf } from './session-user.ts';
import type { HourUsage, SessionUsage } from './unsettled-sessions.ts';
import type { UsageDelta } from './usage-deltas.ts';

/** Octets of a session in an hour, and the commit up to which they are counted. */
export interface UsageRow {
  readonly up: string;
  readonly down: string;
  readonly upTo: number;
}

/** What a session used by a commit, as that commit keeps it until it has rows: the commit, then hour, up, down of each hour. */
export type StoredUse = readonly [sequence: number, ...hours: (readonly [hour: number, up: string, down: string])[]];

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

/** Octets by user, hour and session on disk. What a commit adds is added once, however often it is tried. */
export class UsageRows {
  readonly #table: Table<UsageRow>;

  constructor(table: Table<UsageRow>) {
    this.#table = table;
  }

  /** What of this the rows do not hold yet. */
  missing(session: SessionState, used: Used | undefined): Used | undefined {
    if (used === undefined) return undefined;
    const hours = used.hours.filter(({ hour }) => (this.#row(session, hour)?.upTo ?? -1) < used.sequence);
    return { ...used, hours };
  }

  /** The rows of a session that adds so much to them. */
  writes(usage: SessionUsage | undefined): readonly Write[] {
    if (usage === undefined) return [];
    return Array.from(usage.hours, ([hour, used]) => {
      const sum = added(this.#row(usage, hour), used);
      return this.#table.toPut(rowKey(usage, hour), { up: `${sum.up}`, down: `${sum.down}`, upTo: sum.upTo });
    });
  }

  /** @param waiting what has no rows yet, or is getting them now @returns each hour once, the oldest first */
  async read(
    usernames: readonly string[],
    from: number,
    to: number,
    waiting: readonly SessionUsage[],
  ): Promise<readonly UsageDelta[]> {
    const rows = new Map<string, { readonly hour: number } & HourUsage>();
    for (const user of new Set(usernames.map(userOf))) {
      const range = { gte: keyOf(user, from), lt: keyOf(user, to) };
      for await (const [key, row] of this.#table.entries(range)) {
        rows.set(key, { hour: hourOf(key, user), ...numbers(row) });
      }
    }
    for (const usage of waiting) {
      for (const [hour, used] of usage.hours) {
        if (hour < from || hour >= to) continue;
        const key = rowKey(usage, hour);
        const row = rows.get(key);
        if (row === undefined || row.upTo < used.upTo) rows.set(key, { hour, ...sum(row, used) });
      }
    }
    return byHour(rows.values());
  }

  /** @param waiting what has no rows yet, or is getting them now, oldest first */
  usedIn(session: SessionState, hour: number, waiting: readonly (SessionUsage | undefined)[]): HourUsage {
    const row = this.#row(session, hour);
    let used = row === undefined ? { up: 0n, down: 0n, upTo: -1 } : numbers(row);
    for (const usage of waiting) {
      const more = usage?.hours.get(hour);
      if (more !== undefined && used.upTo < more.upTo) used = sum(used, more);
    }
    return used;
  }

  /** Users that have rows, each once. */
  async *users(): AsyncIterable<string> {
    let next: string | undefined = '';
    while (next !== undefined) {
      let user: string | undefined;
      for await (const key of this.#table.keys({ gte: next, limit: 1 })) user = firstTextOf(key);
      if (user !== undefined) yield user;
      next = user === undefined ? undefined : keysUnder(user).lt;
    }
  }

  #row({ username, key }: Pick<SessionState, 'username' | 'key'>, hour: number): UsageRow | undefined {
    return this.#table.getSync(rowKey({ username, key }, hour));
  }
}

function added(row: UsageRow | undefined, used: HourUsage): HourUsage {
  return sum(row === undefined ? undefined : numbers(row), used);
}

function sum(row: HourUsage | undefined, used: HourUsage): HourUsage {
  return { up: used.up + (row?.up ?? 0n), down: used.down + (row?.down ?? 0n), upTo: used.upTo };
}

function numbers({ up, down, upTo }: UsageRow): HourUsage {
  return { up: BigInt(up), down: BigInt(down), upTo };
}

function rowKey({ username, key }: Pick<SessionState, 'username' | 'key'>, hour: number): string {
  return keyOf(userOf(username), hour, key);
}

/** `keyOf` begins with the user and what ends a text, then 14 digits. */
function hourOf(key: string, user: string): number {
  const at = keyOf(user).length;
  return Number.parseInt(key.slice(at, at + 14), 16);
}

function byHour(rows: Iterable<{ readonly hour: number } & HourUsage>): readonly UsageDelta[] {
  const hours = new Map<number, UsageDelta>();
  for (const { hour, up, down } of rows) {
    const known = hours.get(hour);
    hours.set(hour, { hour, up: up + (known?.up ?? 0n), down: down + (known?.down ?? 0n) });
  }
  return [...hours.values()].sort((a, b) => a.hour - b.hour);
}

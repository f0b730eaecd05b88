import { othersFirst } from '../../base/steps.ts';
import type { Store } from '../../store/store.ts';
import { hourMs } from './usage-deltas.ts';
import { type Period, periodNamer } from './usage-periods.ts';
import { type RolledUp, rolledUpKey, UsageRows } from './usage-rows.ts';

export interface RollUpOptions {
  /** Usage before is kept by day, milliseconds since 1970. Absent: none is. */
  readonly hoursBefore?: number;
  /** Before this by month. */
  readonly daysBefore?: number;
  /** Before this not at all. */
  readonly monthsBefore?: number;
  /** Days and months are of it. */
  readonly timezone: string;
  /** Whose usage stays as it is. */
  readonly isHeld: (user: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Sums up usage that is old: hours to days, days to months, and drops it in the end. Sums of days and months stay what they
 * were, but for what is dropped. One user a step; what a step that fails leaves is done the next time.
 *
 * @returns how many rows there are fewer
 * @throws LastmileError of the store
 */
export async function rollUpUsage(store: Pick<Store, 'table' | 'write'>, options: RollUpOptions): Promise<number> {
  const meta = store.table<RolledUp>('meta');
  const before = (await meta.get(rolledUpKey)) ?? { upTo: 0, days: 0, months: 0 };
  const [end, days, months] = [options.monthsBefore, options.hoursBefore, options.daysBefore].map(hoursOf);
  const next = { upTo: Math.max(before.upTo, end ?? 0, days ?? 0, months ?? 0), days: days ?? 0, months: months ?? 0 };
  // First of all: a row that is summed up must not be made again from the journal.
  if (next.upTo > before.upTo) await meta.put(rolledUpKey, { ...before, upTo: next.upTo }, { sync: true });
  const spans: readonly Span[] = [
    { from: 0, to: end ?? 0 },
    { from: Math.max(before.months, end ?? 0), to: next.months, by: 'month' },
    { from: Math.max(before.days, next.months), to: next.days, by: 'day' },
  ];
  const fewer = await rollUp(
    store,
    spans.filter(({ from, to }) => from < to),
    options,
  );
  if (options.signal.aborted) return fewer;
  const done = { days: Math.max(before.days, next.days), months: Math.max(before.months, next.months) };
  if (done.days > before.days || done.months > before.months) {
    await meta.put(rolledUpKey, { upTo: next.upTo, ...done }, { sync: true });
  }
  return fewer;
}

/** Hours since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Absent: what is in it goes. */
  readonly by?: Period;
}

async function rollUp(
  store: Pick<Store, 'table' | 'write'>,
  spans: readonly Span[],
  { timezone, isHeld, signal }: RollUpOptions,
): Promise<number> {
  const rows = new UsageRows(store.table('usage'));
  const period = periodNamer(timezone);
  let fewer = 0;
  if (spans.length === 0) return fewer;
  for await (const user of rows.users()) {
    if (signal.aborted) return fewer;
    if (isHeld(user)) continue;
    for (const { by, ...hours } of spans) {
      for (let from: number | undefined = hours.from; from !== undefined; ) {
        const { writes, next } = await rows.rolledUp(user, { from, to: hours.to }, (hour) =>
          by === undefined ? undefined : period(hour * hourMs, by),
        );
        const puts = writes.filter(({ type }) => type === 'put').length;
        const less = writes.length - 2 * puts;
        if (less > 0) await store.write(writes);
        fewer += less;
        from = next;
        if (writes.length > 0) await othersFirst();
      }
    }
  }
  return fewer;
}

export interface DropUsageOptions {
  /** What is older goes, milliseconds since 1970; `undefined`: nothing of this user does. */
  readonly before: (user: string) => number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Drops usage of some, though that of others is kept. One user a step.
 *
 * @param prefix of their names
 * @returns how many rows went
 * @throws LastmileError of the store
 */
export async function dropUsage(
  store: Pick<Store, 'table' | 'write'>,
  prefix: string,
  { before, signal }: DropUsageOptions,
): Promise<number> {
  const rows = new UsageRows(store.table('usage'));
  let dropped = 0;
  for await (const user of rows.users(prefix)) {
    if (signal.aborted) return dropped;
    const to = hoursOf(before(user));
    for (let from: number | undefined = to === undefined ? undefined : 0; from !== undefined; ) {
      const { writes, next } = await rows.rolledUp(user, { from, to: to ?? 0 }, () => undefined);
      if (writes.length > 0) await store.write(writes);
      dropped += writes.length;
      from = next;
    }
    await othersFirst();
  }
  return dropped;
}

function hoursOf(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.max(0, Math.floor(at / hourMs));
}

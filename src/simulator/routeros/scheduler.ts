import type { Clock } from '../../base/clock.ts';
import { inBackground, sleepUntil } from '../timers.ts';
import type { Database } from './database.ts';
import type { Table, TableRow } from './table.ts';
import { formatRouterDate, parseRouterDate, parseRouterTime } from './time.ts';
import { formatRouterDay, parseRouterDay } from './time-values.ts';
import { failure } from './trap.ts';
import { listOf } from './value-types.ts';
import { has } from './version.ts';

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly database: Database;
  /** How long the router has been on. */
  readonly upMs: number;
  /** Whether device-mode lets schedulers be made and run. */
  isAllowed(): boolean;
  run(name: string, onEvent: string, rights: readonly string[]): Promise<void>;
}

/** `startup` is this long after the router has started (RouterOS manual, Scheduler). */
const startupDelayMs = 3000;

interface Armed {
  /** What the times of the row were when this was worked out. */
  readonly key: string;
  readonly stop: AbortController;
  nextAt: number | undefined;
}

/** `/system/scheduler`: runs what is due by the clock of the router, and goes on doing so after a restart. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #armed = new Map<number, Armed>();
  #bootedAt: number;

  constructor(options: SchedulerOptions) {
    const { database, clock, upMs } = options;
    this.#options = options;
    this.#bootedAt = clock.now() - upMs;
    const table = database.table('/system/scheduler');
    database.computeWith('/system/scheduler', 'next-run', (row) => this.#nextRun(row));
    for (const row of table.rows()) this.#arm(row);
    table.watch((event) => {
      if (event.type === 'changed') this.#arm(event.row);
      else this.#disarm(event.id);
    });
  }

  /** Refuses what device-mode forbids, before a row is written. @throws RouterTrap */
  guard(): void {
    if (!this.#options.isAllowed()) throw failure('not allowed by device-mode');
  }

  /**
   * Somebody, or NTP, has set the clock by so much: what was due in between runs at once, what is due later waits for its time.
   * What counts from the start of the router goes by how long it has been on.
   */
  clockSet(byMs: number): void {
    this.#bootedAt += byMs;
    const before = this.#options.clock.now() - byMs;
    for (const row of this.#table.rows()) {
      if (row.values.get('start-time') === 'startup' || !this.#armed.has(row.id)) continue;
      this.#disarm(row.id);
      this.#arm(row, before);
    }
  }

  reboot(): void {
    this.#bootedAt = this.#options.clock.now();
    for (const id of [...this.#armed.keys()]) this.#disarm(id);
    for (const row of this.#table.rows()) this.#arm(row);
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#armed.keys()]) this.#disarm(id);
  }

  get #table(): Table {
    return this.#options.database.table('/system/scheduler');
  }

  /** @param since by its clock, when it was last seen to what is due */
  #arm(row: TableRow, since = this.#options.clock.now()): void {
    this.#complete(row);
    const { values } = row;
    const key = ['start-date', 'start-time', 'interval', 'disabled'].map((name) => values.get(name)).join(' ');
    if (this.#armed.get(row.id)?.key === key) return;
    this.#disarm(row.id);
    if (values.get('disabled') === 'true') return;
    const armed: Armed = { key, stop: new AbortController(), nextAt: undefined };
    this.#armed.set(row.id, armed);
    inBackground(armed.stop.signal, () => this.#keepTime(row, armed, since));
  }

  #disarm(id: number): void {
    this.#armed.get(id)?.stop.abort();
    this.#armed.delete(id);
  }

  /** A row without a start begins when it is made. */
  #complete({ values }: TableRow): void {
    const now = formatRouterDate(this.#options.clock.now(), this.#modernDates);
    const [date = '', time = ''] = now.split(' ');
    if (!values.has('start-time')) values.set('start-time', time);
    const day = parseRouterDay(values.get('start-date') ?? date) ?? date;
    values.set('start-date', formatRouterDay(day, this.#modernDates));
  }

  async #keepTime(row: TableRow, armed: Armed, since: number): Promise<void> {
    const { clock } = this.#options;
    for (let last = since; ; ) {
      armed.nextAt = this.#dueAfter(row, last);
      if (armed.nextAt === undefined) return;
      const at = armed.nextAt;
      await sleepUntil(clock.monotonic() + at - clock.now(), clock, armed.stop.signal);
      last = Math.max(at, clock.now());
      if (this.#options.isAllowed()) this.#run(row);
    }
  }

  #run({ values }: TableRow): void {
    values.set('run-count', String(Number(values.get('run-count') ?? 0) + 1));
    const name = values.get('name') ?? '';
    void this.#options.run(name, values.get('on-event') ?? '', listOf(values.get('policy') ?? ''));
  }

  /** When the row is due next, later than `last`; `undefined` when never again. */
  #dueAfter({ values }: TableRow, last: number): number | undefined {
    const interval = parseRouterTime(values.get('interval') ?? '0s') ?? 0;
    const isStartup = values.get('start-time') === 'startup';
    const start = isStartup ? this.#bootedAt + startupDelayMs : this.#startOf(values);
    if (interval === 0) return start > last ? start : undefined;
    // With an interval, a start at boot is not a run itself (RouterOS manual, Scheduler).
    const first = isStartup ? start + interval : start;
    return first > last ? first : first + (Math.floor((last - first) / interval) + 1) * interval;
  }

  #startOf(values: TableRow['values']): number {
    const at = parseRouterDate(`${values.get('start-date') ?? ''} ${values.get('start-time') ?? '00:00:00'}`);
    return at ?? this.#options.clock.now();
  }

  #nextRun({ id }: TableRow): string | undefined {
    const at = this.#armed.get(id)?.nextAt;
    return at === undefined ? undefined : formatRouterDate(at, this.#modernDates);
  }

  get #modernDates(): boolean {
    return has(this.#options.database.version, 'isoDates');
  }
}

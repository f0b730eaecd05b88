import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { Table, TableRow } from '../routeros/table.ts';
import { formatRouterDate, formatRouterTime, parseRouterTime } from '../routeros/time.ts';
import { RouterTrap } from '../routeros/trap.ts';
import { isAtLeast } from '../routeros/version.ts';
import { inBackground, sleepUntil } from '../timers.ts';

export interface TimedEntriesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly path: '/ip/firewall/address-list' | '/ipv6/firewall/address-list';
}

interface Countdown {
  readonly endsAt: number;
  readonly stop: AbortController;
}

/** Stands for a timeout that was noted: what a client writes is never this, so the same time again starts anew. */
const counting = 'counting';

/**
 * Entries of an address list that go by themselves. One that was given a timeout is dynamic, shows what is left of it,
 * and outlives no restart.
 */
export class TimedEntries {
  readonly #options: TimedEntriesOptions;
  readonly #table: Table;
  readonly #countdowns = new Map<number, Countdown>();

  constructor(options: TimedEntriesOptions) {
    const { database, path } = options;
    this.#options = options;
    this.#table = database.table(path);
    database.computeWith(path, 'timeout', (row) => this.#left(row));
    this.#table.watch((event) => {
      if (event.type === 'removed') this.#stop(event.id);
      else this.#note(event.row);
    });
  }

  /** What a rule does. @param timeout `none-dynamic`, `none-static`, or how long */
  add(list: string, address: string, timeout: string): void {
    const isTimed = !timeout.startsWith('none');
    const found = [...this.#table.rows()].find(
      ({ values }) => values.get('list') === list && values.get('address') === address,
    );
    if (found !== undefined && isTimed) this.#table.set(found, new Map([['timeout', timeout]]));
    if (found !== undefined) return;
    const dynamic = timeout === 'none-static' ? 'no' : 'yes';
    try {
      this.#options.database.addByRouter(this.#options.path, {
        list,
        address,
        dynamic,
        ...(isTimed ? { timeout } : {}),
      });
    } catch (error) {
      if (!(error instanceof RouterTrap)) throw error;
    }
  }

  /** Entries that are not saved are gone; those of sessions went with them. */
  reboot(): void {
    for (const row of [...this.#table.rows()]) {
      if (row.values.get('dynamic') === 'true') this.#table.remove(row);
    }
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#countdowns.keys()]) this.#stop(id);
  }

  #note(row: TableRow): void {
    const { clock, database } = this.#options;
    if (!row.values.has('creation-time')) {
      row.values.set('creation-time', formatRouterDate(clock.now(), isAtLeast(database.version, '7.10')));
    }
    const timeout = row.values.get('timeout') ?? counting;
    if (timeout === counting) return;
    this.#stop(row.id);
    const ms = parseRouterTime(timeout) ?? 0;
    if (ms === 0) return;
    row.values.set('dynamic', 'true').set('timeout', counting);
    const countdown = { endsAt: clock.monotonic() + ms, stop: new AbortController() };
    this.#countdowns.set(row.id, countdown);
    inBackground(countdown.stop.signal, async () => {
      await sleepUntil(countdown.endsAt, clock, countdown.stop.signal);
      this.#table.remove(row);
    });
  }

  #stop(id: number): void {
    this.#countdowns.get(id)?.stop.abort(new Error('the entry is gone or counts anew'));
    this.#countdowns.delete(id);
  }

  /** In whole seconds. */
  #left(row: TableRow): string | undefined {
    const countdown = this.#countdowns.get(row.id);
    if (countdown === undefined) return undefined;
    const left = Math.max(0, countdown.endsAt - this.#options.clock.monotonic());
    return formatRouterTime(Math.ceil(left / 1000) * 1000);
  }
}

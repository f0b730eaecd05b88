import { randomBytes } from 'node:crypto';
import type { EventType } from '../model/event-types.ts';
import { numberKey, parseNumberKey } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Write } from '../store/table.ts';
import type { NewEvent, StoredEvent } from './event.ts';

export interface EventLogOptions {
  readonly store: Pick<Store, 'table' | 'write'>;
  /** Wall time, milliseconds since 1970. */
  readonly now: () => number;
}

interface SeriesRow {
  readonly series: string;
}

/** By type. */
type Numbers = Readonly<Partial<Record<EventType, number>>>;

const seriesKey = 'events';
const wantedKey = 'events-wanted';
const leftOutKey = 'events-left-out';
/** Types of which there are many: kept only for somebody. To write them costs as much as all else of an accounting record. */
const manyOf: ReadonlySet<EventType> = new Set(['session.started', 'session.updated', 'session.stopped']);
const rowsPerTrim = 4000;

/**
 * What happened, in order, on disk: until webhooks have been told, and for a while longer for those who were away from the
 * stream. One writer at a time, so that whoever reads up to a number has read all before it.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #waiting = new Set<() => void>();
  /** Of the IDs: another folder is another series, and its numbers are not these. */
  readonly series: string;
  /** Types that there are many of, and how long each is kept for somebody. Wall time. */
  #wanted: Numbers;
  /** Until it is known what webhooks want, it may be anything. */
  #always: (type: EventType) => boolean = () => true;
  /** Number after which events of a type were left out last. */
  readonly #leftOut: Map<EventType, number>;
  #leftOutStored = true;
  #seriesStored = true;
  #first: number;
  #last: number;
  #writing: Promise<unknown> = Promise.resolve();
  /** After a failed write it is not known how much of it is on the disk. */
  #unsure = false;

  private constructor(
    options: EventLogOptions,
    series: string,
    [wanted, leftOut]: readonly [Numbers, Numbers],
    first: number,
    last: number,
  ) {
    this.#options = options;
    this.series = series;
    this.#wanted = wanted;
    this.#leftOut = new Map(Object.entries(leftOut) as [EventType, number][]);
    this.#first = first;
    this.#last = last;
  }

  /** @throws LastmileError of the store */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const { store } = options;
    const rows = store.table<SeriesRow & { readonly last?: number }>('meta');
    const stored = await rows.get(seriesKey);
    const row = stored ?? { series: randomBytes(4).toString('hex') };
    const numbers = store.table<Numbers>('meta');
    const kept = [(await numbers.get(wantedKey)) ?? {}, (await numbers.get(leftOutKey)) ?? {}] as const;
    const [first, last] = [await end(store, false), await end(store, true)];
    const log = new EventLog(options, row.series, kept, first ?? (row.last ?? 0) + 1, last ?? row.last ?? 0);
    log.#seriesStored = stored !== undefined;
    return log;
  }

  /** Number of the newest; 0 before there was any. */
  get last(): number {
    return this.#last;
  }

  /** Number of the oldest that is kept; one more than `last` when none is. */
  get first(): number {
    return this.#first;
  }

  /** Whether such an event, which has just happened, is of use to anybody. It is noted where it is not. */
  wants(type: EventType): boolean {
    if (!manyOf.has(type) || this.#always(type) || (this.#wanted[type] ?? 0) > this.#options.now()) return true;
    if (this.#leftOut.get(type) !== this.#last) {
      this.#leftOut.set(type, this.#last);
      this.#leftOutStored = false;
    }
    return false;
  }

  /** Whether events of one of these types that came after that number were left out: nobody wanted them then. */
  lacksAfter(number: number, types: readonly EventType[]): boolean {
    return types.some((type) => (this.#leftOut.get(type) ?? -1) >= number);
  }

  /** What webhooks want, from now on. */
  keepFor(always: (type: EventType) => boolean): void {
    this.#always = always;
  }

  /** Somebody reads such events, and may come back for them until then. @throws LastmileError of the store */
  async wantUntil(types: readonly EventType[], until: number): Promise<void> {
    const more = types.filter((type) => manyOf.has(type) && (this.#wanted[type] ?? 0) < until);
    if (more.length === 0) return;
    this.#wanted = { ...this.#wanted, ...Object.fromEntries(more.map((type) => [type, until])) };
    await this.#options.store.table<Numbers>('meta').put(wantedKey, this.#wanted);
  }

  /**
   * Puts events at the end, in one batch with what they tell of. Those that nobody wants are left out.
   *
   * @param write carries out these writes and its own, all or nothing. Default: these alone
   * @throws whatever `write` throws: nothing was put then
   */
  async add(
    events: readonly NewEvent[],
    write: (writes: readonly Write[]) => Promise<void> = (writes) => this.#options.store.write(writes),
  ): Promise<void> {
    const turn = this.#writing.then(() => this.#add(events, write));
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  /** Up to `limit` events after that number, in order. @throws LastmileError of the store */
  async after(number: number, limit: number): Promise<readonly StoredEvent[]> {
    // What is being written comes with its turn.
    const range = { gt: numberKey(number), lte: numberKey(this.#last), limit };
    const found: StoredEvent[] = [];
    if (number >= this.#last) return found;
    for await (const [, event] of this.#options.store.table<StoredEvent>('events').entries(range)) found.push(event);
    return found;
  }

  /** Resolves when there is one after that number, or the signal fires. */
  async beyond(number: number, signal: AbortSignal): Promise<void> {
    while (this.#last <= number && !signal.aborted) await this.#next(signal);
  }

  /** Deletes up to that number, some thousand at a time. @throws LastmileError of the store */
  async trim(upTo: number): Promise<void> {
    const { store } = this.#options;
    const end = Math.min(upTo, this.#last);
    while (this.#first <= end) {
      const next = Math.min(end + 1, this.#first + rowsPerTrim);
      const writes: Write[] = [];
      for (let number = this.#first; number < next; number += 1) {
        writes.push(store.table<StoredEvent>('events').toDel(numberKey(number)));
      }
      // Numbers go on where all was deleted.
      writes.push(store.table<unknown>('meta').toPut(seriesKey, { series: this.series, last: this.#last }));
      await store.write(writes);
      this.#first = next;
    }
  }

  async #add(events: readonly NewEvent[], write: (writes: readonly Write[]) => Promise<void>): Promise<void> {
    const { store } = this.#options;
    if (this.#unsure) this.#last = Math.max(this.#last, (await end(store, true)) ?? 0);
    this.#unsure = true;
    const table = store.table<StoredEvent>('events');
    let number = this.#last;
    const writes: Write[] = [];
    for (const event of events) {
      if (!this.wants(event.type)) continue;
      number += 1;
      writes.push(table.toPut(numberKey(number), { number, ...event }));
    }
    if (!this.#seriesStored) writes.push(store.table<SeriesRow>('meta').toPut(seriesKey, { series: this.series }));
    // Of a crash before this, what was left out is met again in the journal.
    const leftOut = [...this.#leftOut];
    if (!this.#leftOutStored) writes.push(store.table<Numbers>('meta').toPut(leftOutKey, Object.fromEntries(leftOut)));
    await write(writes);
    this.#unsure = false;
    this.#seriesStored = true;
    this.#leftOutStored = leftOut.every(([type, after]) => this.#leftOut.get(type) === after);
    if (number === this.#last) return;
    this.#last = number;
    for (const wake of this.#waiting) wake();
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

async function end(store: EventLogOptions['store'], reverse: boolean): Promise<number | undefined> {
  for await (const key of store.table<StoredEvent>('events').keys({ reverse, limit: 1 })) return parseNumberKey(key);
  return undefined;
}

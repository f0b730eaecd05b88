import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Books } from '../../src/accounting/books.ts';
import type { AccountingRecord } from '../../src/accounting/event.ts';
import type { SessionState } from '../../src/accounting/sessions/session-state.ts';
import { Store } from '../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const options = { log, keepClosed: 3, commitsPerSettle: 1000, anew: false };
const hourMs = 3_600_000;

type Step =
  | { readonly type: 'commit'; readonly records: readonly AccountingRecord[] }
  /** Rows are written, while the next commit may be on its way. */
  | { readonly type: 'settle'; readonly waits: boolean }
  /** The process is gone, and another begins with what is on disk. */
  | { readonly type: 'kill' }
  /** As where the database was found damaged: all of the journal is gone through over rows that are there. */
  | { readonly type: 'work-out-anew' };

const second = fc.integer({ min: 1, max: 20_000 });
const who = fc.constantFrom('anna', 'ben');
const id = fc.constantFrom('81', '82');
/** Of a clock that was set: by hours, days, or hardly. */
const clockSet = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constantFrom(-400, -86_400, 90_000).map((seconds) => ({ clockSet: seconds * 1000 })),
);

const ofSession = fc
  .record({
    status: fc.constantFrom('start', 'interim', 'interim', 'interim', 'stop'),
    second,
    who,
    id,
    age: fc.integer({ min: 0, max: 5000 }),
    clockSet,
  })
  .map(({ status, second: at, who: username, id: sessionId, age, clockSet: set }) =>
    packet(status as 'start', at, { ...used(age, age, age * 2), sessionId, username, ...set }),
  );
const ofNas = fc.record({ status: fc.constantFrom('on', 'off'), second }).map((each) => {
  return nasPacket(each.status as 'on', each.second);
});
const reading = fc
  .record({
    second,
    who,
    age: fc.integer({ min: 0, max: 5000 }),
    octets: fc.nat({ max: 9000 }),
    over: fc.nat({ max: 4 }),
  })
  .map(({ second: at, who: username, age, octets, over }): AccountingRecord => {
    const receivedAt = t0 + at * 1000;
    return {
      status: 'read',
      nas: 'core-1',
      sessionId: '91',
      username,
      startedAt: t0,
      receivedAt,
      sessionSeconds: age,
      access: 'ppp',
      everySeconds: 60,
      meter: { source: 'interface', id: '*1', up: `${octets}`, down: `${octets * 2}` },
      totals: { up: `${octets}`, down: '0', seconds: age },
      ...(over > 0 ? {} : { ended: { at: receivedAt, cause: 'Not-On-NAS' } }),
    };
  });
const moved = who.map((username): AccountingRecord => {
  const key = `6:core-12:91${username.length}:${username}${t0.toString(36)}`;
  return { status: 'moved', key, nas: 'core-1', sessionId: '91', to: 'core-2', receivedAt: t0 + 9_000_000 };
});
const record = fc.oneof(
  { weight: 10, arbitrary: ofSession },
  { weight: 3, arbitrary: reading },
  { weight: 1, arbitrary: ofNas },
  { weight: 1, arbitrary: moved },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('commit'), records: fc.array(record, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('settle'), waits: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('kill') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('work-out-anew') }) },
) as fc.Arbitrary<Step>;

describe('books of a process that is killed again and again', () => {
  it('are those of one that never was, whatever of them had come to rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using interrupted = await Desk.open();
        await using other = await Desk.open();
        for (const each of steps) {
          await interrupted.take(each);
          if (each.type === 'commit') await other.take(each);
        }

        expect(await interrupted.said()).toEqual(await other.said());
      }),
      { numRuns: 40, seed: 20_261_122 },
    );
  });
});

/** Books over a folder of their own. */
class Desk {
  readonly #folder: TempFolder;
  #store: Store;
  #books: Books;
  #settling: Promise<void> | undefined;
  /** Wall time of commits. */
  #at = t0;

  private constructor(folder: TempFolder, store: Store, books: Books) {
    this.#folder = folder;
    this.#store = store;
    this.#books = books;
  }

  static async open(): Promise<Desk> {
    const folder = await TempFolder.make();
    const store = await opened(folder.path);
    return new Desk(folder, store, await loaded(store));
  }

  async take(each: Step): Promise<void> {
    if (each.type === 'commit') await this.#commit(each.records);
    else if (each.type === 'settle') {
      this.#settling = this.#books.settle();
      if (each.waits) await this.#settling;
    } else await this.#begin(each.type === 'work-out-anew');
  }

  async said() {
    const users = ['anna', 'ben'];
    const until = Math.ceil(this.#at / hourMs) + 100_000;
    return {
      sessions: await this.#sessions(),
      used: await Promise.all(users.map((user) => this.#books.rows.usage([user], 0, until))),
      totals: await this.#books.readings.totalsOf('core-1'),
      sequence: this.#books.sequence,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settling;
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #commit(records: readonly AccountingRecord[]): Promise<void> {
    this.#at += 600_000;
    const outcome = this.#books.work(this.#store.journal.next, this.#at, records);
    const place = await this.#store.append(
      this.#at,
      records.map((each) => JSON.stringify(each)),
    );
    this.#books.follow(outcome, place);
  }

  /** Rows under way are there or not: closing the database lets them come to an end, or refuses them. */
  async #begin(anew: boolean): Promise<void> {
    const settling = this.#settling?.catch(() => undefined);
    this.#settling = undefined;
    await this.#store.close();
    await settling;
    this.#store = await opened(this.#folder.path);
    this.#books = await loaded(this.#store, anew);
  }

  /** Each by its key; what an index in memory holds is the row's. */
  async #sessions(): Promise<ReadonlyMap<string, SessionState>> {
    const sessions = new Map<string, SessionState>();
    for (const session of this.#books.index.open()) sessions.set(session.key, session);
    for (const session of await this.#books.rows.closed(1000)) sessions.set(session.key, session);
    return sessions;
  }
}

function opened(dir: string): Promise<Store> {
  return Store.open(dir, { clock: new QuickClock(t0), log });
}

function loaded(store: Store, anew = false): Promise<Books> {
  const listeners = {
    onDamage: (damage: unknown) => expect(damage).toBeUndefined(),
    onLost: () => expect.unreachable('no rows are lost'),
  };
  return Books.load(store, { ...options, anew }, listeners);
}

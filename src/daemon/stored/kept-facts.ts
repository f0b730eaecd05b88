import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import { othersFirst } from '../../base/steps.ts';
import { ClockNotes, type Noting } from '../../quota/clock-notes.ts';
import type { QuotaFacts } from '../../quota/quota-facts.ts';
import type { QuotaRecords } from '../quota/quota-records.ts';

/** Times of a subscription that were read from the clock since the start. */
interface Noted {
  readonly assignedAt?: NotedTime;
  readonly firstLogin?: NotedTime;
}

interface NotedTime {
  /** As it was read. */
  readonly at: number;
  readonly noting: Noting;
}

/** Facts of subscriptions, in memory at once and on disk soon after: a disk that takes nothing keeps no step from being taken. */
export class KeptFacts {
  readonly #records: QuotaRecords;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #clockSet: () => number;
  readonly #log: Logger;
  readonly #notes: ClockNotes;
  readonly #unwritten = new Set<string>();
  readonly #noted = new Map<string, Noted>();
  #writing: Promise<void> | undefined;
  #written: Promise<void> = Promise.resolve();

  /** @param clockSet by how much the clock was set in all, over restarts as well */
  constructor(records: QuotaRecords, clock: Pick<Clock, 'now' | 'monotonic'>, clockSet: () => number, log: Logger) {
    this.#records = records;
    this.#clock = clock;
    this.#clockSet = clockSet;
    this.#log = log;
    this.#notes = new ClockNotes(this.#offset());
  }

  /** What is noted now. */
  noting(): Noting {
    return this.#notes.note(this.#offset());
  }

  /** Those of one turn are one write: thousands may be at another step at the same moment. */
  keep(key: string, facts: QuotaFacts): void {
    this.#records.note(key, facts);
    this.#unwritten.add(key);
    this.#writing ??= othersFirst().then(() => {
      this.#writing = undefined;
      const all = [...this.#unwritten];
      this.#unwritten.clear();
      this.#written = this.#written.then(() => this.#stored(this.#records.write(all)));
    });
  }

  /** The same of a subscription that has its service since just now. */
  keepAssigned(key: string, facts: QuotaFacts): void {
    this.keep(key, { ...facts, ...this.#set('assignedSet') });
    this.#noted.set(key, { assignedAt: { at: facts.assignedAt, noting: this.noting() } });
  }

  /** The same of one whose first session began at this moment of the clock as it is. */
  keepFirstLogin(key: string, facts: QuotaFacts, at: number): void {
    this.keep(key, { ...facts, ...this.#set('firstSet') });
    this.#noted.set(key, { ...this.#noted.get(key), firstLogin: { at, noting: this.noting() } });
  }

  /**
   * The clock was set: nobody's time is to be over, or to begin, by what it was before. Top-ups are set right with it, at once; it is
   * on disk soon after. @returns whose times are others now
   */
  correct(): readonly string[] {
    this.#notes.set(this.#offset());
    const corrected: string[] = [];
    for (const [key, noted] of this.#noted) {
      const known = this.#records.facts(key);
      const right = known === undefined ? undefined : this.#corrected(known, noted);
      if (right === undefined) continue;
      this.keep(key, right);
      corrected.push(key);
    }
    const topUps = this.#records.shiftTopUps((noting) => this.#notes.shiftOf(noting), this.#clockSet());
    this.#written = this.#written.then(() => this.#stored(this.#records.writeTopUps(topUps)));
    return corrected;
  }

  #corrected(known: QuotaFacts, { assignedAt, firstLogin }: Noted): QuotaFacts | undefined {
    const right = ({ at, noting }: NotedTime): number => at + this.#notes.shiftOf(noting);
    const assigned = assignedAt === undefined ? known.assignedAt : right(assignedAt);
    const first = firstLogin === undefined ? known.firstLogin : Math.max(assigned, right(firstLogin));
    if (assigned === known.assignedAt && first === known.firstLogin) return undefined;
    const { assignedSet: _a, firstSet: _f, ...rest } = known;
    const times = { assignedAt: assigned, ...this.#set('assignedSet') };
    return { ...rest, ...times, ...(first === undefined ? {} : { firstLogin: first, ...this.#set('firstSet') }) };
  }

  #set<Name extends string>(name: Name): Partial<Readonly<Record<Name, number>>> {
    const clockSet = this.#clockSet();
    return clockSet === 0 ? {} : ({ [name]: clockSet } as Record<Name, number>);
  }

  /** Of a subscription that nobody has any more. @throws LastmileError of the store */
  async forget(key: string): Promise<void> {
    // What is on its way to the disk must not come there after.
    await this.settled();
    this.#noted.delete(key);
    this.#unwritten.delete(key);
    await this.#records.forget(key);
  }

  /** Resolves when all that was kept by now is on disk, or could not be brought there. */
  async settled(): Promise<void> {
    await this.#writing;
    await this.#written;
  }

  #offset(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }

  /** It is in memory, and is worked out anew after a start. */
  async #stored(writing: Promise<void>): Promise<void> {
    await writing.catch((err: unknown) => {
      if (!(err instanceof LastmileError)) throw err;
      this.#log.warn({ err }, 'how quotas stand is not stored');
    });
  }
}

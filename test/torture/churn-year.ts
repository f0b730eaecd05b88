import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/daemon/engine.ts';
import { slotMs } from '../../src/daemon/quota/quota-usage.ts';
import { usageAnswer } from '../../src/daemon/sessions/usage-answers.ts';
import { nextChangeAfter } from '../../src/model/as-of.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { packet } from '../support/accounting-event.ts';
import { modelOf } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { declarationsOf, type Person, somebody } from './churn-people.ts';
import { type Given, PlainYear, type Standing } from './plain-year.ts';
import { Dice } from './random.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const begin = Date.UTC(2026, 0, 9, 7, 25);

export interface YearSize {
  readonly seed: number;
  readonly days: number;
  readonly people: number;
  /** Of each person. */
  readonly sessions: number;
  /** At any moment besides. */
  readonly looks: number;
  readonly restarts: number;
}

/** Some of the zones there are, in which clocks are set at all kinds of moments. */
export const zones = [
  'Europe/Berlin',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'Africa/Cairo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'America/New_York',
  'Asia/Beirut',
  'UTC',
] as const;

/** Lives through a year with quotas, top-ups, validities and restarts, and compares with what it comes to on paper. */
export function liveThroughAYear(title: string, all: readonly (YearSize & { readonly zone: string })[], ms: number) {
  describe(title, () => {
    it.each(all)(
      'IS-02: each quota, each expiry and each day of usage is as on paper, at every moment ($zone, seed $seed)',
      async ({ zone, ...size }) => {
        await using year = await Year.begin(zone, size);
        for (const moment of year.moments()) await year.live(moment);
        await year.close();
      },
      ms,
    );
  });
}

type Happening =
  | { readonly type: 'start' | 'report' | 'stop'; readonly who: number; readonly session: number }
  | { readonly type: 'give'; readonly who: number }
  | { readonly type: 'look' | 'restart' };

interface Moment {
  readonly at: number;
  readonly happenings: readonly Happening[];
}

interface Online {
  readonly startedAt: number;
  toldAt: number;
  up: bigint;
  down: bigint;
}

class Year {
  readonly #zone: string;
  readonly #size: YearSize;
  readonly #dice: Dice;
  readonly #clock = new ManualClock(begin);
  readonly #folder: TempFolder;
  readonly #model: Model;
  readonly #paper: readonly PlainYear[];
  readonly #online = new Map<number, Online>();
  readonly #told = new Map<string, Standing>();
  #engine: Engine | undefined;
  #moment = '';

  private constructor(zone: string, size: YearSize, folder: TempFolder, people: readonly Person[], dice: Dice) {
    this.#zone = zone;
    this.#size = size;
    this.#folder = folder;
    this.#dice = dice;
    this.#model = modelOf({ 'all.yaml': declarationsOf(people, zone) });
    this.#paper = people.map((person) => new PlainYear(person, zone, begin));
  }

  static async begin(zone: string, size: YearSize): Promise<Year> {
    const dice = new Dice(size.seed);
    const wholeHours = [0, 6].every((month) => isWhole(zone, Date.UTC(2026, month, 15)));
    const people = Array.from({ length: size.people }, (_, number) => somebody(dice, number, begin, wholeHours));
    const year = new Year(zone, size, await TempFolder.make(), people, dice);
    await year.#open();
    return year;
  }

  /** All that happens, in order. */
  moments(): readonly Moment[] {
    const at = new Map<number, Happening[]>();
    const add = (when: number, happening: Happening) => {
      const known = at.get(when);
      if (known === undefined) at.set(when, [happening]);
      else known.push(happening);
    };
    for (const [who, paper] of this.#paper.entries()) this.#sessionsOf(paper, who, add);
    for (let n = 0; n < this.#size.people * (this.#size.days / 20); n += 1) {
      add(this.#anyMinute(), { type: 'give', who: this.#dice.within(0, this.#size.people - 1) });
    }
    for (let n = 0; n < this.#size.looks; n += 1) add(this.#anyMinute(), { type: 'look' });
    for (let n = 0; n < this.#size.restarts; n += 1) add(this.#anyMinute(), { type: 'restart' });
    return [...at].sort(([a], [b]) => a - b).map(([when, happenings]) => ({ at: when, happenings }));
  }

  async live({ at, happenings }: Moment): Promise<void> {
    this.#moment = `${new Date(at).toISOString()} ${happenings.map(({ type }) => type).join(' ')}`;
    if (happenings.some(({ type }) => type === 'restart')) await this.#restart(at);
    else this.#clock.advance(at - this.#clock.now());
    await Promise.all(happenings.map((each) => this.#happen(each, at)));
    for (const paper of this.#paper) paper.goTo(at);
    for (const each of happenings) if (each.type === 'give') await this.#give(each.who, at);
    await this.#compare(at);
  }

  /** What it was in all. */
  async close(): Promise<void> {
    for (const paper of this.#paper) await this.#compareDays(paper);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #now(): Engine {
    if (this.#engine === undefined) throw new TypeError('it does not run');
    return this.#engine;
  }

  async #open(): Promise<void> {
    this.#engine = await Engine.open({
      stateDir: join(this.#folder.path, 'state'),
      clock: this.#clock,
      log: pino({ level: 'silent' }),
      fillRandom: (octets) => void octets.fill(7),
    });
    await this.#engine.quotas.follow(this.#model);
    const tell = (all: readonly Subscription[]) => {
      const model = this.#now.quotas.asOf(this.#model, this.#clock.now());
      for (const { id } of all) this.#told.set(id, standingOf(model, id));
    };
    tell(this.#model.subscriptions);
    this.#engine.quotas.onChange(tell);
  }

  /** It is away for a while, and back at this moment. */
  async #restart(at: number): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    this.#clock.advance(at - this.#clock.now());
    await this.#open();
  }

  /** Online for some hours now and then, mostly where days end, reported at the end of each slot of usage. */
  #sessionsOf(paper: PlainYear, who: number, add: (at: number, happening: Happening) => void): void {
    const { days, sessions } = this.#size;
    const dice = this.#dice;
    let free = Math.ceil(begin / slotMs) * slotMs;
    for (let session = 0; session < sessions; session += 1) {
      const gap = Math.floor((days * dayMs) / sessions / slotMs);
      const from = free + dice.within(0, Math.max(0, gap - 6)) * slotMs;
      const slots = dice.within(0, 5);
      free += gap * slotMs;
      if (from + slots * slotMs > begin + days * dayMs) return;
      const parts = Array.from({ length: slots + 1 }, (_, at) => from + at * slotMs);
      if (paper.person.quotas.some(({ of }) => of === 'time') && !parts.every((at) => isPlain(paper, at))) continue;
      add(from + slotMs / 4, { type: 'start', who, session });
      for (const slot of parts.slice(1)) add(slot, { type: 'report', who, session });
      add(from + (slots + 0.75) * slotMs, { type: 'stop', who, session });
    }
  }

  #anyMinute(): number {
    return begin + this.#dice.within(1, this.#size.days * 1440) * 60_000;
  }

  async #happen(happening: Happening, at: number): Promise<void> {
    if (happening.type !== 'start' && happening.type !== 'report' && happening.type !== 'stop') return;
    const { type, who, session } = happening;
    const paper = this.#paper[who] as PlainYear;
    const online = this.#online.get(who) ?? { startedAt: at, toldAt: at, up: 0n, down: 0n };
    this.#online.set(who, online);
    if (type === 'start') paper.comesOnline(at);
    else this.#uses(paper, online, at);
    if (type === 'stop') this.#online.delete(who);
    const status = type === 'report' ? 'interim' : type;
    await this.#now.accounting.record(
      packet(status, 0, {
        receivedAt: at,
        sessionId: `81${session.toString(16)}`,
        username: paper.person.name,
        ...(type === 'start' ? {} : countersOf(online, at)),
      } as Parameters<typeof packet>[2]),
    );
  }

  #uses(paper: PlainYear, online: Online, at: number): void {
    const slot = Math.floor((at - 1) / slotMs) * slotMs;
    const traffic = isPlain(paper, slot) && !this.#dice.onceIn(4);
    const [up, down] = traffic
      ? [BigInt(this.#dice.within(0, 20_000)), BigInt(this.#dice.within(0, 90_000))]
      : [0n, 0n];
    paper.use({ at: at - 1, up, down, onlineMs: at - online.toldAt });
    online.toldAt = at;
    online.up += up;
    online.down += down;
  }

  async #give(who: number, at: number): Promise<void> {
    const paper = this.#paper[who] as PlainYear;
    const given = this.#made(paper.person, at);
    const held = await this.#now.quotas.standingOf(paper.person.name);
    if (given === undefined || held === undefined) return;
    paper.give(at, given);
    await this.#now.quotas.add(held, { ...given, amount: `${given.amount}`, at, by: 'test' });
  }

  #made({ quotas, validity }: Person, at: number): Given | undefined {
    const dice = this.#dice;
    if (validity !== undefined && dice.onceIn(2)) {
      return { of: 'validity', amount: BigInt(dice.within(1, 40) * dayMs) };
    }
    if (quotas.length === 0) return undefined;
    const { of, name, amount } = dice.of(quotas);
    const until = Math.ceil((at + dice.within(1, 90 * 24) * hourMs) / slotMs) * slotMs;
    return {
      ...{ of, amount: (BigInt(amount) * BigInt(dice.within(1, 8))) / 4n + 1n },
      ...(dice.onceIn(2) ? { quota: name } : {}),
      ...(dice.onceIn(3) ? {} : { until }),
    };
  }

  async #compare(now: number): Promise<void> {
    const { quotas } = this.#now;
    for (const paper of this.#paper) {
      const { name } = paper.person;
      const held = await quotas.standingOf(name);
      if (held === undefined) continue;
      const states = held.states.map(({ name: quota, used, carried, left, step, free }) => ({
        ...{ name: quota, used, carried, left, step, free },
      }));
      expect({ quotas: states, validUntil: held.validUntil }, `${name}, ${this.#moment}`).toEqual({
        ...{ quotas: paper.quotas(now), validUntil: paper.validUntil() },
      });
      for (const { from, till } of held.states) expect(now >= from && now < till).toBe(true);
    }
    // What the passing of time brought about is told in a turn of its own.
    for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
    const model = quotas.asOf(this.#model, now);
    for (const paper of this.#paper) {
      const { name } = paper.person;
      expect(standingOf(model, name), `${name}, ${this.#moment}`).toEqual(paper.standing(now));
      if (paper.standing(now).reason === 'expired') continue;
      expect(this.#told.get(name), `what was told of ${name}, ${this.#moment}`).toEqual(paper.byQuota(now));
    }
    const ends = this.#paper.flatMap((paper) => paper.end() ?? []).filter((end) => end > now);
    const next = ends.length === 0 ? undefined : Math.min(...ends);
    expect(nextChangeAfter(quotas.aged(this.#model), now), this.#moment).toBe(next);
  }

  async #compareDays({ person, days }: PlainYear): Promise<void> {
    const { accounting } = this.#now;
    const answer = await usageAnswer(
      accounting,
      { username: person.name, by: 'day', since: new Date(begin).toISOString() } as never,
      { logins: [person.name], timezone: this.#zone, now: this.#clock.now(), notes: [] },
    );
    const onPaper = [...days].filter(([, { up, down }]) => up + down > 0n);
    expect(answer.periods).toEqual(onPaper.map(([period, { up, down }]) => ({ period, up: `${up}`, down: `${down}` })));
  }
}

function isPlain(paper: PlainYear, slot: number): boolean {
  return paper.isAlike(slot, slot + slotMs - 1);
}

function isWhole(timezone: string, at: number): boolean {
  const minutes = new Intl.DateTimeFormat('en', { timeZone: timezone, minute: 'numeric' }).format(at);
  return Number(minutes) === 0 || slotMs <= 900_000;
}

function countersOf({ startedAt, up, down }: Online, at: number) {
  return { sessionSeconds: (at - startedAt) / 1000, inputOctets: Number(up), outputOctets: Number(down) };
}

export function standingOf(model: Model, id: string): Standing {
  const found = model.subscriptions.find((each) => each.id === id);
  if (found === undefined) throw new TypeError(`no ${id}`);
  const { state, reason, service } = found;
  return { state, ...(reason === undefined ? {} : { reason }), rate: service.rate ?? { down: 0, up: 0 } };
}

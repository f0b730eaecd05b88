import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/daemon/engine.ts';
import { SilentSessions } from '../../src/daemon/sessions/silent-sessions.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { packet } from '../support/accounting-event.ts';
import { modelOf } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { declarationsOf, type Person, somebody } from './churn-people.ts';
import { standingOf } from './churn-year.ts';
import { PlainYear, type Standing } from './plain-year.ts';
import { Dice } from './random.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const years25 = 25 * 365.25 * dayMs;
/** Not at the beginning of a minute: what is told at the very end of a day may be of either. */
const begin = Date.UTC(2026, 5, 9, 7, 25, 13, 500);
const [interimSeconds, staleAfterSeconds] = [3600, 6 * 3600];
/** No machine's clock shows less. */
const earliest = Date.UTC(1995, 0, 1);

/**
 * Sets the clock of a running daemon wrong again and again, and right, while people come and go, and compares what holds
 * when it is right with what holds on paper.
 */
export function playWithTheClock(title: string, jumps: number, seeds: readonly number[], timeoutMs: number): void {
  describe(title, () => {
    it.each(seeds)(
      'IW-14: has no session that lasts less than nothing or ends for it, and no quota, validity or expiry wrong once it is right (seed %i)',
      async (seed) => {
        await using world = await World.begin(seed);
        while (world.jumps < jumps) await world.live();
      },
      timeoutMs,
    );
  });
}

/** A session as it is. Times are true ones. */
interface Truth {
  readonly id: string;
  readonly username: string;
  readonly startedAt: number;
  toldAt: number;
  octets: number;
  /** Its NAS has lost it, and never told. */
  dead: boolean;
}

class World {
  jumps = 0;
  readonly #dice: Dice;
  readonly #clock = new ManualClock(begin);
  readonly #folder: TempFolder;
  readonly #model: Model;
  readonly #paper: readonly PlainYear[];
  /** Octets of those who have no quota: theirs may be of any time. */
  readonly #told = new Map<string, Standing>();
  readonly #online = new Map<string, Truth>();
  readonly #over: Truth[] = [];
  #engine: Engine | undefined;
  #silent: SilentSessions | undefined;
  #wrongBy = 0;
  #sessions = 0;
  #moment = '';

  private constructor(folder: TempFolder, people: readonly Person[], dice: Dice) {
    this.#folder = folder;
    this.#dice = dice;
    this.#model = modelOf({ 'all.yaml': declarationsOf(people, 'Europe/Berlin') });
    this.#paper = people.map((person) => new PlainYear(person, 'Europe/Berlin', begin));
  }

  static async begin(seed: number): Promise<World> {
    const dice = new Dice(seed);
    const people = Array.from({ length: 5 }, (_, number) => somebody(dice, number, begin, false));
    const world = new World(await TempFolder.make(), people, dice);
    await world.#open();
    return world;
  }

  /** For a while the clock is right, then it is wrong, in one way or in several, and then it is right again. */
  async live(): Promise<void> {
    for (let hours = this.#dice.within(1, 12); hours > 0; hours -= 1) await this.#pass(this.#dice.within(2, 60));
    for (let times = this.#dice.within(1, 4); times > 0; times -= 1) {
      this.#jump(this.#anyJump());
      for (let hours = this.#dice.within(0, 3); hours > 0; hours -= 1) await this.#pass(this.#dice.within(1, 60));
    }
    this.#jump(-this.#wrongBy);
    await this.#pass(2);
    await this.#compare();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#silent?.[Symbol.asyncDispose]();
    await this.#engine?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #now(): number {
    return this.#clock.now() - this.#wrongBy;
  }

  get #running(): Engine {
    if (this.#engine === undefined) throw new TypeError('it does not run');
    return this.#engine;
  }

  async #open(): Promise<void> {
    const log = pino({ level: 'silent' });
    const options = { stateDir: join(this.#folder.path, 'state'), clock: this.#clock, log };
    this.#engine = await Engine.open({ ...options, fillRandom: (octets) => void octets.fill(7) });
    const { accounting, directory, quotas } = this.#engine;
    const settings = () => ({ interimSeconds, staleAfterSeconds });
    this.#silent = new SilentSessions({ accounting, directory, settings, clock: this.#clock, log });
    await quotas.follow(this.#model);
    const tell = (all: readonly Subscription[]) => {
      const model = quotas.asOf(this.#model, this.#clock.now());
      for (const { id } of all) this.#told.set(id, standingOf(model, id));
    };
    tell(this.#model.subscriptions);
    quotas.onChange(tell);
  }

  #anyJump(): number {
    const size = Math.round(10 ** (3 + (this.#dice.within(0, 1000) / 1000) * Math.log10(years25 / 1000)));
    const by = this.#dice.onceIn(2) ? size : -size;
    return Math.max(by, earliest - this.#clock.now());
  }

  #jump(by: number): void {
    this.#moment = `${this.#moment.slice(-300)} ${by}`;
    this.#clock.set(by);
    this.#wrongBy += by;
    this.jumps += 1;
  }

  /** So many minutes, at the end of which every session that is alive reports; no longer than they take between two reports. */
  async #pass(minutes: number): Promise<void> {
    this.#clock.advance(minutes * minuteMs);
    await this.#turns();
    for (const [who, paper] of this.#paper.entries()) await this.#act(who, paper);
    for (const paper of this.#paper) paper.goTo(this.#now);
    await this.#silent?.look();
  }

  async #act(who: number, paper: PlainYear): Promise<void> {
    const { name } = paper.person;
    const dice = this.#dice;
    const online = this.#online.get(name);
    if (online === undefined || online.dead) {
      if (dice.onceIn(6)) await this.#dials(who, paper);
      return;
    }
    if (dice.onceIn(40)) {
      online.dead = true;
      return;
    }
    const isOver = dice.onceIn(12);
    this.#uses(paper, online);
    await this.#send(isOver ? 'stop' : 'interim', online);
    if (isOver) this.#ends(name, online);
  }

  async #dials(who: number, paper: PlainYear): Promise<void> {
    const { name } = paper.person;
    const before = this.#online.get(name);
    if (before !== undefined) this.#ends(name, before);
    this.#sessions += 1;
    const truth = {
      ...{ id: `81${who}${this.#sessions}`, username: name, startedAt: this.#now, toldAt: this.#now },
      ...{ octets: 0, dead: false },
    };
    this.#online.set(name, truth);
    paper.comesOnline(this.#now);
    await this.#send('start', truth);
  }

  #ends(name: string, truth: Truth): void {
    this.#over.push(truth);
    this.#online.delete(name);
  }

  /** What is used while the clock is wrong is in the wrong place: only who has no quota uses anything then. */
  #uses(paper: PlainYear, online: Truth): void {
    const at = this.#now - 1;
    const slot = Math.floor(at / hourMs) * hourMs;
    // Session times are whole seconds, and a clock may be set by some without anybody's notice.
    const isInOne = online.toldAt >= slot + 2 * slackMs && paper.isAlike(slot, slot + hourMs - 1);
    if (paper.person.quotas.length > 0 && (this.#wrongBy !== 0 || !isInOne)) return;
    const octets = this.#dice.within(0, 40_000);
    online.octets += octets;
    paper.use({ at, up: BigInt(octets), down: 0n, onlineMs: 0 });
  }

  async #send(status: 'start' | 'interim' | 'stop', truth: Truth): Promise<void> {
    const { id, username, startedAt, octets } = truth;
    truth.toldAt = this.#now;
    const counters = { sessionSeconds: (this.#now - startedAt) / 1000, inputOctets: octets, outputOctets: 0 };
    const event = packet(status, 0, { sessionId: id, username, ...(status === 'start' ? {} : counters) });
    await this.#running.accounting.record({ ...event, receivedAt: this.#clock.now() });
  }

  /** What the passing of time brings about does so in turns of its own. */
  async #turns(): Promise<void> {
    for (let turn = 0; turn < 6; turn += 1) await new Promise(setImmediate);
  }

  async #compare(): Promise<void> {
    const { quotas } = this.#running;
    const now = this.#now;
    expect(this.#clock.now()).toBe(now);
    for (const paper of this.#paper) {
      const { name } = paper.person;
      const held = await quotas.standingOf(name);
      if (held === undefined) continue;
      const states = held.states.map(({ name: quota, used, carried, left, step, free }) => ({
        ...{ name: quota, used, carried, left, step, free },
      }));
      expect(states, `${name}, ${this.#moment}`).toEqual(paper.quotas(now));
      expectNear(held.validUntil, paper.validUntil(), `${name}, ${this.#moment}`);
    }
    await this.#turns();
    const model = quotas.asOf(this.#model, now);
    for (const paper of this.#paper) {
      const { name } = paper.person;
      expect(standingOf(model, name), `${name}, ${this.#moment}`).toEqual(paper.standing(now));
      // Who has expired is known from the declarations, and not told.
      if ([paper.standing(now), this.#told.get(name)].some((each) => each?.reason === 'expired')) continue;
      expect(this.#told.get(name), `what was told of ${name}, ${this.#moment}`).toEqual(paper.byQuota(now));
    }
    await this.#compareSessions(now);
  }

  async #compareSessions(now: number): Promise<void> {
    const { accounting } = this.#running;
    for (const { person } of this.#paper) {
      const stored = await accounting.history(person.name, 10_000);
      const true_ = [...this.#over, ...this.#online.values()].filter(({ username }) => username === person.name);
      expect(stored.map(({ sessionId }) => sessionId).toSorted(), this.#moment).toEqual(
        true_.map(({ id }) => id).toSorted(),
      );
      for (const session of stored) {
        const truth = true_.find(({ id }) => id === session.sessionId) as Truth;
        const told = { octets: truth.octets, seconds: (truth.toldAt - truth.startedAt) / 1000 };
        const { startedAt, stoppedAt = startedAt, sessionSeconds } = session;
        expect({ octets: Number(session.upOctets), seconds: sessionSeconds }, this.#moment).toEqual(told);
        expect(stoppedAt, this.#moment).toBeGreaterThanOrEqual(startedAt);
      }
    }
    for (const truth of this.#online.values()) {
      const [session] = accounting.bySessionId(truth.id);
      const silent = now - truth.toldAt;
      if (!truth.dead) expectNear(session?.startedAt, truth.startedAt, `${truth.id}, ${this.#moment}`);
      else if (silent > (staleAfterSeconds + 2 * interimSeconds) * 1000) expect(session, this.#moment).toBeUndefined();
    }
  }
}

/** Clocks that are set by no more than this were not set, as far as anybody notices. */
const slackMs = 6_000;

function expectNear(at: number | undefined, expected: number | undefined, message: string): void {
  if (at === undefined || expected === undefined) expect(at, message).toBe(expected);
  else expect(Math.abs(at - expected), message).toBeLessThan(slackMs);
}

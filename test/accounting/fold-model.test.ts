import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stampedWith } from '../../src/accounting/clock-set.ts';
import { type ClockRow, ClockWatch } from '../../src/accounting/clock-watch.ts';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import { CommitFold } from '../../src/accounting/fold-commit.ts';
import { idOnNas, type SessionState } from '../../src/accounting/sessions/session-state.ts';
import { nasPacket, packet, t0 } from '../support/accounting-event.ts';

/** How a packet comes: not at all, twice, behind others, or late after many tries of the NAS. */
interface Way {
  readonly lost: boolean;
  readonly again: boolean;
  readonly behindMs: number;
  readonly delaySeconds: number;
}

type Step =
  | { readonly type: 'dial' | 'interim' | 'hang-up'; readonly user: number; readonly octets: number; readonly way: Way }
  | { readonly type: 'reboot'; readonly tells: boolean; readonly seconds: number }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'our-clock' | 'nas-clock'; readonly ms: number }
  | { readonly type: 'restart'; readonly seconds: number }
  | { readonly type: 'pause'; readonly seconds: number };

const dayMs = 86_400_000;
const years25 = 25 * 365.25 * dayMs;

const way: fc.Arbitrary<Way> = fc.record({
  lost: fc.nat({ max: 3 }).map((one) => one === 0),
  again: fc.boolean(),
  behindMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 4000 })),
  delaySeconds: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 100 })),
});

/** From a second to 25 years, both ways. */
const jump = fc
  .tuple(fc.double({ min: 3, max: Math.log10(years25), noNaN: true }), fc.boolean())
  .map(([power, back]) => Math.round(10 ** power) * (back ? -1 : 1));

const act = fc.record({
  type: fc.constantFrom('dial', 'interim', 'interim', 'hang-up'),
  user: fc.nat({ max: 1 }),
  octets: fc.nat({ max: 2 ** 30 }),
  way,
});
const wait = fc.record({ type: fc.constant('wait'), seconds: fc.integer({ min: 10, max: 4000 }) });
const reboot = fc.record({
  type: fc.constant('reboot'),
  tells: fc.boolean(),
  seconds: fc.integer({ min: 150, max: 900 }),
});
const restart = fc.record({ type: fc.constant('restart'), seconds: fc.nat({ max: 3000 }) });
const ourClock = fc.record({ type: fc.constant('our-clock'), ms: jump });
const nasClock = fc.record({ type: fc.constant('nas-clock'), ms: jump });
const pause = fc.record({ type: fc.constant('pause'), seconds: fc.integer({ min: 30, max: 40_000 }) });
const withPauses = fc.oneof(
  { weight: 8, arbitrary: act },
  { weight: 4, arbitrary: wait },
  { weight: 2, arbitrary: pause },
) as fc.Arbitrary<Step>;
const withReboots = fc.oneof(
  { weight: 8, arbitrary: act },
  { weight: 4, arbitrary: wait },
  { weight: 1, arbitrary: fc.oneof(reboot, restart) },
  { weight: 1, arbitrary: ourClock },
) as fc.Arbitrary<Step>;
const withoutReboot = fc.oneof(
  { weight: 8, arbitrary: act },
  { weight: 4, arbitrary: wait },
  { weight: 1, arbitrary: restart },
  { weight: 3, arbitrary: fc.oneof(ourClock, nasClock) },
) as fc.Arbitrary<Step>;

/** A session as it truly was: the naive model knows what no packet tells. */
interface Truth {
  readonly user: number;
  readonly sessionId: string;
  readonly beganMs: number;
  octets: number;
  /** Of the packets that arrived: the most that one tells. */
  told: { octets: number; seconds: number } | undefined;
}

interface Packet {
  readonly atMs: number;
  readonly event: AccountingEvent;
  readonly truth: Truth;
  /** Octets that it tells. */
  readonly counted: number;
}

describe('sessions as they come out of packets', () => {
  it.each([
    ['routers reboot and our clock is set', withReboots],
    ['somebody plays with both clocks', withoutReboot],
    ['our machine stands still now and then', withPauses],
  ])(
    'IW-14: are those there were, each octet counted once, whatever is lost, repeated or late, while %s',
    async (_, step) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 60 }),
          fc.boolean(),
          fc.boolean(),
          async (steps, stamps, gigawords) => {
            const world = await World.begin(stamps, gigawords);
            for (const each of steps) await world.take(each);
            world.deliverAll();

            expectTheTruth(world);
          },
        ),
        { numRuns: 300 },
      );
    },
  );
});

function expectTheTruth(world: World): void {
  const truths = world.truths.filter(({ told }) => told !== undefined);
  const sessions = [...world.sessions.values()];
  for (const user of [0, 1]) {
    const own = sessions.filter(({ username }) => username === `u${user}`);
    const told = truths.filter((each) => each.user === user).reduce((sum, each) => sum + (each.told?.octets ?? 0), 0);
    expect(own.reduce((sum, each) => sum + each.upOctets, 0n)).toBe(BigInt(told));
  }
  const seconds = truths.map(({ told }) => told?.seconds ?? 0);
  expect(sessions.map(({ sessionSeconds }) => sessionSeconds).toSorted((a, b) => a - b)).toEqual(
    seconds.toSorted((a, b) => a - b),
  );
  for (const { startedAt, stoppedAt = startedAt } of sessions) expect(stoppedAt).toBeGreaterThanOrEqual(startedAt);
}

/** One NAS with two users, a network, and our books. Its own time only grows. */
class World {
  readonly truths: Truth[] = [];
  readonly sessions = new Map<string, SessionState>();
  readonly #named = new Map<string, readonly SessionState[]>();
  readonly #online = new Map<number, Truth>();
  readonly #stamps: boolean;
  readonly #gigawords: boolean;
  readonly #saved = new Map<string, ClockRow>();
  #watch: ClockWatch | undefined;
  #underWay: Packet[] = [];
  #ms = 0;
  /** Acct-Session-Ids begin anew with each boot. */
  #nextId = 1;
  #startedMs = 0;
  #pausedMs = 0;
  #ourOffset = t0;
  #nasOffset = t0;
  #lastAt: number | undefined;

  private constructor(stamps: boolean, gigawords: boolean) {
    this.#stamps = stamps;
    this.#gigawords = gigawords;
  }

  static async begin(stamps: boolean, gigawords: boolean): Promise<World> {
    const world = new World(stamps, gigawords);
    await world.#open();
    return world;
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case 'wait':
        return this.#pass(step.seconds * 1000);
      case 'our-clock':
        // Not before 1995: no machine's clock is.
        this.#ourOffset = Math.max(this.#ourOffset + step.ms, Date.UTC(1995, 0, 1));
        return;
      case 'nas-clock':
        this.#nasOffset = Math.max(this.#nasOffset + step.ms, 0);
        return;
      case 'pause':
        this.#pausedMs += step.seconds * 1000;
        return this.#pass(step.seconds * 1000);
      case 'restart':
        await this.#watch?.close();
        this.#pass(step.seconds * 1000);
        return this.#open();
      case 'reboot':
        return this.#reboot(step.tells, step.seconds);
      default:
        return this.#act(step);
    }
  }

  deliverAll(): void {
    this.#pass(200_000);
  }

  async #open(): Promise<void> {
    this.#startedMs = this.#ms;
    const clock = { now: () => this.#now(), monotonic: () => this.#ms - this.#startedMs - this.#pausedMs };
    const rows = {
      get: async (key: string) => this.#saved.get(key),
      put: async (key: string, value: ClockRow) => void this.#saved.set(key, value),
    };
    this.#watch = await ClockWatch.open(clock, rows, this.#lastAt);
  }

  #now(): number {
    return this.#ourOffset + this.#ms;
  }

  #act({ type, user, octets, way }: Extract<Step, { readonly way: Way }>): void {
    this.#pass(1000);
    const online = this.#online.get(user);
    if (type === 'dial' && online === undefined) {
      const truth: Truth = { user, sessionId: `81${this.#nextId}`, beganMs: this.#ms, octets: 0, told: undefined };
      this.#nextId += 1;
      this.truths.push(truth);
      this.#online.set(user, truth);
      this.#send('start', truth, way);
      return;
    }
    if (online === undefined) return;
    online.octets += octets;
    this.#send(type === 'hang-up' ? 'stop' : 'interim', online, way);
    if (type === 'hang-up') this.#online.delete(user);
  }

  #reboot(tells: boolean, seconds: number): void {
    // What it had yet to send goes with its memory.
    this.#underWay = [];
    this.#online.clear();
    this.#nextId = 1;
    this.#pass(seconds * 1000);
    if (tells) this.#arrive(nasPacket('on', 0));
  }

  #send(status: 'start' | 'interim' | 'stop', truth: Truth, way: Way): void {
    // Without Gigawords nobody can tell how often the low word went round in between.
    const { lost, again, behindMs, delaySeconds } = this.#gigawords
      ? way
      : { ...way, lost: way.lost && status === 'start', behindMs: 0, delaySeconds: 0 };
    if (lost) return;
    const seconds = Math.floor((this.#ms - truth.beganMs) / 1000);
    const words = this.#gigawords ? { inputGigawords: Math.floor(truth.octets / 2 ** 32) } : {};
    const counters = { sessionSeconds: seconds, inputOctets: truth.octets % 2 ** 32, ...words };
    const event = packet(status, 0, {
      sessionId: truth.sessionId,
      username: `u${truth.user}`,
      ...(status === 'start' ? {} : counters),
      ...(this.#stamps ? { eventTimestamp: Math.floor((this.#nasOffset + this.#ms) / 1000) } : {}),
      ...(delaySeconds === 0 ? {} : { delaySeconds }),
    });
    const atMs = this.#ms + behindMs + delaySeconds * 1000;
    const counted = status === 'start' ? 0 : truth.octets;
    this.#underWay.push({ atMs, event, truth, counted });
    if (again) this.#underWay.push({ atMs: atMs + 2500, event, truth, counted });
  }

  #pass(ms: number): void {
    const until = this.#ms + ms;
    for (;;) {
      const next = this.#underWay.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#underWay = this.#underWay.filter((each) => each !== next);
      this.#ms = Math.max(this.#ms, next.atMs);
      this.#arrive(next.event, next.truth, next.counted);
    }
    this.#ms = until;
  }

  #arrive(sent: AccountingEvent, truth?: Truth, counted = 0): void {
    void this.#watch?.look();
    this.#lastAt = this.#now();
    const event = stampedWith({ ...sent, receivedAt: this.#now() }, this.#watch?.total ?? 0) as AccountingEvent;
    const fold = new CommitFold({
      under: (id) => this.#named.get(id),
      byKey: (key) => this.sessions.get(key),
      recall: () => undefined,
    });
    if (event.status === 'on') for (const session of this.sessions.values()) fold.close(session, event);
    else fold.apply(event);
    for (const { after } of fold.changes.values()) {
      this.sessions.set(after.key, after);
      const name = idOnNas(after.nas, after.sessionId);
      const others = (this.#named.get(name) ?? []).filter(({ username }) => username !== after.username);
      this.#named.set(name, [...others, after]);
    }
    if (truth === undefined) return;
    const { octets, seconds } = truth.told ?? { octets: 0, seconds: 0 };
    truth.told = { octets: Math.max(octets, counted), seconds: Math.max(seconds, event.sessionSeconds ?? 0) };
  }
}

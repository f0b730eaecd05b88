import { randomFillSync } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../src/access/decision-log.ts';
import type { Login } from '../../src/directory/reader.ts';
import type { Channel, Peer } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { accountingRequest, coreNas, login, papRequest, TestDirectory, TestSink, testLog } from './support.ts';

/** A directory in which each look at a login takes a millisecond. */
class SlowDirectory extends TestDirectory {
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    super([login('anna')]);
    this.#clock = clock;
  }

  override login(username: string): Login | undefined {
    this.#clock.advance(1);
    return super.login(username);
  }
}

interface Reply {
  readonly code: number;
  readonly port: number;
  readonly identifier: number;
}

/** The pipeline behind a channel in memory. */
function lab() {
  const clock = new ManualClock();
  const directory = new SlowDirectory(clock);
  const sink = new TestSink();
  const replies: Reply[] = [];
  const channel = (service: 'auth' | 'accounting'): Channel => ({
    service,
    codes: [service === 'auth' ? 1 : 4],
    duplicates: new DuplicateCache(10_000),
    send: (reply, { port }) => void replies.push({ code: reply[0] as number, port, identifier: reply[1] as number }),
  });
  const pipeline = new RequestPipeline({
    ...{ directory, clock, accounting: sink, decisions: recentDecisions(), log: testLog(), rejectDelayMs: 0 },
    random: (octets) => void randomFillSync(octets),
  });
  const [auth, accounting] = [channel('auth'), channel('accounting')];
  return {
    ...{ clock, directory, replies, pipeline, auth, accounting, sink },
    /** Turns of the loop until nothing changes, with the longest of them in milliseconds. */
    async settle(): Promise<number> {
      let longest = 0;
      for (let quiet = 0; quiet < 20; ) {
        const [before, count] = [clock.monotonic(), replies.length];
        await turn();
        longest = Math.max(longest, clock.monotonic() - before);
        quiet = clock.monotonic() === before && replies.length === count ? quiet + 1 : 0;
      }
      return longest;
    },
    counted(metric: string): Record<string, number> {
      const samples = pipeline.counters.samples().filter((each) => each.metric === metric);
      return Object.fromEntries(samples.map(({ nas, detail, value }) => [`${nas} ${detail}`, value]));
    },
  };
}

const from = (port: number, address = '127.0.0.1'): Peer => ({ address, port });
/** A request of its own for each number: ports in hundreds. */
function loginOf(number: number, more: { readonly state?: boolean } = {}): [Buffer, Peer] {
  const encoded = more.state === true ? [encodeAttribute(24, Buffer.from('state'))] : [];
  const { octets } = papRequest('anna', 'correct horse', { identifier: number % 100, encoded });
  return [octets, from(1000 + Math.floor(number / 100))];
}
const numberOf = ({ port, identifier }: Reply): number => (port - 1000) * 100 + identifier;

describe('more logins than can be answered in time', () => {
  it('are answered from the newest on, and dropped when nobody waits for them any more; no turn takes 20 ms', async () => {
    const here = lab();
    for (let number = 0; number < 4000; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));
    const inFirstTurn = here.clock.monotonic();

    const longest = await here.settle();
    const answered = here.replies.map(numberOf);

    // The first of a turn are answered as they come; here each takes a thousand times as long as it does.
    expect(inFirstTurn).toBe(128);
    expect(longest).toBeLessThan(20);
    expect(answered.slice(128, 138)).toEqual([3999, 3998, 3997, 3996, 3995, 3994, 3993, 3992, 3991, 3990]);
    expect(Math.min(...answered.slice(128))).toBeGreaterThan(2000);
    expect(here.counted('dropped')).toEqual({ 'core-1 overload': 4000 - answered.length });
    expect(here.clock.monotonic()).toBeLessThan(128 + 1500 + 20);
  });

  it('go on, and what ever comes next is answered at once again', async () => {
    const here = lab();
    for (let number = 0; number < 4000; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));
    await here.settle();
    const before = here.replies.length;

    here.pipeline.receive(here.auth, ...loginOf(5000));
    await here.settle();

    expect(here.replies.slice(before).map(numberOf)).toEqual([5000]);
  });

  it('wait as long as their NAS does', async () => {
    const here = lab();
    here.directory.nasList = [{ ...coreNas, timeoutMs: 300 }];
    for (let number = 0; number < 2000; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));

    await here.settle();

    expect(here.replies.length).toBeGreaterThan(128 + 250);
    expect(here.replies.length).toBeLessThan(128 + 320);
  });

  it('come after those that go on with a conversation, and after accounting', async () => {
    const here = lab();
    for (let number = 0; number < 300; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));
    const start = accountingRequest([
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'Acct-Session-Id', value: '81' },
    ]);
    here.pipeline.receive(here.accounting, start.octets, from(999));
    here.pipeline.receive(here.auth, ...loginOf(700, { state: true }));
    for (let number = 300; number < 400; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));

    await here.settle();

    const after = here.replies.slice(128);
    expect(numberOf(after[0] as Reply)).toBe(700);
    expect(here.sink.events).toHaveLength(1);
    expect(after.findIndex(({ code }) => code === 5)).toBeLessThan(20);
    expect(here.replies).toHaveLength(402);
  });

  it('are answered once, however often each was sent meanwhile', async () => {
    const here = lab();
    for (let time = 0; time < 3; time += 1) {
      for (let number = 0; number < 200; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));
    }

    await here.settle();

    const late = here.replies.slice(128).map(numberOf);
    expect(new Set(late).size).toBe(200);
    // Those of the first turn are asked about again, and were answered before that.
    expect(late.length).toBe(200 + (128 * 2 - 128));
  });

  it('of strangers are told of at once, and push out nobody', async () => {
    const here = lab();
    for (let number = 0; number < 200; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));
    const [octets] = loginOf(1);
    for (let number = 0; number < 20_000; number += 1) {
      here.pipeline.receive(here.auth, octets, from(number, '198.51.100.7'));
    }

    await here.settle();

    expect(here.replies).toHaveLength(200);
    expect(here.counted('dropped')).toEqual({ 'unknown unknown-client': 20_000 });
  });

  it('are bounded in number', async () => {
    const here = lab();
    for (let number = 0; number < 20_000; number += 1) here.pipeline.receive(here.auth, ...loginOf(number));

    expect(here.counted('dropped')).toEqual({ 'core-1 overload': 20_000 - 128 - 16_384 });
    await here.pipeline[Symbol.asyncDispose]();
  });
});

describe('accounting that cannot be stored yet', () => {
  it('is held up to a number, above which nothing new is taken', async () => {
    const here = lab();
    here.sink.hold = new Promise(() => undefined);
    const start = accountingRequest([
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'Acct-Session-Id', value: '81' },
    ]).octets;

    for (let round = 0; round < 200; round += 1) {
      for (let port = 0; port < 100; port += 1) {
        const packet = accountingRequest(
          [
            { name: 'Acct-Status-Type', value: 'Start' },
            { name: 'Acct-Session-Id', value: `${round}` },
          ],
          { identifier: round },
        ).octets;
        here.pipeline.receive(here.accounting, round === 0 ? start : packet, from(1000 + port));
      }
      await turn();
    }
    await here.settle();

    expect(here.counted('dropped')).toEqual({ 'core-1 overload': 20_000 - 16_384 });
  });
});

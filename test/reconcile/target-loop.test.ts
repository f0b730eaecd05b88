import { describe, expect, it } from 'vitest';
import { isOvertaken, LoopEndedError, type RunReport, TargetLoop } from '../../src/reconcile/target-loop.ts';
import { ManualClock } from '../support/manual-clock.ts';

const good: RunReport = { result: 'in-sync', retry: 'backoff' };
const failed: RunReport = { result: 'failed', retry: 'backoff' };

/** A clock that tells what was asked of it. */
class ToldClock extends ManualClock {
  readonly #asleep: number[] = [];
  #wake: () => void = () => undefined;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#asleep.push(ms);
    this.#wake();
    return super.sleep(ms, signal);
  }

  /** For how long the next sleeper sleeps, once it does. */
  async nextSleep(): Promise<number> {
    for (let ms = this.#asleep.shift(); ; ms = this.#asleep.shift()) {
      if (ms !== undefined) return ms;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function start(answers: readonly RunReport[], more: { intervalMs?: number; random?: () => number } = {}) {
  const clock = new ToldClock();
  const reasons: string[] = [];
  const loop = new TargetLoop<RunReport>({
    clock,
    intervalMs: () => more.intervalMs ?? 300_000,
    random: more.random ?? (() => 0.5),
    run: async (reason) => {
      reasons.push(reason);
      return answers[reasons.length - 1] ?? good;
    },
  });
  return { clock, reasons, loop, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() };
}

describe('a loop over a target that answers', () => {
  it('runs on the interval, and not before', async () => {
    await using lab = start([]);
    const first = await lab.clock.nextSleep();

    lab.clock.advance(299_999);
    expect(lab.reasons).toEqual([]);
    lab.clock.advance(1);
    await lab.clock.nextSleep();

    expect(first).toBe(300_000);
    expect(lab.reasons).toEqual(['interval']);
  });

  it.each([
    [0, 270_000],
    [1, 330_000],
  ])('spreads runs by a tenth: random %d waits %d ms', async (random, ms) => {
    await using lab = start([], { random: () => random });

    expect(await lab.clock.nextSleep()).toBeCloseTo(ms);
  });

  it('looks at the whole when that is due, however often it ran in brief meanwhile', async () => {
    await using lab = start([
      { ...good, brief: true },
      { ...good, brief: true },
    ]);
    await lab.clock.nextSleep();

    lab.clock.advance(200_000);
    await lab.loop.request('revision');
    const first = await lab.clock.nextSleep();
    lab.clock.advance(60_000);
    await lab.loop.request('revision');
    const second = await lab.clock.nextSleep();
    lab.clock.advance(40_000);
    const third = await lab.clock.nextSleep();

    expect([first, second, third]).toEqual([100_000, 40_000, 300_000]);
    expect(lab.reasons).toEqual(['revision', 'revision', 'interval']);
  });

  it('runs at once when it is asked, and hands out that report', async () => {
    await using lab = start([{ result: 'applied', retry: 'backoff' }]);
    await lab.clock.nextSleep();

    expect(await lab.loop.request('revision')).toMatchObject({ result: 'applied' });
    expect(lab.reasons).toEqual(['revision']);
  });

  it('runs once for all that asked meanwhile', async () => {
    await using lab = start([]);

    await Promise.all([lab.loop.request('interval'), lab.loop.request('time')]);

    expect(lab.reasons).toEqual(['interval']);
  });

  it.each([
    { asked: ['revision', 'request'], ran: 'request' },
    { asked: ['revision', 'time'], ran: 'time' },
    { asked: ['time', 'request', 'interval', 'revision'], ran: 'request' },
  ])('does then what asks for most: of $asked a $ran', async ({ asked, ran }) => {
    await using lab = start([]);

    await Promise.all(asked.map((reason) => lab.loop.request(reason)));

    expect(lab.reasons).toEqual([ran]);
  });
});

describe('deletes that one request allows', () => {
  it('are not allowed to others, though they asked meanwhile', async () => {
    const runs: (readonly [string, number | undefined])[] = [];
    await using loop = new TargetLoop<RunReport>({
      clock: new ManualClock(),
      intervalMs: () => 1000,
      random: () => 0.5,
      run: async (reason, _signal, terms) => {
        runs.push([reason, terms?.allowDeletes]);
        return good;
      },
    });

    await Promise.all([
      loop.request('revision'),
      loop.request('request', { allowDeletes: 40 }),
      loop.request('time'),
      loop.request('again', { allowDeletes: 40 }),
    ]);
    await loop.request('request');

    expect(runs).toEqual([
      ['time', undefined],
      ['request', 40],
      ['request', undefined],
    ]);
  });
});

describe('a request during a run', () => {
  it('is answered by a run that began after it', async () => {
    const clock = new ManualClock();
    const begun: (() => void)[] = [];
    const finish: ((report: RunReport) => void)[] = [];
    const runs = [0, 1].map(() => new Promise<void>((resolve) => begun.push(resolve)));
    let count = 0;
    await using loop = new TargetLoop<RunReport>({
      clock,
      intervalMs: () => 1000,
      random: () => 0.5,
      run: () => {
        begun[count]?.();
        count += 1;
        return new Promise((resolve) => finish.push(resolve));
      },
    });
    const first = loop.request('revision');
    await runs[0];
    const second = loop.request('request');

    finish[0]?.({ result: 'in-sync', retry: 'backoff' });
    await runs[1];
    finish[1]?.({ result: 'applied', retry: 'backoff' });

    expect(await first).toMatchObject({ result: 'in-sync' });
    expect(await second).toMatchObject({ result: 'applied' });
  });
});

describe('a run that comes first', () => {
  /** Runs that end when they are told to, and give way as they are told. */
  function controlled(givesWay: (reason: string) => boolean) {
    const runs: { reason: string; signal: AbortSignal; end: () => void }[] = [];
    const loop = new TargetLoop<RunReport>({
      clock: new ManualClock(),
      intervalMs: () => 1000,
      random: () => 0.5,
      run: (reason, signal, _terms, course) =>
        new Promise((resolve) => {
          const end = () => resolve({ ...good });
          signal.addEventListener('abort', end);
          runs.push({ reason, signal, end });
          course.givesWay(givesWay(reason));
        }),
    });
    const begun = async (count: number) => {
      while (runs.length < count) await new Promise(setImmediate);
      return runs[count - 1] as (typeof runs)[number];
    };
    return { loop, runs, begun, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() };
  }

  it('takes the place of one that only looks, which is done after it for who waits', async () => {
    await using lab = controlled((reason) => reason === 'time');
    const slow = lab.loop.request('time');
    const looking = await lab.begun(1);

    const quick = lab.loop.request('revision', undefined, true);
    (await lab.begun(2)).end();
    await quick;
    (await lab.begun(3)).end();
    await slow;

    expect(isOvertaken(looking.signal)).toBe(true);
    expect(lab.runs.map(({ reason }) => reason)).toEqual(['time', 'revision', 'time']);
  });

  it('waits for one that changes something, and goes before what was asked for earlier', async () => {
    await using lab = controlled(() => false);
    const changing = lab.loop.request('time');
    const run = await lab.begun(1);
    const later = lab.loop.request('time');
    const quick = lab.loop.request('revision', undefined, true);

    run.end();
    (await lab.begun(2)).end();
    (await lab.begun(3)).end();
    await Promise.all([changing, later, quick]);

    expect(run.signal.aborted).toBe(false);
    expect(lab.runs.map(({ reason }) => reason)).toEqual(['time', 'revision', 'time']);
  });

  it('does not keep the target from ever being looked at as a whole', async () => {
    await using lab = controlled((reason) => reason === 'time');
    const slow = lab.loop.request('time');
    await lab.begun(1);
    for (let commit = 0; commit < 8; commit += 1) {
      const quick = lab.loop.request('revision', undefined, true);
      (await lab.begun(2 * commit + 2)).end();
      await quick;
      await lab.begun(2 * commit + 3);
    }

    const waiting = lab.loop.request('revision', undefined, true);
    const whole = await lab.begun(17);
    whole.end();
    await slow;
    (await lab.begun(18)).end();
    await waiting;

    expect([whole.reason, whole.signal.aborted]).toEqual(['time', false]);
  });
});

describe('a loop over a target that is away', () => {
  it('tries again after 1 s, doubling up to 5 min', async () => {
    await using lab = start(Array.from({ length: 12 }, () => failed));
    await lab.clock.nextSleep();
    lab.clock.advance(300_000);
    const waits: number[] = [];
    for (let turn = 0; turn < 11; turn += 1) {
      const ms = await lab.clock.nextSleep();
      waits.push(ms / 1000);
      lab.clock.advance(ms);
    }

    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('goes back to the interval once it is there again', async () => {
    await using lab = start([failed, failed, good]);
    await lab.clock.nextSleep();
    lab.clock.advance(300_000);
    for (const expected of [1000, 2000, 300_000]) {
      const ms = await lab.clock.nextSleep();
      expect(ms).toBe(expected);
      lab.clock.advance(ms);
    }
  });

  it('does not wait longer than the interval', async () => {
    await using lab = start([failed, failed, failed, failed], { intervalMs: 3000 });
    await lab.clock.nextSleep();
    lab.clock.advance(3000);
    for (const expected of [1000, 2000, 3000]) {
      const ms = await lab.clock.nextSleep();
      expect(ms).toBe(expected);
      lab.clock.advance(ms);
    }
  });

  it('is tried at once when somebody asks', async () => {
    await using lab = start([failed, good]);
    await lab.loop.request('revision');
    await lab.clock.nextSleep();

    expect(await lab.loop.request('request')).toMatchObject({ result: 'in-sync' });
  });

  it('takes a part applied for a failure, and a refusal for none', async () => {
    await using lab = start([
      { result: 'partial', retry: 'backoff' },
      { result: 'refused', retry: 'never' },
    ]);
    await lab.clock.nextSleep();
    await lab.loop.request('revision');
    expect(await lab.clock.nextSleep()).toBe(1000);
    await lab.loop.request('request');
    expect(await lab.clock.nextSleep()).toBe(300_000);
  });
});

describe('a loop that is stopped', () => {
  it('lets the run under way end, aborted, and refuses what is asked after', async () => {
    const signals: AbortSignal[] = [];
    const loop = new TargetLoop<RunReport>({
      clock: new ManualClock(),
      intervalMs: () => 1000,
      random: () => 0.5,
      run: (_reason, signal) => {
        signals.push(signal);
        return new Promise((done) => signal.addEventListener('abort', () => done(failed)));
      },
    });
    const underWay = loop.request('revision');
    await new Promise(setImmediate);
    const waiting = loop.request('request');
    const refused = expect(waiting).rejects.toBeInstanceOf(LoopEndedError);

    await loop[Symbol.asyncDispose]();

    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(await underWay).toMatchObject({ result: 'failed' });
    await refused;
    await expect(loop.request('request')).rejects.toBeInstanceOf(LoopEndedError);
  });
});

import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FallbackWatch } from '../../src/daemon/targets/fallback-watch.ts';
import { armFallback } from '../../src/routeros/fallback-arming.ts';
import { laterBy } from '../../src/routeros/later-by.ts';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { coreRouter, Lab, networkOf, subscriber, targetFor } from '../support/ppp-network.ts';
import { brief, settle } from './menus/support.ts';

const hybridRouter = coreRouter.replace('auth: local', 'auth: hybrid\n  hybrid: {after: 10m, assumeFallthrough: true}');
const home = document('Service', 'home-20', 'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}');

function hybridOf(...documents: readonly string[]) {
  return modelOf({ 'network.yaml': [operator, hybridRouter, home, ...documents].join('---\n') });
}

/** Its RouterOS signs nothing. */
const oldRouter = hybridRouter.replace('sourceAddress:', 'messageAuthenticator: off, sourceAddress:');

const anna = subscriber('anna', 'address: 10.0.0.201');
const minutes = (count: number) => count * 60_000;

function disabled(router: SimulatedRouterOs, name: string): string | undefined {
  return router.rows('/ppp/secret').find((row) => row['name'] === name)?.['disabled'];
}

/** Lets minutes pass one by one, and what they wake run. */
async function pass(clock: ManualClock, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    clock.advance(minutes(1));
    await new Promise<void>((resolve) => void setImmediate(resolve));
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

describe('a subscriber of a hybrid service', () => {
  it('SPL-02: has a row that waits, told from one that is suspended', async () => {
    const model = hybridOf(anna, subscriber('ben', 'state: suspended'));
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.rows('/ppp/secret')).toMatchObject([
      { name: 'anna', disabled: 'true', comment: 'lm:isp/Subscriber/anna#~fallback' },
      { name: 'ben', disabled: 'true', comment: 'lm:isp/Subscriber/ben' },
    ]);
  });

  it('SPL-02: is let in by the router itself once it has not heard of us for so long, and the suspended one is not', async () => {
    const clock = new ManualClock();
    const model = hybridOf(anna, subscriber('ben', 'state: suspended'));
    await using lab = await Lab.start(model, { clock });
    await settle(lab, model);

    await pass(clock, 9);
    expect(disabled(lab.router, 'anna')).toBe('true');
    await pass(clock, 2);

    expect(disabled(lab.router, 'anna')).toBe('false');
    expect(disabled(lab.router, 'ben')).toBe('true');
    expect(await lab.router.dial({ username: 'anna', password: 'pa55-anna' })).toMatchObject({ ok: true });
  });

  it('SPL-02: waits again on our return, and who came in meanwhile stays online', async () => {
    const clock = new ManualClock();
    const model = hybridOf(anna);
    await using lab = await Lab.start(model, { clock });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    await pass(clock, 11);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    const outcome = await settle(lab, model, inventory);

    expect(brief(outcome)).toEqual(['update /ppp/secret anna disabled']);
    expect(outcome.plan.sessions).toEqual([]);
    expect(lab.router.rows('/ppp/active')).toMatchObject([{ name: 'anna' }]);
  });

  it('SPL-02: waits as long as the daemon tells the router that it is there', async () => {
    const clock = new ManualClock();
    const model = hybridOf(anna);
    await using lab = await Lab.start(model, { clock });
    await settle(lab, model);
    const told: number[] = [];
    const { signal } = new AbortController();
    const routers = {
      armFallback: async (_name: string, seconds: number) => {
        told.push(clock.monotonic());
        return lab.target.armFallback(seconds, signal);
      },
    };
    const watch = new FallbackWatch({ routers, clock, log: pino({ level: 'silent' }) });
    watch.follow(model);

    for (let minute = 0; minute < 30; minute += 1) {
      clock.advance(minutes(1));
      await lab.target.armFallback(600, signal);
    }
    expect(disabled(lab.router, 'anna')).toBe('true');
    await watch[Symbol.asyncDispose]();
    await pass(clock, 12);

    expect(told.length).toBeGreaterThan(5);
    expect(disabled(lab.router, 'anna')).toBe('false');
  });

  it.each(['7.22.3', '7.9', '6.49.17'])('is armed in the spelling of the clock of RouterOS %s', async (version) => {
    const clock = new ManualClock(Date.UTC(2026, 11, 31, 23, 55, 0));
    const model = modelOf({ 'network.yaml': [operator, oldRouter, home, anna].join('---\n') });
    await using lab = await Lab.start(model, { clock, version });
    await settle(lab, model);
    clock.advance(minutes(1));

    const armed = await lab.target.armFallback(600, new AbortController().signal);

    expect(armed).toBe(true);
    const day = version === '7.22.3' ? '2027-01-01' : 'jan/01/2027';
    expect(lab.router.rows('/system/scheduler')).toMatchObject([{ 'next-run': `${day} 00:06:00` }]);
  });

  it('is refused where nobody has seen that RADIUS is asked about a disabled row', async () => {
    const unknown = hybridRouter.replace(', assumeFallthrough: true', '');
    const model = modelOf({ 'network.yaml': [operator, unknown, home, anna].join('---\n') });
    await using lab = await Lab.start(model);

    await expect(settle(lab, model)).rejects.toThrow(/not capable of asking RADIUS about somebody whose own row is/);
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
  });

  it('is refused where the device-mode forbids schedulers', async () => {
    const model = hybridOf(anna);
    await using lab = await Lab.start(model, { deviceMode: 'home' });

    await expect(settle(lab, model)).rejects.toThrow(/not capable of running schedulers.*scheduler=yes/);
  });

  it('is ended when suspended, though a fallback let him in', async () => {
    const clock = new ManualClock();
    const model = hybridOf(anna);
    await using lab = await Lab.start(model, { clock });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    await pass(clock, 11);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    const suspended = hybridOf(subscriber('anna', 'address: 10.0.0.201\nstate: suspended'));
    const outcome = await settle(lab, suspended, inventory);

    expect(outcome.plan.sessions).toMatchObject([{ username: 'anna', action: 'disconnect', why: 'disabled' }]);
    expect(lab.router.rows('/ppp/active')).toEqual([]);
  });

  it('leaves nothing behind when nobody is hybrid any more', async () => {
    const model = hybridOf(anna);
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    await settle(lab, networkOf(anna), inventory);

    expect(lab.router.rows('/system/scheduler')).toEqual([]);
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ disabled: 'false', comment: 'lm:isp/Subscriber/anna' }]);
  });
});

describe('two operators of one router, both hybrid', () => {
  const isp = hybridOf(anna);
  const other = modelOf({
    'network.yaml': [operator.replace('name: isp', 'name: other'), hybridRouter, home, subscriber('zoe')].join('---\n'),
  });
  const { signal } = new AbortController();

  it('each have a scheduler and put off their own: who is away has his people let in, and nobody else', async () => {
    const clock = new ManualClock();
    await using lab = await Lab.start(isp, { clock });
    await using second = targetFor(lab.router, other);
    await settle(lab, isp);
    await settle({ target: second }, other);

    for (let minute = 0; minute < 30; minute += 1) {
      clock.advance(minutes(1));
      await second.armFallback(600, signal);
      await new Promise(setImmediate);
    }

    const names = lab.router.rows('/system/scheduler').map(({ name }) => name);
    expect(names).toEqual(['lastmile-fallback-isp', 'lastmile-fallback-other']);
    expect(disabled(lab.router, 'anna')).toBe('false');
    expect(disabled(lab.router, 'zoe')).toBe('true');
  });

  it('leave a scheduler alone that does not carry their marker', async () => {
    await using lab = await Lab.start(isp);
    lab.router.add('/system/scheduler', { name: 'lastmile-fallback-isp', comment: 'of a person', interval: '10m' });
    const [before] = lab.router.rows('/system/scheduler');

    expect(await lab.target.armFallback(600, signal)).toBe(false);
    expect(lab.router.rows('/system/scheduler')).toEqual([before]);
  });
});

describe('a router whose clock tells no time', () => {
  it.each([
    {},
    { date: '2026-13-01', time: '00:00:00' },
    { date: '1/1/1970', time: '00:00:00' },
    { date: 'xyz/01/2026', time: '00:00:00' },
    { date: '2026-01-01', time: '25:00:00' },
    { date: '2026-01-01', time: '' },
    { date: '9999-12-31', time: '23:59:59' },
  ])('is told as an error of ours: %j', async (row) => {
    const run = async (command: string) => ({
      rows: command.endsWith('clock/print') ? [row] : [{ '.id': '*1', comment: 'lm:isp/Router/core-1#fallback' }],
    });
    const arming = { router: 'core-1', operator: 'isp', seconds: 600 };
    const armed = armFallback({ run } as never, arming, new AbortController().signal);

    await expect(armed).rejects.toMatchObject({ code: 'LM_ROUTER_CLOCK', retry: 'backoff' });
    expect(laterBy(row, 600_000)).toBeUndefined();
  });

  it('ends neither the watch nor the daemon, whatever goes wrong', async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    let asked = 0;
    const routers = {
      armFallback: () => {
        asked += 1;
        return Promise.reject(new RangeError('Invalid time value'));
      },
    };
    const log = { error: (_: unknown, text: string) => void told.push(text) } as never;
    const watch = new FallbackWatch({ routers, clock, log });

    watch.follow(hybridOf(anna));
    await pass(clock, 2);
    await watch[Symbol.asyncDispose]();

    expect(asked).toBeGreaterThan(1);
    expect(told).toHaveLength(asked);
  });
});

describe('a time of a router, later', () => {
  it('is the same in both spellings, over the ends of days, months and years', () => {
    const names = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
    const spelt = (at: Date) => {
      const [year, month = '', day] = at.toISOString().slice(0, 10).split('-');
      return { old: `${names[Number(month) - 1]}/${day}/${year}`, iso: at.toISOString().slice(0, 10) };
    };
    const instants = fc.date({ min: new Date('1970-01-02'), max: new Date('2099-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 90_000 }), (at, seconds) => {
        const time = at.toISOString().slice(11, 19);
        const later = new Date(Math.floor(at.getTime() / 1000) * 1000 + seconds * 1000);

        const [iso, old] = [
          laterBy({ date: spelt(at).iso, time }, seconds * 1000),
          laterBy({ date: spelt(at).old, time }, seconds * 1000),
        ];

        expect(iso).toEqual({ date: spelt(later).iso, time: later.toISOString().slice(11, 19) });
        expect(old?.date).toBe(spelt(later).old);
      }),
    );
  });
});

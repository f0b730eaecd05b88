import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { UsageCollector } from '../../../src/daemon/sessions/usage-collector.ts';
import type { Model } from '../../../src/model/model.ts';
import { RouterUnreachableError } from '../../../src/routeros/errors.ts';
import { networkOf } from '../../support/ppp-network.ts';
import { type LabRouter, ReaderLab } from '../../usage/reader-lab.ts';

/** A model of routers of these names. */
function modelOf(...names: readonly string[]): Model {
  const model = networkOf();
  const [router] = model.routers;
  if (router === undefined) throw new Error('no router');
  return { ...model, routers: names.map((name) => ({ ...router, name })) };
}

/** A collector of simulated routers, and what it logged. */
class CollectorLab implements AsyncDisposable {
  readonly lab: ReaderLab;
  readonly collector: UsageCollector;
  readonly routers = new Map<string, LabRouter>();
  readonly logged: { readonly msg: string; readonly router?: string; readonly jumpedMs?: number }[] = [];

  constructor(lab: ReaderLab) {
    this.lab = lab;
    const log = pino({ level: 'debug' }, { write: (line) => void this.logged.push(JSON.parse(line)) });
    const at = { host: '192.0.2.1', port: 8728 };
    this.collector = new UsageCollector({
      accounting: lab.accounting,
      clock: lab.clock,
      log,
      routers: {
        session: async (router) => {
          const known = this.routers.get(router);
          if (known === undefined) throw new RouterUnreachableError({ router, ...at }, 'timeout');
          return known.session;
        },
      },
    });
  }

  async add(name: string): Promise<LabRouter> {
    const router = await this.lab.router(name);
    this.routers.set(name, router);
    return router;
  }

  status(router: string) {
    return this.collector.status().find((each) => each.router === router);
  }

  condition(router: string) {
    return this.collector.conditions().get(router);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.collector[Symbol.asyncDispose]();
  }
}

describe('the collector', () => {
  it('SPL-23: reads every router of the model, by default every 5 minutes, and says how it went', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const core = await one.add('core-1');
    core.subscriber('anna');
    await core.dial('anna');
    core.router.traffic('anna', { up: 5n });

    one.collector.follow(modelOf('core-1'));
    await one.collector.collect();

    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 5n }]);
    expect(one.status('core-1')).toMatchObject({
      everySeconds: 300,
      sessions: 1,
      missed: 0,
      failures: 0,
      ageSeconds: 0,
    });
    expect(one.condition('core-1')).toMatchObject({ type: 'Collected', status: 'True' });
  });

  it('SPL-23: reads each router at its own interval, which may be declared for it or for all', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    for (const name of ['core-1', 'core-2']) await one.add(name);
    const { operator, routers, ...model } = modelOf('core-1', 'core-2');
    const accounting = { ...operator.accounting, collectSeconds: 600 };
    const own = routers.map((router) =>
      router.name === 'core-2' ? { ...router, reconcile: { collectSeconds: 30 } } : router,
    );

    one.collector.follow({ ...model, operator: { ...operator, accounting }, routers: own });
    await one.collector.collect();
    lab.pass(65);

    expect(one.status('core-1')).toMatchObject({ everySeconds: 600, missed: 0 });
    expect(one.status('core-2')).toMatchObject({ everySeconds: 30 });
    expect(['core-1', 'core-2'].map((name) => one.condition(name)?.status)).toEqual(['True', 'False']);
  });

  it('SPL-27: tells age and reason of a router that does not answer, and warns after two missed intervals', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    await one.add('core-1');
    one.collector.follow(modelOf('core-1', 'core-2'));
    await one.collector.collect();

    expect(one.condition('core-2')).toMatchObject({ status: 'Unknown', reason: 'NotYet' });
    lab.pass(630);

    expect(one.status('core-2')).toMatchObject({ missed: 2, failures: 1, ageSeconds: 630 });
    expect(one.condition('core-2')).toMatchObject({
      status: 'False',
      reason: 'IntervalsMissed',
      message: expect.stringMatching(/^nothing was read \(2 times of every 300 s\): .*core-2.*/),
    });
  });

  it('is not held up by a router that is down', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const names = Array.from({ length: 12 }, (_, at) => `down-${at}`);
    await one.add('core-1');

    one.collector.follow(modelOf('core-1', ...names));
    await one.collector.collect('core-1');

    expect(one.status('core-1')).toMatchObject({ missed: 0, failures: 0 });
  });

  it('SPL-22: has somebody who dials in before the next time comes', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const core = await one.add('core-1');
    core.subscriber('anna');
    one.collector.follow(modelOf('core-1'));
    await one.collector.collect();
    await core.session.run('/system/identity/print');
    const mac = '02:00:00:00:00:AA';
    const online = lab.accounting.started({ username: 'anna', nas: 'core-1', mac }, AbortSignal.timeout(120_000));

    await core.router.dial({ username: 'anna', password: 'pw', callerId: mac });

    expect(await online).toBe(true);
    expect(lab.accounting.openOf('anna')).toMatchObject([{ source: 'api', framedIpAddress: '10.0.0.2' }]);
  });

  it('SPL-28: goes on when the clock is set, and says so once', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const names = ['core-1', 'core-2', 'core-3'];
    for (const name of names) await one.add(name);
    one.collector.follow(modelOf(...names));
    await one.collector.collect();

    lab.clock.set(400 * 86_400_000);
    await one.collector.collect();
    lab.clock.set(-800 * 86_400_000);
    await one.collector.collect();

    const jumps = one.logged.flatMap(({ jumpedMs }) => jumpedMs ?? []);
    expect(jumps).toEqual([400 * 86_400_000, -800 * 86_400_000]);
    for (const name of names) expect(one.status(name)).toMatchObject({ missed: 0, ageSeconds: 0 });
  });

  it('SPL-23: takes over the sessions of a router that is declared by another name', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const core = await one.add('core-1');
    core.subscriber('anna');
    await core.dial('anna');
    core.router.traffic('anna', { down: 1000n });
    one.collector.follow(modelOf('core-1'));
    await one.collector.collect();
    one.routers.set('hall-1', core);
    const model = modelOf('hall-1');

    one.collector.follow({ ...model, routers: model.routers.map((each) => ({ ...each, previousNames: ['core-1'] })) });
    core.router.traffic('anna', { down: 5n });
    await one.collector.collect();

    expect(await lab.accounting.history('anna', 5)).toMatchObject([
      { nas: 'hall-1', downOctets: 5n },
      { nas: 'core-1', downOctets: 1000n, terminateCause: 'Router-Renamed' },
    ]);
  });

  it('ends the sessions of a router that is declared no more where they were last read', async () => {
    await using lab = await ReaderLab.start();
    await using one = new CollectorLab(lab);
    const core = await one.add('core-1');
    core.subscriber('anna');
    await core.dial('anna');
    one.collector.follow(modelOf('core-1'));
    await one.collector.collect();
    const [session] = lab.accounting.openOf('anna');
    const ended = lab.accounting.stopped(session?.key ?? '', AbortSignal.timeout(120_000));

    one.collector.follow(modelOf());

    expect(await ended).toBe(true);
    expect(await lab.accounting.history('anna', 5)).toMatchObject([{ terminateCause: 'Router-Not-Read' }]);
    expect(one.collector.status()).toEqual([]);
  });
});

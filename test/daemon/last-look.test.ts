import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { type RunSettings, runTarget, type TargetRun } from '../../src/daemon/run-target.ts';
import type { Model } from '../../src/model/model.ts';
import { CallLog, loggedSession } from '../../src/routeros/call-log.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { networkOf, subscriber } from '../support/ppp-network.ts';

/** A router of the daemon, what was known of it after the last run, and what it was told since. */
class Lab implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly target: RouterTarget;
  readonly log = new CallLog({ clock: systemClock });
  session: RouterOsSession | undefined;
  readonly #inventory = new MemoryInventory();
  #last: TargetRun | undefined;
  #heard = 0;

  private constructor(router: SimulatedRouterOs, model: Model) {
    this.router = router;
    const declared = model.routers[0];
    if (declared === undefined) throw new TypeError('no router declared');
    const { apiHost: host, apiPort: port } = router;
    const login = { router: 'core-1', username: 'lastmile', password: new Secret('api'), host, port };
    this.target = new RouterTarget({
      router: declared,
      operator: model.operator.name,
      clock: systemClock,
      connect: async (signal) => {
        this.session = await connectRouterOs({ ...login, signal });
        return loggedSession(this.session, this.log);
      },
    });
  }

  /** As declared, and looked at as a whole. */
  static async start(model: Model): Promise<Lab> {
    const users = [{ name: 'lastmile', password: 'api' }];
    const lab = new Lab(await SimulatedRouterOs.start({ clock: systemClock, users }), model);
    await lab.commit(model, 'first');
    return lab;
  }

  async commit(model: Model, revision: string, more: Partial<RunSettings> = {}): Promise<TargetRun> {
    this.#heard = this.log.calls(1)[0]?.number ?? 0;
    const { look, report } = this.#last ?? {};
    this.#last = await runTarget(this.target, {
      model,
      revision,
      mode: 'apply',
      guard: { deleteLimits: model.operator.reconcile.deleteLimits },
      inventory: this.#inventory,
      reason: 'revision',
      clock: systemClock,
      signal: new AbortController().signal,
      known: { left: new Map(), key: Buffer.alloc(32, 1) },
      ...(look === undefined ? {} : { lastLook: look }),
      ...(report === undefined ? {} : { lastRevision: report.revision }),
      ...more,
    });
    return this.#last;
  }

  /** What the last run told the router: commands, with what they asked for. */
  told(): readonly string[] {
    const since = this.log.calls().filter(({ number }) => number > this.#heard);
    return since.map(({ command, queries = [] }) => [command, ...queries].join(' ')).toReversed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await this.router[Symbol.asyncDispose]();
  }
}

const anna = subscriber('anna');
const ben = subscriber('ben');
const network = networkOf(anna, ben);

describe('a commit that changes nothing of a router', () => {
  it('is in step with the revision without asking the router anything', async () => {
    await using lab = await Lab.start(network);

    const { report, brief } = await lab.commit(networkOf(anna, ben), 'second');

    expect(report).toMatchObject({ result: 'in-sync', revision: 'second', drift: false });
    expect(brief).toBe(true);
    expect(lab.told()).toEqual([]);
  });

  it.each<[string, Partial<RunSettings>]>([
    ['a person asks', { reason: 'request' }],
    ['the interval is over', { reason: 'interval' }],
    ['the mode is another', { mode: 'plan' }],
    ['drift was left there', { known: { left: new Map([['a', 'b']]), key: Buffer.alloc(32, 1) } }],
    ['a person paused it', { pause: { target: 'core-1', kind: 'suspend', since: 0, by: 'me' } as never }],
  ])('looks at the whole when %s', async (_, more) => {
    await using lab = await Lab.start(network);

    const { report, brief } = await lab.commit(network, 'second', more);

    expect(report.result).toBe('in-sync');
    expect(brief).toBeUndefined();
    expect(lab.told()).toContain('/ppp/secret/print');
  });

  it('looks at the whole when the run before did not end well', async () => {
    await using lab = await Lab.start(network);
    await lab.session?.close();
    const over = AbortSignal.abort(new Error('stopping'));

    const { report } = await lab.commit(network, 'second', { reason: 'interval', signal: over });
    await lab.commit(network, 'third');

    expect(report.result).toBe('failed');
    expect(lab.told()).toContain('/ppp/secret/print');
  });
});

describe('a commit that changes one subscriber of a router', () => {
  it('asks the router for his row and his sessions alone, and reads that back', async () => {
    await using lab = await Lab.start(network);

    const { report } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    const look = ['/ppp/active/print ?name=anna', '/ppp/secret/print ?name=anna'];
    expect(lab.told().toSorted()).toEqual([...look, ...look, '/ppp/secret/set'].toSorted());
    expect(report).toMatchObject({ result: 'applied', drift: false, changed: ['core-1/ppp/secret/anna'] });
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'anna', disabled: 'true' }, { name: 'ben' }]);
  });

  it('knows of it with the next commit', async () => {
    await using lab = await Lab.start(network);
    await lab.commit(networkOf(ben), 'second');

    await lab.commit(networkOf(ben), 'third');

    expect(lab.told()).toEqual([]);
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben' }]);
  });

  it('does not end sessions of others whose rows it has not seen', async () => {
    await using lab = await Lab.start(network);
    await lab.router.dial({ username: 'ben', password: 'pa55-ben' });
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    const { sessions } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(await sessions).toMatchObject([{ effect: { username: 'anna' }, result: 'disconnected' }]);
    expect(lab.router.sessions()).toMatchObject([{ username: 'ben' }]);
  });

  it('makes his row anew when somebody removed it meanwhile', async () => {
    await using lab = await Lab.start(network);
    lab.router.remove('/ppp/secret', 'anna');

    const { report } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(report.result).toBe('applied');
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben' }, { name: 'anna', disabled: 'true' }]);
  });

  it('is held against all rows of the router where it deletes', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `s${at}`);
    await using lab = await Lab.start(networkOf(...names.map((name) => subscriber(name))));

    const { report, look } = await lab.commit(networkOf(...names.slice(5).map((name) => subscriber(name))), 'second');

    expect(report).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_TOO_MANY_DELETES' }] });
    expect(report.refusals[0]?.message).toContain('5 of 10 rows of /ppp/secret');
    expect(look).toBeUndefined();
  });

  it('looks at the whole over a new connection', async () => {
    await using lab = await Lab.start(network);
    await lab.session?.close();

    await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(lab.told()).toContain('/ppp/profile/print');
  });

  it('looks at the whole when more than rows of subscribers change with it', async () => {
    await using lab = await Lab.start(network);

    const { report } = await lab.commit(networkOf(subscriber('anna').replace('home-20', 'home-50'), ben), 'second');

    expect(report.changed).toContain('core-1/ppp/profile/home-50');
    expect(lab.told()).toContain('/ppp/profile/print');
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Model } from '../../src/model/model.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { document, modelOf } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';

/** One installation of ours: its declarations, its inventory, and its connection to the one router. */
class Installation implements AsyncDisposable {
  readonly #router: SimulatedRouterOs;
  readonly #inventory = new MemoryInventory();
  readonly #targets = new Map<string, RouterTarget>();

  constructor(router: SimulatedRouterOs) {
    this.#router = router;
  }

  /** Applies, and settles sessions. @returns findings, changes as `update /ppp/secret anna`, and who was put off the line */
  async apply(model: Model) {
    const target = this.#target(model);
    const guard = { deleteLimits: { always: 100, share: 1, most: 100 } };
    const deps = { inventory: this.#inventory, guard, signal: new AbortController().signal };
    const outcome = await reconcileOnce(target, model, deps);
    const sessions = await outcome.sessions;
    const second = await reconcileOnce(target, model, deps);
    return {
      result: outcome.result,
      failed: 'failed' in outcome ? outcome.failed : [],
      changes: outcome.plan.changes.map(({ action, menu, identity }) => `${action} ${menu} ${identity}`),
      codes: outcome.plan.findings.map(({ code }) => code),
      ended: sessions.map(({ effect }) => effect.username),
      secondRun: second.plan.changes.length,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const target of this.#targets.values()) await target[Symbol.asyncDispose]();
  }

  #target(model: Model): RouterTarget {
    const [router] = model.routers;
    if (router === undefined) throw new TypeError('no router');
    const known = this.#targets.get(router.name);
    if (known !== undefined) return known;
    const { apiHost: host, apiPort: port } = this.#router;
    const login = { router: router.name, host, port, username: 'lastmile', password: new Secret('api') };
    const target = new RouterTarget({
      router,
      operator: model.operator.name,
      clock: systemClock,
      connect: (signal) => connectRouterOs({ ...login, signal }),
    });
    this.#targets.set(router.name, target);
    return target;
  }
}

interface Names {
  readonly operator?: string;
  readonly router?: string;
  readonly service?: string;
  readonly subscriber?: string;
  readonly username?: string;
  readonly pool?: string;
}

/** A network of one customer. A name `new=old` says what it was before. */
function network({
  operator = 'acme',
  router = 'core-1',
  service = 'home',
  subscriber = 'anna',
  username = 'anna',
  pool = 'p',
}: Names = {}): Model {
  const named = (kind: string, name: string, spec: string) => {
    const [now = '', before] = name.split('=');
    const text = document(kind, now, spec);
    return before === undefined ? text : text.replace('}', `, previousNames: [${before}]}`);
  };
  const now = (name: string) => name.split('=', 1)[0] ?? '';
  return modelOf({
    'network.yaml': [
      named('Operator', operator, 'timezone: UTC'),
      named(
        'Router',
        router,
        `address: 192.0.2.1
api: {username: lastmile, password: api}
pools: [{name: ${pool}, ranges: [10.0.0.10-10.0.0.99]}]
ppp: {localAddress: 10.0.0.1, servers: [{interface: ether2, name: ${operator}}]}`,
      ),
      named(
        'Service',
        service,
        `access: [pppoe, hotspot]\nauth: local\nrate: {down: 20M, up: 5M}\naddress: {pool: ${pool}}`,
      ),
      named(
        'Subscriber',
        subscriber,
        `service: ${now(service)}\nusername: ${username}\npassword: pa55\nrouter: ${now(router)}`,
      ),
    ].join('---\n'),
  });
}

async function simulated(): Promise<SimulatedRouterOs> {
  return SimulatedRouterOs.start({ clock: systemClock, users: [{ name: 'lastmile', password: 'api' }] });
}

describe('two operators on one router', () => {
  it('touch none of each other’s rows, and an identity both declare stalls for the second alone', async () => {
    await using router = await simulated();
    await using acme = new Installation(router);
    await using north = new Installation(router);
    const theirs = network({ operator: 'north', service: 'north-home', subscriber: 'ben', username: 'ben', pool: 'n' });
    const clash = network({
      operator: 'north',
      service: 'north-home',
      subscriber: 'anna-too',
      username: 'anna',
      pool: 'n',
    });

    const first = await acme.apply(network());
    const rows = router.rows('/ppp/secret');
    const second = await north.apply(clash);

    expect(first).toMatchObject({ result: 'applied', secondRun: 0 });
    expect(second.codes).toContain('LM_FOREIGN_OWNER');
    expect(second.changes).toContain('create /ppp/profile north-home');
    expect(second.changes).not.toContain('update /ppp/secret anna');
    expect(router.rows('/ppp/secret')).toEqual(rows);

    await north.apply(theirs);
    await acme.apply(network({ subscriber: 'carl', username: 'carl' }));

    expect(router.rows('/ppp/secret').map(({ name, comment }) => `${name} ${comment}`)).toEqual([
      'ben lm:north/Subscriber/ben',
      'carl lm:acme/Subscriber/carl',
    ]);
  });
});

describe('a rename by previousNames', () => {
  it.each<[string, Names]>([
    ['of a subscriber', { subscriber: 'anna-b=anna' }],
    ['of a service, whose profiles are renamed in place', { service: 'home-20=home' }],
    ['of the router', { router: 'bras-1=core-1' }],
    ['of the subscriber and the router', { subscriber: 'anna-b=anna', router: 'bras-1=core-1' }],
  ])('%s writes names and markers and ends no session', async (_what, names) => {
    await using router = await simulated();
    await using acme = new Installation(router);
    await acme.apply(network());
    const online = await router.dial({ username: 'anna', password: 'pa55' });
    const ids = idsOf(router);

    const renamed = await acme.apply(network(names));

    expect(online.ok).toBe(true);
    expect(renamed).toMatchObject({ result: 'applied', failed: [], ended: [], secondRun: 0 });
    expect(renamed.changes.filter((change) => !change.startsWith('update '))).toEqual([]);
    expect(idsOf(router)).toEqual(ids);
    expect(router.sessions().map(({ username }) => username)).toEqual(['anna']);
    const [secret] = router.rows('/ppp/secret');
    expect(secret?.['comment']).toBe(`lm:acme/Subscriber/${names.subscriber === undefined ? 'anna' : 'anna-b'}`);
    expect(secret?.['profile']).toBe(names.service === undefined ? 'home' : 'home-20');
  });

  it('to a name that is taken makes a row of its own', async () => {
    await using router = await simulated();
    await using acme = new Installation(router);
    await acme.apply(network());
    router.add('/ppp/profile', { name: 'home-20', 'rate-limit': '1M/1M' });

    const renamed = await acme.apply(network({ service: 'home-20=home' }));

    expect(renamed.changes).toEqual(
      expect.arrayContaining(['update /ppp/profile home-20', 'delete /ppp/profile home', 'update /ppp/secret anna']),
    );
  });
});

function idsOf(router: SimulatedRouterOs): Readonly<Record<string, readonly (string | undefined)[]>> {
  const menus = [
    '/ip/pool',
    '/ppp/profile',
    '/ppp/secret',
    '/ip/hotspot/user/profile',
    '/interface/pppoe-server/server',
  ];
  return Object.fromEntries(menus.map((menu) => [menu, router.rows(menu).map((row) => row['.id'])]));
}

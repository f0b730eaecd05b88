import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Model } from '../../src/model/model.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { document, modelOf, operator } from './manifest.ts';

/** A router with everything we manage on it: RADIUS, a pool that overflows, PPPoE, and a name. */
export const coreRouter = document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
radius: {secret: {derive: 1}, sourceAddress: 192.0.2.11}
pools:
  - {name: home, ranges: [10.0.0.2-10.0.0.199], static: [10.0.0.200/29], next: more}
  - {name: more, ranges: [10.0.1.0/24]}
ppp:
  localAddress: 10.0.0.1
  dns: [9.9.9.9]
  servers: [{interface: ether2, name: internet, oneSessionPerHost: true, keepalive: 20s, mtu: 1480}]
system: {identity: core-1}`,
);

export const home20 = document(
  'Service',
  'home-20',
  'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}',
);

export const home50 = document(
  'Service',
  'home-50',
  `access: [pppoe]
rate:
  {down: 50M, up: 10M, burst: {down: 80M, up: 20M, thresholdDown: 40M, thresholdUp: 8M, seconds: 16}, priority: 3}
sessions: {timeout: 1d, idleTimeout: 30m}
address: {pool: home}
attributes: [{name: Mikrotik-Address-List, value: fast}]`,
);

export function subscriber(name: string, more = ''): string {
  const spec = `service: home-20\nusername: ${name}\npassword: pa55-${name}\nrouter: core-1\n${more}`;
  return document('Subscriber', name, spec);
}

/** The network of these documents beside the operator, the router and two services. */
export function networkOf(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [operator, coreRouter, home20, home50, ...documents].join('---\n') });
}

/** A simulated router that lets us in, and the target that writes to it. */
export class Lab implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly target: RouterTarget;

  private constructor(router: SimulatedRouterOs, target: RouterTarget) {
    this.router = router;
    this.target = target;
  }

  static async start(
    model: Model = networkOf(),
    options: Partial<SimulatedRouterOsOptions> & { readonly menus?: readonly Menu[] } = {},
  ): Promise<Lab> {
    const { menus, ...simulated } = options;
    const users = [{ name: 'lastmile', password: 'api' }];
    const router = await SimulatedRouterOs.start({ clock: systemClock, users, ...simulated });
    return new Lab(router, targetFor(router, model, menus));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await this.router[Symbol.asyncDispose]();
  }
}

/** A target of its own for a simulated router, asked for at each dial: what a daemon that was started again has. */
export function targetFor(
  simulated: SimulatedRouterOs | (() => SimulatedRouterOs),
  model: Model,
  menus?: readonly Menu[],
): RouterTarget {
  const [router] = model.routers;
  if (router === undefined) throw new TypeError('no router declared');
  const login = { router: router.name, username: 'lastmile', password: new Secret('api'), maxInFlight: 32 };
  return new RouterTarget({
    router,
    operator: model.operator.name,
    clock: systemClock,
    connect: (signal) => {
      const { apiHost: host, apiPort: port } = typeof simulated === 'function' ? simulated() : simulated;
      return connectRouterOs({ ...login, host, port, signal });
    },
    ...(menus === undefined ? {} : { menus }),
  });
}

import { Secret } from '../../src/base/secret.ts';
import { dialRouter } from '../../src/daemon/targets/dial-router.ts';
import { RouterMemories } from '../../src/daemon/targets/router-memories.ts';
import type { Router } from '../../src/model/kinds/router.ts';
import type { Model } from '../../src/model/model.ts';
import { type PlanDocument, planDocument } from '../../src/reconcile/plan.ts';
import { prepare, type ReconcileDeps, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { CallLog } from '../../src/routeros/call-log.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { document, modelOf, operator } from './manifest.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryInventory } from './memory-inventory.ts';

/** A router at one of loopback's addresses, which its own `/ip/address` decides; time is moved by who waits. */
export class ReachLab implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly clock: ManualClock;
  readonly inventory = new MemoryInventory();
  readonly memories = new RouterMemories();
  readonly #targets: RouterTarget[] = [];

  private constructor(router: SimulatedRouterOs, clock: ManualClock) {
    this.router = router;
    this.clock = clock;
  }

  static async start(options: Partial<SimulatedRouterOsOptions> = {}): Promise<ReachLab> {
    const clock = new ManualClock();
    const users = [{ name: 'lastmile', password: 'api' }];
    const router = await SimulatedRouterOs.start({ clock, users, addresses: ['127.0.0.2/8'], ...options });
    return new ReachLab(router, clock);
  }

  /** The repository: a router at that address, with these menus of `config`. */
  model(config: string, address = '127.0.0.2'): Model {
    const api = `api: {port: ${this.router.apiPort}, username: lastmile, password: {derive: 1}}`;
    const spec = `address: ${address}\n${api}\nconfig:\n${config.replace(/^/gm, '  ')}`;
    return modelOf({ 'network.yaml': [operator, document('Router', 'core-1', spec)].join('---\n') });
  }

  /** What a daemon that was started with this model has. */
  target(model: Model): RouterTarget {
    const [router] = model.routers as readonly [Router];
    const { clock } = this;
    const known = this.memories.of(router.name);
    const log = new CallLog({ clock });
    const api = { port: this.router.apiPort, username: 'lastmile', password: new Secret('api') };
    const dialled = { ...router, api };
    const target = new RouterTarget({
      router,
      operator: model.operator.name,
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        sleep: async (ms) => {
          clock.advance(ms);
          await this.router.settled();
        },
      },
      memory: known,
      connect: (signal) => dialRouter(dialled, { known, log, clock }, signal),
    });
    this.#targets.push(target);
    return target;
  }

  async reconcile(target: RouterTarget, model: Model, more: Partial<ReconcileDeps> = {}) {
    const { signal } = new AbortController();
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
    return reconcileOnce(target, model, { inventory: this.inventory, guard, signal, ...more });
  }

  /** What a plan of this model says beside its changes. */
  async plan(model: Model): Promise<PlanDocument['findings']> {
    const { signal } = new AbortController();
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
    const prepared = await prepare(this.target(model), model, { inventory: this.inventory, guard, signal });
    const target = { name: 'core-1', state: 'observed' } as const;
    return planDocument('x', [{ ...prepared, target, cause: 'git', sessionsKnown: true }]).findings;
  }

  addresses(): readonly string[] {
    return this.router.rows('/ip/address').map(({ address }) => address ?? '');
  }

  /** What a dead-man's switch leaves on a router. */
  switches(): readonly string[] {
    const menus = ['/system/scheduler', '/system/script'];
    return menus.flatMap((menu) => this.router.rows(menu).map(({ name }) => `${menu} ${name}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#targets.map((target) => target[Symbol.asyncDispose]()));
    await this.router[Symbol.asyncDispose]();
  }
}

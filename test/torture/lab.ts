import { LastmileError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Model } from '../../src/model/model.ts';
import { type Outcome, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { TickClock } from './tick-clock.ts';

const users = [{ name: 'lastmile', password: 'api' }];

/** One router, and who writes to it. */
export class TortureLab implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly inventory = new MemoryInventory();
  readonly #name: string;
  #target: RouterTarget;

  private constructor(name: string, router: SimulatedRouterOs, model: Model) {
    this.#name = name;
    this.router = router;
    this.#target = targetFor(name, router, model);
  }

  static async start(name: string, model: Model): Promise<TortureLab> {
    const router = await SimulatedRouterOs.start({ clock: new TickClock(), users, addresses: ['127.0.0.1/8'] });
    return new TortureLab(name, router, model);
  }

  /** A daemon that was started again: another target, and what was written down. */
  async restart(model: Model): Promise<void> {
    await this.#target[Symbol.asyncDispose]();
    this.#target = targetFor(this.#name, this.router, model);
  }

  /** One reconcile. `lost`: the router could not be looked at. */
  async reconcile(model: Model): Promise<Outcome | 'lost'> {
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits, allowDeletes: Number.MAX_SAFE_INTEGER };
    try {
      const signal = new AbortController().signal;
      const outcome = await reconcileOnce(this.#target, model, { inventory: this.inventory, guard, signal });
      await outcome.sessions;
      return outcome;
    } catch (error) {
      if (error instanceof LastmileError && error.retry === 'backoff') return 'lost';
      throw error;
    }
  }

  /** Reconciles until there is nothing left to do. @returns after how many runs, the empty one not counted */
  async converge(model: Model, most: number): Promise<number> {
    let last: Outcome | 'lost' = 'lost';
    for (let run = 0; run <= most; run += 1) {
      last = await this.reconcile(model);
      const owed = this.inventory.effectsDue(this.#name).length;
      if (last !== 'lost' && last.result === 'applied' && last.plan.changes.length === 0 && owed === 0) return run;
    }
    const left = last === 'lost' ? 'it is not reached' : JSON.stringify(last.plan.changes.slice(0, 5));
    throw new Error(`not as declared after ${most} runs: ${left}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#target[Symbol.asyncDispose]();
    await this.router[Symbol.asyncDispose]();
  }
}

function targetFor(name: string, simulated: SimulatedRouterOs, model: Model): RouterTarget {
  const router = model.routers.find((each) => each.name === name);
  if (router === undefined) throw new TypeError(`${name} is not declared`);
  const clock = new TickClock();
  const login = { router: name, username: 'lastmile', password: new Secret('api'), maxInFlight: 32, clock };
  return new RouterTarget({
    router,
    operator: model.operator.name,
    clock,
    connect: (signal) => {
      const { apiHost: host, apiPort: port } = simulated;
      return connectRouterOs({ ...login, host, port, signal, connectTimeoutMs: 60_000 });
    },
  });
}

/** Menus that tell of the moment, not of what is configured. */
const volatile = ['/log', '/ip/service', '/user/active', '/system/resource', '/system/clock', '/ip/pool/used', '/file'];
/** Times, counters, and what the people online leave behind. */
const volatileFields = /^(?:\.id|next-run|run-count|start-(?:date|time)|age|last-.*|used|available|packets.*|bytes.*)$/;
/** Their order means something. */
const ordered = ['/ip/firewall/', '/radius', '/ip/hotspot/walled-garden', '/queue/simple', '/interface/w'];

/** All that is configured on a router, to be compared with another's: by menu, in order where that matters. */
export function configuration(router: SimulatedRouterOs): Readonly<Record<string, readonly string[]>> {
  const menus = router.menus.filter((menu) => !volatile.includes(menu));
  return Object.fromEntries(
    menus.map((menu) => {
      const lasting = router.rows(menu).filter((row) => row['dynamic'] !== 'true' && !menu.endsWith('/active'));
      const rows = lasting.map((row) => {
        const kept = Object.entries(row).filter(([name]) => !volatileFields.test(name));
        return JSON.stringify(Object.fromEntries(kept));
      });
      return [menu, ordered.some((prefix) => menu.startsWith(prefix)) ? rows : rows.sort()];
    }),
  );
}

/** Markers that more than one row of a menu carries. */
export function duplicates(router: SimulatedRouterOs): readonly string[] {
  return router.menus.flatMap((menu) => {
    const seen = new Set<string>();
    return router.rows(menu).flatMap((row) => {
      const marker = /lm:\S+$/.exec(row['comment'] ?? '')?.[0];
      if (marker === undefined) return [];
      if (seen.has(marker)) return [`${menu} ${marker}`];
      seen.add(marker);
      return [];
    });
  });
}

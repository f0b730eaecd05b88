import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { type RunSettings, runTarget, type TargetRun } from '../../src/daemon/targets/run-target.ts';
import type { Model } from '../../src/model/model.ts';
import { CallLog, loggedSession } from '../../src/routeros/call-log.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { MemoryInventory } from './memory-inventory.ts';

/** A router of the daemon, what was known of it after the last run, and what it was told since. */
export class CommitLab implements AsyncDisposable {
  readonly router: SimulatedRouterOs;
  readonly target: RouterTarget;
  readonly log = new CallLog({ clock: systemClock });
  session: RouterOsSession | undefined;
  readonly inventory = new MemoryInventory();
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
  static async start(model: Model): Promise<CommitLab> {
    const users = [{ name: 'lastmile', password: 'api' }];
    const lab = new CommitLab(await SimulatedRouterOs.start({ clock: systemClock, users }), model);
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
      inventory: this.inventory,
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

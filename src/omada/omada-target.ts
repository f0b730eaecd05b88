import type { Clock } from '../base/clock.ts';
import type { OmadaController } from '../model/kinds/omada-controller.ts';
import type { Model } from '../model/model.ts';
import type { Row } from '../reconcile/row.ts';
import type { Change, Observation, SessionEffect, SessionResult, Settled, Target } from '../reconcile/target.ts';
import { OpenApi } from './open-api.ts';
import { desiredRows } from './site/desired.ts';
import { precedence, readIdentity, references } from './site/menus.ts';
import { observeSites } from './site/observe.ts';
import { SiteApi, sitesOf } from './site/site.ts';
import { applyAt } from './site/write.ts';

export interface OmadaTargetOptions {
  /** With `openapi`. */
  readonly controller: OmadaController;
  readonly clock: Clock;
  /** For one exchange. Default 15 s. */
  readonly timeoutMs?: number;
}

/**
 * One Omada controller, kept over its OpenAPI: captive portals of declared sites, what guests reach before they log in, and
 * our RADIUS servers. Its objects have no comments, so the inventory says which are ours.
 */
export class OmadaTarget implements Target, AsyncDisposable {
  readonly name: string;
  readonly exclusive = false;
  readonly references = references;
  readonly ordered = [];
  readonly precedence = precedence;
  readonly #api: OpenApi;

  constructor({ controller, clock, timeoutMs }: OmadaTargetOptions) {
    this.name = controller.name;
    this.#api = new OpenApi(controller, { clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }

  desired(model: Model): readonly Row[] {
    return desiredRows(model, this.name);
  }

  async observe(signal: AbortSignal, desired: readonly Row[] = [], held: readonly string[] = []): Promise<Observation> {
    const seen = await observeSites(this.#api, desired, held.length > 0, signal);
    return { ...seen, sessions: [], pendingEffects: [] };
  }

  async apply(level: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]> {
    if (level.length === 0) return [];
    const bySite = new Map<string, Change[]>();
    for (const change of level) {
      const { site } = readIdentity(change.identity);
      bySite.set(site, [...(bySite.get(site) ?? []), change]);
    }
    try {
      const sites = await sitesOf(this.#api, signal);
      const parts = await Promise.all(
        [...bySite].map(async ([name, changes]) => {
          const site = sites.find((each) => each.name === name);
          return site === undefined
            ? withoutSite(name, changes)
            : applyAt(new SiteApi(this.#api, site, signal), changes);
        }),
      );
      return parts.flat();
    } catch (error) {
      signal.throwIfAborted();
      return level.map((change) => ({ change, result: 'failed', error }));
    }
  }

  /** Guests who are in stay in: a portal only asks those who come. */
  sessionEffects(): readonly SessionEffect[] {
    return [];
  }

  async settleSessions(effects: readonly SessionEffect[]): Promise<readonly SessionResult[]> {
    return effects.flatMap((effect) =>
      effect.sessionIds.map((sessionId) => ({
        ...{ effect, sessionId, nas: this.name, detail: 'its sessions are not known here' },
        result: 'gone' as const,
      })),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api[Symbol.dispose]();
  }
}

function withoutSite(name: string, changes: readonly Change[]): readonly Settled[] {
  // What is to go from a site that is gone is gone.
  return changes.map((change) =>
    change.action === 'delete'
      ? { change, result: 'done' }
      : { change, result: 'failed', error: new RangeError(`there is no site "${name}"`) },
  );
}

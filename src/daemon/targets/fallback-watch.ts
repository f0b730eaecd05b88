import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import type { Model } from '../../model/model.ts';
import { fallbackSeconds } from '../../routeros/menus/fallback-scheduler.ts';
import type { RouterPool } from './router-pool.ts';

export interface FallbackWatchOptions {
  readonly routers: Pick<RouterPool, 'armFallback'>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Watched {
  readonly seconds: number;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** A router hears of us three times in the time after which it would do without us: two may be lost. */
const timesWithin = 3;
/** After a failure it is tried again sooner. */
const retryMs = 15_000;

/**
 * Tells every router with `auth: hybrid` that we are there, again and again: what it does when it has not heard of us for a
 * while, it then does not do. One loop for each; a router that is away is tried again, and holds up no other.
 */
export class FallbackWatch implements AsyncDisposable {
  readonly #options: FallbackWatchOptions;
  readonly #watched = new Map<string, Watched>();
  #closed = false;

  constructor(options: FallbackWatchOptions) {
    this.#options = options;
  }

  /** Watches the routers of this model that have rows which wait, and no others. */
  follow(model: Model): void {
    if (this.#closed) return;
    const waiting = withWaiting(model);
    const wanted = new Map(
      model.routers.flatMap((each) => (each.api !== undefined && waiting.has(each.name) ? [[each.name, each]] : [])),
    );
    for (const [name, { seconds, stop }] of this.#watched) {
      const router = wanted.get(name);
      if (router !== undefined && fallbackSeconds(router) === seconds) continue;
      stop.abort();
      this.#watched.delete(name);
    }
    for (const [name, router] of wanted) {
      if (!this.#watched.has(name)) this.#watched.set(name, this.#watch(name, fallbackSeconds(router)));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const all = [...this.#watched.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  #watch(name: string, seconds: number): Watched {
    const stop = new AbortController();
    return { seconds, stop, ended: this.#loop(name, seconds, stop.signal) };
  }

  async #loop(name: string, seconds: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const usual = (seconds * 1000) / timesWithin;
    while (!signal.aborted) {
      const heard = await this.#tell(name, seconds, signal);
      await clock.sleep(heard ? usual : Math.min(usual, retryMs), signal).catch(() => undefined);
    }
  }

  async #tell(name: string, seconds: number, signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#options.routers.armFallback(name, seconds, signal);
    } catch (error) {
      if (signal.aborted) return false;
      // Nobody awaits this loop, and RADIUS must not end for it: what is no error of ours is told louder, and that is all.
      const level = error instanceof LastmileError ? 'warn' : 'error';
      this.#options.log[level]({ err: error, router: name }, 'router not told that we are there');
      return false;
    }
  }
}

/** Names of routers with rows that wait. */
function withWaiting({ subscriptions }: Model): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { fallback, localOn } of subscriptions) if (fallback === true) for (const name of localOn) names.add(name);
  return names;
}

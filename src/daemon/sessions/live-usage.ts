import type { LiveSessionUsage, LiveUsage } from '../../admin/usage.ts';
import type { Clock } from '../../base/clock.ts';
import { compact } from '../../base/compact.ts';
import { LastmileError, messageOf } from '../../base/errors.ts';
import { readSubscriber } from '../../usage/read-subscriber.ts';
import type { OnlineSession } from '../../usage/reading.ts';
import type { RouterPool } from '../targets/router-pool.ts';

export interface LiveUsageOptions {
  readonly routers: Pick<RouterPool, 'session'>;
  readonly clock: Clock;
}

/** One look at the counters of a subscriber. */
interface Look {
  readonly at: number;
  readonly sessions: readonly Seen[];
  readonly notes: readonly string[];
}

interface Seen extends OnlineSession {
  readonly nas: string;
}

/** A look is compared with one before it if that is neither too fresh for a rate nor too old for one of now. */
const freshestMs = 900;
const oldestMs = 15_000;
/** Where there is none, so long is waited for the second. */
const betweenMs = 1_000;
const mostWatched = 500;
const deadlineMs = 5_000;

/** Rates of subscribers as their routers' counters have them, on demand. */
export class LiveUsageMeter {
  readonly #options: LiveUsageOptions;
  /** The look before, by subscriber; who was asked for last is last. */
  readonly #looks = new Map<string, Look>();

  constructor(options: LiveUsageOptions) {
    this.#options = options;
  }

  /** @param routers where sessions of these usernames may be */
  async measure(username: string, usernames: readonly string[], routers: readonly string[]): Promise<LiveUsage> {
    const { clock } = this.#options;
    let now = await this.#look(usernames, routers);
    let before = this.#looks.get(username);
    if (before === undefined || now.at - before.at < freshestMs || now.at - before.at > oldestMs) {
      before = now;
      await clock.sleep(betweenMs);
      now = await this.#look(usernames, routers);
    }
    this.#keep(username, now);
    const sessions = now.sessions.map((session) => usageOf(session, before, now.at));
    return { username, at: new Date(clock.now()).toISOString(), sessions, notes: now.notes };
  }

  #keep(username: string, look: Look): void {
    this.#looks.delete(username);
    this.#looks.set(username, look);
    for (const oldest of this.#looks.keys()) {
      if (this.#looks.size <= mostWatched) return;
      this.#looks.delete(oldest);
    }
  }

  async #look(usernames: readonly string[], routers: readonly string[]): Promise<Look> {
    const notes: string[] = [];
    const signal = AbortSignal.timeout(deadlineMs);
    const seen = await Promise.all(
      routers.map(async (nas) => {
        try {
          const session = await this.#options.routers.session(nas, signal);
          if (session === undefined) notes.push(`${nas} has no API: what it counts is known by RADIUS alone`);
          const found = session === undefined ? [] : await readSubscriber(session, usernames, signal);
          return found.map((each) => ({ ...each, nas }));
        } catch (error) {
          if (!(error instanceof LastmileError) && !signal.aborted) throw error;
          notes.push(signal.aborted ? `${nas} did not answer within ${deadlineMs / 1000} s` : messageOf(error));
          return [];
        }
      }),
    );
    return { at: this.#options.clock.monotonic(), sessions: seen.flat(), notes };
  }
}

function usageOf(session: Seen, before: Look, at: number): LiveSessionUsage {
  const { nas, username, sessionId, access, framedIpAddress, meter } = session;
  const last = before.sessions.find(
    (each) => each.nas === nas && each.sessionId === sessionId && each.username === username,
  );
  const overMs = at - before.at;
  const rate = (direction: 'up' | 'down') => {
    if (meter === undefined || overMs <= 0) return undefined;
    // Without a look before it has just begun: so has its counter. One that fell began anew.
    const from = BigInt(last?.meter?.[direction] ?? 0);
    const now = BigInt(meter[direction]);
    return Math.round((Number(now < from ? now : now - from) * 8000) / overMs);
  };
  return compact({
    nas,
    username,
    sessionId,
    access,
    framedIpAddress,
    upBps: rate('up'),
    downBps: rate('down'),
    overMs: meter === undefined ? undefined : Math.round(overMs),
    up: meter?.up,
    down: meter?.down,
  });
}

import type { Clock } from '../base/clock.ts';

/** Wrong passwords until somebody has to wait. */
export interface LockoutLimits {
  readonly failures: number;
  readonly withinMs: number;
  readonly waitMs: number;
  /** Remembered at once of those who failed, and as many of those who wait. */
  readonly most: number;
}

/**
 * Makes those wait who guess. A success takes nothing back: whoever has one account could otherwise guess at others. Those who
 * wait are kept apart from those who only failed, so that inventions, however many, free nobody.
 */
export class Lockout {
  readonly #clock: Clock;
  readonly #limits: LockoutLimits;
  /** When they failed, on the monotonic clock, the last times only; in order of the last. */
  readonly #failures = new Map<string, readonly number[]>();
  /** Until when they wait; in that order. */
  readonly #waiting = new Map<string, number>();

  constructor(clock: Clock, limits: LockoutLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds that are left to wait; 0 when there is nothing to wait for. */
  wait(who: string): number {
    return Math.max(0, (this.#waiting.get(who) ?? 0) - this.#clock.monotonic());
  }

  /** Is a failure remembered that still counts? */
  hasFailed(who: string): boolean {
    return this.wait(who) > 0 || this.#recent(who).length > 0;
  }

  failed(who: string): void {
    const { failures, waitMs, most } = this.#limits;
    const now = this.#clock.monotonic();
    const times = [...this.#recent(who), now];
    this.#failures.delete(who);
    if (times.length < failures) {
      makeRoom(this.#failures, most);
      this.#failures.set(who, times);
      return;
    }
    this.#waiting.delete(who);
    this.#forgetFree(now);
    makeRoom(this.#waiting, most);
    this.#waiting.set(who, now + waitMs);
  }

  #recent(who: string): readonly number[] {
    const since = this.#clock.monotonic() - this.#limits.withinMs;
    return (this.#failures.get(who) ?? []).filter((time) => time > since);
  }

  #forgetFree(now: number): void {
    for (const [who, until] of this.#waiting) {
      if (until > now) return;
      this.#waiting.delete(who);
    }
  }
}

/** For one more: the first goes. */
function makeRoom(map: Map<string, unknown>, most: number): void {
  if (map.size >= most) map.delete(map.keys().next().value ?? '');
}

import type { Clock } from '../base/clock.ts';

/** Wrong passwords until somebody has to wait. */
export interface LockoutLimits {
  readonly failures: number;
  readonly withinMs: number;
  readonly waitMs: number;
  /** Remembered at once. */
  readonly most: number;
}

interface Tries {
  /** When, on the monotonic clock; the last ones only. */
  readonly failed: number[];
  lockedUntil: number;
}

/** Makes those wait who guess. A success takes nothing back: whoever has one account could otherwise guess at others. */
export class Lockout {
  readonly #clock: Clock;
  readonly #limits: LockoutLimits;
  /** In order of the last failure. */
  readonly #tries = new Map<string, Tries>();

  constructor(clock: Clock, limits: LockoutLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds that are left to wait; 0 when there is nothing to wait for. */
  wait(who: string): number {
    return Math.max(0, (this.#tries.get(who)?.lockedUntil ?? 0) - this.#clock.monotonic());
  }

  failed(who: string): void {
    const { failures, withinMs, waitMs, most } = this.#limits;
    const now = this.#clock.monotonic();
    const tries = this.#tries.get(who) ?? { failed: [], lockedUntil: 0 };
    tries.failed.push(now);
    while (tries.failed.length > failures || (tries.failed[0] ?? now) <= now - withinMs) tries.failed.shift();
    if (tries.failed.length >= failures) {
      tries.lockedUntil = now + waitMs;
      tries.failed.length = 0;
    }
    this.#tries.delete(who);
    if (this.#tries.size >= most) this.#tries.delete(this.#tries.keys().next().value ?? '');
    this.#tries.set(who, tries);
  }
}

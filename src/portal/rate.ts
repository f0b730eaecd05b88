import type { Clock } from '../base/clock.ts';

export interface RateLimits {
  readonly count: number;
  readonly withinMs: number;
  /** Names remembered at once. */
  readonly most: number;
}

/** So many in each span of time, by name. */
export class Rate {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  /** In order of their beginning, on the monotonic clock. */
  readonly #spans = new Map<string, { readonly since: number; count: number }>();

  constructor(clock: Clock, limits: RateLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** One more. @returns whether there was room; of those there was none for, the first in a span of time is told apart */
  take(who: string): 'taken' | 'first-over' | 'over' {
    const { count, withinMs, most } = this.#limits;
    const now = this.#clock.monotonic();
    const known = this.#spans.get(who);
    const span = known !== undefined && now - known.since < withinMs ? known : { since: now, count: 0 };
    if (span !== known) {
      this.#spans.delete(who);
      if (this.#spans.size >= most) this.#spans.delete(this.#spans.keys().next().value ?? '');
      this.#spans.set(who, span);
    }
    span.count += 1;
    if (span.count <= count) return 'taken';
    return span.count === count + 1 ? 'first-over' : 'over';
  }
}

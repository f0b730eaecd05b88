import type { Clock } from '../base/clock.ts';

/** Why a controller is not asked: its redirect, or a later one, let the device in already; or that was only just. */
export type GrantObjection = 'page-used' | 'wait-a-minute';

interface Grant {
  /** `t` of the redirect, in seconds: however it was written. */
  readonly sentAt: number;
  /** On the monotonic clock. */
  readonly at: number;
}

/** Redirects can be typed by hand, so a device is let in at a site once in this time whatever they say. */
const intervalMs = 60_000;

/**
 * Who was let in at controllers, so that each redirect lets in once: by controller, site and device, never by what a browser
 * may spell in many ways. Bounded: the oldest are forgotten first.
 */
export class Grants {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #most: number;
  /** In order of the last grant. */
  readonly #grants = new Map<string, Grant>();

  /** @param keepMs until a redirect is too old to be taken anyway */
  constructor(clock: Clock, keepMs: number, most = 100_000) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#most = most;
  }

  /**
   * Takes note of a grant before the controller is asked: of two presses of the button one lets in.
   *
   * @param sentAt milliseconds since 1970 of the redirect
   * @returns what takes it back when nothing came of it
   */
  take(who: string, sentAt: number): GrantObjection | { readonly takeBack: () => void } {
    const now = this.#clock.monotonic();
    const last = this.#grants.get(who);
    const grant = { sentAt: Math.floor(sentAt / 1000), at: now };
    if (last !== undefined && grant.sentAt <= last.sentAt) return 'page-used';
    if (last !== undefined && now - last.at < intervalMs) return 'wait-a-minute';
    this.#forgetOld(now);
    this.#put(who, grant);
    return { takeBack: () => this.#takeBack(who, grant, last) };
  }

  #takeBack(who: string, grant: Grant, before: Grant | undefined): void {
    if (this.#grants.get(who) !== grant) return;
    if (before === undefined) this.#grants.delete(who);
    else this.#grants.set(who, before);
  }

  #put(who: string, grant: Grant): void {
    this.#grants.delete(who);
    this.#grants.set(who, grant);
  }

  #forgetOld(now: number): void {
    for (const [who, { at }] of this.#grants) {
      if (now - at < this.#keepMs && this.#grants.size < this.#most) return;
      this.#grants.delete(who);
    }
  }
}

import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';

/** A person's word that a router is left alone for a while. */
export interface Pause {
  readonly target: string;
  /** `breakglass`: somebody works on the router by hand, and what he changes is written down. */
  readonly kind: 'suspend' | 'breakglass';
  readonly reason: string;
  /** Who said so. */
  readonly by: string;
  /** Wall time, milliseconds since 1970. */
  readonly since: number;
  /** Wall time at which it ends by itself; absent: when somebody says so. */
  readonly until?: number;
}

/** Pauses of targets, on disk: one each, kept over a restart, over by themselves. */
export class Pauses {
  readonly #meta: KeyValue<unknown>;
  readonly #pauses = new Map<string, Pause>();

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<Pauses> {
    const pauses = new Pauses(meta);
    for await (const [, value] of meta.entries(keysUnder('pause'))) {
      const pause = value as Pause;
      pauses.#pauses.set(pause.target, pause);
    }
    return pauses;
  }

  /** The pause in force at `now`. */
  of(target: string, now: number): Pause | undefined {
    const pause = this.#pauses.get(target);
    return pause === undefined || isOver(pause, now) ? undefined : pause;
  }

  /** Those in force at `now`, in order of target. */
  all(now: number): readonly Pause[] {
    const open = [...this.#pauses.values()].filter((pause) => !isOver(pause, now));
    return open.sort((a, b) => (a.target < b.target ? -1 : 1));
  }

  /** When the next one ends by itself, milliseconds since 1970. */
  nextEnd(now: number): number | undefined {
    const ends = this.all(now).flatMap(({ until }) => (until === undefined ? [] : [until]));
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  async begin(pause: Pause): Promise<void> {
    await this.#meta.put(keyOf('pause', pause.target), pause, { sync: true });
    this.#pauses.set(pause.target, pause);
  }

  /** @returns the pause that is over now, if there was one */
  async end(target: string): Promise<Pause | undefined> {
    const pause = this.#pauses.get(target);
    if (pause === undefined) return undefined;
    await this.#meta.del(keyOf('pause', target), { sync: true });
    this.#pauses.delete(target);
    return pause;
  }

  /** Forgets those that ended by themselves. @returns them */
  async expire(now: number): Promise<readonly Pause[]> {
    const over = [...this.#pauses.values()].filter((pause) => isOver(pause, now));
    for (const { target } of over) await this.end(target);
    return over;
  }
}

function isOver({ until }: Pause, now: number): boolean {
  return until !== undefined && until <= now;
}

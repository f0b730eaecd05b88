import { isDeepStrictEqual } from 'node:util';
import { LastmileError } from '../../base/errors.ts';
import type { RouterMemory } from '../../routeros/taken-back.ts';
import type { DigestMemory } from '../../routeros/written-secrets.ts';
import type { KeyValue } from '../../store/key-value.ts';
import { keyOf, keysUnder } from '../../store/layout.ts';

/** Where a router was reached last. */
export interface ReachedAt {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Where it is declared since, without having answered there yet, and when it was first dialled there (ms since 1970). */
  readonly left?: { readonly to: string; readonly at: number };
}

interface Kept {
  readonly name: string;
  readonly reached?: ReachedAt;
  readonly reverted?: string;
  /** When it takes our last changes back, unless they are confirmed (ms since 1970). */
  readonly armedUntil?: number;
  /** Of secrets that the router never shows, as they were last written. */
  readonly digests?: Readonly<Record<string, string>>;
}

/** What is known of one router from before. */
export interface KnownRouter extends RouterMemory, DigestMemory {
  reached(): ReachedAt | undefined;
  setReached(at: ReachedAt): Promise<void>;
}

/** What is kept of each router from one start to the next: where it was reached, and which changes it took back. */
export class RouterMemories {
  readonly #meta: KeyValue<unknown> | undefined;
  readonly #kept = new Map<string, Kept>();

  /** @param meta absent: kept in memory only */
  constructor(meta?: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<RouterMemories> {
    const memories = new RouterMemories(meta);
    for await (const [, value] of meta.entries(keysUnder('router'))) {
      const kept = value as Kept;
      memories.#kept.set(kept.name, kept);
    }
    return memories;
  }

  of(name: string): KnownRouter {
    const kept = (): Kept => this.#kept.get(name) ?? { name };
    return {
      reached: () => kept().reached,
      setReached: async (at) => {
        if (!isDeepStrictEqual(kept().reached, at)) await this.#keep({ ...kept(), reached: at });
      },
      reverted: () => kept().reverted,
      setReverted: async (fingerprint) => {
        const { reverted, ...rest } = kept();
        if (reverted !== fingerprint)
          await this.#keep(fingerprint === undefined ? rest : { ...rest, reverted: fingerprint });
      },
      armedUntil: () => kept().armedUntil,
      setArmedUntil: async (at) => {
        const { armedUntil, ...rest } = kept();
        if (armedUntil !== at) await this.#keep(at === undefined ? rest : { ...rest, armedUntil: at });
      },
      digest: (key) => kept().digests?.[key],
      setDigest: (key, digest) => this.#keep({ ...kept(), digests: { ...kept().digests, [key]: digest } }),
    };
  }

  /** Routers whose last changes nobody has confirmed yet, and when they take them back (ms since 1970). */
  unconfirmed(): readonly { readonly router: string; readonly until: number }[] {
    return [...this.#kept.values()].flatMap(({ name, armedUntil }) =>
      armedUntil === undefined ? [] : [{ router: name, until: armedUntil }],
    );
  }

  /** A disk that takes nothing must not keep us from a router: then it is known until the next start. */
  async #keep(kept: Kept): Promise<void> {
    this.#kept.set(kept.name, kept);
    try {
      await this.#meta?.put(keyOf('router', kept.name), kept);
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
    }
  }
}

import { randomBytes } from 'node:crypto';
import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';

/** Something on a router that was not as declared, though nobody declared anything new. */
export interface DriftEvent {
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly target: string;
  /** `core-1/ppp/profile/home`. */
  readonly address: string;
  readonly action: 'create' | 'update' | 'delete' | 'move';
  /** What we would do about it: `Service/home` asks for it. */
  readonly owner: string;
  readonly source?: { readonly file: string; readonly line: number };
  /** What was found, and what is declared, of each field. Secrets are `[secret]`. */
  readonly fields: readonly { readonly name: string; readonly found: string; readonly declared: string }[];
  /** `healed`: set back. `left`: not now, see `why`. `failed`: the router did not take it. */
  readonly result: 'healed' | 'left' | 'failed';
  readonly why?: string;
}

const kept = 500;

/** Fingerprints of drift that was found and left, by row: what is known already is no news, and no commit either. */
export type LeftDrift = ReadonlyMap<string, string>;

/** The last drift events, newest last, and what is left of drift, in memory and on disk. */
export class DriftLog {
  /** Of fingerprints: of this process alone, so that secrets cannot be guessed from what is on disk. */
  readonly key = randomBytes(32);
  readonly #meta: KeyValue<unknown>;
  #events: DriftEvent[] = [];
  #next = 0;
  readonly #left = new Map<string, LeftDrift>();

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<DriftLog> {
    const log = new DriftLog(meta);
    for await (const [, value] of meta.entries(keysUnder('drift'))) {
      const { sequence, event } = value as { sequence: number; event: DriftEvent };
      log.#events.push(event);
      log.#next = sequence + 1;
    }
    for await (const [, value] of meta.entries(keysUnder('drift-left'))) {
      const { target, rows } = value as { target: string; rows: readonly [string, string][] };
      log.#left.set(target, new Map(rows));
    }
    return log;
  }

  left(target: string): LeftDrift {
    return this.#left.get(target) ?? new Map();
  }

  async keepLeft(target: string, left: LeftDrift): Promise<void> {
    const before = this.left(target);
    const same = before.size === left.size && [...left].every(([row, print]) => before.get(row) === print);
    if (same) return;
    const key = keyOf('drift-left', target);
    this.#left.set(target, left);
    if (left.size === 0) await this.#meta.del(key);
    else await this.#meta.put(key, { target, rows: [...left] });
  }

  /** Newest first. */
  events(target?: string): readonly DriftEvent[] {
    return this.#events.filter((event) => target === undefined || event.target === target).reverse();
  }

  async record(events: readonly DriftEvent[]): Promise<void> {
    if (events.length === 0) return;
    const first = this.#next;
    this.#next += events.length;
    this.#events.push(...events);
    const over = Math.max(0, this.#events.length - kept);
    const oldest = this.#next - this.#events.length;
    this.#events.splice(0, over);
    await this.#meta.batch([
      ...events.map((event, at) => ({
        type: 'put' as const,
        key: keyOf('drift', first + at),
        value: { sequence: first + at, event },
      })),
      ...Array.from({ length: over }, (_, at) => ({ type: 'del' as const, key: keyOf('drift', oldest + at) })),
    ]);
  }
}

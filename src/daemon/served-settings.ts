import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Secret } from '../base/secret.ts';
import type { Model } from '../model/model.ts';
import type { SealingKey } from '../secrets/sealing-key.ts';
import type { KeyValue } from '../store/key-value.ts';

/** What RADIUS needs of a model beside the directory. */
export type ServedSettings = Pick<Model, 'operator' | 'authorize' | 'proxy'>;

interface Kept {
  /** Who wrote it: others may mean something else by the same words. */
  readonly by: string;
  readonly sealed: string;
}

export interface ServedSettingsOptions {
  readonly meta: KeyValue<unknown>;
  readonly version: string;
  /** Whose declarations they are. */
  readonly source: string;
}

const metaKey = 'served-settings';

/**
 * The settings of the model that RADIUS was served by last, sealed whole. They are read only by the very program that wrote them:
 * any other reads the declarations first.
 */
export class KeptSettings {
  readonly #options: ServedSettingsOptions;
  readonly #by: string;
  #last: string | undefined;

  constructor(options: ServedSettingsOptions) {
    this.#options = options;
    this.#by = `${options.version} ${builtAt()} ${options.source}`;
  }

  /** @throws LastmileError of the store */
  async read(key: SealingKey): Promise<ServedSettings | undefined> {
    const { by, sealed } = ((await this.#options.meta.get(metaKey)) ?? {}) as Partial<Kept>;
    if (by !== this.#by || typeof sealed !== 'string') return undefined;
    const text = key.open(sealed, metaKey);
    return text === undefined ? undefined : (fromPlain(JSON.parse(text)) as ServedSettings);
  }

  /** Keeps them where they are others than before. @throws LastmileError of the store */
  async keep({ operator, authorize, proxy }: ServedSettings, key: SealingKey): Promise<void> {
    const text = JSON.stringify(toPlain({ operator, authorize, proxy }));
    const now = `${key.id} ${text}`;
    if (now === this.#last) return;
    await this.#options.meta.put(metaKey, { by: this.#by, sealed: key.seal(text, metaKey) } satisfies Kept);
    this.#last = now;
  }

  /** There is nothing to seal them with any more. */
  async forget(): Promise<void> {
    this.#last = undefined;
    if ((await this.#options.meta.get(metaKey)) !== undefined) await this.#options.meta.del(metaKey);
  }
}

/** A release has a version of its own; a checkout is built again under the same. */
function builtAt(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}

interface Tagged {
  readonly secret?: string;
  readonly whole?: string;
  readonly list?: readonly unknown[];
  readonly fields?: object;
}

/** Plain data as JSON has it, secrets in clear, for what is sealed. */
function toPlain(value: unknown): unknown {
  if (value instanceof Secret) return { secret: value.reveal() };
  if (typeof value === 'bigint') return { whole: String(value) };
  if (Array.isArray(value)) return { list: value.map(toPlain) };
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('settings are plain data');
  return { fields: Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toPlain(field)])) };
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { secret, whole, list, fields } = value as Tagged;
  if (secret !== undefined) return new Secret(secret);
  if (whole !== undefined) return BigInt(whole);
  if (list !== undefined) return list.map(fromPlain);
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, field]) => [name, fromPlain(field)]));
}

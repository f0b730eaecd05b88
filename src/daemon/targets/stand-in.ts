import type { Logger } from 'pino';
import { LastmileError } from '../../base/errors.ts';
import type { DirectoryTarget } from '../../directory/directory-target.ts';
import type { SecretUses } from '../../model/secret-values.ts';
import type { Revision, Source } from '../../source/source.ts';
import type { KeyValue } from '../../store/key-value.ts';
import type { SecretSettings } from '../declared-secrets.ts';
import { KeptSettings, type ServedSettings } from '../served-settings.ts';
import { StateSeal } from '../stored/state-seal.ts';

export interface StandInOptions {
  readonly meta: KeyValue<unknown>;
  readonly target: Pick<DirectoryTarget, 'useSeal' | 'standIn' | 'sealAll'>;
  readonly source: Pick<Source, 'readFiles' | 'description'>;
  readonly secrets: SecretSettings;
  readonly fillRandom: (octets: Uint8Array) => void;
  readonly version: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * What RADIUS is served from between a start and the moment in which the declarations are read: what was applied last, from the
 * state folder. Nothing of it is needed: where it is missing, damaged, or of another version, the declarations are read first.
 */
export class StandIn {
  readonly #options: StandInOptions;
  readonly #kept: KeptSettings;
  #seal: StateSeal | undefined;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(options: StandInOptions) {
    const { meta, version, source } = options;
    this.#options = options;
    this.#kept = new KeptSettings({ meta, version, source: source.description });
  }

  static async open(options: StandInOptions): Promise<StandIn> {
    const standIn = new StandIn(options);
    await standIn.#unless('secrets in the state folder stay unread', async () => {
      standIn.#seal = await StateSeal.open(options);
    });
    if (standIn.#seal?.key !== undefined) options.target.useSeal(standIn.#seal.key);
    return standIn;
  }

  /** Serves the directory as it was applied last. @returns what else RADIUS was served by; `undefined` where it cannot be served yet */
  async begin(): Promise<ServedSettings | undefined> {
    const key = this.#seal?.key;
    if (key === undefined) return undefined;
    let settings: ServedSettings | undefined;
    await this.#unless('RADIUS is served when the declarations are read', async () => {
      const kept = await this.#kept.read(key);
      if (kept !== undefined && (await this.#options.target.standIn())) settings = kept;
    });
    return settings;
  }

  /** Before anything of this revision is applied: sees to it that its secrets can be kept, and had again. */
  async follow(uses: SecretUses, revision: Pick<Revision, 'id' | 'files'>): Promise<void> {
    await this.#unless('the next start reads the declarations first', async () => {
      this.#seal ??= await StateSeal.open(this.#options);
      const before = this.#seal.key;
      await this.#seal.follow(uses, revision);
      if (this.#seal.key !== before) this.#options.target.useSeal(this.#seal.key);
    });
  }

  /** RADIUS is served by these from now on. What there is to write is written meanwhile. */
  keep(settings: ServedSettings): void {
    const key = this.#seal?.key;
    this.#keeping = this.#keeping.then(() =>
      this.#unless('the next start reads the declarations first', async () => {
        if (key === undefined) return this.#kept.forget();
        await this.#options.target.sealAll();
        await this.#kept.keep(settings, key);
        this.#options.log.info('what is served is kept for the next start');
      }),
    );
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#keeping;
  }

  /** Whatever goes wrong here costs a start some seconds, and must cost nothing else. */
  async #unless(consequence: string, work: () => Promise<void>): Promise<void> {
    const { log } = this.#options;
    try {
      await work();
    } catch (err) {
      if (err instanceof LastmileError) log.warn({ err }, consequence);
      else log.warn({ reason: err instanceof Error ? err.name : 'unknown' }, consequence);
    }
  }
}

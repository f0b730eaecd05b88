import type { Revision, Source, SourceFile } from '../source/source.ts';
import type { KeyValue } from '../store/key-value.ts';

/** The revision that was last applied to the directory, kept so that a restart serves it while the newest one is bad. */
interface Kept {
  readonly id: string;
  /** Of a plain folder, which keeps no past itself. */
  readonly files?: readonly SourceFile[];
}

const key = 'last-good';

/** Remembers and brings back the last good revision. */
export class LastGood {
  readonly #meta: KeyValue<unknown>;
  #id: string | undefined;

  constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  /** Its name; `undefined` when there is none. */
  async id(): Promise<string | undefined> {
    return ((await this.#meta.get(key)) as Kept | undefined)?.id;
  }

  /** `undefined` when there is none, or it can no longer be read. */
  async read(source: Source): Promise<Pick<Revision, 'id' | 'files'> | undefined> {
    const kept = (await this.#meta.get(key)) as Kept | undefined;
    if (kept === undefined) return undefined;
    const files = kept.files ?? (await source.readAgain?.(kept.id).catch(() => undefined));
    return files === undefined ? undefined : { id: kept.id, files };
  }

  async keep(source: Source, { id, files }: Pick<Revision, 'id' | 'files'>): Promise<void> {
    if (this.#id === id) return;
    const kept: Kept = source.readAgain === undefined ? { id, files } : { id };
    await source.keep?.(id);
    await this.#meta.put(key, kept, { sync: true });
    this.#id = id;
  }
}

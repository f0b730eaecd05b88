import { compact } from '../../base/compact.ts';
import type { Revision, Source, SourceFile } from '../../source/source.ts';
import type { AuditedRevision } from '../../status/audited-apply.ts';
import type { Judgement } from '../../status/conditions.ts';
import type { KeyValue } from '../../store/key-value.ts';

/** A revision that was taken back: not followed, as long as the source has nothing newer. */
export interface Skip {
  /** The newest revisions by then: the one that was in force, and one after it that was refused; and those that were skipped already. */
  readonly ids: readonly string[];
  /** What is served instead. */
  readonly to: AuditedRevision;
  readonly reason: string;
  readonly by: string;
  /** Wall time. */
  readonly at: number;
}

/** A revision that can be gone back to. */
interface Kept {
  readonly about: AuditedRevision;
  /** Of a plain folder, which keeps no past itself: of the last two only. */
  readonly files?: readonly SourceFile[];
}

const skipKey = 'rollback-skip';
const keptKey = 'rollback-kept';
/** Revisions that can be gone back to. */
const mostKept = 50;
/** Of a plain folder: the one in force and the one before. */
const mostWithFiles = 2;

/** Which revisions were served, and which of them is left out. On disk: a restart serves what was gone back to. */
export class SkippedRevision {
  readonly #meta: KeyValue<unknown>;
  readonly #source: Source;
  /** Newest first. */
  #kept: readonly Kept[];
  #skip: Skip | undefined;

  private constructor(meta: KeyValue<unknown>, source: Source, kept: readonly Kept[], skip: Skip | undefined) {
    this.#meta = meta;
    this.#source = source;
    this.#kept = kept;
    this.#skip = skip;
  }

  /** @throws LastmileError of the store */
  static async open(meta: KeyValue<unknown>, source: Source): Promise<SkippedRevision> {
    const kept = ((await meta.get(keptKey)) ?? []) as readonly Kept[];
    return new SkippedRevision(meta, source, kept, (await meta.get(skipKey)) as Skip | undefined);
  }

  get skip(): Skip | undefined {
    return this.#skip;
  }

  /** This revision was served. @throws LastmileError of the store */
  async served({ id, author, signer, subject, files }: Revision): Promise<void> {
    if (this.#kept[0]?.about.id === id) return;
    const about = compact({ id, author, signer, subject });
    const latest = this.#source.readAgain === undefined ? { about, files } : { about };
    const earlier = this.#kept.filter((each) => each.about.id !== id);
    const all = [latest, ...earlier].slice(0, mostKept);
    this.#kept = all.map((each, at) => (at < mostWithFiles ? each : { about: each.about }));
    await this.#meta.put(keptKey, this.#kept, { sync: true });
  }

  /** What is known of one that was served. */
  about(id: string): AuditedRevision | undefined {
    return this.#kept.find(({ about }) => about.id === id)?.about;
  }

  /**
   * A revision that was served before this one, and not taken back since.
   *
   * @param named its ID, or the beginning of its hash; absent: the last one
   */
  before(inForce: string, named?: string): AuditedRevision | undefined {
    const others = this.#kept.map(({ about }) => about).filter(({ id }) => id !== inForce);
    if (named === undefined) {
      const at = this.#kept.findIndex(({ about }) => about.id === inForce);
      return this.#kept.slice(at + 1).find(({ about }) => this.#skip?.ids.includes(about.id) !== true)?.about;
    }
    return others.find(({ id }) => id === named || hashOf(id).startsWith(named));
  }

  /** From now on. @throws LastmileError of the store */
  async begin(skip: Skip): Promise<void> {
    await this.#meta.put(skipKey, skip, { sync: true });
    this.#skip = skip;
  }

  /** Another revision of the source came into force, or it was not to be. @throws LastmileError of the store */
  async end(): Promise<void> {
    if (this.#skip === undefined) return;
    await this.#meta.del(skipKey, { sync: true });
    this.#skip = undefined;
  }

  /**
   * What is taken where the source shows this revision: another where it is skipped.
   *
   * @throws LastmileError of the store or the source
   */
  async instead(newest: string): Promise<Revision | undefined> {
    const skip = this.#skip;
    return skip?.ids.includes(newest) === true ? await this.read(skip.to) : undefined;
  }

  /** @throws SourceError when it cannot be had any more */
  async read(about: AuditedRevision): Promise<Revision | undefined> {
    const files =
      this.#kept.find((each) => each.about.id === about.id)?.files ?? (await this.#source.readAgain?.(about.id));
    return files === undefined ? undefined : { ...about, files };
  }
}

/** What is said of the source while a revision is skipped. Pure. */
export function skippedJudgement({ ids, to, reason, by, at }: Skip): Judgement {
  const since = new Date(at).toISOString();
  const message = `serving ${to.id}: ${ids[0]} was rolled back by ${by} at ${since} (${reason}); the next commit is followed again`;
  return { type: 'SourceReady', status: 'True', reason: 'RolledBack', message };
}

/** `main@sha1:abc` → `abc`. */
function hashOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1);
}

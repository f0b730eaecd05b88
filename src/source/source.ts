import type { Repository } from '../git/repository.ts';

/** The declarations of one moment. */
export interface Revision {
  /** `main@sha1:<40 hex>` for a commit, `folder@sha256:<64 hex>` for a plain folder. */
  readonly id: string;
  readonly files: readonly SourceFile[];
  /** Who made it, for a commit. */
  readonly author?: string;
  /** Who has signed it, and what came with it, where signatures are verified. */
  readonly signer?: string;
  /** First line of the commit message. */
  readonly subject?: string;
  /** Some of what is neither file nor folder and therefore not read: links, repositories within. */
  readonly passedOver?: readonly string[];
}

export interface SourceFile {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Where revisions are commits: what their past is judged by. */
export interface CommitHistory {
  readonly repository: Repository;
  /** The folder of it that is read; empty for all. */
  readonly path: string;
  /** What is done about a revision that does not come after the one in force, unless it is declared: a branch of one's own may be switched. */
  readonly rewrites: 'refuse' | 'allow';
}

/** A place declarations come from. */
export interface Source extends AsyncDisposable {
  /** What is told to people: the folder, and what of it is read. */
  readonly description: string;
  /** How often reading is worth its cost although nothing was noticed. */
  readonly pollMs: number;
  /** Absent: revisions are no commits. */
  readonly history?: CommitHistory;
  /**
   * The newest revision. Cheap when nothing changed since `known`: then `undefined`.
   *
   * @throws SourceError when it cannot be read
   */
  read(known?: string): Promise<Revision | undefined>;
  /** The files of an earlier revision, where the source keeps them (git does, a folder does not). */
  readAgain?(id: string): Promise<readonly SourceFile[]>;
  /** Some files of an earlier revision: of a folder, as they are now. Those that cannot be had are left out. Absent: it cannot. */
  readFiles?(id: string, paths: readonly string[]): Promise<readonly SourceFile[]>;
  /** Sees to it that `readAgain` works for this revision as long as the source can: until another one is kept. */
  keep?(id: string): Promise<void>;
  /**
   * Calls back, settled, when a `read` may show something new.
   *
   * @param leftOut folders in which nothing is declared, though they may lie below the root
   * @throws SourceError when it cannot be watched
   */
  watch(changed: () => void, leftOut?: readonly string[]): Promise<void>;
}

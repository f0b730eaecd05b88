import type { Commit } from '../git/commit-object.ts';
import { GitError } from '../git/errors.ts';
import type { Repository } from '../git/repository.ts';
import { sourceLimits } from './folder.ts';
import type { Revision, SourceFile } from './source.ts';
import { filesIn, passedOverIn, readTree, type TreeFolder } from './tree-files.ts';

/** More of them are not named. */
const mostNamed = 5;

/** The declarations in commits of a repository. What is in the commit that was read last is not read again. */
export class CommittedFiles {
  readonly #repository: Repository;
  /** The folder that is read, without slashes around it; empty for all. */
  readonly #path: string;
  #last: TreeFolder | undefined;
  #files: readonly SourceFile[] = [];

  constructor(repository: Repository, path = '') {
    this.#repository = repository;
    this.#path = path;
  }

  /** The commit by which the next one is read. @throws GitError */
  async read(commit: Commit): Promise<Pick<Revision, 'files' | 'passedOver'>> {
    const last = await this.#folder(commit, this.#last);
    const files = last === this.#last ? this.#files : filesIn(last);
    this.#last = last;
    this.#files = files;
    const passedOver = passedOverIn(last).slice(0, mostNamed);
    return { files, ...(passedOver.length === 0 ? {} : { passedOver }) };
  }

  /** Any other commit. @throws GitError */
  async readBeside(commit: Commit): Promise<readonly SourceFile[]> {
    return filesIn(await this.#folder(commit, this.#last));
  }

  /** Some files of a commit; those that cannot be had are left out. @throws GitError */
  async some(commit: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    const named = paths.filter((path) => !path.includes('\n'));
    const found = await this.#repository.objects(
      named.map((path) => `${commit}:${this.#path === '' ? '' : `${this.#path}/`}${path}`),
      { largest: sourceLimits.fileOctets, altogether: sourceLimits.octets },
    );
    return named.flatMap((path, at) => {
      const object = found[at];
      return object?.type === 'blob' ? [{ path, text: object.octets.toString('utf8') }] : [];
    });
  }

  async #folder(commit: Commit, before: TreeFolder | undefined): Promise<TreeFolder> {
    const root = this.#path === '' ? commit.tree : await this.#repository.treeAt(commit.id, this.#path);
    if (root === undefined) throw new GitError(`there is no folder ${this.#path} in the commit ${commit.id}`);
    return await readTree(this.#repository, root, before);
  }
}

/** The commit in the name of a revision. */
export function hashOf(id: string): string | undefined {
  return /@sha1:([0-9a-f]{40,64})$/.exec(id)?.[1];
}

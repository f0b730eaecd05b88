import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { Repository } from '../git/repository.ts';
import { CommittedFiles, hashOf } from './committed-files.ts';
import { SourceError } from './errors.ts';
import type { CommitHistory, Revision, Source, SourceFile } from './source.ts';
import { watchPaths } from './watch.ts';

/** Has `log` name the branch of HEAD, whatever the configuration leaves out. */
const branchNames = ['--decorate=short', '--decorate-refs=HEAD', '--decorate-refs=refs/heads/*'] as const;
/** Keeps git from forgetting the commit that is served after a restart. */
const keptRef = 'refs/lastmile/last-good';
/** A ref is moved at once. What moves more of them meanwhile is seen the next time. */
const refSettledMs = 20;

/** Commits of a local repository's HEAD. The work tree is never read: what is not committed does not exist. */
export class GitSource implements Source {
  readonly description: string;
  readonly pollMs = 2_000;
  readonly history: CommitHistory;
  readonly #dir: string;
  readonly #repository: Repository;
  readonly #files: CommittedFiles;
  #watcher: AsyncDisposable | undefined;

  constructor(dir: string, env: NodeJS.ProcessEnv = process.env) {
    this.#dir = dir;
    this.description = `commits of HEAD in ${dir}`;
    this.#repository = new Repository({ dir, env, usersConfig: true });
    this.#files = new CommittedFiles(this.#repository);
    this.history = { repository: this.#repository, path: '', rewrites: 'allow' };
  }

  read(known?: string): Promise<Revision | undefined> {
    return this.#again(async () => {
      const [hash = '', author = '', names = '', subject = ''] = (
        await this.#repository.run(['log', '-1', ...branchNames, '--format=%H%x00%an <%ae>%x00%D%x00%s'])
      ).split('\0');
      const id = `${branchIn(names)}@sha1:${hash}`;
      if (id === known) return undefined;
      const commit = await this.#repository.commit(hash);
      if (commit === undefined) throw new SourceError(`the commit ${hash} cannot be read`);
      return { id, ...(await this.#files.read(commit)), author, subject: subject.trim() };
    });
  }

  /** A commit by any name git knows it by. */
  readCommit(rev: string): Promise<Revision> {
    return this.#again(async () => {
      const commit = await this.#repository.commit(rev);
      if (commit === undefined) throw new SourceError(`there is no commit ${rev}`);
      return { id: `${rev}@sha1:${commit.id}`, files: await this.#files.readBeside(commit) };
    });
  }

  async readAgain(id: string): Promise<readonly SourceFile[]> {
    const hash = hashOf(id);
    if (hash === undefined) throw new SourceError(`${this.#dir}: ${id} is not a commit`);
    return (await this.readCommit(hash)).files;
  }

  async readFiles(id: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    const hash = hashOf(id);
    return hash === undefined ? [] : await this.#files.some(hash, paths).catch(() => []);
  }

  /** By a ref of ours; where we may not write, git's own patience decides. */
  async keep(id: string): Promise<void> {
    const hash = hashOf(id);
    if (hash !== undefined) await this.#repository.run(['update-ref', keptRef, hash]).catch(() => undefined);
  }

  /** True when the work tree differs from HEAD: those edits are ignored, and people should be told. */
  async hasUncommitted(): Promise<boolean> {
    const status = this.#repository.run(['status', '--porcelain', '--untracked-files=normal']);
    return (await status.catch(() => '')).trim() !== '';
  }

  async watch(changed: () => void): Promise<void> {
    const [gitDir = '', common = ''] = await this.#folders();
    const [own, shared] = [resolve(this.#dir, gitDir), resolve(this.#dir, common)];
    // The reflog, which a bare repository lacks, is appended to by every move of HEAD; refs are replaced by renaming.
    const paths = [
      join(own, 'logs', 'HEAD'),
      join(own, 'HEAD'),
      join(shared, 'refs', 'heads'),
      join(shared, 'packed-refs'),
    ];
    const branch = await this.#repository.run(['rev-parse', '--symbolic-full-name', 'HEAD']).catch(() => '');
    const folders = [dirname(join(shared, branch.trim()))];
    this.#watcher = await watchPaths(paths, changed, undefined, { settledMs: refSettledMs, folders });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#repository[Symbol.dispose]();
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  async #folders(): Promise<readonly string[]> {
    try {
      return (await this.#repository.run(['rev-parse', '--git-dir', '--git-common-dir'])).trim().split('\n');
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  /** Where the folder was moved away and another put in its place, what is open is of the old one: once more. */
  async #again<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read().catch(() => {
        this.#repository.forget();
        return read();
      });
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  /** Where the folder is gone, a spawn says ENOENT as if git were: that would only mislead. */
  async #failure(error: unknown): Promise<SourceError> {
    const there = await stat(this.#dir).catch(() => undefined);
    if (there === undefined) return new SourceError(`there is no folder ${this.#dir}`);
    return new SourceError(`${this.#dir}: ${words(error)}`, { cause: error });
  }
}

/** The branch in `HEAD -> main, other`; `HEAD` where it is on none. */
function branchIn(names: string): string {
  return /^HEAD -> (\S+?)(?:, |$)/.exec(names)?.[1] ?? 'HEAD';
}

function words(error: unknown): string {
  const message = messageOf(error).trim().split('\n')[0] ?? '';
  return /does not have any commits/.test(message) ? 'the repository has no commit yet' : message;
}

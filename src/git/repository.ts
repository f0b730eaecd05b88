import { type Commit, parseCommit } from './commit-object.ts';
import { GitError } from './errors.ts';
import type { GitSettings } from './git-settings.ts';
import { type GitObject, ObjectReader, type ReadBounds } from './object-reader.ts';
import { type GitRun, runGit, tryGit } from './run-git.ts';
import { parseTree, type TreeEntry } from './tree-object.ts';

const largestCommit = 4 * 1024 * 1024;
const largestTree = 64 * 1024 * 1024;

/** A repository that is only read, and refs of ours in it. */
export class Repository implements Disposable {
  readonly settings: GitSettings;
  readonly #reader: ObjectReader;
  readonly #stop = new AbortController();

  constructor(settings: GitSettings) {
    this.settings = settings;
    this.#reader = new ObjectReader(settings);
  }

  /** Ends what runs; nothing can be read after that. */
  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#reader[Symbol.dispose]();
  }

  /** Runs a git command in it. @throws GitError */
  run(args: readonly string[], run: Omit<GitRun, 'signal'> = {}): Promise<string> {
    return this.runAs(this.settings, args, run);
  }

  /** The same with other settings: a remote is reached only by who means to. @throws GitError */
  async runAs(settings: GitSettings, args: readonly string[], run: Omit<GitRun, 'signal'> = {}): Promise<string> {
    return (await runGit(settings, args, { ...run, signal: this.#stop.signal })).toString('utf8');
  }

  /** The same for what may end otherwise than with 0. @throws GitError when git cannot be run */
  async try(args: readonly string[], run: Omit<GitRun, 'signal'> = {}): Promise<{ code: number; out: string }> {
    const { code, out } = await tryGit(this.settings, args, { ...run, signal: this.#stop.signal });
    return { code, out: out.toString('utf8') };
  }

  /** A commit by any name git knows it by, also of a tag that leads to it. `undefined`: there is none. @throws GitError */
  async commit(name: string): Promise<Commit | undefined> {
    return (await this.commits([name]))[0];
  }

  /** The same for several, in their order. @throws GitError */
  async commits(names: readonly string[]): Promise<readonly (Commit | undefined)[]> {
    const bounds = { largest: largestCommit, nameOf: (at: number) => `the commit ${names[at] ?? ''}` };
    const found = await this.#reader.read(
      names.map((name) => `${name}^{commit}`),
      bounds,
    );
    return found.map((object) =>
      object === undefined || object.type !== 'commit' ? undefined : parseCommit(object.id, object.octets),
    );
  }

  /** The tree at a path of a commit; the root's with an empty path. `undefined`: there is none. @throws GitError */
  async treeAt(commit: string, path: string): Promise<string | undefined> {
    const [found] = await this.#reader.read([`${commit}:${path}`], { largest: largestTree });
    return found?.type === 'tree' ? found.id : undefined;
  }

  /** @throws GitError when one of them is not there */
  async trees(ids: readonly string[]): Promise<readonly (readonly TreeEntry[])[]> {
    const found = await this.#reader.read(ids, { largest: largestTree, nameOf: () => 'the listing of a folder' });
    return found.map((object, at) => {
      const entries = object?.type === 'tree' ? parseTree(object.octets, object.id.length / 2) : undefined;
      if (entries === undefined) throw new GitError(`the tree ${ids[at] ?? ''} cannot be read`);
      return entries;
    });
  }

  /** Objects by any names. @throws GitError when they are beyond the bounds */
  objects(names: readonly string[], bounds: ReadBounds): Promise<readonly (GitObject | undefined)[]> {
    return this.#reader.read(names, bounds);
  }

  /** Does a commit come after another, or is it the same? Not where one of them is not there. @throws GitError */
  async isAncestor(before: string, commit: string): Promise<boolean> {
    const [first, next] = await this.commits([before, commit]);
    if (first === undefined || next === undefined) return false;
    // Most pushes are of one commit: no process is started for that.
    if (first.id === next.id || next.parents.includes(first.id)) return true;
    return (await this.try(['merge-base', '--is-ancestor', first.id, next.id])).code === 0;
  }

  /** What is open is closed: it may be of a repository that was replaced by another. */
  forget(): void {
    this.#reader.forget();
  }
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Commit } from '../git/commit-object.ts';
import { GitError } from '../git/errors.ts';
import { chosenTag, type RefChoice } from '../git/ref-choice.ts';
import { type Credentials, remoteSettings } from '../git/remote-access.ts';
import type { RemoteUrl } from '../git/remote-url.ts';
import { Repository } from '../git/repository.ts';
import { CommittedFiles, hashOf } from './committed-files.ts';
import { SourceError } from './errors.ts';
import type { CommitHistory, Revision, Source, SourceFile } from './source.ts';

export interface MirrorOptions {
  readonly remote: RemoteUrl;
  readonly ref: RefChoice;
  /** The folder of it that is read, as `network/north`; empty for all. */
  readonly path: string;
  readonly stateDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Asked at each fetch: a token may be replaced. @throws SourceError */
  readonly credentials: () => Promise<Credentials>;
  readonly rewrites?: CommitHistory['rewrites'];
  readonly pollMs?: number;
}

const keptRef = 'refs/lastmile/last-good';
/** What was fetched last stands here, so that nothing of a remote is ever taken for a ref of ours. */
const fetchedRef = 'refs/lastmile/fetched';
/** All of a large repository comes with the first fetch. */
const firstFetchMs = 30 * 60_000;
const fetchMs = 120_000;
const usualPollMs = 60_000;
/** Packs and loose objects are put in order after so many fetches that brought something. */
const fetchesUntilOrder = 200;

/** A repository elsewhere, mirrored into the state folder without a work tree. What was fetched is there when it is away. */
export class MirrorSource implements Source {
  readonly description: string;
  readonly pollMs: number;
  readonly history: CommitHistory;
  readonly #options: MirrorOptions;
  readonly #dir: string;
  readonly #repository: Repository;
  readonly #files: CommittedFiles;
  #made = false;
  #fetched = 0;

  constructor(options: MirrorOptions) {
    const { remote, ref, path, stateDir, env, rewrites = 'refuse', pollMs = usualPollMs } = options;
    this.#options = options;
    this.pollMs = pollMs;
    // By its name: another repository has another mirror, and comes back to what it had.
    const name = createHash('sha256').update(remote.url).digest('hex').slice(0, 16);
    this.#dir = join(stateDir, 'git', `${name}.git`);
    this.#repository = new Repository({ dir: this.#dir, env });
    this.#files = new CommittedFiles(this.#repository, path);
    this.history = { repository: this.#repository, path, rewrites };
    this.description = `${refWords(ref)} of ${remote.url}${path === '' ? '' : `, its folder ${path}`}`;
  }

  async read(known?: string): Promise<Revision | undefined> {
    try {
      await this.#make();
      const { name, ref } = await this.#fetch();
      const commit = await this.#repository.commit(ref);
      if (commit === undefined) throw new GitError(`${name} is no commit`);
      const id = `${name}@sha1:${commit.id}`;
      return id === known ? undefined : await this.#revision(id, commit);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async readAgain(id: string): Promise<readonly SourceFile[]> {
    try {
      const hash = hashOf(id);
      await this.#make();
      const commit = hash === undefined ? undefined : await this.#repository.commit(hash);
      if (commit === undefined) throw new GitError(`${id} is not in the mirror`);
      return (await this.#files.read(commit)).files;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async readFiles(id: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    const hash = hashOf(id);
    return hash === undefined ? [] : await this.#files.some(hash, paths).catch(() => []);
  }

  async keep(id: string): Promise<void> {
    const hash = hashOf(id);
    if (hash !== undefined) await this.#repository.run(['update-ref', keptRef, hash]).catch(() => undefined);
  }

  /** A remote is asked, and tells of itself by its webhook. */
  watch(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#repository[Symbol.dispose]();
  }

  async #revision(id: string, commit: Commit): Promise<Revision> {
    const { author, subject } = commit;
    return { id, ...(await this.#files.read(commit)), author: `${author.name} <${author.email}>`, subject };
  }

  /** Makes the mirror where there is none, and takes away what a git that was killed has locked. */
  async #make(): Promise<void> {
    if (this.#made) return;
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    await this.#repository.run(['init', '--quiet', '--bare', '--template=', '.']);
    await removeLocks(this.#dir);
    this.#made = true;
  }

  /** @returns the ref of ours that stands for what is followed, and what that is called */
  async #fetch(): Promise<{ readonly name: string; readonly ref: string }> {
    const { ref } = this.#options;
    switch (ref.type) {
      case 'head':
        return await this.#fetchOne('HEAD', 'HEAD');
      case 'ref':
        return await this.#fetchOne(ref.ref, ref.name);
      case 'name':
        return await this.#fetchOne(`refs/heads/${ref.name}`, ref.name).catch(async (branch: unknown) => {
          const tag = await this.#fetchOne(`refs/tags/${ref.name}`, ref.name).catch(() => undefined);
          if (tag === undefined) throw branch;
          return tag;
        });
      case 'versions':
        return await this.#fetchNewest(ref.range, ref.text);
      case 'commit':
        return await this.#fetchCommit(ref.id);
    }
  }

  async #fetchOne(theirs: string, name: string): Promise<{ readonly name: string; readonly ref: string }> {
    await this.#run([`+${theirs}:${fetchedRef}/followed`]);
    return { name, ref: `${fetchedRef}/followed` };
  }

  async #fetchNewest(range: Parameters<typeof chosenTag>[0], text: string) {
    await this.#run([`+refs/tags/*:${fetchedRef}/tags/*`], ['--prune']);
    const listed = await this.#repository.run(['for-each-ref', '--format=%(refname:lstrip=4)', `${fetchedRef}/tags/`]);
    const name = chosenTag(range, listed.split('\n'));
    if (name === undefined) throw new GitError(`it has no tag of a version in ${text}`);
    return { name, ref: `${fetchedRef}/tags/${name}` };
  }

  /** One commit is there or comes with any branch: it is never looked for twice. */
  async #fetchCommit(id: string) {
    const found = { name: id.slice(0, 12), ref: id };
    if ((await this.#repository.commit(id)) !== undefined) return found;
    await this.#run([id]).catch(() =>
      this.#run([`+refs/heads/*:${fetchedRef}/heads/*`, `+refs/tags/*:${fetchedRef}/tags/*`]),
    );
    if ((await this.#repository.commit(id)) === undefined) throw new GitError(`it has no commit ${id}`);
    return found;
  }

  async #run(refspecs: readonly string[], flags: readonly string[] = []): Promise<void> {
    const { remote, credentials, env } = this.#options;
    const settings = { dir: this.#dir, env, remote: remoteSettings(remote, await credentials()) };
    const first = this.#fetched === 0;
    const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
    await this.#repository.runAs(settings, ['fetch', ...quiet, ...flags, '--', remote.url, ...refspecs], {
      timeoutMs: first ? firstFetchMs : fetchMs,
    });
    this.#fetched += 1;
    if (this.#fetched % fetchesUntilOrder === 0)
      await this.#repository.run(['-c', 'gc.auto=2000', 'gc', '--auto', '--quiet']);
  }

  #failure(error: unknown): SourceError {
    if (error instanceof SourceError) return error;
    return new SourceError(`${this.#options.remote.url}: ${messageOf(error)}`, { cause: error });
  }
}

function refWords(ref: RefChoice): string {
  switch (ref.type) {
    case 'head':
      return 'HEAD';
    case 'versions':
      return `the newest tag in ${ref.text}`;
    case 'commit':
      return `the commit ${ref.id.slice(0, 12)}`;
    default:
      return ref.name;
  }
}

/** Nobody else works in a mirror: whoever holds the state folder holds it, too. */
async function removeLocks(dir: string): Promise<void> {
  const found = await readdir(dir, { recursive: true });
  const locks = found.filter((name) => name.endsWith('.lock') && !name.startsWith('objects'));
  await Promise.all(locks.map((name) => rm(join(dir, name), { force: true })));
}

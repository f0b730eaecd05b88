import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SimpleGit } from 'simple-git';
import { messageOf } from '../base/errors.ts';
import { SourceError } from './errors.ts';
import { sourceLimits } from './folder.ts';
import { type IgnoreRules, isDeclaration, parseIgnore } from './selection.ts';
import type { Revision, Source, SourceFile } from './source.ts';
import { watchPaths } from './watch.ts';

/** A blob and what is in it. */
interface BlobFile {
  readonly blob: Blob;
  readonly file: SourceFile;
}

interface Blob {
  readonly path: string;
  readonly id: string;
  readonly octets: number;
}

/** Has `log` name the branch of HEAD, whatever the configuration leaves out. */
const branchNames = ['--decorate=short', '--decorate-refs=HEAD', '--decorate-refs=refs/heads/*'] as const;
/** Keeps git from forgetting the commit that is served after a restart. */
const keptRef = 'refs/lastmile/last-good';
/** A ref is moved at once. What moves more of them meanwhile is seen the next time. */
const refSettledMs = 20;
/** A git that is silent for so long will not answer. */
const longestMs = 120_000;

/** Commits of a local repository's HEAD. The work tree is never read: what is not committed does not exist. */
export class GitSource implements Source {
  readonly description: string;
  readonly pollMs = 2_000;
  readonly #dir: string;
  /** Loaded when it is first asked: after a restart logins are answered before. */
  #git: Promise<SimpleGit> | undefined;
  readonly #stop = new AbortController();
  /** Of the revision that was read last. */
  #last: readonly BlobFile[] = [];
  #watcher: AsyncDisposable | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.description = `commits of HEAD in ${dir}`;
  }

  async read(known?: string): Promise<Revision | undefined> {
    try {
      const [hash = '', author = '', names = '', subject = ''] = (
        await this.#raw('log', '-1', ...branchNames, '--format=%H%x00%an <%ae>%x00%D%x00%s')
      ).split('\0');
      const id = `${branchIn(names)}@sha1:${hash}`;
      if (id === known) return undefined;
      const files = await this.#files(hash);
      this.#last = files;
      return { id, files: files.map(({ file }) => file), author, subject: subject.trim() };
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  /** A commit by any name git knows it by. */
  async readCommit(rev: string): Promise<Revision> {
    try {
      const hash = (await this.#raw('rev-parse', '--verify', '--end-of-options', `${rev}^{commit}`)).trim();
      return { id: `${rev}@sha1:${hash}`, files: await this.#filesOf(hash) };
    } catch (error) {
      throw await this.#failure(error, `no commit ${rev}: `);
    }
  }

  async readAgain(id: string): Promise<readonly SourceFile[]> {
    const hash = hashOf(id);
    if (hash === undefined) throw new SourceError(`${this.#dir}: ${id} is not a commit`);
    try {
      return await this.#filesOf(hash);
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async readFiles(id: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    const hash = hashOf(id);
    const named = paths.filter((path) => !path.includes('\n'));
    if (hash === undefined || named.length === 0) return [];
    const input = named.map((path) => `${hash}:${path}\n`).join('');
    try {
      return cut(
        await run(this.#dir, ['cat-file', '--batch', '--buffer'], input, this.#stop.signal),
        named.map((path) => ({ path })),
      );
    } catch {
      return [];
    }
  }

  /** By a ref of ours; where we may not write, git's own patience decides. */
  async keep(id: string): Promise<void> {
    const hash = hashOf(id);
    if (hash !== undefined) await this.#raw('update-ref', keptRef, hash).catch(() => undefined);
  }

  /** True when the work tree differs from HEAD: those edits are ignored, and people should be told. */
  async hasUncommitted(): Promise<boolean> {
    const status = await this.#raw('status', '--porcelain', '--untracked-files=normal').catch(() => '');
    return status.trim() !== '';
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
    const branch = await this.#raw('rev-parse', '--symbolic-full-name', 'HEAD').catch(() => '');
    const folders = [dirname(join(shared, branch.trim()))];
    this.#watcher = await watchPaths(paths, changed, undefined, { settledMs: refSettledMs, folders });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  async #folders(): Promise<readonly string[]> {
    try {
      return (await this.#raw('rev-parse', '--git-dir', '--git-common-dir')).trim().split('\n');
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  /** Where the folder is gone, a spawn says ENOENT as if git were: that would only mislead. */
  async #failure(error: unknown, what = ''): Promise<SourceError> {
    const there = await stat(this.#dir).catch(() => undefined);
    if (there === undefined) return new SourceError(`there is no folder ${this.#dir}`);
    return new SourceError(`${this.#dir}: ${what}${words(error)}`, { cause: error });
  }

  async #raw(...args: readonly string[]): Promise<string> {
    this.#git ??= gitIn(this.#dir).catch((error: unknown) => {
      this.#git = undefined;
      throw error;
    });
    return (await this.#git).raw([...args]);
  }

  async #filesOf(commit: string): Promise<readonly SourceFile[]> {
    return (await this.#files(commit)).map(({ file }) => file);
  }

  /** What is in the same blob at the same path as in the revision that was read last is that file, and not read again. */
  async #files(commit: string): Promise<readonly BlobFile[]> {
    const blobs = blobsOf(await this.#raw('ls-tree', '-r', '-l', '-z', '--full-tree', commit));
    const known = new Map(this.#last.map(({ blob, file }) => [keyOf(blob), file]));
    const ignore = blobs.filter((blob) => blob.path === '.lastmileignore');
    const rules = parseIgnore(firstText(await this.#contents(ignore)));
    const all = wanted(blobs, rules);
    checkBounds(all);
    const unknown = all.filter((blob) => !known.has(keyOf(blob)));
    for (const [at, file] of (await this.#contents(unknown)).entries()) {
      const blob = unknown[at];
      if (blob !== undefined) known.set(keyOf(blob), file);
    }
    return all.flatMap((blob) => {
      const file = known.get(keyOf(blob));
      return file === undefined ? [] : [{ blob, file }];
    });
  }

  /** Reads blobs through one `git cat-file --batch`. */
  async #contents(blobs: readonly Blob[]): Promise<readonly SourceFile[]> {
    if (blobs.length === 0) return [];
    checkBounds(blobs);
    const input = blobs.map((blob) => `${blob.id}\n`).join('');
    return cut(await run(this.#dir, ['cat-file', '--batch', '--buffer'], input, this.#stop.signal), blobs);
  }
}

async function gitIn(baseDir: string): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git');
  return simpleGit({ baseDir, timeout: { block: 30_000 } });
}

/** The branch in `HEAD -> main, other`; `HEAD` where it is on none. */
function branchIn(names: string): string {
  return /^HEAD -> (\S+?)(?:, |$)/.exec(names)?.[1] ?? 'HEAD';
}

function keyOf({ id, path }: Blob): string {
  return `${id} ${path}`;
}

function hashOf(id: string): string | undefined {
  return /@sha1:([0-9a-f]{40,64})$/.exec(id)?.[1];
}

/** The same bounds as for a folder. */
function checkBounds(blobs: readonly Blob[]): void {
  const large = blobs.find(({ octets }) => octets > sourceLimits.fileOctets);
  const all = blobs.reduce((sum, { octets }) => sum + octets, 0);
  if (blobs.length > sourceLimits.files) throw new Error(`more than ${sourceLimits.files} files`);
  if (large !== undefined) throw new Error(`${large.path} is larger than ${sourceLimits.fileOctets / 1024 / 1024} MiB`);
  if (all > sourceLimits.octets) throw new Error('the files together are larger than 1 GiB');
}

function firstText(files: readonly SourceFile[]): string {
  return files[0]?.text ?? '';
}

function wanted(blobs: readonly Blob[], rules: IgnoreRules): readonly Blob[] {
  return blobs.filter((blob) => isDeclaration(blob.path, rules));
}

/** Regular files of `ls-tree -l -z`: links and submodules are not followed. */
function blobsOf(listing: string): readonly Blob[] {
  return listing.split('\0').flatMap((line) => {
    const [, id, octets, path] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line) ?? [];
    return id === undefined || path === undefined ? [] : [{ id, path, octets: Number(octets) }];
  });
}

/** The files in what `git cat-file --batch` says, each after a line with its size. */
function cut(output: Buffer, blobs: readonly Pick<Blob, 'path'>[]): readonly SourceFile[] {
  const files: SourceFile[] = [];
  let at = 0;
  for (const blob of blobs) {
    const end = output.indexOf(10, at);
    const size = Number(output.toString('latin1', at, end).split(' ')[2]);
    if (end < 0 || !Number.isInteger(size)) throw new Error(`git has no contents for ${blob.path}`);
    files.push({ path: blob.path, text: output.toString('utf8', end + 1, end + 1 + size) });
    at = end + 1 + size + 1;
  }
  return files;
}

function run(cwd: string, args: readonly string[], input: string, signal: AbortSignal): Promise<Buffer> {
  return new Promise((done, fail) => {
    const child = spawn('git', args, { cwd, signal, timeout: longestMs, stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', fail);
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done(Buffer.concat(out));
      else if (code === null) fail(new Error('git was ended: it took too long, or lastmile is stopping'));
      else fail(new Error(Buffer.concat(err).toString('utf8').trim() || `git ended with ${code}`));
    });
    child.stdin.end(input);
  });
}

function words(error: unknown): string {
  const message = messageOf(error).trim().split('\n')[0] ?? '';
  return /does not have any commits/.test(message) ? 'the repository has no commit yet' : message;
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { outlineOf, readFolder } from './folder.ts';
import { sealRulesPath } from './selection.ts';
import type { Revision, Source, SourceFile } from './source.ts';
import { watchPaths } from './watch.ts';

/** Of what the folder held when it was read last. */
interface Seen {
  readonly id: string;
  readonly outline: string;
  /** Monotonic milliseconds at which it was first seen to be so. */
  readonly since: number;
  /** It was read again when time had passed: whatever is changed from then on has another time. */
  readonly settled: boolean;
}

/** Two changes within so long may bear the same time, on the coarsest of file systems. */
const settleMs = 5_000;

/**
 * A plain folder: its revision is a hash of its contents. Whoever looks again and again at what does not change has the
 * files read twice, and looked at from then on: with 100,000 subscribers, the digest of them all held up the logins of that
 * moment for 30 ms on a busy machine, twice a minute, and their text was left to the collector.
 */
export class FolderSource implements Source {
  readonly description: string;
  readonly pollMs = 30_000;
  readonly #dir: string;
  readonly #monotonic: () => number;
  #seen: Seen | undefined;
  #watcher: AsyncDisposable | undefined;

  /** @param monotonic milliseconds */
  constructor(dir: string, monotonic: () => number = () => performance.now()) {
    this.#dir = dir;
    this.#monotonic = monotonic;
    this.description = `the folder ${dir}`;
  }

  async read(known?: string): Promise<Revision | undefined> {
    const since = this.#monotonic();
    const outline = await outlineOf(this.#dir);
    const before = this.#seen?.outline === outline ? this.#seen : undefined;
    if (before?.settled === true && before.id === known) return undefined;
    const { files } = await readFolder(this.#dir);
    const id = folderRevision(files);
    const same = before?.id === id ? before : undefined;
    this.#seen =
      same === undefined
        ? { id, outline, since, settled: false }
        : { ...same, settled: same.settled || since - same.since >= settleMs };
    return id === known ? undefined : { id, files };
  }

  async readFiles(_id: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
    const found = await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(join(this.#dir, path), 'utf8').catch(() => undefined);
        return text === undefined ? [] : [{ path, text }];
      }),
    );
    return found.flat();
  }

  async watch(changed: () => void, leftOut: readonly string[] = []): Promise<void> {
    const hidden = (path: string) =>
      basename(path).startsWith('.') && !['.lastmileignore', sealRulesPath].includes(basename(path));
    const ignored = (path: string) => path !== this.#dir && (hidden(path) || leftOut.includes(path));
    this.#watcher = await watchPaths([this.#dir], changed, ignored);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
  }
}

/** The revision of a set of files: the same files in any order have the same. */
export function folderRevision(files: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path.length}:${path}${Buffer.byteLength(text)}:`).update(text);
  }
  return `folder@sha256:${hash.digest('hex')}`;
}

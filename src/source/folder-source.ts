import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readFolder } from './folder.ts';
import type { Revision, Source, SourceFile } from './source.ts';
import { watchPaths } from './watch.ts';

/** A plain folder: its revision is a hash of its contents. */
export class FolderSource implements Source {
  readonly description: string;
  readonly pollMs = 30_000;
  readonly #dir: string;
  #watcher: AsyncDisposable | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.description = `the folder ${dir}`;
  }

  async read(known?: string): Promise<Revision | undefined> {
    const { files } = await readFolder(this.#dir);
    const id = folderRevision(files);
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
    const hidden = (path: string) => basename(path).startsWith('.') && basename(path) !== '.lastmileignore';
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

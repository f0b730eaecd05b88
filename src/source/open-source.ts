import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SourceError } from './errors.ts';
import { FolderSource } from './folder-source.ts';
import { GitSource } from './git-source.ts';
import type { Source } from './source.ts';

/**
 * The source a folder stands for: with `.git` in it, or of a bare repository, commits of HEAD; else the folder itself.
 *
 * @throws SourceError when there is no such folder
 */
export async function openSource(dir: string): Promise<Source> {
  const root = resolve(dir);
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw new SourceError(`there is no folder ${root}`);
  if (!found.isDirectory()) throw new SourceError(`${root} is not a folder`);
  const isGit = (await isThere(join(root, '.git'))) || (await isBare(root));
  return isGit ? new GitSource(root) : new FolderSource(root);
}

/** What `git init --bare` makes: the insides of a `.git`, with no work tree around them. */
async function isBare(root: string): Promise<boolean> {
  const found = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => isThere(join(root, name))));
  return found.every((each) => each);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

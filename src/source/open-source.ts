import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SourceError } from './errors.ts';
import { FolderSource } from './folder-source.ts';
import { GitSource } from './git-source.ts';
import type { Source } from './source.ts';

/**
 * The source a folder stands for: with `.git` in it, commits of HEAD; without, the folder itself.
 *
 * @throws SourceError when there is no such folder
 */
export async function openSource(dir: string): Promise<Source> {
  const root = resolve(dir);
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw new SourceError(`there is no folder ${root}`);
  if (!found.isDirectory()) throw new SourceError(`${root} is not a folder`);
  const git = await stat(join(root, '.git')).catch(() => undefined);
  return git === undefined ? new FolderSource(root) : new GitSource(root);
}

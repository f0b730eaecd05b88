import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';
import { SourceError } from './errors.ts';
import { type IgnoreRules, isYamlName, parseIgnore, sealRulesPath } from './selection.ts';
import type { SourceFile } from './source.ts';

export interface FolderContent {
  /** Every `*.yaml` and `*.yml` that is read, by path; with them the `.sops.yaml` at the top. */
  readonly files: readonly SourceFile[];
  /** YAML files and folders that are left out, by path: hidden, listed in `.lastmileignore`, or leading out of the root. */
  readonly ignored: readonly string[];
}

export const sourceLimits = {
  files: 200_000,
  depth: 64,
  fileOctets: 64 * 1024 * 1024,
  octets: 1024 * 1024 * 1024,
} as const;

interface Walk {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly paths: string[];
  readonly ignored: string[];
}

/**
 * Reads the YAML files below a folder. Names that begin with a dot and what `.lastmileignore` lists are left out; symbolic
 * links are followed only when they stay below the root and do not lead back up.
 *
 * @throws SourceError when something cannot be read or a bound is passed
 */
export function readFolder(dir: string): Promise<FolderContent> {
  return withPaths(dir, async ({ root, paths, ignored }) => {
    const files = await readFiles(root, paths.sort(compare));
    return { files, ignored: ignored.sort(compare) };
  });
}

/**
 * What tells without reading them whether files are those of before: of each its path, inode, size, and when the system
 * changed it last, which nobody can set.
 *
 * @throws SourceError as `readFolder` does
 */
export function outlineOf(dir: string): Promise<string> {
  return withPaths(dir, async ({ root, paths }) => {
    const lines: string[] = [];
    for (const path of paths.sort(compare)) {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(join(root, path), { bigint: true });
      lines.push(`${path}\0${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`);
    }
    return lines.join('\n');
  });
}

async function withPaths<T>(dir: string, use: (walk: Walk) => Promise<T>): Promise<T> {
  try {
    const root = await realpath(dir);
    if (!(await stat(root)).isDirectory()) throw new SourceError(`${dir} is not a folder`);
    const walk: Walk = { root, rules: parseIgnore(await ignoreFile(root)), paths: [], ignored: [] };
    await walkFolder(walk, '', new Set([root]));
    return await use(walk);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError(`${dir} cannot be read: ${reason(error)}`, { cause: error });
  }
}

async function ignoreFile(root: string): Promise<string> {
  try {
    return await readFile(join(root, '.lastmileignore'), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

async function walkFolder(walk: Walk, folder: string, above: ReadonlySet<string>): Promise<void> {
  if (above.size > sourceLimits.depth)
    throw new SourceError(`${folder} lies deeper than ${sourceLimits.depth} folders`);
  for (const entry of await readdir(join(walk.root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const target = entry.isSymbolicLink()
      ? await linkTarget(walk.root, path)
      : { file: entry.isFile(), folder: entry.isDirectory() };
    const isHidden = entry.name.startsWith('.') && path !== sealRulesPath;
    if (target === undefined || isHidden || walk.rules(path, target.folder)) {
      if (target?.folder !== false || isYamlName(entry.name)) walk.ignored.push(path);
    } else if (target.folder) {
      const real = entry.isSymbolicLink() ? await realpath(join(walk.root, path)) : join(walk.root, path);
      if (above.has(real)) walk.ignored.push(path);
      else await walkFolder(walk, path, new Set([...above, real]));
    } else if (target.file && isYamlName(entry.name)) {
      walk.paths.push(path);
      if (walk.paths.length > sourceLimits.files) throw new SourceError(`more than ${sourceLimits.files} files`);
    }
  }
}

/** What a link leads to; `undefined` when to nothing, or out of the root. */
async function linkTarget(root: string, path: string): Promise<{ file: boolean; folder: boolean } | undefined> {
  try {
    const real = await realpath(join(root, path));
    const below = relative(root, real);
    if (below === '' || below.split(sep)[0] === '..') return undefined;
    const found = await lstat(real);
    return { file: found.isFile(), folder: found.isDirectory() };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}

async function readFiles(root: string, paths: readonly string[]): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  let octets = 0;
  for (const path of paths) {
    const { size } = await stat(join(root, path));
    octets += size;
    if (size > sourceLimits.fileOctets)
      throw new SourceError(`${path} is larger than ${sourceLimits.fileOctets / 1024 / 1024} MiB`);
    if (octets > sourceLimits.octets) throw new SourceError('the files together are larger than 1 GiB');
    files.push({ path, text: await readFile(join(root, path), 'utf8') });
  }
  return files;
}

function reason(error: unknown): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'it is not there',
    EACCES: 'no permission',
    ENOTDIR: 'it is not a folder',
  };
  return words[codeOf(error) ?? ''] ?? messageOf(error);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { GitError } from '../git/errors.ts';
import type { Repository } from '../git/repository.ts';
import type { TreeEntry } from '../git/tree-object.ts';
import { sourceLimits } from './folder.ts';
import { type IgnoreRules, isYamlName, parseIgnore, sealRulesPath } from './selection.ts';
import type { SourceFile } from './source.ts';

/** A folder of a commit, with the files of it that are read. What did not change is one object with that of before. */
export interface TreeFolder {
  readonly id: string;
  /** Of `.lastmileignore`, which decides about all below. */
  readonly ignoreId: string | undefined;
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly folders: ReadonlyMap<string, TreeFolder>;
  /** Links and repositories within, which are not followed. */
  readonly passedOver: readonly string[];
}

interface TreeFile {
  readonly id: string;
  readonly file: SourceFile;
}

/** A folder whose entries are looked at next. */
interface Draft {
  readonly path: string;
  readonly before: TreeFolder | undefined;
  readonly folder: TreeFolder & {
    readonly files: Map<string, TreeFile>;
    readonly folders: Map<string, TreeFolder>;
    readonly passedOver: string[];
  };
}

interface Wanted {
  readonly draft: Draft;
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** Also of those that one tree stands for many times: it could stand for billions. */
const mostFolders = 200_000;
const ignoreName = '.lastmileignore';

/**
 * Reads what is declared in a folder of a commit: of folders and files that are those of `before`, nothing is read again.
 *
 * @param root id of its tree
 * @throws GitError when an object cannot be read or a bound is passed
 */
export async function readTree(repository: Repository, root: string, before?: TreeFolder): Promise<TreeFolder> {
  if (before?.id === root) return before;
  const [entries = []] = await repository.trees([root]);
  const ignoreId = entries.find(({ name, type }) => name === ignoreName && type === 'file')?.id;
  const rules = parseIgnore(ignoreId === undefined ? '' : await textOf(repository, ignoreId));
  const sameRules = before?.ignoreId === ignoreId;
  const known = sameRules ? new Map<string, TreeFile>() : filesByPath(before);
  const top = draftOf('', { id: root, ignoreId }, sameRules ? before : undefined);
  const wanted: Wanted[] = [];
  const budget = { folders: mostFolders };
  let level = [top];
  let listings: readonly (readonly TreeEntry[])[] = [entries];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > sourceLimits.depth) throw new GitError(`it is deeper than ${sourceLimits.depth} folders`);
    const below = level.flatMap((draft, at) =>
      placeEntries(draft, listings[at] ?? [], { rules, known, wanted, budget }),
    );
    if (wanted.length > sourceLimits.files) throw new GitError(`more than ${sourceLimits.files} files`);
    level = below;
    listings = await listingsOf(repository, below);
  }
  await readWanted(repository, wanted);
  return top.folder;
}

/** Every file of a folder and those below, folder by folder. */
export function filesIn(folder: TreeFolder, into: SourceFile[] = []): readonly SourceFile[] {
  for (const { file } of folder.files.values()) into.push(file);
  for (const below of folder.folders.values()) filesIn(below, into);
  if (into.length > sourceLimits.files) throw new GitError(`more than ${sourceLimits.files} files`);
  return into;
}

/** Links and repositories in a folder and those below, which are not followed. */
export function passedOverIn(folder: TreeFolder): readonly string[] {
  return [...folder.passedOver, ...[...folder.folders.values()].flatMap(passedOverIn)];
}

interface Selection {
  readonly rules: IgnoreRules;
  /** By path, where the rules of before are not those of now. */
  readonly known: ReadonlyMap<string, TreeFile>;
  readonly wanted: Wanted[];
  readonly budget: { folders: number };
}

/** Puts what a folder lists into it, in that order; what is yet to be read by name only. @returns folders to be listed */
function placeEntries(draft: Draft, entries: readonly TreeEntry[], selection: Selection): Draft[] {
  const { rules, known, wanted, budget } = selection;
  const below: Draft[] = [];
  const { folder, before } = draft;
  for (const { name, id, type } of entries) {
    const path = draft.path === '' ? name : `${draft.path}/${name}`;
    if ((name.startsWith('.') && path !== sealRulesPath) || rules(path, type === 'folder')) continue;
    if (type === 'submodule' || (type === 'link' && isYamlName(name))) folder.passedOver.push(path);
    else if (type === 'folder') {
      const old = before?.folders.get(name);
      if (old?.id === id) {
        folder.folders.set(name, old);
        continue;
      }
      const next = draftOf(path, { id, ignoreId: undefined }, old);
      folder.folders.set(name, next.folder);
      below.push(next);
      budget.folders -= 1;
      if (budget.folders < 0) throw new GitError(`more than ${mostFolders} folders are in it`);
    } else if (type === 'file' && isYamlName(name)) {
      const old = before?.files.get(name) ?? known.get(path);
      const same = old?.id === id ? old : undefined;
      folder.files.set(name, same ?? { id, file: { path, text: '' } });
      if (same === undefined) wanted.push({ draft, name, id, path });
    }
  }
  return below;
}

/** Of many folders that are the same, one is read. */
async function listingsOf(repository: Repository, drafts: readonly Draft[]) {
  const ids = [...new Set(drafts.map(({ folder }) => folder.id))];
  const listings = await repository.trees(ids);
  const byId = new Map(ids.map((id, at) => [id, listings[at] ?? []]));
  return drafts.map(({ folder }) => byId.get(folder.id) ?? []);
}

function draftOf(path: string, head: Pick<TreeFolder, 'id' | 'ignoreId'>, before: TreeFolder | undefined): Draft {
  return { path, before, folder: { ...head, files: new Map(), folders: new Map(), passedOver: [] } };
}

async function readWanted(repository: Repository, wanted: readonly Wanted[]): Promise<void> {
  const found = await repository.objects(
    wanted.map(({ id }) => id),
    {
      largest: sourceLimits.fileOctets,
      altogether: sourceLimits.octets,
      nameOf: (at) => wanted[at]?.path ?? 'a file',
    },
  );
  for (const [at, { draft, name, id, path }] of wanted.entries()) {
    const object = found[at];
    if (object?.type !== 'blob') throw new GitError(`there are no contents of ${path}`);
    draft.folder.files.set(name, { id, file: { path, text: object.octets.toString('utf8') } });
  }
}

async function textOf(repository: Repository, id: string): Promise<string> {
  const [found] = await repository.objects([id], { largest: sourceLimits.fileOctets, nameOf: () => ignoreName });
  return found?.octets.toString('utf8') ?? '';
}

function filesByPath(folder: TreeFolder | undefined, path = '', into = new Map<string, TreeFile>()) {
  if (folder === undefined) return into;
  for (const [name, file] of folder.files) into.set(`${path}${name}`, file);
  for (const [name, below] of folder.folders) filesByPath(below, `${path}${name}/`, into);
  return into;
}

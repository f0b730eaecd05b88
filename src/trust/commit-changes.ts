import type { Commit } from '../git/commit-object.ts';
import { GitError } from '../git/errors.ts';
import type { Repository } from '../git/repository.ts';
import type { ChangedFile } from './check-limits.ts';

/** A version of a file that is larger is not looked into: it is nobody's. */
const largest = 64 * 1024 * 1024;

/**
 * The tree that git makes of the parents of a commit by itself: what differs from it is what the committer did. Of a commit
 * with one parent that parent's, of the first one none.
 *
 * @returns `undefined` where git cannot make one: of more than two parents, and before 2.38
 */
export async function treeOfParents(repository: Repository, commit: Commit): Promise<string | undefined> {
  const [first, second, ...more] = commit.parents;
  if (first === undefined) return await emptyTree(repository);
  if (second === undefined) return (await repository.commit(first))?.tree;
  if (more.length > 0) return undefined;
  // Where both have changed the same lines it ends with 1, and its tree holds both: then his are the lines that hold neither.
  const { code, out } = await repository.try(['merge-tree', '--write-tree', '--no-messages', first, second]);
  const [, tree] = /^([0-9a-f]{40,64})\n/.exec(out) ?? [];
  return code === 0 || code === 1 ? tree : undefined;
}

/** Files that differ between two trees, below a folder; empty for all. @throws GitError */
export async function changesBetween(
  repository: Repository,
  { from, to, path }: { readonly from: string; readonly to: string; readonly path: string },
): Promise<readonly ChangedFile[]> {
  const below = path === '' ? [] : ['--', `:(top,literal)${path}`];
  const listed = await repository.run([
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    from,
    to,
    ...below,
  ]);
  const fields = listed.split('\0').slice(0, -1);
  const files: { path: string; before: string; after: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , before = '', after = ''] = fields[at]?.split(' ') ?? [];
    const name = fields[at + 1] ?? '';
    files.push({ path: path === '' ? name : name.slice(path.length + 1), before, after });
  }
  const ids = [...new Set(files.flatMap(({ before, after }) => [before, after]))].filter((id) => !/^0+$/.test(id));
  const objects = await repository.objects(ids, { largest, altogether: 16 * largest });
  const texts = new Map(ids.map((id, at) => [id, objects[at]?.octets.toString('utf8') ?? '']));
  return files.map((file) => {
    const [before, after] = [texts.get(file.before), texts.get(file.after)];
    return {
      path: file.path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
  });
}

async function emptyTree(repository: Repository): Promise<string> {
  const id = (await repository.run(['hash-object', '-t', 'tree', '-w', '--stdin'])).trim();
  if (!/^[0-9a-f]{40,64}$/.test(id)) throw new GitError('git made no empty tree');
  return id;
}

import { GitError } from '../git/errors.ts';
import { isRefName } from '../git/ref-choice.ts';
import type { Repository } from '../git/repository.ts';
import type { SourceFile } from './source.ts';

export interface BranchCommit {
  /** The commit it comes after, by its id. */
  readonly base: string;
  readonly branch: string;
  readonly message: string;
  /** Files as they are to be; the others stay. */
  readonly files: readonly SourceFile[];
}

/**
 * Makes a commit on a new branch. Nothing is checked out: neither the work tree nor the index is touched, so it works in a
 * bare repository, too.
 *
 * @returns its id @throws GitError when there is such a branch, or git refuses
 */
export async function commitOnBranch(repository: Repository, commit: BranchCommit): Promise<string> {
  const { base, branch, message, files } = commit;
  const ref = `refs/heads/${branch}`;
  if (!isRefName(branch)) throw new GitError(`${branch} is no name of a branch`);
  if ((await repository.commit(ref)) !== undefined)
    throw new GitError(`there is a branch ${branch} already: name another with --branch, or take it away`);
  const root = await repository.treeAt(base, '');
  if (root === undefined) throw new GitError(`there is no commit ${base}`);
  const tree = await treeWith(repository, root, new Map(files.map(({ path, text }) => [path, text])));
  const isSigned = await repository.try(['config', '--type=bool', '--get', 'commit.gpgsign']);
  const sign = isSigned.out.trim() === 'true' ? ['-S'] : [];
  const made = (await repository.run(['commit-tree', ...sign, '-p', base, '-F', '-', tree], { input: message })).trim();
  await repository.run(['update-ref', '-m', 'lastmile writeback', ref, made, '0'.repeat(made.length)]);
  return made;
}

/** The tree with other texts in it. */
async function treeWith(repository: Repository, tree: string, texts: ReadonlyMap<string, string>): Promise<string> {
  const below = new Map<string, Map<string, string>>();
  const here = new Map<string, string>();
  for (const [path, text] of texts) {
    const [first = '', ...rest] = path.split('/');
    if (rest.length === 0) here.set(first, text);
    else below.set(first, (below.get(first) ?? new Map<string, string>()).set(rest.join('/'), text));
  }
  const listed = (await repository.run(['ls-tree', '-z', tree])).split('\0').filter((line) => line !== '');
  const lines: string[] = [];
  for (const line of listed) {
    const [head = '', name = ''] = line.split('\t');
    const [mode = '', type = '', id = ''] = head.split(' ');
    const [text, folder] = [here.get(name), below.get(name)];
    const written =
      text !== undefined && type === 'blob'
        ? (await repository.run(['hash-object', '-w', '--stdin'], { input: text })).trim()
        : folder !== undefined && type === 'tree'
          ? await treeWith(repository, id, folder)
          : id;
    lines.push(`${mode} ${type} ${written}\t${name}`);
  }
  return (await repository.run(['mktree', '-z'], { input: `${lines.join('\0')}\0` })).trim();
}

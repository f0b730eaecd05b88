import { simpleGit } from 'simple-git';
import { LastmileError, messageOf } from '../base/errors.ts';

/** The commit could not be made; what is served is rolled back all the same. */
export class RevertCommitError extends LastmileError {
  readonly code = 'LM_REVERT_COMMIT';
  readonly retry = 'never';
}

/**
 * Makes a commit on the branch of HEAD that has the files as they were: of any number of commits, and of merges, in one. A work
 * tree is brought along; where its own edits are in the way nothing is done.
 *
 * @returns its hash
 * @throws RevertCommitError when HEAD went on meanwhile, or git refuses
 */
export async function revertCommit(
  dir: string,
  { from, to }: { readonly from: string; readonly to: string },
  reason: string,
): Promise<string> {
  try {
    const git = simpleGit({ baseDir: dir });
    const [bad, good] = [hashOf(from), hashOf(to)];
    const head = (await git.raw('rev-parse', '--verify', 'HEAD')).trim();
    if (head !== bad) throw new Error(`HEAD is ${head} by now, and not what was rolled back`);
    const subject = (await git.raw('log', '-1', '--format=%s', bad)).trim();
    const message = `Revert "${subject}"\n\nThe files are those of ${good} again.\n\n${reason}\n`;
    const signs = await git.raw('config', '--type=bool', '--default=false', '--get', 'commit.gpgsign');
    const sign = signs.trim() === 'true' ? ['-S'] : [];
    const made = await git.raw('commit-tree', ...sign, '-p', bad, '-m', message, `${good}^{tree}`);
    const isBare = (await git.raw('rev-parse', '--is-bare-repository')).trim() === 'true';
    if (isBare) await git.raw('update-ref', '-m', 'lastmile rollback', 'HEAD', made.trim(), bad);
    else await git.raw('merge', '--ff-only', '--quiet', made.trim());
    return made.trim();
  } catch (error) {
    const words = messageOf(error).trim().split('\n')[0] ?? '';
    throw new RevertCommitError(`${to} is served, but ${dir} has no commit that reverts ${from}: ${words}`, {
      cause: error,
    });
  }
}

function hashOf(id: string): string {
  const hash = /@sha1:([0-9a-f]{40,64})$/.exec(id)?.[1];
  if (hash === undefined) throw new Error(`${id} is no commit`);
  return hash;
}

import { simpleGit } from 'simple-git';
import { messageOf } from '../base/errors.ts';
import { GitError } from '../git/errors.ts';

/** Pushes a new branch as whoever runs it would, with his own settings and credentials. @throws GitError */
export async function pushBranch(dir: string, remote: string, branch: string): Promise<void> {
  try {
    await simpleGit({ baseDir: dir }).raw('push', '--quiet', '--', remote, `refs/heads/${branch}:refs/heads/${branch}`);
  } catch (error) {
    throw new GitError(messageOf(error).trim().split('\n').at(-1) ?? 'git push failed', { cause: error });
  }
}

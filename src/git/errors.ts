import { LastmileError } from '../base/errors.ts';

/** git did not do what it was asked: no repository, a remote that is away, an object that is not there, or no git. */
export class GitError extends LastmileError {
  readonly code = 'LM_GIT';
  readonly retry = 'backoff';
}

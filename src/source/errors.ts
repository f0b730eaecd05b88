import { LastmileError } from '../base/errors.ts';

/** The declarations could not be read: the folder is not there, git fails, a file is too big. */
export class SourceError extends LastmileError {
  readonly code = 'LM_SOURCE';
  readonly retry = 'backoff';
}

import { LastmileError } from '../base/errors.ts';

/** What was asked cannot be meant. The caller must change it: status 400, exit 64. */
export class RequestError extends LastmileError {
  readonly code = 'LM_REQUEST';
  readonly retry = 'never';
}

/** What was asked means several things; the message lists them. Status 409, exit 1. */
export class AmbiguousError extends LastmileError {
  readonly code = 'LM_AMBIGUOUS';
  readonly retry = 'never';
}

/** What was asked must not be done, or not yet. Status 422, exit 4. */
export class RefusedError extends LastmileError {
  readonly code = 'LM_REFUSED';
  readonly retry = 'never';
}

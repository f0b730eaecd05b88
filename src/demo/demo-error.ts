import { LastmileError } from '../base/errors.ts';

/** What the tour announced did not happen. The message says what was seen instead. */
export class DemoError extends LastmileError {
  readonly code = 'LM_DEMO';
  readonly retry = 'never';
}

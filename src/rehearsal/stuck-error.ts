import { LastmileError } from '../base/errors.ts';

/** Something of a rehearsal does not come to its end. */
export class StuckError extends LastmileError {
  readonly code = 'LM_REHEARSAL_STUCK';
  readonly retry = 'never';

  constructor() {
    super('half an hour of the rehearsal went by and this step had not ended');
  }
}

import { LastmileError, messageOf } from '../base/errors.ts';

/** A record cannot be stored now. The NAS gets no answer and sends it again (RFC 2866 §4.2). */
export class AccountingUnavailableError extends LastmileError {
  readonly code = 'LM_ACCOUNTING_UNAVAILABLE';
  readonly retry = 'backoff';

  constructor(why: string, cause?: unknown) {
    super(`accounting record not stored: ${why}${cause === undefined ? '' : ` (${messageOf(cause)})`}`, { cause });
  }
}

/** A commit of the journal whose checksum does not hold. */
export class JournalDamagedError extends LastmileError {
  readonly code = 'LM_JOURNAL_DAMAGED';
  readonly retry = 'never';
  readonly sequence: number;

  constructor(sequence: number, what: string, cause?: unknown) {
    super(`accounting journal, commit ${sequence}: ${what}`, { cause });
    this.sequence = sequence;
  }
}

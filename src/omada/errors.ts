import { printable } from '../base/bytes.ts';
import { LastmileError } from '../base/errors.ts';

/** No connection, nobody who answers on it, or no whole answer in time. */
export class OmadaUnreachableError extends LastmileError {
  readonly code = 'LM_OMADA_UNREACHABLE';
  readonly retry = 'backoff';
  /** It did connect, and may have done what was asked. */
  readonly timedOut: boolean;

  constructor(
    controller: string,
    what: string,
    options: { readonly cause?: unknown; readonly timedOut?: boolean } = {},
  ) {
    super(`Omada controller ${controller} ${what}`, { cause: options.cause });
    this.timedOut = options.timedOut ?? false;
  }
}

/** The controller showed another certificate than the declaration allows. Nothing was sent to it. */
export class OmadaUntrustedError extends LastmileError {
  readonly code = 'LM_OMADA_UNTRUSTED';
  readonly retry = 'never';

  constructor(controller: string, what: string, cause?: unknown) {
    super(`Omada controller ${controller} ${what}`, { cause });
  }
}

/** What came back is no answer of a controller that we know. */
export class OmadaAnswerError extends LastmileError {
  readonly code = 'LM_OMADA_ANSWER';
  readonly retry: 'backoff' | 'never';

  constructor(controller: string, what: string, retry: 'backoff' | 'never' = 'never') {
    super(`Omada controller ${controller} ${what}`);
    this.retry = retry;
  }
}

/** The controller answered with an error code. */
export class OmadaRefusedError extends LastmileError {
  readonly code = 'LM_OMADA_REFUSED';
  readonly retry: 'backoff' | 'never';
  readonly errorCode: number;

  constructor(
    controller: string,
    refusal: { readonly errorCode: number; readonly words: string; readonly busy: boolean },
  ) {
    super(`Omada controller ${controller}: ${printable(refusal.words)} (${refusal.errorCode})`);
    this.retry = refusal.busy ? 'backoff' : 'never';
    this.errorCode = refusal.errorCode;
  }
}

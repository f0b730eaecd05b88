import { printable } from '../base/bytes.ts';
import { LastmileError } from '../base/errors.ts';

/** The account may log in but not see secrets: comparing against the mask would make changes without end. */
export class RouterHidesSecretsError extends LastmileError {
  readonly code = 'LM_SECRETS_HIDDEN';
  readonly retry = 'never';
  readonly router: string;

  constructor(router: string, menu: string) {
    super(
      `router ${router} hides the secrets of ${menu} from our account: add the policy "sensitive" to its group, ` +
        '/user/group/set GROUP policy=sensitive',
    );
    this.router = router;
  }
}

/** A version of which nothing is known. */
export class RouterOsTooOldError extends LastmileError {
  readonly code = 'LM_ROUTER_VERSION';
  readonly retry = 'never';
  readonly router: string;

  constructor(router: string, version: string, oldest: string) {
    super(`router ${router} has RouterOS ${version}; ${oldest} is the oldest that is known: upgrade it`);
    this.router = router;
  }
}

/** The router was told to end a session, and still shows it. */
export class SessionStaysError extends LastmileError {
  readonly code = 'LM_SESSION_STAYS';
  readonly retry = 'backoff';
  readonly router: string;

  constructor(router: string, username: string, sessionId: string) {
    super(`router ${router} still shows session ${sessionId} of ${printable(username)} after it was removed`);
    this.router = router;
  }
}

/** The router has no command for it; a person can do it. */
export class DoneByHandError extends LastmileError {
  readonly code = 'LM_BY_HAND';
  readonly retry = 'never';

  constructor(identity: string, advice: string, cause: unknown) {
    super(`${printable(identity)} is missing. ${advice}`, { cause });
  }
}

/** This RouterOS lacks a setting that is declared; a person can do without it, or upgrade. */
export class FieldUnknownError extends LastmileError {
  readonly code = 'LM_FIELD_UNKNOWN';
  readonly retry = 'never';

  constructor(field: string, advice: string, cause: unknown) {
    super(`the router does not know ${field}. ${advice}`, { cause });
  }
}

/** A row is to be moved that is not there, or in front of one that is not. */
export class RowMissingError extends LastmileError {
  readonly code = 'LM_ROW_MISSING';
  readonly retry = 'never';

  constructor(menu: string, identity: string) {
    super(`${menu} has no row ${printable(identity)}`);
  }
}

import { printable } from '../base/bytes.ts';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';

/** Which router an error is about: its name in the repository and where we dialled. */
export interface RouterAddress {
  readonly router: string;
  readonly host: string;
  readonly port: number;
}

export type UnreachableReason = 'refused' | 'timeout' | 'unknown-name' | 'no-route' | 'other';

/** No connection, or nobody who answers on it. */
export class RouterUnreachableError extends LastmileError {
  readonly code = 'LM_ROUTER_UNREACHABLE';
  readonly retry = 'backoff';
  readonly router: string;
  readonly reason: UnreachableReason;

  constructor(at: RouterAddress, reason: UnreachableReason, cause?: unknown) {
    super(`${named(at)} ${unreachableText(reason, at, cause)}`, { cause });
    this.router = at.router;
    this.reason = reason;
  }
}

/** The router did not take user name and password. */
export class RouterLoginError extends LastmileError {
  readonly code = 'LM_ROUTER_LOGIN';
  readonly retry: 'backoff' | 'never';
  readonly router: string;

  constructor(at: RouterAddress, username: string, reason: string) {
    super(
      `${named(at)} refused the login of user "${printable(username)}": ${printable(reason)}. ` +
        'Check api.username and api.password, that the group of the user has the policy "api", ' +
        'and that /user does not limit it to other addresses',
    );
    this.retry = reason.includes('radius timeout') ? 'backoff' : 'never';
    this.router = at.router;
  }
}

/** RouterOS before 6.43: it wants the challenge login, which we do not speak. */
export class RouterTooOldError extends LastmileError {
  readonly code = 'LM_ROUTER_TOO_OLD';
  readonly retry = 'never';
  readonly router: string;

  constructor(at: RouterAddress) {
    super(
      `${named(at)} answered the login with a challenge, as RouterOS before 6.43 does: not supported. ` +
        'Upgrade it, and change the password: it has just crossed the network in clear',
    );
    this.router = at.router;
  }
}

export interface Trap {
  readonly message: string;
  /** 0 missing item or command, 1 bad value, 2 interrupted, 3 scripting, 4 general, 5 API, 6 TTY, 7 `:return`. */
  readonly category?: number;
}

/** The router refused one command; the connection goes on. That something was changed is not excluded. */
export class RouterTrapError extends LastmileError {
  readonly code = 'LM_ROUTER_TRAP';
  readonly retry: 'backoff' | 'never';
  readonly router: string;
  readonly command: string;
  readonly traps: readonly Trap[];
  readonly #at: RouterAddress;

  constructor(at: RouterAddress, command: string, traps: readonly Trap[]) {
    super(`${named(at)} refused ${command}: ${traps.map((trap) => printable(trap.message)).join('; ')}`);
    this.retry = traps.every(isPassing) ? 'backoff' : 'never';
    this.router = at.router;
    this.command = command;
    this.traps = traps;
    this.#at = at;
  }

  /** The same in other words. */
  retold(words: (message: string) => string): RouterTrapError {
    const traps = this.traps.map((trap) => ({ ...trap, message: words(trap.message) }));
    return new RouterTrapError(this.#at, this.command, traps);
  }

  /** Whether this router has no such command: its RouterOS is too old, or a package is missing. */
  get knowsNoCommand(): boolean {
    return this.traps.some((trap) => trap.message.startsWith('no such command'));
  }

  /** The property this router does not know, where that is what it says. */
  get unknownParameter(): string | undefined {
    const names = this.traps.map(({ message }) => /^unknown parameter (\S+)$/.exec(message.trim())?.[1]);
    return names.find((name) => name !== undefined);
  }

  /** Whether the command ended because it was cancelled. */
  get interrupted(): boolean {
    return this.traps.some((trap) => trap.category === 2);
  }
}

/** The router said `!fatal` and hung up. */
export class RouterFatalError extends LastmileError {
  readonly code = 'LM_ROUTER_FATAL';
  readonly retry = 'backoff';
  readonly router: string;
  readonly reason: string;

  constructor(at: RouterAddress, reason: string) {
    super(`${named(at)} ended the connection: ${reason === '' ? 'no reason given' : printable(reason)}`);
    this.router = at.router;
    this.reason = reason;
  }
}

export type ClosedBy = 'router' | 'router-at-login' | 'us';

/** The connection ended, by either side, without a word. Commands under way may or may not have been carried out. */
export class RouterClosedError extends LastmileError {
  readonly code = 'LM_ROUTER_CLOSED';
  readonly retry = 'backoff';
  readonly router: string;
  readonly by: ClosedBy;

  constructor(at: RouterAddress, by: ClosedBy, cause?: unknown) {
    super(`${named(at)}: ${closedText(by)}${cause === undefined ? '' : ` (${messageOf(cause)})`}`, { cause });
    this.router = at.router;
    this.by = by;
  }
}

/** A command did not end in its time. It may or may not have been carried out. */
export class RouterTimeoutError extends LastmileError {
  readonly code = 'LM_ROUTER_TIMEOUT';
  readonly retry = 'backoff';
  readonly router: string;
  readonly command: string;

  constructor(at: RouterAddress, command: string, what: string) {
    super(`${named(at)}: ${command} ${what}`);
    this.router = at.router;
    this.command = command;
  }
}

/** What came is not the RouterOS API, or more than we take. */
export class RouterProtocolError extends LastmileError {
  readonly code = 'LM_ROUTER_PROTOCOL';
  readonly retry = 'backoff';
  readonly router: string;

  constructor(at: RouterAddress, what: string, cause?: unknown) {
    super(`${named(at)}: ${what}`, { cause });
    this.router = at.router;
  }
}

/** Why a TCP connection did not come about. */
export function unreachableReason(error: unknown): UnreachableReason {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown-name';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no-route';
    default:
      return 'other';
  }
}

function named({ router, host, port }: RouterAddress): string {
  return `router ${router} (${host.includes(':') ? `[${host}]` : host}:${port})`;
}

function isPassing({ message, category }: Trap): boolean {
  return category === 2 || message.startsWith('std failure: timeout');
}

function unreachableText(reason: UnreachableReason, { host, port }: RouterAddress, cause: unknown): string {
  switch (reason) {
    case 'refused':
      return (
        `refused the connection. Is the api service enabled on port ${port}? On the router: ` +
        `/ip/service/enable api (and /ip/service/print shows its port)`
      );
    case 'timeout':
      return `did not answer. Is ${host} its address, and does its firewall let us reach port ${port}?`;
    case 'unknown-name':
      return `was not found: no address is known for the name "${host}"`;
    case 'no-route':
      return `cannot be reached: there is no route to ${host} from here`;
    case 'other':
      return `could not be reached${cause === undefined ? '' : `: ${messageOf(cause)}`}`;
    default:
      return reason satisfies never;
  }
}

function closedText(by: ClosedBy): string {
  switch (by) {
    case 'us':
      return 'the connection was closed by us';
    case 'router':
      return 'the router closed the connection';
    case 'router-at-login':
      return (
        'the router closed the connection before the login was answered. ' +
        'Does the "address" of /ip/service let us in, are its max-sessions used up, or is this the port of api-ssl?'
      );
    default:
      return by satisfies never;
  }
}

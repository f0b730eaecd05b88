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

/** What it shows for a certificate is not what was declared: nothing was said to it. */
export class RouterUntrustedError extends LastmileError {
  readonly code = 'LM_ROUTER_UNTRUSTED';
  readonly retry = 'never';
  readonly router: string;

  constructor(at: RouterAddress, shows: string, cause?: unknown) {
    super(`${named(at)} shows ${shows}`, { cause });
    this.router = at.router;
  }
}

/** `anonymous`: it has no certificate. `plain`: what is there speaks no TLS. `silent`, `closed`: nobody can tell. */
export type TlsTrouble = 'anonymous' | 'plain' | 'silent' | 'closed' | 'failed' | 'wanted';

/** TLS did not come about, or is wanted where we speak plainly. */
export class RouterTlsError extends LastmileError {
  readonly code = 'LM_ROUTER_TLS';
  readonly retry: 'backoff' | 'never';
  readonly router: string;
  readonly trouble: TlsTrouble;

  constructor(at: RouterAddress, trouble: TlsTrouble, cause?: unknown) {
    super(`${named(at)} ${tlsText(trouble, at, cause)}`, { cause });
    this.retry = trouble === 'silent' || trouble === 'closed' ? 'backoff' : 'never';
    this.router = at.router;
    this.trouble = trouble;
  }
}

/** RouterOS before 6.43: it wants the challenge login, which we speak only where that is allowed. */
export class RouterTooOldError extends LastmileError {
  readonly code = 'LM_ROUTER_TOO_OLD';
  readonly retry = 'never';
  readonly router: string;

  constructor(at: RouterAddress) {
    super(
      `${named(at)} answered the login with a challenge, as RouterOS before 6.43 does, and 6.49 is the oldest that is ` +
        'managed. Upgrade it, and change the password: it has just crossed the network in clear',
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
    const words = traps.map((trap) => printable(trap.message)).join('; ');
    super(`${named(at)} refused ${command}: ${words}${traps.some(isForbidden) ? rightText(command) : ''}`);
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

function isForbidden({ message }: Trap): boolean {
  return message.startsWith('not enough permissions');
}

/** Menus whose rows decide who may do what: nobody changes them without the right to. */
const ofPolicy = /^\/(?:user|certificate)(?:\/|$)/;

/** The right a command needs (RouterOS manual: User, Policies), and how to give it. */
function rightText(command: string): string {
  const reads = ['print', 'listen', 'get', 'monitor'].includes(command.slice(command.lastIndexOf('/') + 1));
  const changes = ofPolicy.test(command) ? 'write,policy' : 'write';
  const right = command.startsWith('/tool/') ? 'test' : reads ? 'read' : changes;
  return `. Our account lacks the right ${right} for it: on the router, /user/group/set GROUP policy=${right}`;
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

function tlsText(trouble: TlsTrouble, { host, port }: RouterAddress, cause: unknown): string {
  switch (trouble) {
    case 'anonymous':
      return (
        `has no certificate for TLS on port ${port}. On the router: ` +
        `/certificate/add name=api common-name=api subject-alt-name=IP:${host}; /certificate/sign api; ` +
        '/ip/service/set api-ssl certificate=api. Without one there is only api.tls.mode: insecure, which proves nothing'
      );
    case 'plain':
      return (
        `speaks no TLS on port ${port}. api-ssl has 8729 unless /ip/service says otherwise; ` +
        'for the plain API leave out api.tls'
      );
    case 'silent':
      return `took the connection on port ${port} and does not answer in TLS. Is it the port of api-ssl (8729), and not of api?`;
    case 'closed':
      return (
        `hung up during the TLS handshake on port ${port}. Is it the port of api-ssl (8729), and not of api? Does the "address" ` +
        'of api-ssl in /ip/service let us in, are its max-sessions used up, and has it a certificate?'
      );
    case 'wanted':
      return `speaks TLS on port ${port}, where we are told to speak plainly: declare api.tls, or the port of api (8728)`;
    case 'failed':
      return `does not agree with us on TLS${cause === undefined ? '' : ` (${messageOf(cause)})`}`;
    default:
      return trouble satisfies never;
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
        'Does the "address" of /ip/service let us in, are its max-sessions used up (/user/active/print shows who is on), ' +
        'or is this the port of api-ssl?'
      );
    default:
      return by satisfies never;
  }
}

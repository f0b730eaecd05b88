import type { Clock } from '../base/clock.ts';
import type { OmadaController } from '../model/model.ts';
import { type ControllerAnswer, type HttpAnswer, isRecord, readAnswer } from './answer.ts';
import { type Cookies, cookieHeader, withSetCookie } from './cookies.ts';
import { meaningOf, operatorCodes, unknownIdCode } from './error-codes.ts';
import { OmadaAnswerError, OmadaRefusedError } from './errors.ts';
import type { HttpRequest, Transport } from './transport.ts';

export interface OperatorRequest {
  readonly method: 'GET' | 'POST';
  /** Below the controller's id: `/api/v2/hotspot/…`. */
  readonly path: string;
  readonly body?: object;
}

/** What a controller told of itself at `/api/info`. */
export interface ControllerInfo {
  readonly id: string;
  readonly version?: string;
}

interface OpenSession {
  readonly id: string;
  readonly token: string;
  cookies: Cookies;
}

/** After a refused account, until the next try; twice as long after each. */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

/**
 * The one session of the hotspot operator at a controller, which all requests share. However many find it missing or
 * over, there is one login; an account that was refused is not tried again for a while.
 */
export class OperatorSession {
  readonly #controller: OmadaController;
  readonly #transport: Transport;
  readonly #clock: Clock;
  /** Ends logins, which belong to nobody in particular. */
  readonly #closing: AbortSignal;
  #info: ControllerInfo | undefined;
  #open: OpenSession | undefined;
  #login: Promise<OpenSession> | undefined;
  #refusal: { readonly error: OmadaRefusedError; readonly until: number; readonly pauseMs: number } | undefined;
  #declaredIdUnknown = false;
  #logins = 0;

  constructor(controller: OmadaController, deps: { transport: Transport; clock: Clock; closing: AbortSignal }) {
    this.#controller = controller;
    this.#transport = deps.transport;
    this.#clock = deps.clock;
    this.#closing = deps.closing;
  }

  /** What is known of the controller, once it was asked. */
  get info(): ControllerInfo | undefined {
    return this.#info;
  }

  /** True while the controller works under another id than the declared one. */
  get declaredIdUnknown(): boolean {
    return this.#declaredIdUnknown;
  }

  /** How often it logged in. */
  get logins(): number {
    return this.#logins;
  }

  /** Logs in; when that is done, sees whether the controller still answers. @throws as `call` does */
  async probe(signal: AbortSignal): Promise<void> {
    if (this.#open === undefined) await this.#current(signal);
    else await this.#transport.exchange({ method: 'GET', path: '/api/info' }, signal);
  }

  /**
   * Asks as the operator; when the session turns out to be over, once more in a new one.
   *
   * @throws OmadaUnreachableError, OmadaUntrustedError, OmadaAnswerError; OmadaRefusedError when the login is refused;
   * or the signal's reason
   */
  async call(request: OperatorRequest, signal: AbortSignal): Promise<ControllerAnswer> {
    const session = await this.#current(signal);
    const answer = await this.#ask(session, request, signal);
    if (!needsLogin(answer)) return answer;
    if (this.#open === session) this.#forget(answer);
    return this.#ask(await this.#current(signal), request, signal);
  }

  /** Asks as the operator, and takes for an answer that the session is over. @throws as `call` does */
  async once(request: OperatorRequest, signal: AbortSignal): Promise<ControllerAnswer> {
    return this.#ask(await this.#current(signal), request, signal);
  }

  #forget(answer: ControllerAnswer): void {
    this.#open = undefined;
    if (answer.type === 'refused') this.#info = undefined;
  }

  async #ask(session: OpenSession, request: OperatorRequest, signal: AbortSignal): Promise<ControllerAnswer> {
    const cookie = cookieHeader(session.cookies);
    const answer = await this.#exchange(session.id, request, signal, {
      'csrf-token': session.token,
      ...(cookie === undefined ? {} : { cookie }),
    });
    session.cookies = withSetCookie(session.cookies, answer.setCookie);
    return readAnswer(answer);
  }

  async #current(signal: AbortSignal): Promise<OpenSession> {
    signal.throwIfAborted();
    if (this.#open !== undefined) return this.#open;
    this.#login ??= this.#newSession().finally(() => {
      this.#login = undefined;
    });
    return unlessAborted(this.#login, signal);
  }

  async #newSession(): Promise<OpenSession> {
    const { until = 0, error } = this.#refusal ?? {};
    if (error !== undefined && this.#clock.monotonic() < until) throw error;
    try {
      this.#open = await this.#loggedIn();
      this.#refusal = undefined;
      this.#logins += 1;
      return this.#open;
    } catch (refused) {
      if (refused instanceof OmadaRefusedError && operatorCodes.has(refused.errorCode)) this.#pause(refused);
      throw refused;
    }
  }

  #pause(error: OmadaRefusedError): void {
    const pauseMs = Math.min(longestPauseMs, (this.#refusal?.pauseMs ?? firstPauseMs / 2) * 2);
    this.#refusal = { error, pauseMs, until: this.#clock.monotonic() + pauseMs };
  }

  async #loggedIn(): Promise<OpenSession> {
    const known = this.#info?.id ?? this.#controller.id;
    const id = known ?? (await this.#discover());
    const session = await this.#tryLogin(id);
    if (session !== undefined) return session;
    const other = await this.#discover();
    this.#declaredIdUnknown = this.#controller.id !== undefined && this.#controller.id !== other;
    const again = other === id ? undefined : await this.#tryLogin(other);
    if (again === undefined) throw this.#refused(unknownIdCode);
    return again;
  }

  /** @returns `undefined` when there is no controller of that id */
  async #tryLogin(id: string): Promise<OpenSession | undefined> {
    const { username, password } = this.#controller.operator;
    const body = { name: username, password: password.reveal() };
    const answer = await this.#exchange(id, { method: 'POST', path: '/api/v2/hotspot/login', body }, this.#closing);
    const read = readAnswer(answer);
    if (read.type === 'refused' && read.errorCode === unknownIdCode) return undefined;
    const result = this.#result(read, 'the login');
    const token = isRecord(result) ? result['token'] : undefined;
    if (typeof token !== 'string' || !tokenText.test(token)) throw this.#odd('answered the login without a token');
    return { id, token, cookies: withSetCookie(new Map(), answer.setCookie) };
  }

  /** Asks the controller for its id: it stands in every path. */
  async #discover(): Promise<string> {
    const answer = await this.#transport.exchange({ method: 'GET', path: '/api/info' }, this.#closing);
    const result = this.#result(readAnswer(answer), 'the question for its id');
    const { omadacId: id, controllerVer: version } = isRecord(result) ? result : {};
    if (typeof id !== 'string' || !idText.test(id)) throw this.#odd('does not tell its id: declare it as id');
    const known = typeof version === 'string' && versionText.test(version) ? version : undefined;
    if (known !== undefined && Number.parseInt(known, 10) < 5) {
      throw this.#odd(`is version ${known}: 5.0.15 or above is needed`);
    }
    this.#info = { id, ...(known === undefined ? {} : { version: known }) };
    return id;
  }

  #exchange(
    id: string,
    { path, ...request }: OperatorRequest,
    signal: AbortSignal,
    headers: HttpRequest['headers'] = {},
  ): Promise<HttpAnswer> {
    return this.#transport.exchange({ ...request, path: `/${encodeURIComponent(id)}${path}`, headers }, signal);
  }

  /** @throws unless it is a result */
  #result(answer: ControllerAnswer, question: string): unknown {
    switch (answer.type) {
      case 'result':
        return answer.result;
      case 'refused':
        throw this.#refused(answer.errorCode, answer.message);
      case 'session-over':
        throw this.#odd(`answered ${question} with ${answer.sign}: is url its own address, https and the right port?`);
      case 'overloaded':
        throw this.#odd(`is overloaded (HTTP ${answer.status})`, 'backoff');
      case 'foreign':
        throw this.#odd(`answered ${question} with ${answer.what} (HTTP ${answer.status}): is it an Omada controller?`);
    }
  }

  #refused(errorCode: number, message?: string): OmadaRefusedError {
    const { kind, words } = meaningOf(errorCode, message);
    // It might repeat what it was told.
    const safe = words.replaceAll(this.#controller.operator.password.reveal() || '\0', '[secret]');
    return new OmadaRefusedError(this.#controller.name, { errorCode, words: safe, busy: kind === 'busy' });
  }

  #odd(what: string, retry: 'backoff' | 'never' = 'never'): OmadaAnswerError {
    return new OmadaAnswerError(this.#controller.name, what, retry);
  }
}

/** What may stand in a header, a path, a message. */
const tokenText = /^[\x21-\x7e]{1,4096}$/;
const idText = /^[0-9A-Za-z_-]{1,64}$/;
const versionText = /^\d{1,4}(?:\.\d{1,6}){1,5}$/;

function needsLogin(answer: ControllerAnswer): boolean {
  return answer.type === 'session-over' || (answer.type === 'refused' && answer.errorCode === unknownIdCode);
}

/** Waits for what others wait for, too: giving up ends only the waiting. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

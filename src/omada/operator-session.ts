import type { Clock } from '../base/clock.ts';
import type { OmadaController } from '../model/kinds/omada-controller.ts';
import { type ControllerAnswer, type HttpAnswer, isRecord, readAnswer } from './answer.ts';
import { askInfo, type ControllerInfo, generationOf } from './controller-info.ts';
import { type Cookies, cookieHeader, withSetCookie } from './cookies.ts';
import { meaningOf, noPathCode, operatorCodes, unknownIdCode } from './error-codes.ts';
import { OmadaAnswerError, OmadaRefusedError } from './errors.ts';
import type { HttpRequest, Transport } from './transport.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface OperatorRequest {
  readonly method: 'GET' | 'POST';
  /** Below the controller's id: `/api/v2/hotspot/…`. */
  readonly path: string;
  readonly body?: object;
}

/** Where the operator's addresses begin: below the id from v5 on. */
type Place = { readonly generation: 'v4' } | { readonly generation: 'v5'; readonly id: string };

interface OpenSession {
  readonly place: Place;
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
    // v4 wants the token in the address, v5 in a header.
    const { path } = request;
    const tokened = `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(session.token)}`;
    const asked = session.place.generation === 'v4' ? { ...request, path: tokened } : request;
    const answer = await this.#exchange(session.place, asked, signal, {
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
    const known = this.#known();
    const place = known ?? (await this.#discover());
    const session = await this.#tryLogin(place).catch((error: unknown) => this.#unlessOlder(place, error));
    if (session !== undefined) return session;
    const other = await this.#discover();
    const id = idOf(other);
    this.#declaredIdUnknown = this.#controller.id !== undefined && this.#controller.id !== id;
    const again = id === idOf(place) ? undefined : await this.#tryLogin(other);
    if (again === undefined) throw this.#refused(unknownIdCode);
    return again;
  }

  /** Where to log in, as far as it is known without a question. */
  #known(): Place | undefined {
    const { id: declared, generation = this.#info && generationOf(this.#info.version) } = this.#controller;
    if (generation === 'v4') return { generation };
    const id = this.#info?.id ?? declared;
    return id === undefined ? undefined : { generation: 'v5', id };
  }

  /**
   * An id was declared, and what answers below it is no controller of v5: perhaps it is one of v4, which has none.
   *
   * @throws `error` when it is not
   */
  async #unlessOlder(place: Place, error: unknown): Promise<OpenSession | undefined> {
    const certain = place.generation === 'v4' || this.#info !== undefined || this.#controller.generation !== undefined;
    if (certain || !isElsewhere(error)) throw error;
    const other = await this.#discover().catch(() => place);
    if (other.generation !== 'v4') throw error;
    return this.#tryLogin(other);
  }

  /** @returns `undefined` when there is no controller of that id */
  async #tryLogin(place: Place): Promise<OpenSession | undefined> {
    const { username, password } = this.#controller.operator;
    const body = { name: username, password: password.reveal() };
    const answer = await this.#exchange(place, { method: 'POST', path: '/api/v2/hotspot/login', body }, this.#closing);
    const read = readAnswer(answer);
    if (place.generation === 'v5' && read.type === 'refused' && read.errorCode === unknownIdCode) return undefined;
    const result = this.#result(read, 'the login');
    const token = isRecord(result) ? result['token'] : undefined;
    if (typeof token !== 'string' || !tokenText.test(token)) throw this.#odd('answered the login without a token');
    return { place, token, cookies: withSetCookie(new Map(), answer.setCookie) };
  }

  /** Asks the controller what it is, and for its id: from v5 on it stands in every path. */
  async #discover(): Promise<Place> {
    const { name, generation: declared } = this.#controller;
    const { generation, ...info } = await askInfo(name, this.#transport, this.#closing);
    if (declared !== undefined && declared !== generation) {
      throw this.#odd(`is of generation ${generation} (version ${info.version}): correct generation, or leave it out`);
    }
    this.#info = info;
    return generation === 'v4' ? { generation } : { generation, id: info.id ?? '' };
  }

  #exchange(
    place: Place,
    { path, ...request }: OperatorRequest,
    signal: AbortSignal,
    headers: HttpRequest['headers'] = {},
  ): Promise<HttpAnswer> {
    const below = place.generation === 'v4' ? '' : `/${encodeURIComponent(place.id)}`;
    return this.#transport.exchange({ ...request, path: `${below}${path}`, headers }, signal);
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

/** What may stand in a header. */
const tokenText = /^[\x21-\x7e]{1,4096}$/;

function needsLogin(answer: ControllerAnswer): boolean {
  return answer.type === 'session-over' || (answer.type === 'refused' && answer.errorCode === unknownIdCode);
}

/** Whoever answers does not know such an address. */
function isElsewhere(error: unknown): boolean {
  if (error instanceof OmadaRefusedError) return error.errorCode === noPathCode;
  return error instanceof OmadaAnswerError && error.retry === 'never';
}

function idOf(place: Place): string | undefined {
  return place.generation === 'v5' ? place.id : undefined;
}

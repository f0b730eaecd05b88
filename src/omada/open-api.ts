import type { Clock } from '../base/clock.ts';
import type { OmadaController } from '../model/kinds/omada-controller.ts';
import { type ControllerAnswer, isRecord, readAnswer } from './answer.ts';
import { askInfo } from './controller-info.ts';
import { meaningOf, refreshOverCode, tokenOverCodes, unknownIdCode } from './error-codes.ts';
import { OmadaAnswerError, OmadaRefusedError } from './errors.ts';
import { type HttpRequest, Transport } from './transport.ts';
import { unlessAborted } from './unless-aborted.ts';

/** An object of the controller, as it came. */
export type ApiObject = Readonly<Record<string, unknown>>;

export interface OpenApiRequest {
  readonly method: HttpRequest['method'];
  /** Below `/openapi/v1/{omadacId}`: `/sites?page=1&pageSize=100`. */
  readonly path: string;
  readonly body?: object;
}

export interface OpenApiOptions {
  readonly clock: Clock;
  /** For one exchange. Default 15 s: a change is carried to access points first. */
  readonly timeoutMs?: number;
}

interface Token {
  readonly id: string;
  readonly access: string;
  readonly refresh?: string;
  /** By the monotonic clock. */
  readonly until: number;
}

/** A list of portals with pages of text in them is long. */
const maxAnswerOctets = 4_194_304;
/** A token is renewed so long before it is over. */
const marginMs = 60_000;
const pageSize = 100;
const mostPages = 100;

/**
 * The OpenAPI of one controller, by client credentials (*Settings > Platform Integration > Open API*): one token for all
 * requests, renewed before it is over, and once when the controller says that it is.
 */
export class OpenApi implements Disposable {
  readonly #controller: OmadaController;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #closing = new AbortController();
  #id: string | undefined;
  #token: Token | undefined;
  #renewal: Promise<Token> | undefined;

  constructor(controller: OmadaController, { clock, timeoutMs = 15_000 }: OpenApiOptions) {
    this.#controller = controller;
    this.#clock = clock;
    this.#id = controller.id;
    this.#transport = new Transport(controller, { clock, timeoutMs, maxAnswerOctets });
  }

  /**
   * The result of a request. Once more with a new token where the controller says that the old one is over.
   *
   * @throws OmadaRefusedError, OmadaAnswerError, OmadaUnreachableError, OmadaUntrustedError, or the signal's reason
   */
  async call(request: OpenApiRequest, signal: AbortSignal): Promise<unknown> {
    const token = await this.#current(signal);
    const answer = await this.#ask(token, request, signal);
    if (!isOver(answer)) return this.#result(answer, request);
    if (this.#token === token) this.#forget(answer);
    return this.#result(await this.#ask(await this.#current(signal), request, signal), request);
  }

  /** Every row of a list, page by page. Lists without pages are taken as they are. @throws as `call` does */
  async list(path: string, signal: AbortSignal): Promise<readonly ApiObject[]> {
    const rows: ApiObject[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const paged = `${path}${path.includes('?') ? '&' : '?'}page=${page}&pageSize=${pageSize}`;
      const result = await this.call({ method: 'GET', path: paged }, signal);
      if (Array.isArray(result)) return (result as readonly unknown[]).filter(isRecord);
      const { data, totalRows } = isRecord(result) ? result : {};
      const read = Array.isArray(data) ? (data as readonly unknown[]).filter(isRecord) : [];
      rows.push(...read);
      const total = typeof totalRows === 'number' ? totalRows : 0;
      if (read.length === 0 || rows.length >= total) return rows;
    }
    throw this.#odd(`has more than ${mostPages * pageSize} rows of ${path}`);
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error('the declaration of the controller has changed'));
    this.#transport[Symbol.dispose]();
  }

  async #ask(token: Token, { path, ...request }: OpenApiRequest, signal: AbortSignal): Promise<ControllerAnswer> {
    const below = `/openapi/v1/${encodeURIComponent(token.id)}`;
    const headers = { authorization: `AccessToken=${token.access}` };
    return readAnswer(await this.#transport.exchange({ ...request, path: `${below}${path}`, headers }, signal));
  }

  /** An id that is unknown there is asked for anew. */
  #forget(answer: ControllerAnswer): void {
    const unknown = answer.type === 'refused' && answer.errorCode === unknownIdCode;
    if (unknown) this.#id = undefined;
    const { refresh } = this.#token ?? {};
    this.#token = refresh === undefined || unknown ? undefined : { ...(this.#token as Token), until: 0 };
  }

  async #current(signal: AbortSignal): Promise<Token> {
    signal.throwIfAborted();
    const token = this.#token;
    if (token !== undefined && this.#clock.monotonic() < token.until) return token;
    this.#renewal ??= this.#renewed().finally(() => {
      this.#renewal = undefined;
    });
    return unlessAborted(this.#renewal, signal);
  }

  async #renewed(): Promise<Token> {
    const refresh = this.#token?.refresh;
    this.#token = (refresh === undefined ? undefined : await this.#refreshed(refresh)) ?? (await this.#granted());
    return this.#token;
  }

  /** @returns `undefined` when the credentials must be asked with again */
  async #refreshed(refresh: string): Promise<Token | undefined> {
    const id = await this.#controllerId();
    const query = `grant_type=refresh_token&refresh_token=${encodeURIComponent(refresh)}`;
    const answer = await this.#askToken(query, id);
    // Controllers differ in how they want it; whatever they refuse, the credentials still hold.
    if (answer.type === 'refused' || answer.type === 'session-over') return undefined;
    return this.#tokenIn(answer, id);
  }

  async #granted(): Promise<Token> {
    const id = await this.#controllerId();
    const answer = await this.#askToken('grant_type=client_credentials', id);
    const unknown = answer.type === 'refused' && answer.errorCode === unknownIdCode;
    if (!unknown) return this.#tokenIn(answer, id);
    this.#id = undefined;
    const other = await this.#controllerId();
    return this.#tokenIn(await this.#askToken('grant_type=client_credentials', other), other);
  }

  /** The grant stands in the address, the credentials in the body (TP-Link, Open API Access Guide). */
  async #askToken(query: string, omadacId: string): Promise<ControllerAnswer> {
    const { clientId, clientSecret } = this.#credentials();
    const path = `/openapi/authorize/token?${query}`;
    const body = { omadacId, client_id: clientId, client_secret: clientSecret.reveal() };
    return readAnswer(await this.#transport.exchange({ method: 'POST', path, body }, this.#closing.signal));
  }

  #tokenIn(answer: ControllerAnswer, id: string): Token {
    const result = this.#result(answer, { method: 'POST', path: '/openapi/authorize/token' });
    const { accessToken, refreshToken, expiresIn } = isRecord(result) ? result : {};
    if (typeof accessToken !== 'string' || !tokenText.test(accessToken)) {
      throw this.#odd('gave no access token to its OpenAPI');
    }
    const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : 600;
    const lastsMs = Math.max(seconds * 500, seconds * 1_000 - marginMs);
    const refresh = typeof refreshToken === 'string' && tokenText.test(refreshToken) ? refreshToken : undefined;
    const until = this.#clock.monotonic() + lastsMs;
    return { id, access: accessToken, until, ...(refresh === undefined ? {} : { refresh }) };
  }

  async #controllerId(): Promise<string> {
    if (this.#id !== undefined) return this.#id;
    const { id, version, generation } = await askInfo(this.#controller.name, this.#transport, this.#closing.signal);
    if (generation === 'v4' || id === undefined) {
      throw this.#odd(`is version ${version}, which has no OpenAPI: leave openapi out, or update it`);
    }
    this.#id = id;
    return id;
  }

  #credentials(): NonNullable<OmadaController['openapi']> {
    const { openapi, name } = this.#controller;
    if (openapi === undefined) throw new TypeError(`controller ${name} has no openapi`);
    return openapi;
  }

  /** @throws unless it is a result */
  #result(answer: ControllerAnswer, { method, path }: OpenApiRequest): unknown {
    const question = `${method} ${path.split('?', 1)[0]}`;
    switch (answer.type) {
      case 'result':
        return answer.result;
      case 'refused':
        throw this.#refused(answer.errorCode, answer.message, question);
      case 'session-over':
        throw this.#odd(
          `answered ${question} with ${answer.sign}: has it an OpenAPI (5.13 or above), and is url right?`,
        );
      case 'overloaded':
        throw this.#odd(`is overloaded (HTTP ${answer.status})`, 'backoff');
      case 'foreign':
        throw this.#odd(`answered ${question} with ${answer.what} (HTTP ${answer.status}): has it an OpenAPI?`);
    }
  }

  #refused(errorCode: number, message: string | undefined, question: string): OmadaRefusedError {
    const { kind, words } = meaningOf(errorCode, message);
    const told = message === undefined || message === words ? '' : ` ("${message}")`;
    const safe = `${question}: ${words}${told}`.replaceAll(
      this.#credentials().clientSecret.reveal() || '\0',
      '[secret]',
    );
    return new OmadaRefusedError(this.#controller.name, { errorCode, words: safe, busy: kind === 'busy' });
  }

  #odd(what: string, retry: 'backoff' | 'never' = 'never'): OmadaAnswerError {
    return new OmadaAnswerError(this.#controller.name, what, retry);
  }
}

/** What may stand in a header. */
const tokenText = /^[\x21-\x7e]{1,4096}$/;

function isOver(answer: ControllerAnswer): boolean {
  if (answer.type === 'session-over') return true;
  if (answer.type !== 'refused') return false;
  const { errorCode } = answer;
  return tokenOverCodes.has(errorCode) || errorCode === refreshOverCode || errorCode === unknownIdCode;
}

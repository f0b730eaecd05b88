import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/errors.ts';
import type { OmadaController } from '../model/kinds/omada-controller.ts';
import type { HttpAnswer } from './answer.ts';
import { Circuit } from './circuit.ts';
import { underEither } from './either-signal.ts';
import { OmadaAnswerError, OmadaUnreachableError, OmadaUntrustedError } from './errors.ts';
import { connectError, secureConnect } from './secure-connect.ts';
import { Slots } from './slots.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the first slash on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
}

export interface TransportOptions {
  readonly clock: Clock;
  /** For one exchange, connecting included. Default 5 s. */
  readonly timeoutMs?: number;
  /** The largest answer that is read. Default 64 KB. */
  readonly maxAnswerOctets?: number;
}

/** How a controller is reached. */
export type ControllerPlace = Pick<OmadaController, 'name' | 'url' | 'tls'>;

/** A small controller is a small machine: more connections would only make it slower. */
const maxConnections = 8;

/** HTTP to one controller: few connections that are kept, a limit on time and size, no redirect followed. */
export class Transport implements Disposable {
  readonly #controller: ControllerPlace;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #maxAnswerOctets: number;
  readonly #agent: HttpAgent;
  readonly #url: URL;
  readonly #slots = new Slots(maxConnections);
  readonly #circuit: Circuit;

  constructor(controller: ControllerPlace, { clock, timeoutMs = 5_000, maxAnswerOctets = 65_536 }: TransportOptions) {
    this.#maxAnswerOctets = maxAnswerOctets;
    this.#controller = controller;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#url = new URL(controller.url);
    this.#circuit = new Circuit(clock);
    this.#agent = this.#url.protocol === 'https:' ? this.#secureAgent() : new HttpAgent({ keepAlive: true });
  }

  /**
   * Sends once; again only where a connection that had been kept turned out to be closed by the other side.
   *
   * @throws OmadaUnreachableError, OmadaUntrustedError, OmadaAnswerError, or the signal's reason
   */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#slots.run(() => this.#circuit.run(() => this.#timed(request, signal), isOutage), signal);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #timed(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const done = new AbortController();
    const late = new AbortController();
    const expire = () => late.abort(this.#late());
    void this.#clock.sleep(this.#timeoutMs, done.signal).then(expire, () => undefined);
    try {
      return await underEither([signal, late.signal], async (either) => {
        try {
          return await this.#sent(request, either);
        } catch (error) {
          either.throwIfAborted();
          throw this.#ours(error);
        }
      });
    } finally {
      done.abort();
    }
  }

  async #sent(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    for (;;) {
      const attempt = this.#attempt(request, signal);
      try {
        return await this.#whole(await attempt.response);
      } catch (error) {
        if (!attempt.stale() || codeOf(error) !== 'ECONNRESET') throw error;
      }
    }
  }

  #attempt({ method, path, headers, body }: HttpRequest, signal: AbortSignal) {
    const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send({
      agent: this.#agent,
      host: hostOf(this.#url),
      port: portOf(this.#url),
      method,
      path,
      signal,
      headers: {
        accept: 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json', 'content-length': json.length }),
        ...headers,
      },
    });
    let answered = false;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', (incoming) => {
        answered = true;
        resolve(incoming);
      });
      // Also what comes after the answer: it is read, or destroyed, by then.
      outgoing.on('error', reject);
    });
    outgoing.end(json);
    return { response, stale: () => outgoing.reusedSocket && !answered };
  }

  async #whole(incoming: IncomingMessage): Promise<HttpAnswer> {
    const chunks: Buffer[] = [];
    let octets = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      octets += chunk.length;
      if (octets > this.#maxAnswerOctets)
        throw this.#answerError(`answered with more than ${this.#maxAnswerOctets} octets`);
      chunks.push(chunk);
    }
    const { 'content-type': contentType, location, 'set-cookie': setCookie = [] } = incoming.headers;
    return {
      status: incoming.statusCode ?? 0,
      ...(contentType === undefined ? {} : { contentType }),
      ...(location === undefined ? {} : { location }),
      setCookie,
      body: Buffer.concat(chunks).toString('utf8'),
    };
  }

  /** The certificate is looked at before a request gets hold of the connection. */
  #secureAgent(): HttpsAgent {
    const { name: controller, tls } = this.#controller;
    const to = { controller, host: hostOf(this.#url), port: portOf(this.#url), tls, timeoutMs: this.#timeoutMs };
    const createConnection = (_options: unknown, done: (error: Error | null, socket?: Duplex) => void): void => {
      secureConnect(to).then((socket) => done(null, socket), done);
    };
    return Object.assign(new HttpsAgent({ keepAlive: true }), { createConnection });
  }

  #ours(error: unknown): unknown {
    if (isOutage(error) || error instanceof OmadaAnswerError) return error;
    const code = codeOf(error) ?? '';
    if (code.startsWith('HPE_')) {
      return this.#answerError(
        `does not speak HTTP at ${this.#controller.url}: https:// instead of http://, or another port?`,
      );
    }
    return connectError(this.#controller.name, this.#url.host, error);
  }

  #late(): OmadaUnreachableError {
    const words = `at ${this.#url.host} did not answer within ${this.#timeoutMs / 1000} s`;
    return new OmadaUnreachableError(this.#controller.name, words, { timedOut: true });
  }

  #answerError(what: string): OmadaAnswerError {
    return new OmadaAnswerError(this.#controller.name, what);
  }
}

/** What the next request would meet as well. */
function isOutage(error: unknown): boolean {
  return error instanceof OmadaUnreachableError || error instanceof OmadaUntrustedError;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Said or implied. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

import { type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import { RequestError } from './request-error.ts';

/** The daemon answered with an error, or stopped in the middle of its answer. */
export class AdminClientError extends LastmileError {
  readonly code = 'LM_DAEMON';
  readonly retry = 'backoff';
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** There is a daemon, and it says nothing. */
export class DaemonSilentError extends LastmileError {
  readonly code = 'LM_DAEMON_SILENT';
  readonly retry = 'backoff';
}

/** How long the daemon may take to answer, milliseconds. */
const usualWaitMs = 120_000;
/** The same, when it is only asked whether it is there. */
const probeMs = 5_000;

/** Where a daemon is asked. */
interface Door {
  readonly options: RequestOptions;
  readonly tls: boolean;
  /** Before each path, where a proxy has the daemon below one. */
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Talks to the daemon of a state folder over its Unix socket, or to one elsewhere with a token. */
export class AdminClient {
  readonly #door: Door;
  readonly #signal: AbortSignal | undefined;

  private constructor(door: Door, signal: AbortSignal | undefined) {
    this.#door = door;
    this.#signal = signal;
  }

  /** A client of the admin API at `http://host:port` or `https://host`, by the token given. */
  static at(url: URL, token: string | undefined, signal?: AbortSignal): AdminClient {
    const { protocol, hostname, port, pathname } = url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const door = {
      options: { host, ...(port === '' ? {} : { port: Number(port) }) },
      tls: protocol === 'https:',
      prefix: pathname.replace(/\/+$/, ''),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    };
    return new AdminClient(door, signal);
  }

  /**
   * A client when a daemon answers there, `undefined` when there is none. The signal ends whatever it asks; the daemon goes on
   * with it.
   *
   * @throws DaemonSilentError when there is one that does not answer
   */
  static async find(socketPath: string, signal?: AbortSignal): Promise<AdminClient | undefined> {
    const client = new AdminClient({ options: { socketPath }, tls: false, prefix: '', headers: {} }, signal);
    try {
      await client.#send('GET', '/healthz', { waitMs: probeMs });
      return client;
    } catch (error) {
      if (
        error instanceof AdminClientError &&
        ['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTSOCK'].includes(codeOf(error.cause) ?? '')
      ) {
        return undefined;
      }
      throw error;
    }
  }

  get<T>(path: string): Promise<T> {
    return this.#send<T>('GET', path);
  }

  post<T>(path: string, body: object, { waitMs = usualWaitMs }: { readonly waitMs?: number } = {}): Promise<T> {
    return this.#send<T>('POST', path, { body: JSON.stringify(body), waitMs });
  }

  /** Events of a server-sent stream, until it ends: the daemon stopped, or the signal fired. */
  async *stream(path: string): AsyncGenerator<{ readonly event: string; readonly data: string }> {
    const answer = await this.#open(path);
    let text = '';
    try {
      for await (const chunk of answer.setEncoding('utf8')) {
        const blocks = (text + String(chunk)).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = fieldOf(block, 'data');
          if (data !== undefined) yield { event: fieldOf(block, 'event') ?? 'message', data };
        }
      }
    } catch (error) {
      if (this.#signal?.aborted !== true)
        throw new AdminClientError(`the daemon: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Text of any length in pieces, each asked for when the one before was taken. @throws AdminClientError, also when it breaks off */
  async *text(path: string): AsyncGenerator<string> {
    const answer = await this.#open(path);
    try {
      for await (const piece of answer.setEncoding('utf8')) yield String(piece);
    } catch (error) {
      throw new AdminClientError(`the daemon: ${messageOf(error)}`, { cause: error });
    }
  }

  #open(path: string): Promise<IncomingMessage> {
    const common = this.#signal === undefined ? {} : { signal: this.#signal };
    return new Promise((resolve, reject) => {
      const { options, headers, prefix } = this.#door;
      const asked = this.#request({ ...common, ...options, path: prefix + path, headers }, (answer) => {
        if (answer.statusCode === 200) return resolve(answer);
        void refusalIn(answer).then(reject, reject);
      });
      asked.on('error', (error) => reject(new AdminClientError(`the daemon: ${messageOf(error)}`, { cause: error })));
      asked.end();
    });
  }

  #request(options: RequestOptions, answered: (answer: IncomingMessage) => void) {
    return this.#door.tls ? requestTls(options, answered) : requestPlain(options, answered);
  }

  #send<T>(
    method: string,
    path: string,
    { body, waitMs = usualWaitMs }: { readonly body?: string; readonly waitMs?: number } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(
          error instanceof DaemonSilentError
            ? error
            : new AdminClientError(`the daemon: ${messageOf(error)}`, { cause: error }),
        );
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const common = this.#signal === undefined ? {} : { signal: this.#signal };
      const { options, prefix } = this.#door;
      const all = { ...headers, ...this.#door.headers };
      const where = { ...common, ...options, method, path: prefix + path, headers: all, timeout: waitMs };
      const outgoing = this.#request(where, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', fail);
        answer.on('end', () => {
          try {
            const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            const status = answer.statusCode ?? 500;
            if (status < 400) resolve(value as T);
            else reject(refusal(status, (value as { error?: string }).error ?? `status ${status}`));
          } catch (error) {
            fail(error);
          }
        });
      });
      outgoing.on('timeout', () =>
        outgoing.destroy(
          new DaemonSilentError(
            `the daemon: no answer within ${waitMs / 1000} s; it goes on by itself, and lastmile status tells what came of it`,
          ),
        ),
      );
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }
}

function fieldOf(block: string, name: string): string | undefined {
  const line = block.split('\n').find((each) => each.startsWith(`${name}: `));
  return line?.slice(name.length + 2);
}

async function refusalIn(answer: IncomingMessage): Promise<Error> {
  const status = answer.statusCode ?? 500;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { error = `status ${status}` } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { error?: string };
  return refusal(status, error);
}

function refusal(status: number, message: string): Error {
  return status === 400 ? new RequestError(message) : new AdminClientError(message, { status });
}

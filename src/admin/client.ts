import { request } from 'node:http';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';

/** The daemon answered with an error, or stopped in the middle of its answer. */
export class AdminClientError extends LastmileError {
  readonly code = 'LM_DAEMON';
  readonly retry = 'backoff';
}

/** Talks to the daemon of a state folder over its Unix socket. */
export class AdminClient {
  readonly #socketPath: string;

  private constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** A client when a daemon answers there, `undefined` when nobody does. */
  static async find(socketPath: string): Promise<AdminClient | undefined> {
    const client = new AdminClient(socketPath);
    try {
      await client.get('/healthz');
      return client;
    } catch (error) {
      if (
        error instanceof AdminClientError &&
        ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(codeOf(error.cause) ?? '')
      ) {
        return undefined;
      }
      throw error;
    }
  }

  get<T>(path: string): Promise<T> {
    return this.#send<T>('GET', path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#send<T>('POST', path, JSON.stringify(body));
  }

  #send<T>(method: string, path: string, body?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(new AdminClientError(`the daemon: ${messageOf(error)}`, { cause: error }));
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request({ socketPath: this.#socketPath, method, path, headers, timeout: 120_000 }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', fail);
        answer.on('end', () => {
          try {
            const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            if ((answer.statusCode ?? 500) < 400) resolve(value as T);
            else reject(new AdminClientError((value as { error?: string }).error ?? `status ${answer.statusCode}`));
          } catch (error) {
            fail(error);
          }
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 120 s')));
      outgoing.on('error', fail);
      outgoing.end(body);
    });
  }
}

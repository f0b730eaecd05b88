import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForgeComment {
  readonly id: number;
  body: string;
  /** Somebody else's: our token may not change it. */
  readonly foreign?: true;
}

export interface ForgeStatus {
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string;
  readonly by: string;
}

/**
 * As much of a forge as is talked to, over HTTP on loopback: comments of pull requests and statuses of commits, in the words of
 * GitHub and Gitea (`/repos/…`) and of GitLab (`/projects/…`).
 */
export class Forge implements AsyncDisposable {
  readonly comments: ForgeComment[] = [];
  readonly statuses: ForgeStatus[] = [];
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #token: string;
  readonly #waiting = new Set<() => void>();
  /** Comments on a page; Gitea has none. */
  pageSize = 100;
  /** Answered with 503 so many times. */
  down = 0;

  private constructor(server: Server, token: string) {
    this.#server = server;
    this.#token = token;
  }

  static async start(token: string): Promise<Forge> {
    const server = createServer();
    const forge = new Forge(server, token);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body } = forge.#answer(request, Buffer.concat(chunks).toString('utf8'));
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        for (const wake of forge.#waiting) wake();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return forge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when this is so. */
  async until(holds: (forge: Forge) => boolean): Promise<void> {
    while (!holds(this)) {
      await new Promise<void>((done) => {
        this.#waiting.add(done);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, text: string): { status: number; body: unknown } {
    this.asked.push(`${method} ${url}`);
    const { authorization = '', 'private-token': token } = headers;
    if (![token, authorization.replace(/^(?:Bearer|token) /, '')].includes(this.#token))
      return { status: 401, body: { message: 'who are you?' } };
    if (this.down > 0) {
      this.down -= 1;
      return { status: 503, body: { message: 'later' } };
    }
    const { pathname, searchParams } = new URL(url, this.url);
    const sent = text === '' ? {} : (JSON.parse(text) as Record<string, string>);
    const sha = /\/(?:statuses|commits)\/([0-9a-f]{40})/.exec(pathname)?.[1];
    if (sha !== undefined) return this.#status(method, sha, sent);
    const id = /\/(?:comments|notes)\/(\d+)$/.exec(pathname)?.[1];
    if (id !== undefined) return this.#edit(Number(id), sent['body'] ?? '');
    if (!/\/(?:comments|notes)$/.test(pathname)) return { status: 404, body: { message: 'no such thing' } };
    if (method === 'POST') {
      this.comments.push({ id: this.comments.length + 1, body: sent['body'] ?? '' });
      return { status: 201, body: this.comments.at(-1) };
    }
    const page = Number(searchParams.get('page') ?? 1);
    return { status: 200, body: this.comments.slice((page - 1) * this.pageSize, page * this.pageSize) };
  }

  #edit(id: number, body: string): { status: number; body: unknown } {
    const comment = this.comments.find((each) => each.id === id);
    if (comment === undefined || comment.foreign === true) return { status: 403, body: { message: 'not yours' } };
    comment.body = body;
    return { status: 200, body: comment };
  }

  #status(method: string, sha: string, sent: Readonly<Record<string, string>>): { status: number; body: unknown } {
    if (method === 'GET') {
      const found = this.statuses.filter((each) => each.sha === sha).toReversed();
      return {
        status: 200,
        body: found.map(({ by, state, context, description }) => ({
          ...{ state, status: state, context, name: context, description },
          ...{ creator: { login: by, username: by }, author: { username: by } },
        })),
      };
    }
    const { state = '', description = '', context = sent['name'] ?? '' } = sent;
    this.statuses.push({ sha, state, context, description, by: 'lastmile' });
    return { status: 201, body: {} };
  }
}

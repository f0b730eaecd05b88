import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ApiSession, type SessionDeps } from './api-session.ts';

export interface ApiServerOptions {
  readonly host: string;
  readonly port: number;
  /** False closes the new connection at once. */
  admits(remoteAddress: string, openSessions: number): boolean;
  sessionDeps(remoteAddress: string): SessionDeps;
}

/** The API service of the router: TCP, one session per connection. */
export class ApiServer {
  readonly #server: Server;
  readonly #options: ApiServerOptions;
  readonly #sessions = new Set<ApiSession>();

  private constructor(server: Server, options: ApiServerOptions) {
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket) => this.#connected(socket));
  }

  static async start(options: ApiServerOptions): Promise<ApiServer> {
    const server = createServer();
    const api = new ApiServer(server, options);
    server.listen({ host: options.host, port: options.port });
    await once(server, 'listening');
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  /** Cuts every connection, as a reboot does. */
  dropConnections(): void {
    for (const session of this.#sessions) session.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.dropConnections();
    await closed;
  }

  #connected(socket: Socket): void {
    const remote = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (!this.#options.admits(remote, this.#sessions.size)) {
      socket.destroy();
      return;
    }
    const session = new ApiSession(socket, this.#options.sessionDeps(remote));
    this.#sessions.add(session);
    socket.once('close', () => this.#sessions.delete(session));
  }
}

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface ApiServerOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain TCP. */
  readonly tls?: TlsOptions;
  /** Takes a connection over; over TLS after its handshake. */
  connected(socket: Socket): void;
}

/** One listening socket of an API service. Connections outlive it. */
export class ApiServer implements AsyncDisposable {
  readonly #server: Server;
  /** As they came in: some may never get through their handshake. */
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** @throws when the address cannot be listened on */
  static async start({ host, port, tls, connected }: ApiServerOptions): Promise<ApiServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    server.on(tls === undefined ? 'connection' : 'secureConnection', connected);
    // A handshake that fails is the client's matter.
    server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    const api = new ApiServer(server);
    server.listen({ host, port });
    await once(server, 'listening');
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connections; those there are go on. */
  close(): void {
    this.#server.close();
  }
  /** Ends every connection as well, and resolves once nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

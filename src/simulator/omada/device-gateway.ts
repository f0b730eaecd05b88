import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Host names to `host:port`; a key may be `host:port`, too. */
export type NameTable = Readonly<Record<string, string>>;

export interface GatewayDeps {
  readonly host: string;
  readonly names: NameTable;
  /** Whether the device may go anywhere. */
  readonly isAuthorised: () => boolean;
  /** Where it may go before that, by `host:port` as the guest asks for it. */
  readonly isOpen: (authority: string) => boolean;
  /** Where an intercepted request is sent. */
  readonly interceptedTo: (url: string) => string;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * The network as one device sees it, as an HTTP proxy: until it is let in, plain HTTP is answered with a redirect and
 * everything else refused, but for what is open to all. Names are looked up in its table only, so nothing leaves the
 * machine by accident.
 */
export class DeviceGateway {
  readonly #deps: GatewayDeps;
  readonly #server: Server;
  readonly #tunnels = new Set<Socket>();

  private constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('connect', (request, socket, head) => this.#tunnel(request.url ?? '', socket, head));
  }

  static async start(deps: GatewayDeps): Promise<DeviceGateway> {
    const gateway = new DeviceGateway(deps);
    gateway.#server.listen({ host: deps.host, port: 0 });
    await once(gateway.#server, 'listening');
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    for (const tunnel of this.#tunnels) tunnel.destroy();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = urlOf(request);
    const authority = `${url?.hostname}:${url?.port || '80'}`;
    const to = this.#resolve(authority);
    if (url === undefined) plain(response, 400, 'an absolute http:// URL is needed\n');
    else if (!this.#mayReach(authority)) {
      response.writeHead(302, { location: this.#deps.interceptedTo(url.href), 'cache-control': 'no-store' }).end();
    } else if (to === undefined) plain(response, 502, `no such name: ${url.hostname}\n`);
    else forward(request, response, url, to);
  }

  #mayReach(authority: string): boolean {
    return this.#deps.isAuthorised() || this.#deps.isOpen(authority);
  }

  #tunnel(authority: string, socket: Duplex, head: Buffer): void {
    const allowed = this.#mayReach(authority.toLowerCase());
    const to = allowed ? this.#resolve(authority.toLowerCase()) : undefined;
    socket.on('error', () => socket.destroy());
    if (to === undefined) {
      socket.end(`HTTP/1.1 ${allowed ? '502 Bad Gateway' : '403 Forbidden'}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(to);
    this.#tunnels.add(upstream);
    upstream.once('close', () => {
      this.#tunnels.delete(upstream);
      socket.destroy();
    });
    upstream.once('error', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
  }

  #resolve(authority: string): Endpoint | undefined {
    const { names } = this.#deps;
    const asked = endpointOf(authority);
    if (asked === undefined) return undefined;
    const named = own(names, authority) ?? own(names, asked.host);
    if (named !== undefined) return endpointOf(named);
    return isIP(asked.host) === 0 && asked.host !== 'localhost' ? undefined : asked;
  }
}

function urlOf({ url = '', headers }: IncomingMessage): URL | undefined {
  const text = url.startsWith('/') ? `http://${headers.host ?? ''}${url}` : url;
  return /^http:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function forward(request: IncomingMessage, response: ServerResponse, url: URL, to: Endpoint): void {
  const { 'proxy-connection': _own, 'proxy-authorization': _login, connection: _hop, ...headers } = request.headers;
  const path = `${url.pathname}${url.search}`;
  const upstream = httpRequest({ ...to, method: request.method, path, headers: { ...headers, host: url.host } });
  upstream.once('response', (answer) => {
    const { connection: _connection, 'keep-alive': _keep, 'transfer-encoding': _coding, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, kept);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  upstream.once('error', () => (response.headersSent ? response.destroy() : plain(response, 502, 'nobody answers\n')));
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

function endpointOf(authority: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(authority);
  const port = Number(match?.[3]);
  return match === null || port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? '', port };
}

function own(names: NameTable, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

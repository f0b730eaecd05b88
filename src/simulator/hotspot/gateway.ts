import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** A listener of this machine. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The hotspot answers by itself, over TLS. In PEM. */
export interface OwnTls {
  readonly certificate: string;
  readonly key: string;
}

/** A request of a device, as the hotspot sees it. */
export interface DeviceRequest {
  /** Address it came from: devices of a shared listener are told apart by it. */
  readonly remote: string;
  readonly method: string;
  /** Whole, whether it came as to a proxy or with a Host header. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** `host:port` it came to. */
  readonly listener: string;
  /** Whether the URL names the listener itself. */
  readonly ownAddress: boolean;
  /** Over TLS that ends here. */
  readonly secure: boolean;
  /** A form that was posted; read when asked for. */
  form(): Promise<string>;
}

export type Outcome =
  | {
      readonly kind: 'page';
      readonly status: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: string;
    }
  | { readonly kind: 'forward'; readonly target: Target }
  /** The connection is cut at once. */
  | { readonly kind: 'refuse' };

export interface GatewayHandlers {
  answer(request: DeviceRequest): Promise<Outcome>;
  /** Where a CONNECT leads; `undefined` refuses it. */
  tunnel(remote: string, host: string, port: number): Promise<Target | OwnTls | undefined>;
}

export interface GatewayOptions extends GatewayHandlers {
  readonly host: string;
  readonly port: number;
  /** How long a device may take to send the head of a request. Default 10 s. */
  readonly headersTimeoutMs?: number;
}

const maxHeadOctets = 16_384;
const maxFormOctets = 65_536;
const maxConnections = 256;
const hopByHop: ReadonlySet<string> = new Set(['connection', 'proxy-connection', 'keep-alive', 'proxy-authorization']);

/** The form of a request is longer than any login. */
class FormTooLong extends Error {}

/**
 * The way to the network as devices behind a hotspot see it: plain HTTP, requests as to a proxy, and CONNECT. Pages of
 * the hotspot go out as HTTP/1.0, as RouterOS sends them; what is let through is passed on as it is.
 */
export class Gateway {
  readonly #server: Server;
  readonly #handlers: GatewayHandlers;
  readonly #tunnels = new Set<Duplex>();
  readonly #patienceMs: number;
  #address = '';

  private constructor(options: GatewayOptions) {
    const { headersTimeoutMs = 10_000 } = options;
    this.#handlers = options;
    this.#patienceMs = headersTimeoutMs;
    this.#server = createServer({
      maxHeaderSize: maxHeadOctets,
      headersTimeout: headersTimeoutMs,
      requestTimeout: headersTimeoutMs * 2,
      connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
    });
    this.#server.maxConnections = maxConnections;
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('connect', (request, socket, head) => void this.#connect(request, socket, head));
    this.#server.on('clientError', (error: Error & { code?: string }, socket) => refuseHead(error, socket));
  }

  /** @throws when the address cannot be listened on */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    gateway.#server.listen({ host: options.host, port: options.port });
    await once(gateway.#server, 'listening');
    const { address, port } = gateway.#server.address() as AddressInfo;
    gateway.#address = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return gateway;
  }

  /** `127.0.0.1:40123`. */
  get address(): string {
    return this.#address;
  }

  get port(): number {
    return Number(this.#address.slice(this.#address.lastIndexOf(':') + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    for (const tunnel of this.#tunnels) tunnel.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    socket.on('error', () => undefined);
    const asked = this.#asked(request);
    if (asked === undefined) return send(request, plain('400 Bad Request', 'This is no request of a browser.'));
    try {
      const outcome = await this.#handlers.answer(asked);
      if (outcome.kind === 'refuse') socket.destroy();
      else if (outcome.kind === 'forward') this.#forward(request, response, asked.url, outcome.target);
      else send(request, outcome);
    } catch (error) {
      if (!(error instanceof FormTooLong)) throw error;
      send(request, plain('413 Payload Too Large', 'This form is too long.'));
    }
  }

  #asked(request: IncomingMessage): DeviceRequest | undefined {
    const url = urlOf(request);
    if (url === undefined) return undefined;
    const loopback = isLoopback(url.hostname) && Number(url.port || 80) === this.port;
    return {
      remote: request.socket.remoteAddress ?? '',
      method: request.method ?? 'GET',
      url,
      headers: request.headers,
      listener: this.#address,
      ownAddress: loopback,
      secure: isSecure(request),
      form: () => formOf(request),
    };
  }

  #forward(request: IncomingMessage, response: ServerResponse, url: URL, { host, port }: Target): void {
    const headers: string[] = [];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
      if (!hopByHop.has(name.toLowerCase()) && name.toLowerCase() !== 'host') headers.push(name, value);
    }
    const onward = openRequest({
      host,
      port,
      method: request.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: ['Host', url.host, ...headers, 'Connection', 'close'],
      setHost: false,
    });
    onward.on('response', (answer) => {
      const kept = answer.rawHeaders.filter(
        (_, index) => !hopByHop.has((answer.rawHeaders[index - (index % 2)] ?? '').toLowerCase()),
      );
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', kept);
      answer.pipe(response);
    });
    onward.on('error', () => {
      if (response.headersSent) request.socket.destroy();
      else send(request, plain('502 Bad Gateway', 'This host does not answer.'));
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#tunnels.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#tunnels.delete(socket));
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(request.url ?? '') ?? [];
    const remote = request.socket.remoteAddress ?? '';
    const target =
      host === undefined ? undefined : await this.#handlers.tunnel(remote, host.toLowerCase(), Number(port));
    // Refused fast, so that browsers do not wait.
    if (target === undefined) return void socket.end('HTTP/1.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    if ('key' in target) return this.#secure(socket, head, target);
    const onward = connect(target);
    onward.on('error', () => socket.destroy());
    onward.on('connect', () => {
      socket.write('HTTP/1.0 200 Connection established\r\n\r\n');
      if (head.length > 0) onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }

  #secure(socket: Duplex, head: Buffer, { certificate, key }: OwnTls): void {
    socket.write('HTTP/1.0 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    const secure = new TLSSocket(socket as Socket, { isServer: true, cert: certificate, key });
    secure.setTimeout(this.#patienceMs, () => secure.destroy());
    secure.on('error', () => socket.destroy());
    secure.once('secure', () => {
      secure.setTimeout(0);
      this.#server.emit('connection', secure);
    });
  }
}

/** `127.0.0.0/8`, `::1`, `localhost` and names below it. */
export function isLoopback(host: string): boolean {
  const plainHost = host.toLowerCase().replace(/^\[|\]$/g, '');
  return /^127(?:\.\d{1,3}){3}$/.test(plainHost) || plainHost === '::1' || /(?:^|\.)localhost$/.test(plainHost);
}

/** A page of plain text. */
export function plain(status: string, text: string): Extract<Outcome, { kind: 'page' }> {
  return { kind: 'page', status, headers: [['Content-Type', 'text/plain']], body: `${text}\n` };
}

function isSecure({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket;
}

function urlOf(request: IncomingMessage): URL | undefined {
  const { url = '', headers } = request;
  try {
    const scheme = isSecure(request) ? 'https:' : 'http:';
    const whole = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `${scheme}//${headers.host ?? ''}${url}`;
    const parsed = new URL(whole);
    return parsed.protocol === scheme ? parsed : undefined;
  } catch {
    return undefined;
  }
}

async function formOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxFormOctets) throw new FormTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(request: IncomingMessage, { status, headers, body }: Extract<Outcome, { kind: 'page' }>): void {
  const { socket } = request;
  if (!socket.writable) return;
  const octets = Buffer.from(body);
  const own = [...headers, ['Content-Length', String(octets.length)], ['Connection', 'close']] as const;
  const lines = own.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.0 ${status}\r\n${lines}\r\n`, 'utf8');
  socket.end(request.method === 'HEAD' ? '' : octets);
  // What is still on its way in is of no interest any more.
  request.resume();
}

function refuseHead(error: Error & { readonly code?: string }, socket: Duplex): void {
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = tooLong ? '431 Request Header Fields Too Large' : slow ? '408 Request Timeout' : '400 Bad Request';
  if (socket.writable) (socket as Socket).end(`HTTP/1.0 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  else socket.destroy();
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedOmada, type SimulatedOmadaOptions } from '../../../src/simulator/omada/simulated-omada.ts';
import { ManualClock } from '../../support/manual-clock.ts';

export const start = Date.UTC(2026, 0, 1);
export const mac = '52-DE-63-00-00-01';

/** A controller in plain HTTP with one operator and two sites, at a time that stands still. */
export async function startOmada(options: Partial<SimulatedOmadaOptions> = {}) {
  const clock = new ManualClock(start);
  const omada = await SimulatedOmada.start({
    clock,
    tls: false,
    id: 'c0ffee',
    operators: [{ name: 'op', password: 'pw' }],
    sites: [
      { name: 'Default', id: '6a1', portalUrl: 'http://portal.test/p/cafe?key=1' },
      { name: 'Beach', id: '6a2', portalUrl: 'https://beach.test/' },
    ],
    ...options,
  });
  return { clock, omada, [Symbol.asyncDispose]: () => omada[Symbol.asyncDispose]() };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `host:port` of an HTTP proxy. */
  readonly via?: string;
}

/** One request, on a connection of its own; no redirect is followed. */
export async function ask(url: string, { method = 'GET', headers = {}, body, via }: Ask = {}): Promise<Reply> {
  const { host, hostname, port, pathname, search } = new URL(url);
  const [proxy, proxyPort] = via?.split(':') ?? [];
  const to =
    via === undefined ? { hostname, port, path: pathname + search } : { hostname: proxy, port: proxyPort, path: url };
  const outgoing = request({ ...to, method, headers: { host, ...headers }, agent: false });
  const answered = once(outgoing, 'response');
  outgoing.end(body);
  const [incoming] = (await answered) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString() };
}

/** Posts JSON to the controller, as an operator when a session is given. */
export async function post(
  omada: Pick<SimulatedOmada, 'url'>,
  path: string,
  body: unknown,
  session?: Session,
): Promise<Coded> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...session };
  const reply = await ask(`${omada.url}/c0ffee/api/v2/hotspot${path}`, { method: 'POST', headers, body: text });
  return JSON.parse(reply.body) as Coded;
}

export interface Coded {
  readonly errorCode: number;
  readonly result?: {
    readonly token?: string;
    readonly data?: readonly Record<string, unknown>[];
    readonly totalRows?: number;
  };
}

export type Session = Readonly<Record<'cookie' | 'csrf-token', string>>;

export async function login(omada: Pick<SimulatedOmada, 'url'>): Promise<Session> {
  const reply = await ask(`${omada.url}/c0ffee/api/v2/hotspot/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"op","password":"pw"}',
  });
  const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? '';
  return { cookie, 'csrf-token': (JSON.parse(reply.body) as Coded).result?.token ?? '' };
}

/** A web server on loopback. */
export async function webServer(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../base/errors.ts';
import { BadRequest, type Fields, isFields } from './control-fields.ts';
import { RouterTrap } from './routeros/trap.ts';

export type ControlHandler = (input: Fields) => unknown;

/** By method and path: `POST /dial`. What a handler throws of `BadRequest`, `RouterTrap` and `TypeError` is the asker's mistake. */
export type ControlRoutes = ReadonlyMap<string, ControlHandler>;

const maxBodyOctets = 1_048_576;

/** JSON over HTTP on loopback: what a person at a device, or the people it serves, would do. */
export class ControlServer {
  readonly #server: Server;
  readonly #routes: ControlRoutes;

  private constructor(routes: ControlRoutes) {
    this.#routes = routes;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @throws when the address cannot be listened on */
  static async start(routes: ControlRoutes, host = '127.0.0.1', port = 0): Promise<ControlServer> {
    const control = new ControlServer(routes);
    control.#server.listen({ host, port });
    await once(control.#server, 'listening');
    return control;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://control');
      const handler = this.#routes.get(`${request.method} ${url.pathname}`);
      if (handler === undefined) return reply(response, 404, { error: `no ${request.method} ${url.pathname}` });
      const input = request.method === 'GET' ? Object.fromEntries(url.searchParams) : await bodyOf(request);
      reply(response, 200, await handler(input));
    } catch (error) {
      const known = error instanceof BadRequest || error instanceof RouterTrap || error instanceof TypeError;
      reply(response, known ? 400 : 500, { error: messageOf(error) });
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyOctets) throw new BadRequest(`a body of more than ${maxBodyOctets} octets`);
    chunks.push(chunk);
  }
  const body = parsed(Buffer.concat(chunks).toString('utf8'));
  if (!isFields(body)) throw new BadRequest('the body must be a JSON object');
  return body;
}

function parsed(json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch {
    throw new BadRequest('the body is not JSON');
  }
}

/** 64-bit counters go out as text: a JSON number would not hold them. */
function reply(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  response.writeHead(status, { 'content-type': 'application/json' }).end(json);
}

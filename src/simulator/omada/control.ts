import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { NameTable } from './device-gateway.ts';
import { type Fields, isFields, readFields, replyJson } from './json-http.ts';
import { expirySigns } from './operator-api.ts';
import type { JoinRequest, SimulatedOmada } from './simulated-omada.ts';

/** A request that cannot be carried out as it was written. */
class BadRequest extends Error {}

type Handler = (input: Fields) => unknown;

/** JSON over HTTP on loopback: what guests' devices, and a person at the controller, would do. */
export class OmadaControlServer {
  readonly #server: Server;
  readonly #routes: ReadonlyMap<string, Handler>;

  private constructor(omada: SimulatedOmada) {
    this.#routes = routesOf(omada);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @throws when the address cannot be listened on */
  static async start(omada: SimulatedOmada, host = '127.0.0.1', port = 0): Promise<OmadaControlServer> {
    const control = new OmadaControlServer(omada);
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
      const [path = '', query] = (request.url ?? '').split('?', 2);
      const handler = this.#routes.get(`${request.method} ${path}`);
      const body = await readFields(request);
      if (handler === undefined) return replyJson(response, 404, { error: `no ${request.method} ${path}` });
      const input = request.method === 'GET' ? Object.fromEntries(new URLSearchParams(query)) : body;
      if (input === undefined) throw new BadRequest('the body must be a JSON object of at most 64 KB');
      replyJson(response, 200, await handler(input));
    } catch (error) {
      const known = error instanceof BadRequest || error instanceof TypeError;
      replyJson(response, known ? 400 : 500, { error: messageOf(error) });
    }
  }
}

function routesOf(omada: SimulatedOmada): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['GET /clients', () => ({ clients: omada.clients() })],
    ['GET /counters', () => omada.counters],
    ['POST /join', (input) => omada.join(joinRequest(input))],
    ['POST /leave', async (input) => ({ left: await omada.leave(text(input, 'mac')) })],
    ['GET /redirect', (input) => ({ url: omada.redirectFor(text(input, 'mac'), text(input, 'url')) })],
    ['POST /unauthorise', (input) => ({ ended: omada.unauthorise(text(input, 'mac')) })],
    ['POST /expire', (input) => expire(omada, input)],
    ['POST /behaviour', (input) => behave(omada, input)],
  ]);
}

function expire(omada: SimulatedOmada, input: Fields): object {
  behave(omada, input);
  omada.expireSessions();
  return {};
}

function behave(omada: SimulatedOmada, input: Fields): object {
  const { behaviour } = omada;
  const sign = optionalText(input, 'expirySign') ?? behaviour.expirySign;
  const known = expirySigns.find((each) => each === sign);
  if (known === undefined) throw new BadRequest(`expirySign: one of ${expirySigns.join(', ')}`);
  const [id, busy, latencyMs] = [optionalText(input, 'id'), count(input, 'busy'), count(input, 'latencyMs')] as const;
  behaviour.expirySign = known;
  behaviour.id = id ?? behaviour.id;
  behaviour.busy = busy ?? behaviour.busy;
  behaviour.latencyMs = latencyMs ?? behaviour.latencyMs;
  return behaviour;
}

const joinTexts = ['ip', 'site', 'ssid', 'apMac', 'radioId', 'gatewayMac', 'vid'] as const;

function joinRequest(input: Fields): JoinRequest {
  const given = joinTexts.flatMap((name) => {
    const value = optionalText(input, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { mac: text(input, 'mac'), ...Object.fromEntries(given), names: names(input['names'] ?? {}) };
}

function names(value: unknown): NameTable {
  if (!isFields(value) || Object.values(value).some((each) => typeof each !== 'string')) {
    throw new BadRequest('names: an object of "host": "host:port"');
  }
  return value as NameTable;
}

function text(input: Fields, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value.length > 2048) throw new BadRequest(`${name}: a text is needed`);
  return value;
}

function optionalText(input: Fields, name: string): string | undefined {
  return input[name] === undefined ? undefined : text(input, name);
}

function count(input: Fields, name: string): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  const right = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000;
  if (!right) throw new BadRequest(`${name}: a whole number of at most 1000000`);
  return value;
}

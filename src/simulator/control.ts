import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../base/errors.ts';
import type { LeaseRequest } from './dhcp/lease-request.ts';
import { type Fault, faultKinds } from './faults.ts';
import type { JoinRequest } from './hotspot/device.ts';
import { type PppMethod, pppMethods } from './nas/access-request.ts';
import type { DialRequest } from './nas/pppoe-nas.ts';
import { type TerminateCause, terminateCauses } from './nas/session.ts';
import { RouterTrap } from './routeros/trap.ts';
import type { SimulatedRouterOs } from './simulated-routeros.ts';

/** A request that cannot be carried out as it was written. */
class BadRequest extends Error {}

type Body = Readonly<Record<string, unknown>>;
type Handler = (input: Body) => unknown;

const maxBodyOctets = 1_048_576;

/** JSON over HTTP on loopback: what a person at the router, or a subscriber's device, would do. */
export class ControlServer {
  readonly #server: Server;
  readonly #routes: ReadonlyMap<string, Handler>;

  private constructor(router: SimulatedRouterOs) {
    this.#routes = routesOf(router);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(router: SimulatedRouterOs, host = '127.0.0.1', port = 0): Promise<ControlServer> {
    const control = new ControlServer(router);
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

function routesOf(router: SimulatedRouterOs): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['GET /sessions', () => ({ sessions: router.sessions() })],
    ['GET /rows', (input) => ({ rows: router.rows(text(input, 'menu')) })],
    ['GET /log', () => ({ lines: router.log() })],
    ['POST /dial', async (input) => dialled(await router.dial(dialRequest(input)))],
    ['GET /devices', () => ({ devices: router.devices() })],
    ['POST /join', (input) => router.join(joinRequest(input))],
    ['POST /leave', async (input) => ({ left: await router.leave(limited(text(input, 'mac'), 64)) })],
    ['GET /leases', () => ({ leases: router.leases() })],
    ['POST /lease', (input) => router.lease(leaseRequest(input))],
    ['POST /renew', (input) => router.renew(limited(text(input, 'mac'), 64))],
    [
      'POST /release',
      (input) => ({ released: router.release(text(input, 'mac'), { silently: input['silently'] === true }) }),
    ],
    ['POST /hangup', (input) => ({ ended: router.hangUp(text(input, 'session'), cause(input)) })],
    [
      'POST /traffic',
      (input) => ({
        sessions: router.traffic(text(input, 'session'), { up: octets(input, 'up'), down: octets(input, 'down') }),
      }),
    ],
    ['POST /rows', (input) => editRows(router, input)],
    ['POST /faults', (input) => setFaults(router, input)],
    [
      'POST /reboot',
      () => {
        router.reboot();
        return {};
      },
    ],
  ]);
}

/** The promise of the session's end does not travel. */
function dialled(result: object): object {
  return Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'ended'));
}

function dialRequest(input: Body): DialRequest {
  const method = optionalText(input, 'method');
  if (method !== undefined && !(pppMethods as readonly string[]).includes(method)) {
    throw new BadRequest(`method: one of ${pppMethods.join(', ')}`);
  }
  const [callerId, port, serviceName] = ['callerId', 'interface', 'serviceName'].map((name) =>
    optionalText(input, name),
  );
  return {
    username: limited(text(input, 'username'), 253),
    password: limited(text(input, 'password'), 128),
    ...(method === undefined ? {} : { method: method as PppMethod }),
    ...(callerId === undefined ? {} : { callerId: limited(callerId, 64) }),
    ...(port === undefined ? {} : { interface: port }),
    ...(serviceName === undefined ? {} : { serviceName }),
  };
}

function joinRequest(input: Body): JoinRequest {
  const [port, hostName] = ['interface', 'hostName'].map((name) => optionalText(input, name));
  return {
    mac: limited(text(input, 'mac'), 64),
    ...(port === undefined ? {} : { interface: port }),
    ...(hostName === undefined ? {} : { hostName: limited(hostName, 255) }),
    ...(input['resolve'] === undefined ? {} : { resolve: texts(input, 'resolve') }),
  };
}

function leaseRequest(input: Body): LeaseRequest {
  const [port, hostName, clientId] = ['interface', 'hostName', 'clientId'].map((name) => optionalText(input, name));
  return {
    mac: limited(text(input, 'mac'), 64),
    ...(port === undefined ? {} : { interface: port }),
    // Options of DHCP hold 255 octets (RFC 2132 §2); an identifier is written with two digits and a colon for each.
    ...(hostName === undefined ? {} : { hostName: limited(hostName, 255) }),
    ...(clientId === undefined ? {} : { clientId: limited(clientId, 764) }),
    ...(input['renews'] === false ? { renews: false } : {}),
  };
}

async function editRows(router: SimulatedRouterOs, input: Body): Promise<object> {
  const menu = text(input, 'menu');
  const action = text(input, 'action');
  const target = optionalText(input, 'target');
  switch (action) {
    case 'add':
      return { id: router.add(menu, fields(input)) };
    case 'set':
      router.set(menu, target, fields(input));
      await router.settled();
      return {};
    case 'remove':
      router.remove(menu, text(input, 'target'));
      return {};
    default:
      throw new BadRequest('action: one of add, set, remove');
  }
}

function setFaults(router: SimulatedRouterOs, input: Body): object {
  const list: unknown = input['faults'];
  if (!Array.isArray(list)) throw new BadRequest('faults: a list');
  router.faults.replace(list.map(faultOf));
  return { faults: router.faults.list() };
}

function faultOf(input: unknown): Fault {
  if (!isObject(input)) throw new BadRequest('faults: objects with a kind');
  const kind = faultKinds.find((known) => known === input['kind']);
  if (kind === undefined) throw new BadRequest(`kind: one of ${faultKinds.join(', ')}`);
  const [command, message] = ['command', 'message'].map((name) => optionalText(input, name));
  const [after, times, ms] = ['after', 'times', 'ms'].map((name) => optionalCount(input, name));
  return {
    kind,
    ...(command === undefined ? {} : { command }),
    ...(message === undefined ? {} : { message }),
    ...(after === undefined ? {} : { after }),
    ...(times === undefined ? {} : { times }),
    ...(ms === undefined ? {} : { ms }),
  };
}

function cause(input: Body): TerminateCause {
  const given = optionalText(input, 'cause') ?? 'User-Request';
  if (!Object.hasOwn(terminateCauses, given)) {
    throw new BadRequest(`cause: one of ${Object.keys(terminateCauses).join(', ')}`);
  }
  return given as TerminateCause;
}

function fields(input: Body): Readonly<Record<string, string>> {
  return texts(input, 'fields');
}

function texts(input: Body, name: string): Readonly<Record<string, string>> {
  const given = input[name];
  if (!isObject(given) || Object.values(given).some((value) => typeof value !== 'string')) {
    throw new BadRequest(`${name}: an object of texts`);
  }
  return given as Record<string, string>;
}

/** Octets as a whole number, or as text where a number would not be exact. */
function octets(input: Body, name: string): bigint {
  const value = input[name] ?? 0;
  const digits = typeof value === 'number' ? String(value) : value;
  if (typeof digits !== 'string' || !/^\d{1,20}$/.test(digits)) throw new BadRequest(`${name}: a count of octets`);
  return BigInt(digits);
}

function text(input: Body, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new BadRequest(`${name}: a text is needed`);
  return value;
}

function optionalText(input: Body, name: string): string | undefined {
  return input[name] === undefined ? undefined : text(input, name);
}

function optionalCount(input: Body, name: string): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new BadRequest(`${name}: a count`);
  return value;
}

function limited(value: string, octetLimit: number): string {
  if (Buffer.byteLength(value) > octetLimit) throw new BadRequest(`longer than ${octetLimit} octets`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyOctets) throw new BadRequest(`a body of more than ${maxBodyOctets} octets`);
    chunks.push(chunk);
  }
  const body = parsed(Buffer.concat(chunks).toString('utf8'));
  if (!isObject(body)) throw new BadRequest('the body must be a JSON object');
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

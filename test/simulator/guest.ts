import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { secret } from './support.ts';

export interface Got {
  readonly status: number;
  readonly statusLine: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends octets and takes all that comes until the other side is done. @param end whether nothing more is to follow */
export async function raw(gateway: string, octets: string | Buffer, { end = false } = {}): Promise<string> {
  const [host = '', port = ''] = gateway.split(':');
  const socket = connect({ host, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  if (end) socket.end(octets);
  else socket.write(octets);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

/** One request through the gateway as through a proxy: HTTP as bare as can be. */
export async function get(
  gateway: string,
  url: string,
  { form, headers = {} }: { form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> } = {},
): Promise<Got> {
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  const type = form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
  const all = { Host: new URL(url).host, Connection: 'close', ...type, ...headers };
  const lines = Object.entries({ ...all, 'Content-Length': String(Buffer.byteLength(body)) });
  const head = [`${form === undefined ? 'GET' : 'POST'} ${url} HTTP/1.1`, ...lines.map((pair) => pair.join(': '))];
  return parsed(await raw(gateway, `${head.join('\r\n')}\r\n\r\n${body}`));
}

export function parsed(answer: string): Got {
  const cut = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = answer.slice(0, cut).split('\r\n');
  const headers = lines.map((line) => /^([^:]*): ?(.*)$/s.exec(line) ?? []);
  return {
    status: Number(statusLine.split(' ')[1]),
    statusLine,
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value])),
    body: answer.slice(cut + 4),
  };
}

/** A web server of somebody else, and what it was asked. */
export async function website(answer = 'hello') {
  const requests: { url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A hotspot on ether3 as an operator would have it. */
export function offerHotspot(router: SimulatedRouterOs, profile: Readonly<Record<string, string>> = {}): void {
  router.add('/ip/pool', { name: 'guests', ranges: '10.5.50.10-10.5.50.250' });
  router.add('/ip/hotspot/profile', {
    name: 'cafe',
    'hotspot-address': '10.5.50.1',
    'dns-name': 'login.test',
    'login-by': 'http-pap',
    ...profile,
  });
  router.add('/ip/hotspot', { name: 'hs-cafe', interface: 'ether3', profile: 'cafe', 'address-pool': 'guests' });
}

/** Has hotspots ask RADIUS at this server. */
export function useRadius(
  router: SimulatedRouterOs,
  port: number,
  fields: Readonly<Record<string, string>> = {},
): void {
  router.set('/ip/hotspot/profile', 'cafe', { 'use-radius': 'yes' });
  const ports = { 'authentication-port': String(port), 'accounting-port': String(port) };
  router.add('/radius', { service: 'hotspot', address: '127.0.0.1', secret, ...ports, ...fields });
}

export const guestMac = '02:00:5E:00:00:0A';

/** A device joins. @throws when it is not let in */
export async function arrive(
  router: SimulatedRouterOs,
  options: { mac?: string; resolve?: Readonly<Record<string, string>>; hostName?: string } = {},
) {
  const { mac = guestMac, ...rest } = options;
  const result = await router.join({ mac, interface: 'ether3', ...rest });
  if (!result.ok) throw new Error(`refused: ${result.reason}`);
  return result;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { Fields } from '../control-fields.ts';
import { checkAuth } from './auth-check.ts';
import type { ClientTable, SimulatedClient } from './client-table.ts';
import { readFields, replyJson } from './json-http.ts';
import type { ApiAnswer, SimulatedOpenApi } from './open-api.ts';
import type { Operators, SimulatedOperator } from './operators.ts';
import type { SimulatedSite } from './site.ts';
import { isControllerAtLeast } from './version.ts';

/** How a controller says that the operator's session is over: -1200, 302, a page, HTTP 401. */
export const expirySigns = ['code', 'redirect', 'page', 'unauthorised'] as const;
export type ExpirySign = (typeof expirySigns)[number];

/** Requests so far, by what they asked for. */
export interface OmadaCounters {
  info: number;
  logins: number;
  refusedLogins: number;
  auths: number;
  authorised: number;
  clientLists: number;
  disconnects: number;
}

/** What can change while it runs. */
export interface OmadaBehaviour {
  id: string;
  expirySign: ExpirySign;
  /** So many `extPortal/auth` are answered with -33004. */
  busy: number;
  /** So many orders to end an access are answered well and not carried out. */
  deaf: number;
  /** Before every answer. */
  latencyMs: number;
}

export interface OperatorApiDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly cookieName: string;
  readonly codesAsText: boolean;
  readonly timeUnit: 'ms' | 'us' | 's' | 'min';
  readonly sites: readonly SimulatedSite[];
  readonly operators: Operators;
  readonly clients: ClientTable;
  readonly openApi: SimulatedOpenApi;
  readonly counters: OmadaCounters;
  readonly behaviour: OmadaBehaviour;
  readonly log: (message: string) => void;
}

interface Answer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly text?: string;
}

const messages: ReadonlyMap<number, string> = new Map([
  [-1, 'General error.'],
  [-1001, 'Invalid request parameters.'],
  [-1200, 'The session has timed out. Please log in again.'],
  [-1505, 'You do not have permission to this site.'],
  [-1600, 'Unsupported request path.'],
  [-7131, 'The controller ID does not exist.'],
  [-30109, 'Invalid username or password.'],
  [-33000, 'This site does not exist.'],
  [-33004, 'The controller is busy. Please try again later.'],
  [-34004, 'This name already exists.'],
  [-41500, 'Invalid authentication type.'],
  [-41501, 'Failed to authenticate.'],
  [-44106, 'The client id or client secret is invalid.'],
  [-44111, 'The grant type is invalid.'],
  [-44112, 'The access token has expired.'],
  [-44113, 'The access token is invalid.'],
  [-44114, 'The refresh token has expired.'],
]);

/** What a controller offers to hotspot operators, `/api/info` among it. */
export class OperatorApi {
  readonly #deps: OperatorApiDeps;

  constructor(deps: OperatorApiDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { behaviour, clock } = this.#deps;
    try {
      const body = await readFields(request);
      if (behaviour.latencyMs > 0) await clock.sleep(behaviour.latencyMs);
      const { status = 200, headers = {}, text = '', json } = this.#answer(request, body);
      if (json === undefined) response.writeHead(status, headers).end(text);
      else replyJson(response, status, json, headers);
    } catch {
      response.destroy();
    }
  }

  #answer(request: IncomingMessage, body: Fields | undefined): Answer {
    const url = new URL(request.url ?? '/', 'http://controller');
    const what = `${request.method} ${url.pathname}`;
    const { version, openApi } = this.#deps;
    // Those before 4.1.5 have neither this nor a hotspot API of JSON: they show their login page.
    if (!isControllerAtLeast(version, '4.1.5')) return { status: 302, headers: { location: '/login' } };
    if (what === 'GET /api/info') return this.#info();
    const answer = openApi.answer(request, url, body);
    if (answer !== undefined) return this.#api(answer);
    const older = !isControllerAtLeast(version, '5.0');
    // v4 has no id in its addresses.
    const [, verb, id, path = ''] = (older ? /^(\w+) ()(\/.*)$/ : /^(\w+) \/([^/]*)(\/.*)$/).exec(what) ?? [];
    if (!path.startsWith('/api/v2/hotspot/')) return this.#code(-1600, 404);
    if (!older && id !== this.#deps.behaviour.id) return this.#code(-7131);
    if (`${verb} ${path}` === 'POST /api/v2/hotspot/login') return this.#login(request, body);
    const operator = this.#operatorOf(request, url);
    if (operator === undefined) return this.#sessionOver();
    if (`${verb} ${path}` === 'POST /api/v2/hotspot/extPortal/auth') {
      return this.#code(this.#auth(request, body, operator));
    }
    const [, site, rest] = /^\/api\/v2\/hotspot\/sites\/([^/]+)\/(.*)$/.exec(path) ?? [];
    if (site === undefined || !isControllerAtLeast(this.#deps.version, '5.15')) return this.#code(-1600, 404);
    return this.#atSite(`${verb} ${rest}`, decoded(site), operator, url);
  }

  #info(): Answer {
    const { behaviour, version, counters } = this.#deps;
    counters.info += 1;
    const id = isControllerAtLeast(version, '5.0') ? { omadacId: behaviour.id } : {};
    return this.#result({ ...id, controllerVer: version, apiVer: '3', configured: true, type: 1 });
  }

  #login(request: IncomingMessage, body: Fields | undefined): Answer {
    const { operators, counters, cookieName, log } = this.#deps;
    if (body === undefined || !isJson(request)) return this.#code(-1001);
    const session = operators.login(body['name'], body['password']);
    if (session === undefined) {
      counters.refusedLogins += 1;
      log('login of a hotspot operator refused');
      return this.#code(-30109);
    }
    counters.logins += 1;
    log('hotspot operator logged in');
    const cookie = `${cookieName}=${session.cookie}; Path=/; HttpOnly${this.#secure(request)}`;
    return this.#result({ token: session.token }, 'Hotspot log in successfully.', { 'set-cookie': cookie });
  }

  #auth(request: IncomingMessage, body: Fields | undefined, operator: SimulatedOperator): number {
    const { behaviour, counters, clients, log } = this.#deps;
    counters.auths += 1;
    if (behaviour.busy > 0) {
      behaviour.busy -= 1;
      return -33004;
    }
    if (body === undefined || !isJson(request)) return -1001;
    const outcome = checkAuth(body, { ...this.#deps, operator });
    if ('errorCode' in outcome) return outcome.errorCode;
    const { client, durationMs } = outcome;
    clients.grant(client.mac, durationMs);
    counters.authorised += 1;
    log(`client ${client.mac} let in for ${durationMs / 1000} s`);
    return 0;
  }

  #atSite(what: string, site: string, operator: SimulatedOperator, url: URL): Answer {
    const { sites, clients, counters, behaviour, log } = this.#deps;
    const known = sites.find(({ name, id }) => name === site || id === site);
    if (known === undefined) return this.#code(-33000);
    if (operator.sites?.includes(known.name) === false) return this.#code(-1505);
    const own = clients.list().filter((client) => client.site === known.name);
    if (what === 'GET clients') {
      counters.clientLists += 1;
      return this.#result(this.#page(own, url));
    }
    const record = /^POST cmd\/clients\/([^/]+)\/disconnect$/.exec(what)?.[1];
    if (record === undefined) return this.#code(-1600, 404);
    counters.disconnects += 1;
    const client = own.find(({ mac }) => clients.current(mac)?.id === record);
    if (client === undefined) return this.#code(-1001);
    if (behaviour.deaf > 0) {
      behaviour.deaf -= 1;
      return this.#code(0);
    }
    log(`client ${client.mac} disconnected`);
    return this.#code(clients.end(client.mac) ? 0 : -1001);
  }

  /** Other names for paging are not known to it: ten rows then. */
  #page(clients: readonly SimulatedClient[], { searchParams }: URL): object {
    const key = (searchParams.get('searchKey') ?? '').toUpperCase();
    const page = Math.max(1, Number(searchParams.get('currentPage')) || 1);
    const size = Math.min(1000, Math.max(1, Number(searchParams.get('currentPageSize')) || 10));
    const rows = clients
      .filter(({ mac, ip }) => mac.includes(key) || ip.includes(key))
      .flatMap((each) => this.#rows(each));
    return {
      totalRows: rows.length,
      currentPage: page,
      currentSize: size,
      data: rows.slice((page - 1) * size, page * size),
    };
  }

  /** One row for each time it was let in, the last one still going on or over; and one while it waits. */
  #rows(client: SimulatedClient): readonly object[] {
    const { mac, ip, place } = client;
    const { clients } = this.#deps;
    const where = place.kind === 'eap' ? { ssid: place.ssid, apMac: place.apMac } : { gatewayMac: place.gatewayMac };
    const current = clients.current(mac);
    const past = clients.records(mac).map(({ id, start, end, upload, download }) => ({
      ...{
        id,
        mac,
        ip,
        ...where,
        authType: 4,
        start,
        end,
        upload,
        download,
        duration: Math.round((end - start) / 1000),
      },
      ...(id === current?.id ? { valid: true, authStatus: 2 } : { valid: false }),
    }));
    return current === undefined ? [...past, { mac, ip, ...where, authType: 0, authStatus: 1 }] : past;
  }

  #operatorOf({ headers }: IncomingMessage, url: URL): SimulatedOperator | undefined {
    const { cookieName, operators } = this.#deps;
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    const cookie = pairs.find(([name]) => name === cookieName)?.[1];
    // v4 reads it from the address only.
    const header = isControllerAtLeast(this.#deps.version, '5.0') ? headers['csrf-token'] : undefined;
    return operators.of(cookie, typeof header === 'string' ? header : (url.searchParams.get('token') ?? undefined));
  }

  #sessionOver(): Answer {
    switch (this.#deps.behaviour.expirySign) {
      case 'code':
        return this.#code(-1200);
      case 'redirect':
        return { status: 302, headers: { location: '/login' } };
      case 'page':
        return { headers: { 'content-type': 'text/html' }, text: '<!DOCTYPE html><title>Omada Controller</title>' };
      case 'unauthorised':
        return { status: 401 };
    }
  }

  #api({ errorCode, result }: ApiAnswer): Answer {
    const msg = messages.get(errorCode) ?? 'Success.';
    return { json: { errorCode: this.#written(errorCode), msg, ...(result === undefined ? {} : { result }) } };
  }

  #code(errorCode: number, status = 200): Answer {
    const msg = messages.get(errorCode) ?? 'Success.';
    return { status, json: { errorCode: this.#written(errorCode), msg } };
  }

  #result(result: object, msg = 'Success.', headers: Readonly<Record<string, string>> = {}): Answer {
    return { headers, json: { errorCode: this.#written(0), msg, result } };
  }

  #written(errorCode: number): number | string {
    return this.#deps.codesAsText ? String(errorCode) : errorCode;
  }

  #secure(request: IncomingMessage): string {
    return 'encrypted' in request.socket ? '; Secure' : '';
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

import type { IncomingMessage } from 'node:http';
import { type Fields, isFields } from '../control-fields.ts';
import type { SimulatedSite } from './site.ts';
import type { SiteSettings } from './site-settings.ts';

/** An application of Settings > Platform Integration > Open API. */
export interface SimulatedApplication {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface OpenApiDeps {
  readonly application: SimulatedApplication | undefined;
  readonly sites: readonly (SimulatedSite & { readonly settings: SiteSettings })[];
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
  readonly tokenLifetimeMs: number;
  readonly log: (message: string) => void;
  /** omadacId at the moment. */
  readonly id: () => string;
}

/** `errorCode` and what comes with it. */
export interface ApiAnswer {
  readonly errorCode: number;
  readonly result?: unknown;
}

interface Counted {
  tokens: number;
  refreshes: number;
  refusedTokens: number;
  writes: number;
}

type Question = { readonly method: string; readonly rest: string; readonly body: Fields; readonly url: URL };

const done: ApiAnswer = { errorCode: 0 };
const invalid: ApiAnswer = { errorCode: -1001 };
const noPath: ApiAnswer = { errorCode: -1600 };
const noSite: ApiAnswer = { errorCode: -33000 };
const nameTaken: ApiAnswer = { errorCode: -34004 };
/** A code of its own for it is not known. */
const inUse: ApiAnswer = { errorCode: -1 };
const badClient: ApiAnswer = { errorCode: -44106 };
const badGrant: ApiAnswer = { errorCode: -44111 };
const tokenOver: ApiAnswer = { errorCode: -44112 };
const tokenUnknown: ApiAnswer = { errorCode: -44113 };
const refreshOver: ApiAnswer = { errorCode: -44114 };
const noId: ApiAnswer = { errorCode: -7131 };

/** What a controller offers to applications: as its own specification has it (5.15.24), as far as we use it. */
export class SimulatedOpenApi {
  readonly counters: Counted = { tokens: 0, refreshes: 0, refusedTokens: 0, writes: 0 };
  readonly #deps: OpenApiDeps;
  /** Access token → until when. */
  readonly #tokens = new Map<string, number>();
  readonly #refreshes = new Set<string>();

  constructor(deps: OpenApiDeps) {
    this.#deps = deps;
  }

  /** Every access token is over; with `refreshes` those to renew them with as well. */
  expire({ refreshes = false }: { readonly refreshes?: boolean } = {}): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, 0);
    if (refreshes) this.#refreshes.clear();
  }

  /** `undefined` for what is none of its addresses. */
  answer(request: IncomingMessage, url: URL, body: Fields | undefined): ApiAnswer | undefined {
    const { pathname } = url;
    if (this.#deps.application === undefined || !pathname.startsWith('/openapi/')) return undefined;
    if (pathname === '/openapi/authorize/token') return body === undefined ? invalid : this.#token(url, body);
    const [, id, path] = /^\/openapi\/v1\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    if (path === undefined) return noPath;
    const refused = this.#refusal(request);
    if (refused !== undefined) return refused;
    if (id !== this.#deps.id()) return noId;
    return this.#below(path, { method: request.method ?? 'GET', rest: path, body: body ?? {}, url });
  }

  #token({ searchParams }: URL, body: Fields): ApiAnswer {
    const { application, id, log } = this.#deps;
    const right = body['client_id'] === application?.clientId && body['client_secret'] === application?.clientSecret;
    if (!right || body['omadacId'] !== id()) {
      this.counters.refusedTokens += 1;
      log('an application of the OpenAPI is refused');
      return right ? noId : badClient;
    }
    const grant = searchParams.get('grant_type');
    if (grant === 'refresh_token') {
      if (!this.#refreshes.delete(searchParams.get('refresh_token') ?? '')) return refreshOver;
      this.counters.refreshes += 1;
    } else if (grant !== 'client_credentials') return badGrant;
    this.counters.tokens += 1;
    return { errorCode: 0, result: this.#newToken() };
  }

  #newToken(): object {
    const { random, now, tokenLifetimeMs } = this.#deps;
    const [access, refresh] = [`AT-${random(16).toString('hex')}`, `RT-${random(16).toString('hex')}`];
    this.#tokens.set(access, now() + tokenLifetimeMs);
    this.#refreshes.add(refresh);
    const expiresIn = Math.floor(tokenLifetimeMs / 1_000);
    return { accessToken: access, tokenType: 'bearer', expiresIn, refreshToken: refresh };
  }

  #refusal({ headers }: IncomingMessage): ApiAnswer | undefined {
    // Not `Bearer`.
    const token = /^AccessToken=(.+)$/.exec(headers.authorization ?? '')?.[1];
    const until = this.#tokens.get(token ?? '');
    if (until === undefined) return tokenUnknown;
    return this.#deps.now() < until ? undefined : tokenOver;
  }

  #below(path: string, question: Question): ApiAnswer {
    if (question.method !== 'GET') this.counters.writes += 1;
    if (path === '/sites') {
      return paged(
        this.#deps.sites.map(({ id, name }) => ({ siteId: id, name })),
        question,
      );
    }
    const [, siteId, rest = ''] = /^\/sites\/([^/]+)(\/.*)$/.exec(path) ?? [];
    const settings = this.#deps.sites.find(({ id }) => id === siteId)?.settings;
    return settings === undefined ? noSite : this.#atSite(settings, { ...question, rest });
  }

  #atSite(settings: SiteSettings, question: Question): ApiAnswer {
    const { method, rest, body } = question;
    if (rest === '/wireless-network/wlans') {
      return { errorCode: 0, result: [{ wlanId: settings.wlanId, name: 'Default', primary: true }] };
    }
    if (rest === `/wireless-network/wlans/${settings.wlanId}/ssids`) {
      return paged(
        settings.ssids.map(({ id, name }) => ({ ssidId: id, wlanId: settings.wlanId, name })),
        question,
      );
    }
    if (rest === '/setting/access-control') {
      if (method === 'GET') return { errorCode: 0, result: settings.access };
      if (method !== 'PATCH' || !isAccess(body)) return invalid;
      settings.setAccess(body);
      return done;
    }
    if (rest === '/portals') {
      const rows = [...settings.portals].map(([id, { name, enable, ssidList, authType }]) => ({
        ...{ id, name, enable, ssidList, authType },
      }));
      return { errorCode: 0, result: rows };
    }
    if (/^\/portal(?:\/|$)/.test(rest)) return this.#object(settings.portals, '/portal', isPortal, question);
    if (rest === '/profiles/radius' && method === 'GET') {
      return {
        errorCode: 0,
        result: [...settings.profiles].map(([id, profile]) => ({ radiusProfileId: id, ...profile })),
      };
    }
    if (rest.startsWith('/profiles/radius')) {
      if (method === 'DELETE' && settings.isProfileUsed(rest.slice('/profiles/radius/'.length))) return inUse;
      return this.#object(settings.profiles, '/profiles/radius', isProfile, question);
    }
    return noPath;
  }

  /** One of a kind: made, read, changed, taken away. */
  #object(
    objects: Map<string, Fields>,
    path: string,
    isRight: (body: Fields) => boolean,
    { method, rest, body }: Question,
  ): ApiAnswer {
    const id = rest.slice(path.length + 1);
    const known = objects.get(id);
    const sameName = [...objects].some(([other, { name }]) => other !== id && name === body['name']);
    switch (method) {
      case 'POST':
        if (id !== '' || !isRight(body)) return invalid;
        if (sameName) return nameTaken;
        objects.set(this.#deps.random(12).toString('hex'), body);
        return done;
      case 'GET':
        return known === undefined ? invalid : { errorCode: 0, result: { id, ...known } };
      case 'PATCH':
        if (known === undefined || !isRight(body)) return invalid;
        if (sameName) return nameTaken;
        // It takes the whole object, though it calls that a PATCH.
        objects.set(id, body);
        return done;
      case 'DELETE':
        return objects.delete(id) ? done : invalid;
      default:
        return noPath;
    }
  }
}

function paged(rows: readonly object[], { url }: Question): ApiAnswer {
  const [page, size] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('pageSize'))];
  if (!(page >= 1 && size >= 1 && size <= 1_000)) return invalid;
  const data = rows.slice((page - 1) * size, page * size);
  return { errorCode: 0, result: { totalRows: rows.length, currentPage: page, currentSize: size, data } };
}

function isAccess(body: Fields): boolean {
  const { preAuthAccessEnable, preAuthAccessPolicies: policies, freeAuthClientEnable } = body;
  if (typeof preAuthAccessEnable !== 'boolean' || typeof freeAuthClientEnable !== 'boolean') return false;
  const right =
    Array.isArray(policies) &&
    (policies as readonly unknown[]).every(
      (each) =>
        isFields(each) &&
        (each['type'] === 2
          ? typeof each['url'] === 'string' && each['url'] !== ''
          : each['type'] === 1 && typeof each['ip'] === 'string' && Number(each['subnetMask']) >= 1),
    );
  return right && (!preAuthAccessEnable || policies.length > 0);
}

/** Six keys are required, and what the type needs. */
function isPortal(body: Fields): boolean {
  const { name, enable, authType, authTimeout, httpsRedirectEnable, landingPage, externalPortal, externalRadius } =
    body;
  const timeout = isFields(authTimeout) && Number(authTimeout['customTimeout']) >= 1 && !('authTimeout' in authTimeout);
  const whole =
    isName(name, 128) &&
    typeof enable === 'boolean' &&
    typeof httpsRedirectEnable === 'boolean' &&
    typeof landingPage === 'number' &&
    timeout;
  if (!whole) return false;
  if (authType === 2) return isFields(externalRadius) && typeof externalRadius['radiusProfileId'] === 'string';
  if (authType !== 4) return typeof authType === 'number';
  const { serverUrl, serverUrlScheme, hostType } = isFields(externalPortal) ? externalPortal : {};
  const byUrl = typeof serverUrl === 'string' && !serverUrl.includes('://');
  return hostType === 2 && byUrl && (serverUrlScheme === 'http' || serverUrlScheme === 'https');
}

function isProfile({ name, authServer, radiusAccountingEnable, wirelessVlanAssignment }: Fields): boolean {
  if (!isName(name, 64) || !Array.isArray(authServer) || authServer.length === 0) return false;
  const servers = (authServer as readonly unknown[]).every(
    (server) =>
      isFields(server) &&
      typeof server['radiusServerIp'] === 'string' &&
      typeof server['radiusPort'] === 'number' &&
      isName(server['radiusPwd'], 64),
  );
  return servers && typeof radiusAccountingEnable === 'boolean' && typeof wirelessVlanAssignment === 'boolean';
}

function isName(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= most;
}

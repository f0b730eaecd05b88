import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { codeOf } from '../base/errors.ts';
import { hotspotPages } from '../hotspot-pages/hotspot-pages.ts';
import type { PortalSettings } from '../model/kinds/operator.ts';
import type { PortalLanguage } from '../model/kinds/portal-site.ts';
import { allowedMethods, type Place } from './allowed-methods.ts';
import type { Answer } from './answer.ts';
import { diversionPage, divertedAnswer, whyDiverted } from './diversion.ts';
import { externalLogin, refuseExternal, siteOf } from './external-mikrotik.ts';
import { type Fields, type FieldsResult, longestBody, readFields, readJsonFields, readQuery } from './fields.ts';
import { landing } from './landing.ts';
import { allLanguages, chooseLanguage } from './language.ts';
import { logIn } from './log-in.ts';
import { refuseExpectation, refuseOctets } from './raw-answer.ts';
import { type Security, send } from './send.ts';
import { logOut, status } from './status.ts';
import { isTrusted } from './trusted-proxy.ts';
import { notice, type Portal, pathOf, publicUrlOf, type Refusal, refuse, type Visit } from './visit.ts';

type SiteRequest = FastifyRequest<{ Params: { readonly site: string; readonly '*'?: string } }>;
type Handler = (
  visit: Visit,
  fields: Fields,
  request: SiteRequest,
  response: ServerResponse,
) => Answer | Promise<Answer>;

/** Longest name of a site in a path. */
const longestName = 256;
const headerOctets = 16 * 1024;
/** Of a connection: longer than any answer takes. */
const silentMs = 30_000;

/**
 * HTTP of the portal: addresses, limits, and a page for everything that goes wrong.
 *
 * @param requestMs for a whole request to arrive
 */
export function buildHttp(portal: Portal, tls: PortalSettings['tls'], requestMs: number): FastifyInstance {
  const limits = {
    maxHeaderSize: headerOctets,
    // Looked for by us, which has words for it.
    requireHostHeader: false,
    // Where headers have longer than requests, Node takes the two for each other.
    headersTimeout: requestMs,
    connectionsCheckingInterval: Math.ceil(requestMs / 10),
  };
  const server = fastify({
    bodyLimit: longestBody,
    forceCloseConnections: true,
    requestTimeout: requestMs,
    connectionTimeout: silentMs,
    keepAliveTimeout: 5_000,
    trustProxy: (address) => isTrusted(address, portal.deps.settings().trustedProxies),
    // Parsed by us, and more strictly.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestName, querystringParser: () => ({}) },
    frameworkErrors: (_error, request, reply) => void refuseRequest(portal, request, reply, badRequest),
    clientErrorHandler: (error, socket) => refuseOctets(portal, error, socket),
    ...(tls === undefined ? { http: limits } : { https: { ...certificateOptions(tls), ...limits } }),
  }) as unknown as FastifyInstance;
  addParsers(server);
  server.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    refuseExpectation(portal, request, response),
  );
  addRoutes(server, portal);
  server.setErrorHandler((error, request, reply) => answerError(portal, error, request, reply));
  return server;
}

/** What a TLS server shows, and the oldest version it speaks. */
export function certificateOptions({ certificate, key }: NonNullable<PortalSettings['tls']>) {
  return { cert: certificate.reveal(), key: key.reveal(), minVersion: 'TLSv1.2' } as const;
}

/** Bodies stay octets until their fields are read. */
function addParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  for (const type of [formType, jsonType]) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }
}

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';
const badRequest: Refusal = { status: 400, message: 'bad-request' };

function addRoutes(server: FastifyInstance, portal: Portal): void {
  const places: Place[] = [];
  server.addHook('onRoute', ({ url, method }) => void places.push({ url, methods: [method].flat() }));
  const nowhere = (request: FastifyRequest, reply: FastifyReply) => refusePlace(portal, places, request, reply);
  // Before a body is waited for.
  server.addHook('onRequest', (request, reply, next) => {
    const diverted = divertedAnswer(portal, request);
    if (diverted !== undefined) answer(portal, request, reply, diverted);
    else if (request.is404) nowhere(request, reply);
    else if (hasNoHost(request)) refuseRequest(portal, request, reply, badRequest);
    else next();
  });
  server.setNotFoundHandler(nowhere);
  server.get('/', (request, reply) => {
    const language = chooseLanguage(allLanguages, undefined, request.headers['accept-language']);
    return answer(portal, request, reply, notice({ language }, { status: 200, message: 'how-to-join' }));
  });
  server.get('/p/:site', atSite(portal, landing));
  for (const why of whyDiverted)
    server.get(
      `/p/:site/${why}`,
      atSite(portal, (visit) => diversionPage(visit, why)),
    );
  server.post('/p/:site/login', atSite(portal, logIn));
  // A page that was sent cannot be loaded again: back to where it came from.
  server.get(
    '/p/:site/login',
    atSite(portal, ({ site }) => ({ type: 'redirect', location: pathOf(site) })),
  );
  server.get(
    '/p/:site/status',
    atSite(portal, (visit, fields, _request, response) => status(visit, fields, goneOf(response))),
  );
  server.post('/p/:site/logout', atSite(portal, logOut));
  server.get(
    '/p/:site/logout',
    atSite(portal, ({ site }) => ({ type: 'redirect', location: pathOf(site) })),
  );
  server.get('/p/:site/files/*', atSite(portal, file));
  server.post('/external/hotspot/mikrotik/login', (request, reply) => external(portal, request, reply));
}

function atSite(portal: Portal, handle: Handler) {
  return async (request: SiteRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const site = portal.deps.sites().find(({ name }) => name === request.params.site);
    if (site === undefined) return refuseRequest(portal, request, reply, { status: 404, message: 'not-found' });
    const read = fieldsOf(request);
    const asked = read.result === 'read' ? read.fields.get('lang') : undefined;
    const language = chooseLanguage(site.languages, asked, request.headers['accept-language']);
    const visit = { portal, site, language, from: request.ip };
    if (read.result === 'flawed') return answer(portal, request, reply, refuse(portal, visit, flawOf(read, request)));
    return answer(portal, request, reply, await handle(visit, read.fields, request, reply.raw));
  };
}

async function external(portal: Portal, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const json = isJson(request);
  const read = fieldsOf(request);
  const site = read.result === 'read' ? siteOf(portal.deps.sites(), read.fields) : undefined;
  const language = chooseLanguage(site?.languages ?? allLanguages, undefined, request.headers['accept-language']);
  if (read.result === 'flawed') {
    return answer(portal, request, reply, refuseExternal(portal, { language }, flawOf(read, request), json));
  }
  if (site === undefined) {
    return answer(
      portal,
      request,
      reply,
      refuseExternal(portal, { language }, { status: 404, message: 'wrong-site' }, json),
    );
  }
  return answer(
    portal,
    request,
    reply,
    await externalLogin({ portal, site, language, from: request.ip }, read.fields, json),
  );
}

/** Router pages as they are uploaded, for routers that are not reconciled. */
const file: Handler = (visit, _fields, request) => {
  const landingUrl = publicUrlOf(visit, '');
  const name = request.params['*'] ?? '';
  const page = landingUrl === undefined ? undefined : hotspotPages(landingUrl).find((each) => each.name === name);
  if (page === undefined) return refuse(visit.portal, visit, { status: 404, message: 'not-found' });
  return { type: 'file', name: name.slice(name.lastIndexOf('/') + 1), contents: page.contents };
};

/** Of the query of a GET, or of the body of a POST. */
function fieldsOf(request: FastifyRequest): FieldsResult {
  if (request.method === 'POST') {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    return isJson(request) ? readJsonFields(body) : readFields(body.toString('latin1'));
  }
  const url = request.raw.url ?? '';
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return readQuery(query);
}

function flawOf({ flaw }: FieldsResult & { readonly result: 'flawed' }, { method }: FastifyRequest): Refusal {
  if (flaw !== 'too-large') return badRequest;
  return { status: method === 'POST' ? 413 : 414, message: 'too-large' };
}

function isJson({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() === jsonType;
}

function answer(portal: Portal, request: FastifyRequest, reply: FastifyReply, given: Answer): FastifyReply {
  const gzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\b)/.test(String(request.headers['accept-encoding'] ?? ''));
  return send(reply, given, securityOf(portal, request), gzip);
}

/** What a proxy says of its own TLS is not ours to promise; that there is some, its declared address tells. */
function securityOf({ deps }: Portal, { raw }: FastifyRequest): Security {
  if ('encrypted' in raw.socket && raw.socket.encrypted === true) return 'own-tls';
  return deps.settings().publicUrl?.startsWith('https:') === true ? 'tls-before-us' : 'plain';
}

/** RFC 9112 §3.2: whoever speaks HTTP/1.1 says to whom. */
function hasNoHost({ raw }: FastifyRequest): boolean {
  return raw.headers.host === undefined && raw.httpVersion === '1.1';
}

/** There is nothing, or nothing of this method. */
function refusePlace(
  portal: Portal,
  places: readonly Place[],
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const allowed = allowedMethods(places, request.url.split('?')[0] ?? '');
  if (allowed === undefined) return refuseRequest(portal, request, reply, { status: 404, message: 'not-found' });
  return refuseRequest(portal, request, reply.header('allow', allowed), { status: 405, message: 'bad-request' });
}

/** For what goes wrong before a site is known. */
function refuseRequest(portal: Portal, request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const language: PortalLanguage = chooseLanguage(allLanguages, undefined, request.headers['accept-language']);
  const json = isJson(request) && request.url.startsWith('/external/');
  return answer(portal, request, reply, refuseExternal(portal, { language }, refusal, json));
}

function answerError(portal: Portal, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Broken off, or too slow: that was answered where the connection ended.
  if (codeOf(error) === 'ECONNRESET') return reply.hijack();
  const code = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (code === 413) return refuseRequest(portal, request, reply, { status: 413, message: 'too-large' });
  if (code < 500) return refuseRequest(portal, request, reply, { status: code, message: 'bad-request' });
  portal.deps.log.error({ err: error, path: request.url.split('?')[0] }, 'portal request failed');
  return refuseRequest(portal, request, reply, { status: 500, message: 'failed' });
}

/** Aborted when the guest closes the page. */
function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify';
import type { Logger } from 'pino';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { AdminToken } from '../model/kinds/operator.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import { addGitHook, type GitHooks } from './git-hook-route.ts';
import { openApi } from './openapi.ts';
import { checkerOf, wordsFor } from './request-check.ts';
import { AmbiguousError, RefusedError, RequestError } from './request-error.ts';
import type { Role, Route } from './route.ts';
import { routes } from './routes.ts';
import type { AdminService } from './service.ts';

export interface AdminServerOptions {
  readonly service: AdminService;
  /** Unix socket; whoever may open it has the role admin. */
  readonly socketPath: string;
  readonly listen: Endpoint;
  /** Read at each request, since declarations change. */
  readonly tokens: () => readonly AdminToken[];
  /** Who may tell of a push, and what is done then. */
  readonly hooks: GitHooks;
  readonly log: Logger;
}

/** Of a request that carries no declarations. */
const largestBody = 64 * 1024;
/** The longest username there is: 253 octets, each as `%xx`, and room to spare. */
const longestParameter = 1024;
const ranks: Readonly<Record<Role, number>> = { open: 0, viewer: 1, operator: 2, admin: 3 };

/** The port of the admin API could not be had. */
export class AdminListenError extends LastmileError {
  readonly code = 'LM_ADMIN_LISTEN';
  readonly retry = 'never';
}

/** The admin API: a Unix socket for commands on this machine, TCP with tokens for everything else. */
export class AdminServer implements AsyncDisposable {
  readonly #servers: readonly FastifyInstance[];
  readonly socketPath: string;
  /** Where TCP is bound. */
  readonly endpoint: Endpoint;

  private constructor(servers: readonly FastifyInstance[], socketPath: string, endpoint: Endpoint) {
    this.#servers = servers;
    this.socketPath = socketPath;
    this.endpoint = endpoint;
  }

  /** The lock on the state folder must be held: a socket left over by a killed process is removed. */
  static async start(options: AdminServerOptions): Promise<AdminServer> {
    const { socketPath, listen } = options;
    const local = build(options, () => ({ role: 'admin' }));
    const remote = build(options, (request) => tokenOf(request, options.tokens()));
    try {
      await listenPrivately(local, socketPath);
      await remote.listen({ host: listen.host, port: listen.port });
    } catch (error) {
      await Promise.allSettled([local.close(), remote.close()]);
      throw listenError(error, options);
    }
    const { address, port } = remote.server.address() as AddressInfo;
    return new AdminServer([local, remote], socketPath, { host: address, port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#servers.map((server) => server.close()));
    await rm(this.socketPath, { force: true });
  }
}

/** Listens on a socket that nobody else can ever open: it is made in a private folder, and moved once it has its rights. */
async function listenPrivately(server: FastifyInstance, socketPath: string): Promise<void> {
  // A name no longer than that of the socket: paths of sockets are short.
  const folder = await mkdtemp(join(dirname(socketPath), '.'));
  try {
    const path = join(folder, 's');
    await server.listen({ path });
    await chmod(path, 0o600);
    await rename(path, socketPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function listenError(error: unknown, { listen, socketPath }: AdminServerOptions): Error {
  const place = `${listen.host}:${listen.port}`;
  if (codeOf(error) === 'EADDRINUSE') {
    return new AdminListenError(`admin: ${place} is in use by another process; stop it or choose --listen-admin`, {
      cause: error,
    });
  }
  return new AdminListenError(`admin: cannot listen on ${place} and ${socketPath}: ${messageOf(error)}`, {
    cause: error,
  });
}

function build(options: AdminServerOptions, caller: CallerOf): FastifyInstance {
  const server = fastify({
    bodyLimit: largestBody,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: longestParameter },
    schemaErrorFormatter: wordsFor,
  });
  server.setValidatorCompiler(checkerOf);
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.url,
      schema: route.schema,
      ...(route.largestBody === undefined ? {} : { bodyLimit: route.largestBody }),
      onRequest: only(route.role, caller),
      preValidation: (request, _reply, done) => {
        named(route, request, caller(request)?.name);
        done();
      },
      handler: (request, reply) => route.handle(options.service, request, reply),
    });
  }
  addGitHook(server, options.hooks);
  server.get('/api/v1/openapi.json', { onRequest: only('viewer', caller) }, () => openApi(routes));
  server.setNotFoundHandler((request, reply) => reply.code(404).send({ error: `no ${request.method} ${request.url}` }));
  server.setErrorHandler((error, _request, reply) => answerError(error, reply, options.log));
  return server;
}

/** Whoever asks. Without a name: somebody on this machine. */
interface Caller {
  readonly role: Role;
  readonly name?: string;
}

type CallerOf = (request: FastifyRequest) => Caller | undefined;

/** Who has something done over the network is known by his token, whatever he says himself. */
function named({ schema }: Route, request: FastifyRequest, token: string | undefined): void {
  if (token === undefined) return;
  for (const [shape, given] of [
    [schema.body, request.body],
    [schema.querystring, request.query],
  ] as const) {
    if (!('by' in ((shape as { properties?: object } | undefined)?.properties ?? {}))) continue;
    if (typeof given !== 'object' || given === null) continue;
    const { by } = given as { by?: unknown };
    const told = typeof by === 'string' && by !== '' ? `${by.slice(0, 100)} (token ${token})` : `token ${token}`;
    Object.assign(given, { by: told.slice(0, 200) });
  }
}

/** Lets a role and those above it pass, before a body is read. */
function only(needed: Role, caller: CallerOf): onRequestHookHandler {
  return (request, reply, done) => {
    if (needed === 'open') return done();
    const has = caller(request)?.role;
    if (has !== undefined && ranks[has] >= ranks[needed]) return done();
    refuse(reply, needed, has);
  };
}

/** 401 for whoever is unknown, 403 for a known token that may not. */
function refuse(reply: FastifyReply, needed: Role, has: Role | undefined): FastifyReply {
  // What is left of the request is not worth reading.
  reply.header('connection', 'close');
  if (has !== undefined) {
    return reply.code(403).send({ error: `this takes a token with the role ${needed}, and yours is ${has}` });
  }
  return reply
    .code(401)
    .header('www-authenticate', 'Bearer')
    .send({ error: `this takes a token with the role ${needed}` });
}

function answerError(error: unknown, reply: FastifyReply, log: Logger): FastifyReply {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof RequestError) return reply.code(400).send({ error: error.message, code: error.code });
  if (error instanceof AmbiguousError) return reply.code(409).send({ error: error.message, code: error.code });
  if (error instanceof RefusedError) return reply.code(422).send({ error: error.message, code: error.code });
  if (error instanceof LastmileError) return reply.code(503).send({ error: error.message, code: error.code });
  if (status < 500) return reply.code(status).send({ error: messageOf(error) });
  log.error({ err: error }, 'admin request failed');
  return reply.code(500).send({ error: 'internal error; see the log' });
}

/** The token given; `undefined` when there is none, or nobody knows it. */
function tokenOf(request: FastifyRequest, tokens: readonly AdminToken[]): AdminToken | undefined {
  const given = tokenIn(request);
  if (given === undefined) return undefined;
  const digest = createHash('sha256').update(given).digest();
  return tokens.find(({ sha256 }) => {
    const expected = Buffer.from(sha256, 'hex');
    return expected.length === digest.length && timingSafeEqual(expected, digest);
  });
}

/** FreeRADIUS' rlm_rest can send a password, of whatever username, more easily than a header of its own. */
function tokenIn({ headers: { authorization = '' }, url }: FastifyRequest): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (bearer !== undefined || !url.startsWith('/rest/')) return bearer;
  const basic = /^Basic ([A-Za-z0-9+/]+=*)$/.exec(authorization)?.[1];
  return basic === undefined ? undefined : /:(\S+)$/.exec(Buffer.from(basic, 'base64').toString('utf8'))?.[1];
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { AdminToken, Endpoint } from '../model/model.ts';
import { openApi } from './openapi.ts';
import { type Role, routes } from './routes.ts';
import type { AdminService } from './service.ts';

export interface AdminServerOptions {
  readonly service: AdminService;
  /** Unix socket; whoever may open it has the role admin. */
  readonly socketPath: string;
  readonly listen: Endpoint;
  /** Read at each request, since declarations change. */
  readonly tokens: () => readonly AdminToken[];
  readonly log: Logger;
}

const largestBody = 256 * 1024 * 1024;
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
    const local = build(options, () => 'admin');
    const remote = build(options, (request) => roleOf(request, options.tokens()));
    try {
      await rm(socketPath, { force: true });
      await local.listen({ path: socketPath });
      await chmod(socketPath, 0o600);
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

function build(options: AdminServerOptions, role: (request: FastifyRequest) => Role): FastifyInstance {
  const server = fastify({ bodyLimit: largestBody, forceCloseConnections: true });
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.url,
      schema: route.schema,
      handler: async (request, reply) => {
        if (ranks[role(request)] < ranks[route.role]) return refuse(reply, route.role);
        return route.handle(options.service, request, reply);
      },
    });
  }
  server.get('/api/v1/openapi.json', (request, reply) =>
    ranks[role(request)] < ranks.viewer ? refuse(reply, 'viewer') : reply.send(openApi(routes)),
  );
  server.setNotFoundHandler((request, reply) => reply.code(404).send({ error: `no ${request.method} ${request.url}` }));
  server.setErrorHandler((error, _request, reply) => answerError(error, reply, options.log));
  return server;
}

function refuse(reply: FastifyReply, role: Role): FastifyReply {
  return reply
    .code(401)
    .header('www-authenticate', 'Bearer')
    .send({ error: `this takes a token with the role ${role}` });
}

function answerError(error: unknown, reply: FastifyReply, log: Logger): FastifyReply {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof LastmileError) return reply.code(503).send({ error: error.message, code: error.code });
  if (status < 500) return reply.code(status).send({ error: messageOf(error) });
  log.error({ err: error }, 'admin request failed');
  return reply.code(500).send({ error: 'internal error; see the log' });
}

function roleOf(request: FastifyRequest, tokens: readonly AdminToken[]): Role {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return 'open';
  const digest = createHash('sha256').update(given).digest();
  const found = tokens.find(({ sha256 }) => {
    const expected = Buffer.from(sha256, 'hex');
    return expected.length === digest.length && timingSafeEqual(expected, digest);
  });
  return found?.role ?? 'open';
}

import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { PortalSettings } from '../model/kinds/operator.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import { contextMs, skewMs } from './context.ts';
import { FirstViews } from './first-view.ts';
import { Grants } from './grants.ts';
import { buildHttp, certificateOptions } from './http.ts';
import { Lockout } from './lockout.ts';
import { nonceSource } from './nonces.ts';
import type { PortalDeps } from './ports.ts';
import { Rate } from './rate.ts';
import { Spent } from './spent.ts';
import type { Portal } from './visit.ts';

export interface PortalServerOptions {
  readonly listen: Endpoint;
  /** Absent: plain HTTP. */
  readonly tls?: NonNullable<PortalSettings['tls']>;
  readonly deps: PortalDeps;
  /** For a whole request to arrive. Default 10 s. */
  readonly requestMs?: number;
}

/** The port of the portal could not be had. */
export class PortalListenError extends LastmileError {
  readonly code = 'LM_PORTAL_LISTEN';
  readonly retry = 'never';
}

const minuteMs = 60_000;
const deviceLimits = { failures: 5, withinMs: 10 * minuteMs, waitMs: 15 * minuteMs, most: 50_000 };
const usernameLimits = { ...deviceLimits, failures: 20 };
const lockedTryLimits = { count: 30, withinMs: minuteMs, most: 10_000 };
const freeGuestLimits = { count: 600, withinMs: minuteMs, most: 10_000 };
/** Until a redirect of a controller, ahead of our clock as far as may be, and the page made from it are both too old. */
const redirectMs = 2 * contextMs + skewMs;
const placeLimits = { failures: 60, withinMs: minuteMs, waitMs: minuteMs, most: 10_000 };

/** What guests' browsers talk to. Everything it needs to know of a guest it finds in the request. */
export class PortalServer implements AsyncDisposable {
  readonly #server: FastifyInstance;
  /** Where it is bound. */
  readonly endpoint: Endpoint;

  private constructor(server: FastifyInstance, endpoint: Endpoint) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  /** @throws PortalListenError when it cannot listen there, or with that certificate */
  static async start({ listen, tls, deps, requestMs = 10_000 }: PortalServerOptions): Promise<PortalServer> {
    try {
      const server = buildHttp(portalOf(deps), tls, requestMs);
      await server.listen({ host: listen.host, port: listen.port });
      const { address, port } = server.server.address() as AddressInfo;
      return new PortalServer(server, { host: address, port });
    } catch (error) {
      throw listenError(error, listen);
    }
  }

  /**
   * Shows another certificate from the next connection on. Nothing to do for a portal that was opened without one.
   *
   * @throws when it cannot be used: the one before stays
   */
  useCertificate(tls: NonNullable<PortalSettings['tls']>): void {
    const { server } = this.#server;
    if (server instanceof HttpsServer) server.setSecureContext(certificateOptions(tls));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}

function portalOf(deps: PortalDeps): Portal {
  return {
    deps,
    devices: new Lockout(deps.clock, deviceLimits),
    devicesOfOthers: new Lockout(deps.clock, deviceLimits),
    usernames: new Lockout(deps.clock, usernameLimits),
    inventedNames: new Lockout(deps.clock, usernameLimits),
    lockedTries: new Rate(deps.clock, lockedTryLimits),
    places: new Lockout(deps.clock, placeLimits),
    sources: new Lockout(deps.clock, placeLimits),
    freeGuests: new Rate(deps.clock, freeGuestLimits),
    spent: new Spent(deps.clock),
    grants: new Grants(deps.clock, redirectMs),
    issued: new Spent(deps.clock),
    seenOnline: new Spent(deps.clock),
    firstViews: new FirstViews(),
    nonce: nonceSource(deps.random),
    waiting: { count: 0 },
    held: { count: 0 },
  };
}

function listenError(error: unknown, { host, port }: Endpoint): PortalListenError {
  const place = `${host}:${port}`;
  const words =
    codeOf(error) === 'EADDRINUSE'
      ? `${place} is in use by another process; stop it or choose --listen-portal`
      : `cannot listen on ${place}: ${messageOf(error)}`;
  return new PortalListenError(`portal: ${words}`, { cause: error });
}

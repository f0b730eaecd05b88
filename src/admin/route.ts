import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdminService } from './service.ts';

/** `open` needs no token. */
export type Role = 'open' | 'viewer' | 'operator' | 'admin';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly role: Role;
  readonly summary: string;
  /** JSON Schemas of what it takes. */
  readonly schema: { readonly body?: object; readonly querystring?: object; readonly params?: object };
  /** Octets of a body, where declarations are sent. */
  readonly largestBody?: number;
  readonly handle: (service: AdminService, request: FastifyRequest, reply: FastifyReply) => unknown;
}

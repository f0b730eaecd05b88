import type { RollbackRequest } from './operations-service.ts';
import type { Route } from './route.ts';

const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;

/** What commits had done, and how one of them is taken back. */
export const operationsRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/history',
    role: 'viewer',
    summary: 'Revisions and what came of them on each target, or on one, newest first',
    schema: {
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: { target: text, limit: { type: 'integer', minimum: 1, maximum: 1000, default: 20 } },
      },
    },
    handle: (service, request) => {
      const { limit = 20, target } = request.query as { limit?: number; target?: string };
      return service.operations.history({ limit, ...(target === undefined ? {} : { target }) });
    },
  },
  {
    method: 'GET',
    url: '/api/v1/blame',
    role: 'viewer',
    summary:
      'Which commit, of whom, last changed each row that we made: of a target (core-1), a menu (core-1/ppp/secret), a row, or an object (Subscriber/anna)',
    schema: {
      querystring: {
        type: 'object',
        additionalProperties: false,
        required: ['of'],
        properties: { of: text, limit: { type: 'integer', minimum: 1, maximum: 100_000, default: 1000 } },
      },
    },
    handle: (service, request) => {
      const { of, limit = 1000 } = request.query as { of: string; limit?: number };
      return service.operations.blame(of, limit);
    },
  },
  {
    method: 'GET',
    url: '/api/v1/explain/:kind/:name',
    role: 'viewer',
    summary:
      'Where every field of an object in force, and of every row and reply that it becomes, is declared: file, line, commit and author; secrets are hidden',
    schema: {
      querystring: { type: 'object', additionalProperties: false, properties: { target: text } },
    },
    handle: async (service, request, reply) => {
      const { kind, name } = request.params as { kind: string; name: string };
      const { target } = request.query as { target?: string };
      const found = await service.operations.explain({ kind, name, ...(target === undefined ? {} : { target }) });
      return found ?? reply.code(404).send({ error: `no ${kind} ${name} is in force` });
    },
  },
  {
    method: 'POST',
    url: '/api/v1/rollback',
    role: 'admin',
    summary:
      'Serves an earlier revision and skips the one in force until the source has a newer one; says what came of it. Kept in the audit log',
    schema: {
      body: {
        type: 'object',
        additionalProperties: false,
        required: ['reason', 'by'],
        properties: {
          to: text,
          reason: { ...text, maxLength: 500 },
          by: { ...text, maxLength: 200 },
          allowDeletes: { type: 'integer', minimum: 0 },
        },
      },
    },
    handle: (service, request) => service.operations.rollback(request.body as RollbackRequest),
  },
];

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RestQuestion } from '../radius/rest/rest-front.ts';
import type { Route } from './route.ts';
import type { AdminService } from './service.ts';

const schema: Route['schema'] = {
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { nas: { type: 'string', pattern: '^[0-9A-Fa-f.:%]{0,64}$' } },
  },
  body: {
    type: 'object',
    maxProperties: 200,
    additionalProperties: {
      type: 'object',
      required: ['value'],
      properties: {
        type: { type: 'string' },
        value: { type: 'array', maxItems: 200, items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      },
    },
  },
};

/** What FreeRADIUS' module rlm_rest asks (docs/freeradius.md). Answered by status, as the module reads it. */
export const restRoutes: readonly Route[] = [
  ask('authorize', 'access', 'A login that a FreeRADIUS asks about: 200 lets in, with what is granted; 401 rejects'),
  ask('authenticate', 'access', 'The same, where it asks to authenticate'),
  ask('accounting', 'accounting', 'Accounting that a FreeRADIUS passes on: 204 when it is stored'),
  {
    method: 'POST',
    url: '/rest/post-auth',
    role: 'operator',
    summary: 'Nothing is left to do after a decision: 204',
    schema: {},
    handle: (_service, _request, reply) => reply.code(204).send(),
  },
];

function ask(section: string, kind: RestQuestion['kind'], summary: string): Route {
  return {
    method: 'POST',
    url: `/rest/${section}`,
    role: 'operator',
    summary,
    schema,
    handle: (service, request, reply) => answer(service, kind, request, reply),
  };
}

async function answer(
  service: AdminService,
  kind: RestQuestion['kind'],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { nas } = request.query as { nas?: string };
  const body = request.body as RestQuestion['body'];
  const { status, body: said } = await service.rest({
    kind,
    body,
    ...(nas === undefined || nas === '' ? {} : { nas }),
  });
  return reply.code(status).send(said);
}

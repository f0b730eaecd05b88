import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { choosesAny, eventTypes } from '../model/event-types.ts';
import type { LettersRequest } from './events-service.ts';
import { RequestError } from './request-error.ts';
import type { Route } from './route.ts';
import type { AdminService } from './service.ts';

const id = { type: 'string', minLength: 1, maxLength: 64 } as const;
const webhook = { type: 'string', minLength: 1, maxLength: 200 } as const;

interface EventsQuery {
  readonly after?: string;
  readonly types?: string;
  readonly follow?: boolean;
  readonly limit?: number;
}

/** What happened, for programs, and the webhooks that are told of it. */
export const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/events',
    role: 'viewer',
    summary:
      'What happens, as a server-sent stream: from now on, or after an ID (after=, or the header Last-Event-ID). With follow=false a JSON list of what is kept',
    schema: {
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: {
          after: id,
          types: { type: 'string', maxLength: 1000 },
          follow: { type: 'boolean', default: true },
          limit: { type: 'integer', minimum: 1, maximum: 100_000, default: 100 },
        },
      },
    },
    handle: events,
  },
  {
    method: 'GET',
    url: '/api/v1/webhooks',
    role: 'viewer',
    summary: 'Webhooks and how far each has been told',
    schema: {},
    handle: (service) => service.events.webhooks(),
  },
  {
    method: 'GET',
    url: '/api/v1/webhooks/:webhook/letters',
    role: 'viewer',
    summary: 'Events that a webhook did not take, oldest first',
    schema: {
      querystring: {
        type: 'object',
        additionalProperties: false,
        properties: { limit: { type: 'integer', minimum: 1, maximum: 100_000, default: 1000 } },
      },
    },
    handle: async (service, request, reply) => {
      const { webhook: name } = request.params as { webhook: string };
      const { limit = 1000 } = request.query as { limit?: number };
      return (await service.events.letters(name, limit)) ?? unknown(reply, name);
    },
  },
  {
    method: 'POST',
    url: '/api/v1/webhooks/letters',
    role: 'operator',
    summary: 'Has dead letters told again (action retry) or forgets them (discard): those with these IDs, or all',
    schema: {
      body: {
        type: 'object',
        additionalProperties: false,
        required: ['webhook', 'action', 'by'],
        properties: {
          webhook,
          action: { enum: ['retry', 'discard'] },
          ids: { type: 'array', maxItems: 10_000, items: id },
          by: { type: 'string', minLength: 1, maxLength: 200 },
        },
      },
    },
    handle: async (service, request, reply) => {
      const asked = request.body as LettersRequest;
      const count = await service.events.settle(asked);
      return count === undefined ? unknown(reply, asked.webhook) : { count };
    },
  },
];

async function events(service: AdminService, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { after = lastEventId(request), types: list, follow = true, limit = 100 } = request.query as EventsQuery;
  const types = list === undefined ? ['*'] : list.split(',').filter((type) => type !== '');
  const odd = types.find((type) => !choosesAny(type));
  if (odd !== undefined) throw new RequestError(`there are no events ${odd}: ${Object.keys(eventTypes).join(', ')}`);
  const asked = { types, ...(after === undefined ? {} : { after }) };
  if (!follow) return await service.events.read(asked, limit);
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  const stream = Readable.from(service.events.stream(asked, gone.signal), { objectMode: false });
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(stream);
}

function lastEventId({ headers }: FastifyRequest): string | undefined {
  const given = headers['last-event-id'];
  return typeof given === 'string' && given !== '' && given.length <= 64 ? given : undefined;
}

function unknown(reply: FastifyReply, name: string): FastifyReply {
  return reply.code(404).send({ error: `no webhook ${name} is declared (notify of the Operator)` });
}

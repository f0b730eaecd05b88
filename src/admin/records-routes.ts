import { Readable } from 'node:stream';
import type { EraseRequest, HoldRequest, PersonRequest } from './records-service.ts';
import type { Route } from './route.ts';

const text = { type: 'string', minLength: 1, maxLength: 1000 } as const;
const name = { type: 'string', minLength: 1, maxLength: 253 } as const;
const number = { type: 'string', pattern: '^[1-9][0-9]{0,9}$' } as const;

function body(properties: object, required: readonly string[]): Route['schema'] {
  return { body: { type: 'object', additionalProperties: false, properties, required: [...required] } };
}

/** How long what is stored is kept, legal holds, and what is stored of one person. */
export const recordsRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/v1/retention',
    role: 'operator',
    summary: 'How long what is stored is kept, and what was removed',
    schema: {},
    handle: (service) => service.records.retention(),
  },
  {
    method: 'POST',
    url: '/api/v1/retention',
    role: 'admin',
    summary: 'Removes now what was kept long enough, without waiting where the clock moved on by days',
    schema: body({ by: name }, ['by']),
    handle: (service, request) => service.records.prune(request.body as { by: string }),
  },
  {
    method: 'GET',
    url: '/api/v1/holds',
    role: 'admin',
    summary: 'Legal holds in force',
    schema: {},
    handle: (service) => service.records.holds(),
  },
  {
    method: 'POST',
    url: '/api/v1/holds',
    role: 'admin',
    summary:
      'Keeps what is of somebody (who), has an address, or is of a time (from, till), whatever its age, until it is released. Kept in the audit log',
    schema: body({ who: name, address: name, from: name, till: name, reason: text, by: name }, ['reason', 'by']),
    handle: (service, request) => service.records.hold(request.body as HoldRequest),
  },
  {
    method: 'POST',
    url: '/api/v1/holds/:number/release',
    role: 'admin',
    summary: 'Ends a legal hold. Kept in the audit log',
    schema: {
      ...body({ reason: text, by: name }, ['reason', 'by']),
      params: { type: 'object', properties: { number } },
    },
    handle: (service, request) => {
      const { number } = request.params as { readonly number: string };
      const why = request.body as { readonly reason: string; readonly by: string };
      return service.records.release({ ...why, number: Number(number) });
    },
  },
  {
    method: 'GET',
    url: '/api/v1/export/person',
    role: 'admin',
    summary: 'All that is stored of a person: sessions, usage, decisions, devices, events, the audit log; JSON Lines',
    schema: {
      querystring: {
        type: 'object',
        additionalProperties: false,
        required: ['username'],
        properties: { username: name, by: name, reason: text },
      },
    },
    handle: async (service, request, reply) => {
      const lines = await service.records.person(request.query as PersonRequest);
      return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }));
    },
  },
  {
    method: 'POST',
    url: '/api/v1/erase',
    role: 'admin',
    summary:
      'Takes out of all that is stored who somebody was; sums stay. 422 while he is declared, online or under a legal hold',
    schema: body({ username: name, reason: text, by: name }, ['username', 'by']),
    handle: (service, request) => service.records.erase(request.body as EraseRequest),
  },
];

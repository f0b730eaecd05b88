import type { Route } from './route.ts';
import { type StateRequest, stateActions } from './state-care.ts';

/** What is stored, and its care. */
export const stateRoutes: readonly Route[] = [
  {
    method: 'POST',
    url: '/api/v1/state',
    role: 'admin',
    summary:
      'Reads all that is stored and compares it with its checksums (check), or the journal with the chain of its segments (verify); works out anew from the journal what is lost (repair); or copies all of it (backup)',
    schema: {
      body: {
        type: 'object',
        additionalProperties: false,
        required: ['action'],
        properties: {
          action: { enum: [...stateActions] },
          to: { type: 'string', minLength: 1, maxLength: 4096 },
          by: { type: 'string', maxLength: 200 },
        },
      },
    },
    handle: (service, request) => service.careForState(request.body as StateRequest),
  },
];

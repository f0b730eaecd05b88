import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { FastifySchemaCompiler } from 'fastify';

/**
 * Checks a part of a request as its schema says, and alters nothing but text of the query string that stands for a
 * number or a yes. A field nobody knows is refused: dropped, a misspelt `targets` would mean all of them.
 */
export const checkerOf: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'querystring' ? ofText : ofValues).compile(schema);

const ofValues = new Ajv2020({ removeAdditional: false });
const ofText = new Ajv2020({ removeAdditional: false, coerceTypes: true });

/** What is wrong with a part of a request, in words that name the field. */
export function wordsFor(
  errors: readonly Pick<ErrorObject, 'instancePath' | 'params' | 'message'>[],
  part: string,
): Error {
  const [first] = errors;
  const place = `${part}${first?.instancePath ?? ''}`;
  const extra: unknown = first?.params['additionalProperty'];
  if (typeof extra === 'string') return new Error(`${place} has an unknown field ${JSON.stringify(extra)}`);
  return new Error(`${place} ${first?.message ?? 'is not as it should be'}`);
}

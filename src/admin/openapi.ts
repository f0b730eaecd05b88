import { answersOf } from './answer-shapes.ts';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 document of these routes. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'lastmile admin API', version: '1' },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function operation({ method, url, summary, role, schema }: Route): object {
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries((schema.querystring as { properties?: object } | undefined)?.properties ?? {}).map(
    ([name, shape]) => ({ name, in: 'query', schema: shape as object }),
  );
  return {
    summary,
    ...(role === 'open' ? {} : { security: [{ token: [role] }] }),
    parameters: [...inPath, ...inQuery],
    ...(schema.body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: schema.body } } } }),
    responses: responses(method, url, role === 'open', schema),
  };
}

function responses(method: string, url: string, isOpen: boolean, schema: Route['schema']): object {
  const takesSomething = schema.body !== undefined || schema.querystring !== undefined;
  return Object.fromEntries(
    Object.entries(answersOf(method, url, isOpen, takesSomething)).map(([status, { description, schema: shape }]) => [
      status,
      { description, ...(shape === undefined ? {} : { content: { 'application/json': { schema: shape } } }) },
    ]),
  );
}

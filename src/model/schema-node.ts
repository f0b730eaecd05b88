import { combinedSchema } from './generated/schemas.ts';

/** A part of the schema, as far as it is looked at. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
}

const followed = 8;

/** The schema of what stands at a place of a document: `['spec', 'password']`, `['items', 3]`. Absent: nothing is known of it. */
export function schemaAt(kind: string, steps: readonly (string | number)[]): SchemaNode | undefined {
  const all = combinedSchema['$defs'] as Readonly<Record<string, SchemaNode>>;
  let node: SchemaNode | undefined = Object.hasOwn(all, kind) ? resolvedSchema(all[kind] ?? {}) : undefined;
  for (const step of steps) node = node === undefined ? undefined : below(node, step);
  return node;
}

/** What a reference leads to; the description beside it says nothing about places. */
export function resolvedSchema(node: SchemaNode): SchemaNode {
  let found = node;
  for (let count = 0; found.$ref !== undefined && count < followed; count += 1) {
    let at: unknown = combinedSchema;
    for (const step of found.$ref.split('/').slice(1)) at = (at as Readonly<Record<string, unknown>>)[step];
    found = at as SchemaNode;
  }
  return found;
}

function below(node: SchemaNode, step: string | number): SchemaNode | undefined {
  const { properties = {}, additionalProperties, items } = node;
  const next =
    typeof step === 'number' ? items : Object.hasOwn(properties, step) ? properties[step] : additionalProperties;
  return typeof next === 'object' ? resolvedSchema(next) : undefined;
}

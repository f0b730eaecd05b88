import type { Environment } from '@marcbachmann/cel-js';
import type { PolicedKind } from '../model/kinds/policy.ts';
import { resolvedSchema, type SchemaNode, schemaAt } from '../model/schema-node.ts';

/** Names of the fields of a type: `Service.spec.rate` → `down`, `up`, …. */
export type FieldsOfTypes = Map<string, readonly string[]>;

/** A part that leads to itself ends there. */
const deepest = 12;

const simple: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', integer: 'int', null: 'null' };

/**
 * Makes the fields of a kind known, by its schema, so that a misspelt one is found before anybody declares anything. What may
 * be of several types is not looked into. Returns the name of the type.
 */
export function addKind(environment: Environment, kind: PolicedKind, known: FieldsOfTypes): string {
  const spec = schemaAt(kind, ['spec']);
  const metadata = schemaAt(kind, ['metadata']);
  const fields = {
    kind: 'string',
    metadata: metadata === undefined ? 'dyn' : typeOf(environment, `${kind}.metadata`, metadata, known, 0),
    spec: spec === undefined ? 'dyn' : typeOf(environment, `${kind}.spec`, spec, known, 0),
    file: 'string',
    line: 'int',
  };
  return addType(environment, kind, fields, known);
}

/** Makes a type known by its fields. Returns its name. */
export function addType(
  environment: Environment,
  name: string,
  fields: Readonly<Record<string, string>>,
  known: FieldsOfTypes,
): string {
  environment.registerType(name, { fields });
  known.set(name, Object.keys(fields));
  return name;
}

function typeOf(
  environment: Environment,
  name: string,
  given: SchemaNode,
  known: FieldsOfTypes,
  depth: number,
): string {
  const schema = resolvedSchema(given);
  const { type, properties, additionalProperties, items } = schema;
  if (typeof type === 'string' && simple[type] !== undefined) return simple[type];
  if (depth >= deepest) return 'dyn';
  if (type === 'array')
    return items === undefined ? 'list' : `list<${typeOf(environment, `${name}.item`, items, known, depth + 1)}>`;
  if (type !== 'object') return 'dyn';
  if (properties === undefined) {
    if (typeof additionalProperties !== 'object') return 'dyn';
    return `map<string, ${typeOf(environment, `${name}.entry`, additionalProperties, known, depth + 1)}>`;
  }
  if (additionalProperties !== false) return 'dyn';
  const fields = Object.entries(properties)
    .filter(([, each]) => !isRefused(each))
    .map(([field, each]) => [field, typeOf(environment, `${name}.${field}`, each, known, depth + 1)] as const);
  return fields.length === 0 ? 'dyn' : addType(environment, name, Object.fromEntries(fields), known);
}

/** Not supported yet. */
function isRefused(schema: SchemaNode): boolean {
  const { not } = schema as { readonly not?: object };
  return not !== undefined && Object.keys(not).length === 0;
}

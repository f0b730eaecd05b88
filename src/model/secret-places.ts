import { nearest } from '../base/nearest.ts';
import { combinedSchema } from './generated/schemas.ts';
import { resolvedSchema, type SchemaNode, schemaAt } from './schema-node.ts';

/**
 * Is this the place of a secret: text there, or `{env: …}` and the like? By the schema of the kind, so that a new field is one
 * as soon as it is declared.
 *
 * @param steps from the top of the document: `['spec', 'password']`, `['items', 3, 'password']`
 */
export function isSecretPlace(kind: string, steps: readonly (string | number)[]): boolean {
  // Words of people beside the properties of a row.
  if (steps[1] === 'config' && ['key', 'comment'].includes(String(steps.at(-1)))) return false;
  const node = schemaAt(kind, steps);
  return node !== undefined && isSecretNode(node);
}

/** Certificates are shown to everybody: text of theirs in git is no secret in git. */
export function isPublicPlace(steps: readonly (string | number)[]): boolean {
  return ['certificate', 'chain'].includes(String(steps.at(-1)));
}

/** Names of all fields that hold secrets, wherever they are, in order: `key`, `password`, `secret`, … */
export function secretNames(): readonly string[] {
  const found = new Set<string>();
  collect(combinedSchema['$defs'] as SchemaNode, found, new Set());
  return [...found].sort();
}

/** Is a key called like a field that holds a secret, or nearly so? For what is shown of files in which something is wrong. */
export function seemsSecret(key: string): boolean {
  if (publicNames.has(key)) return false;
  return /pass|secret|psk|token|hash|credential|private/i.test(key) || nearest(key, secretWords) !== undefined;
}

/** All secrets may be text, or say where they are. */
export function isSecretNode({ type, properties }: SchemaNode): boolean {
  return Array.isArray(type) && type.includes('string') && properties?.['env'] !== undefined;
}

function collect(node: unknown, found: Set<string>, seen: Set<unknown>): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  const { properties } = node as SchemaNode;
  if (typeof properties === 'object') {
    // `value` of an attribute and whatever a menu of a router has may be secrets: not by their names.
    for (const [name, each] of Object.entries(properties))
      if (name !== 'value' && name !== 'certificate' && name !== 'chain' && isSecretNode(resolvedSchema(each)))
        found.add(name);
  }
  for (const each of Object.values(node)) collect(each, found, seen);
}

const secretWords = secretNames();
/** Words of our own documents that are like one. */
const publicNames: ReadonlySet<string> = new Set(['clients', 'clientId', 'clientCa', 'clientRevoked', 'tokens']);

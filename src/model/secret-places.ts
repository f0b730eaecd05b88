import { combinedSchema } from './generated/schemas.ts';

interface Node {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/**
 * Is this the place of a secret: text there, or `{env: …}` and the like? By the schema of the kind, so that a new field is one
 * as soon as it is declared.
 *
 * @param steps from the top of the document: `['spec', 'password']`, `['items', 3, 'password']`
 */
export function isSecretPlace(kind: string, steps: readonly (string | number)[]): boolean {
  // Words of people beside the properties of a row.
  if (steps[1] === 'config' && ['key', 'comment'].includes(String(steps.at(-1)))) return false;
  let node = definition(kind);
  for (const step of steps) node = node === undefined ? undefined : below(node, step);
  return node !== undefined && isSecret(node);
}

/** Certificates are shown to everybody: text of theirs in git is no secret in git. */
export function isPublicPlace(steps: readonly (string | number)[]): boolean {
  return ['certificate', 'chain'].includes(String(steps.at(-1)));
}

/** Names of all fields that hold secrets, wherever they are, in order: `key`, `password`, `secret`, … */
export function secretNames(): readonly string[] {
  const found = new Set<string>();
  collect(combinedSchema['$defs'] as Node, found, new Set());
  return [...found].sort();
}

const followed = 8;

function definition(kind: string): Node | undefined {
  const all = combinedSchema['$defs'] as Readonly<Record<string, Node>>;
  return Object.hasOwn(all, kind) ? resolved(all[kind] ?? {}) : undefined;
}

/** What a reference leads to; the description beside it says nothing about places. */
function resolved(node: Node): Node {
  let found = node;
  for (let count = 0; found.$ref !== undefined && count < followed; count += 1) {
    let at: unknown = combinedSchema;
    for (const step of found.$ref.split('/').slice(1)) at = (at as Readonly<Record<string, unknown>>)[step];
    found = at as Node;
  }
  return found;
}

function below(node: Node, step: string | number): Node | undefined {
  const { properties = {}, additionalProperties, items } = node;
  const next =
    typeof step === 'number' ? items : Object.hasOwn(properties, step) ? properties[step] : additionalProperties;
  return typeof next === 'object' ? resolved(next) : undefined;
}

/** All of them may be text, or say where they are. */
function isSecret({ type, properties }: Node): boolean {
  return Array.isArray(type) && type.includes('string') && properties?.['env'] !== undefined;
}

function collect(node: unknown, found: Set<string>, seen: Set<unknown>): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  const { properties } = node as Node;
  if (typeof properties === 'object') {
    // `value` of an attribute and whatever a menu of a router has may be secrets: not by their names.
    for (const [name, each] of Object.entries(properties))
      if (name !== 'value' && name !== 'certificate' && name !== 'chain' && isSecret(resolved(each))) found.add(name);
  }
  for (const each of Object.values(node)) collect(each, found, seen);
}

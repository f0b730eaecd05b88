import { combinedSchema, type kinds } from './generated/schemas.ts';

type Definitions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The self-contained schema of one kind: what `schemas/<kind>.schema.json` holds. */
export function schemaOfKind(kind: (typeof kinds)[number]): Readonly<Record<string, unknown>> {
  const all = combinedSchema['$defs'] as Definitions;
  const found: Record<string, unknown> = {};
  collect(all[kind], all, found);
  const id = kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const $defs = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { $schema: combinedSchema['$schema'], $id: `urn:lastmile:v1:${id}`, ...all[kind], $defs };
}

/** Copies the definitions that a part of the schema leads to. */
function collect(node: unknown, all: Definitions, found: Record<string, unknown>): void {
  if (typeof node !== 'object' || node === null) return;
  const name = '$ref' in node && typeof node.$ref === 'string' ? node.$ref.split('/')[2] : undefined;
  if (name !== undefined && !(name in found)) {
    found[name] = all[name];
    collect(all[name], all, found);
  }
  for (const value of Object.values(node)) collect(value, all, found);
}

// From schemas/lastmile.schema.json, which people edit: one self-contained schema per kind beside it, and
// src/model/generated/ (the types of raw documents, and the schemas as data for the loader).
// `--check` writes nothing and exits 1 when something is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const notice = '// Written by `npm run types` from schemas/lastmile.schema.json.';

/** Every file that follows from the combined schema: path below the root → text. */
export async function generatedFiles() {
  const combined = JSON.parse(readFileSync(join(root, 'schemas/lastmile.schema.json'), 'utf8'));
  const kinds = kindsOf(combined);
  const schemas = Object.fromEntries(kinds.map((kind) => [kind, schemaOfKind(combined, kind)]));
  const files = kinds.map((kind) => [
    `schemas/${kebab(kind)}.schema.json`,
    `${JSON.stringify(schemas[kind], null, 2)}\n`,
  ]);
  files.push(['src/model/generated/documents.ts', await documentTypes(combined)]);
  files.push(['src/model/generated/schemas.ts', schemaModule(combined, kinds)]);
  return new Map(files);
}

function kindsOf(combined) {
  return combined.allOf.map((branch) => branch.then.$ref.slice('#/$defs/'.length));
}

function schemaOfKind(combined, kind) {
  const $defs = {};
  collect(combined.$defs[kind], combined.$defs, $defs);
  return {
    $schema: combined.$schema,
    $id: `urn:lastmile:v1:${kebab(kind)}`,
    ...combined.$defs[kind],
    $defs: sorted($defs),
  };
}

/** Copies the definitions that `node` leads to into `found`. */
function collect(node, all, found) {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.$ref === 'string') {
    const name = node.$ref.split('/')[2];
    if (!(name in found)) {
      found[name] = all[name];
      collect(all[name], all, found);
    }
  }
  for (const value of Object.values(node)) collect(value, all, found);
}

/** Of all but defaults: what they give comes into the objects before anybody needs its type. */
async function documentTypes(combined) {
  const { Defaults: _defaults, ...all } = combined.$defs;
  const $defs = typed(all);
  const kinds = kindsOf(combined).filter((kind) => kind in all);
  const properties = Object.fromEntries(kinds.map((kind) => [kind, { $ref: `#/$defs/${kind}` }]));
  const wrapper = { title: 'Documents', type: 'object', properties, additionalProperties: false, $defs };
  return compile(wrapper, 'Documents', { bannerComment: notice, style: { singleQuote: true, printWidth: 120 } });
}

/** The schema without what is not supported yet and without what has no meaning in a type. */
function typed(node) {
  if (Array.isArray(node)) return node.map(typed);
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$ref === 'string') return { $ref: node.$ref };
  const { if: _if, else: _else, not, minItems: _min, maxItems: _max, ...rest } = node;
  const entries = Object.entries(rest).filter(([, value]) => !refused(value));
  const copy = Object.fromEntries(entries.map(([key, value]) => [key, typed(value)]));
  if (Array.isArray(copy.enum) && Array.isArray(not?.enum))
    copy.enum = copy.enum.filter((word) => !not.enum.includes(word));
  return copy;
}

function refused(value) {
  return typeof value?.not === 'object' && Object.keys(value.not).length === 0;
}

function schemaModule(combined, kinds) {
  return `${notice}

/** Kinds of document, in the order they are explained. */
export const kinds = ${JSON.stringify(kinds)} as const;

/** The combined JSON Schema (2020-12) of every document. */
export const combinedSchema: Readonly<Record<string, unknown>> = ${JSON.stringify(combined, null, 2)};
`;
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function kebab(word) {
  return word.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function current(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const check = process.argv.includes('--check');
  for (const [path, text] of await generatedFiles()) {
    if (current(path) === text) continue;
    if (check) process.exitCode = 1;
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    console.log(`${check ? 'stale' : 'wrote'} ${path}`);
  }
}

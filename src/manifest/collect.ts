import type { ErrorObject } from 'ajv/dist/2020.js';
import { printable } from '../base/bytes.ts';
import { nearest } from '../base/nearest.ts';
import { kinds } from '../model/generated/schemas.ts';
import { collectList, collectObject, type Fields, placementIn, routerEntries } from './collect-object.ts';
import type { Collected } from './collected.ts';
import {
  type DefaultsLayer,
  type DefaultsSpec,
  inheritedEntries,
  isDefaultsPath,
  withDefaults,
  wordOf,
} from './defaults.ts';
import type { Issue } from './issue.ts';
import { locate, type Path } from './locate.ts';
import type { Plain } from './plain-value.ts';
import { salvage } from './salvage.ts';
import { isKind, type Kind, kindsNotYet, schemaErrors } from './schema-check.ts';
import { pathOf, schemaFinding } from './schema-words.ts';
import type { YamlDocument, YamlFile } from './yaml-file.ts';

/**
 * Adds what one file declares. The file's nodes are not kept: only plain data, and where each object begins.
 *
 * @param layers defaults that hold for it, from the root to its folder
 */
export function collectFile(
  into: Collected,
  file: YamlFile,
  text: string,
  layers: readonly DefaultsLayer[] = [],
): void {
  for (const issue of file.issues) into.issues.push(issue);
  if (file.issues.some(({ severity }) => severity === 'error')) rememberNames(into, file.path, text);
  if (isDefaultsPath(file.path)) {
    into.defaults.push(defaultsIn(into, file));
    return;
  }
  const full = file.documents.filter(({ node, value }) => node !== null && value !== null);
  if (full.length === 0 && file.issues.length === 0) {
    into.issues.push({ ...placed(file, 0, 0, 'LM_EMPTY_FILE', 'this file declares nothing'), severity: 'warning' });
  }
  for (const [index, document] of file.documents.entries()) {
    if (document.value !== undefined && document.value !== null) collectDocument(into, file, document, index, layers);
  }
}

/** Names that a text which cannot be read may declare, so that references to them are not called unknown. */
export function rememberNames(into: Collected, path: string, text: string): void {
  for (const [, name] of text.matchAll(/\bname["']?\s*:\s*["']?([a-z0-9][a-z0-9._-]{0,62})/g)) {
    if (name !== undefined) into.unread.set(name, path);
  }
  if (/\bkind["']?\s*:\s*["']?Operator\b/.test(text)) into.incomplete.operator = true;
  if (/\bkind["']?\s*:\s*["']?Router\b/.test(text)) into.incomplete.router = true;
}

/** What a `_defaults.yaml` says: one document of its kind, and no other. */
function defaultsIn(into: Collected, file: YamlFile): DefaultsLayer {
  const { path } = file;
  const broken = { path, spec: undefined, entries: new Map() };
  const [document, ...others] = file.documents.filter(({ node }) => node !== null);
  const hint = 'apiVersion: lastmile/v1, kind: Defaults, and in spec: subscriber, router, …';
  const report = (message: string, where?: YamlDocument): DefaultsLayer => {
    const at = where === undefined ? undefined : locate(where.node, ['kind'], 'value');
    into.issues.push(placed(file, at?.start ?? 0, at?.end ?? 0, 'LM_DEFAULTS_PLACE', message, hint));
    return broken;
  };
  if (!path.endsWith('.yaml')) return report('a file of defaults is called _defaults.yaml');
  if (document?.value === undefined) return file.issues.length > 0 ? broken : report('this file says nothing');
  if (others.length > 0) return report('a _defaults.yaml holds one document', others[0]);
  const value = withoutSeal(document.value);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return report('a document is a map', document);
  const fields = value as Fields;
  if (fields['kind'] !== 'Defaults') return report('a _defaults.yaml holds a document of kind Defaults', document);
  if (kindOf(into, file, document, fields) === undefined) return broken;
  const errors = schemaErrors('Defaults', fields);
  reportErrors(into, file, document, errors);
  if (errors.length > 0) return broken;
  const spec = fields['spec'] as unknown as DefaultsSpec;
  return { path, spec, entries: routerEntries(file, document.node, ['spec', 'router']) };
}

function collectDocument(
  into: Collected,
  file: YamlFile,
  document: YamlDocument,
  index: number,
  layers: readonly DefaultsLayer[],
): void {
  const value = withoutSeal(document.value ?? null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into.issues.push(
      issueAt(
        file,
        document,
        [],
        'key',
        'LM_WRONG_TYPE',
        'a document is a map with apiVersion, kind, metadata and spec',
      ),
    );
    return;
  }
  const fields = value as Fields;
  const kind = kindOf(into, file, document, fields);
  if (kind === undefined) {
    const name = nameOf(fields);
    if (name !== undefined) into.unread.set(name, file.path);
    return;
  }
  if (kind === 'Defaults') {
    const message = 'defaults of a folder stand in its _defaults.yaml';
    into.issues.push(issueAt(file, document, ['kind'], 'value', 'LM_DEFAULTS_PLACE', message));
    return;
  }
  if (isBeneathBroken(kind, layers)) {
    // What it lacks may be what could not be read.
    reportErrors(into, file, document, schemaErrors(kind, fields).filter(isOfOwn));
    rememberUnread(into, file.path, kind, fields);
    return;
  }
  const whole = withDefaults(kind, fields, layers);
  const errors = schemaErrors(kind, whole);
  reportErrors(into, file, document, errors);
  const rest = errors.length === 0 ? whole : salvage(kind, whole, errors);
  const placed = placementIn(file, document.node, index);
  if (kind === 'SubscriberList')
    collectList(into, (rest ?? whole) as Fields, placed, rest === undefined ? errors.map(placeOfError) : [], layers);
  else if (rest !== undefined)
    collectObject(into, kind, rest as Fields, placed, kind === 'Router' ? inheritedEntries(fields, layers) : undefined);
  else rememberBroken(into, kind, nameOf(fields));
}

/** Do files of defaults hold for a document of which one could not be read? */
function isBeneathBroken(kind: Kind, layers: readonly DefaultsLayer[]): boolean {
  const concerns = wordOf(kind === 'SubscriberList' ? 'Subscriber' : kind) !== undefined;
  return concerns && layers.some(({ spec }) => spec === undefined);
}

function isOfOwn({ keyword }: ErrorObject): boolean {
  return keyword !== 'required' && keyword !== 'if';
}

function rememberUnread(into: Collected, path: string, kind: Kind, fields: Fields): void {
  rememberBroken(into, kind, nameOf(fields));
  const items = Array.isArray(fields['items']) ? (fields['items'] as readonly Plain[]) : [];
  const names = [nameOf(fields), ...items.map((item) => nameOf({ metadata: item }))];
  for (const name of names) if (name !== undefined) into.unread.set(name, path);
}

/** SOPS keeps what it needs to know in the document: it is no part of it. */
function withoutSeal(value: Plain): Plain {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'sops')) return value;
  const { sops: _sops, ...rest } = value as Fields;
  return rest;
}

/** Findings of one sort about one object that are told; the rest is a number. */
const maxAlike = 20;

function reportErrors(into: Collected, file: YamlFile, document: YamlDocument, errors: readonly ErrorObject[]): void {
  const alike = new Map<string, number>();
  const misspelt = new Set<string>();
  // Unknown keys first: one that was meant to be a required key explains that key's absence.
  const ordered = [...errors].sort(
    (a, b) => Number(b.keyword === 'additionalProperties') - Number(a.keyword === 'additionalProperties'),
  );
  for (const error of ordered) {
    const sort = `${error.keyword} ${error.instancePath}`;
    const before = alike.get(sort) ?? 0;
    alike.set(sort, before + 1);
    if (before >= maxAlike || (error.keyword === 'required' && misspelt.has(missingAt(error)))) continue;
    const finding = schemaFinding(error, (path) => locate(document.node, path, 'value'));
    if (finding === undefined) continue;
    if (finding.meant !== undefined) misspelt.add(`${error.instancePath} ${finding.meant}`);
    into.issues.push(issueAt(file, document, finding.path, finding.on, finding.code, finding.message, finding.hint));
  }
  for (const [sort, count] of alike) {
    if (count <= maxAlike) continue;
    const path = pathOf(sort.slice(sort.indexOf(' ') + 1));
    const message = `${count - maxAlike} more mistakes like those shown`;
    into.issues.push(issueAt(file, document, path, 'key', 'LM_AND_MORE', message));
  }
}

function placeOfError({ instancePath }: ErrorObject): Path {
  return pathOf(instancePath);
}

function missingAt(error: ErrorObject): string {
  return `${error.instancePath} ${(error.params as { missingProperty: string }).missingProperty}`;
}

/** The kind of a document, or `undefined` with the reason reported. */
function kindOf(into: Collected, file: YamlFile, document: YamlDocument, fields: Fields): Kind | undefined {
  const { apiVersion, kind } = fields;
  const report = (path: Path, code: string, message: string, hint?: string): undefined => {
    into.issues.push(issueAt(file, document, path, 'value', code, message, hint));
    return undefined;
  };
  if (kind === undefined) return report([], 'LM_MISSING_KEY', '"kind" is missing', `one of: ${kinds.join(', ')}`);
  if (typeof kind !== 'string')
    return report(['kind'], 'LM_UNKNOWN_KIND', 'kind must be text', `one of: ${kinds.join(', ')}`);
  if (kindsNotYet().includes(kind))
    return report(['kind'], 'LM_NOT_SUPPORTED_YET', `the kind ${kind} is not supported yet`);
  if (!isKind(kind)) {
    const meant = nearest(kind, kinds);
    const hint = meant === undefined ? `one of: ${kinds.join(', ')}` : `did you mean ${meant}?`;
    return report(['kind'], 'LM_UNKNOWN_KIND', `no kind is called "${printable(kind, 60)}"`, hint);
  }
  if (apiVersion === 'lastmile/v1') return kind;
  if (apiVersion === undefined)
    return report([], 'LM_MISSING_KEY', '"apiVersion" is missing', 'apiVersion: lastmile/v1');
  rememberBroken(into, kind, nameOf(fields));
  return report(
    ['apiVersion'],
    'LM_UNKNOWN_API_VERSION',
    'this version of the format is not known',
    'apiVersion: lastmile/v1',
  );
}

function rememberBroken(into: Collected, kind: Kind, name: string | undefined): void {
  if (kind === 'Operator') into.incomplete.operator = true;
  if (kind === 'Router') into.incomplete.router = true;
  if (kind === 'Router' && name !== undefined) into.broken.router.add(name);
  if (kind === 'Service' && name !== undefined) into.broken.service.add(name);
  if (kind === 'OmadaController' && name !== undefined) into.broken.omadaController.add(name);
  if (kind === 'PortalSite' && name !== undefined) into.broken.portalSite.add(name);
}

function nameOf(fields: Fields): string | undefined {
  const { metadata } = fields;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return undefined;
  const { name } = metadata as Fields;
  return typeof name === 'string' ? name : undefined;
}

function issueAt(
  file: YamlFile,
  document: YamlDocument,
  path: Path,
  on: 'key' | 'value',
  code: string,
  message: string,
  hint?: string,
): Issue {
  const { start, end } = locate(document.node, path, on);
  return placed(file, start, end, code, message, hint);
}

function placed(file: YamlFile, start: number, end: number, code: string, message: string, hint?: string): Issue {
  return {
    severity: 'error',
    code,
    message,
    file: file.path,
    ...file.at(start, end),
    ...(hint === undefined ? {} : { hint }),
  };
}
